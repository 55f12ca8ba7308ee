"""Until when the first training can be bought, and what becomes of the incentive when no other can be."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.awards.facts import AwardFacts
from prakerja.awards.locking import locked_award
from prakerja.awards.models import Award
from prakerja.awards.states import AWARD_STATES
from prakerja.awards.telling import record_award_action
from prakerja.kernel.db import requires_transaction
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import deadline_after_void, full_days_left


@requires_transaction
def reopen_purchase_window(
    *, person_id: uuid.UUID, award_id: uuid.UUID, actor: Actor, voided_at: datetime
) -> datetime | None:
    """The only purchase was voided: not revoked tonight, a new deadline instead (rules.md 12.5).

    None when the year's cut-off has passed or comes before the week that a refund gives: then `first_purchase_at` stays,
    because whoever bought in time is not revoked for life for what a platform took back; the cut-offs end the rest.
    """
    award = locked_award(person_id=person_id, award_id=award_id)
    rules = scheme(scheme_version_id=award.scheme_version_id)
    deadline = deadline_after_void(scheme=rules, deadline_at=award.purchase_deadline_at, voided_at=voided_at)
    if full_days_left(until=deadline, at=voided_at) < rules.first_purchase.void_grace_days:
        return None
    award.first_purchase_at = None
    award.purchase_deadline_at, award.deadline_set_at = deadline, voided_at
    award.deadline_set_by = actor.traced
    award.save(update_fields=["first_purchase_at", "purchase_deadline_at", "deadline_set_at", "deadline_set_by"])
    return deadline


@requires_transaction
def waive_training(*, person_id: uuid.UUID, award_id: uuid.UUID, actor: Actor, at: datetime) -> bool:
    """The only class was called off and the year leaves no week to buy another: the incentive asks for no training
    (rules.md 12.33). Account, identity and every later condition stay. False when the award has ended, or it was said before.
    """
    award = locked_award(person_id=person_id, award_id=award_id)
    if award.status not in AWARD_STATES.group("LIVE") or award.training_waived_at is not None:
        return False
    award.training_waived_at = award.plan_look_at = at
    award.save(update_fields=["training_waived_at", "plan_look_at"])
    record_award_action(award=award, action="award.training_waived", actor=actor, at=at)
    return True


def window_after_void(*, award: AwardFacts, at: datetime) -> datetime | None:
    """The deadline that an award has when its only purchase is undone; None where `reopen_purchase_window` sets none."""
    rules = scheme(scheme_version_id=award.scheme_version_id)
    deadline = deadline_after_void(scheme=rules, deadline_at=award.purchase_deadline_at, voided_at=at)
    return deadline if full_days_left(until=deadline, at=at) >= rules.first_purchase.void_grace_days else None


@requires_transaction
def reopen_purchase_windows(
    *, awards: Sequence[AwardFacts], actor: Actor, voided_at: datetime
) -> dict[uuid.UUID, datetime]:
    """The same for many awards, which the caller has locked. Returns the new deadline by award; those without are not in it."""
    found = {award.id: window_after_void(award=award, at=voided_at) for award in awards}
    deadlines = {award_id: deadline for award_id, deadline in found.items() if deadline is not None}
    for deadline in set(deadlines.values()):
        Award.objects.filter(id__any_of=[one for one, until in deadlines.items() if until == deadline]).update(
            first_purchase_at=None,
            purchase_deadline_at=deadline,
            deadline_set_at=voided_at,
            deadline_set_by=actor.traced,
        )
    return deadlines
