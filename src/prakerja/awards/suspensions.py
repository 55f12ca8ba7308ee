"""A sign of fraud: an award stands still until it is cleared, or ends (rules.md 2.3, 8.3; ADR 0020).

No money moves: wallet and reserve keep what they hold. Nothing is bought and nothing is paid out meanwhile; what falls due
is held. What was bought goes on: a code can be redeemed, a training finished and reviewed, a purchase voided.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.awards.locking import locked_with_wallet
from prakerja.awards.models import Award
from prakerja.awards.policies import later_by_the_time_lost, require_active, require_reason
from prakerja.awards.states import AWARD_STATES
from prakerja.awards.telling import record_award_action, tell_participant
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.programmes.queries import scheme
from prakerja.wallets.operations import lock_wallet, spendable_at_least_until
from prakerja.wallets.queries import wallet


@permitted("award.suspend")
def suspend_award(*, person_id: uuid.UUID, award_id: uuid.UUID, reason: str, actor: Actor, at: datetime) -> None:
    """Stop an active award. The wallet is locked first: a purchase that holds it has won, one that waits is refused.

    `reason` is for the trail; the person is told that the award stands still, not why. Raises Refused: reason_missing,
    award_suspended, award_ended, not_permitted (verb).
    """
    require_reason(reason)
    with transaction():
        award = locked_with_wallet(person_id=person_id, award_id=award_id)
        require_active(status=award.status)
        award.status = AWARD_STATES.advance(current=award.status, verb="suspend")
        award.suspended_at = at
        award.save(update_fields=["status", "suspended_at"])
        tell_participant(award=award, template="award_suspended", key=f"suspended:{at.isoformat()}", at=at)
        record_award_action(award=award, action="award.suspended", data={"reason": reason.strip()}, actor=actor, at=at)


@permitted("award.reinstate")
def reinstate_award(*, person_id: uuid.UUID, award_id: uuid.UUID, reason: str, actor: Actor, at: datetime) -> None:
    """The suspicion is cleared: the award is active again, with as much time left to buy as it had.

    The deadline of the first purchase and the window of a next one stood still with the award, so that nobody loses for
    not having bought what they could not buy; the year's cut-offs wait for nobody. A cut-off that passed meanwhile revokes
    nobody, though: what is left lapses with the year. Payments that were held are looked at again at their next check. Raises Refused: reason_missing, not_suspended, not_permitted (verb).
    """
    require_reason(reason)
    with transaction():
        award = locked_with_wallet(person_id=person_id, award_id=award_id)
        if award.status != "suspended" or award.suspended_at is None:
            raise Refused("not_suspended")
        before = award.purchase_deadline_at
        if award.first_purchase_at is None:
            award.purchase_deadline_at = _later(award=award, until=before, at=at)
            award.deadline_set_at, award.deadline_set_by = at, actor.traced
        held = lock_wallet(person_id=person_id, wallet_id=award.wallet_id)
        if held.closed_at is None and held.spendable_until is not None:
            until = _later(award=award, until=held.spendable_until, at=at)
            spendable_at_least_until(wallet=held, until=until, actor=actor, at=at)
        award.status = AWARD_STATES.advance(current=award.status, verb="reinstate")
        award.suspended_at = None
        award.save(
            update_fields=["status", "suspended_at", "purchase_deadline_at", "deadline_set_at", "deadline_set_by"]
        )
        _tell_of_return(award=award, at=at)
        record_award_action(
            award=award,
            action="award.reinstated",
            data={
                "reason": reason.strip(),
                "deadline_before": before.isoformat(),
                "deadline_after": award.purchase_deadline_at.isoformat(),
            },
            actor=actor,
            at=at,
        )


@requires_transaction
def _tell_of_return(*, award: Award, at: datetime) -> None:
    """Say that the award is active again and what can be done with it now, and until when: each outcome has its sentence."""
    found = wallet(person_id=award.person_id, wallet_id=award.wallet_id)
    template = "reinstated"
    said: dict[str, Any] = {}
    is_open = found.closed_at is None and (found.spendable_until is None or at < found.spendable_until)
    if award.first_purchase_at is None and at < award.purchase_deadline_at and is_open:
        template, said = "reinstated_buy_until", {"deadline": award.purchase_deadline_at.isoformat()}
    elif award.first_purchase_at is not None and is_open and found.balance:
        said = {"balance": found.balance}
        template = "reinstated_spend"
        if found.spendable_until is not None:
            template, said["deadline"] = "reinstated_spend_until", found.spendable_until.isoformat()
    tell_participant(award=award, template=template, parameters=said, key=f"reinstated:{at.isoformat()}", at=at)


@requires_transaction
def _later(*, award: Award, until: datetime, at: datetime) -> datetime:
    assert award.suspended_at is not None
    return later_by_the_time_lost(
        scheme=scheme(scheme_version_id=award.scheme_version_id),
        until=until,
        suspended_at=award.suspended_at,
        reinstated_at=at,
    )
