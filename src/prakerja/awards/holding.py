"""Nobody is revoked who could not be told because we were down: an operator decides first.

A deadline is overdue, and in the last days before it our worker was off for long, or the gateway took no reminder to this
person (a dated rule: `first_purchase.outage_days`, `outage_hours`; rules.md 12.4). Such a revocation is held, and the person
is told so. An operator gives all who are held another deadline, or lets the revocations go on.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from prakerja.access.actors import SYSTEM, Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record_many
from prakerja.awards.models import Award
from prakerja.awards.policies import require_ahead, require_reason
from prakerja.awards.states import AWARD_STATES
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.notifications.operations import Notice, queue_many
from prakerja.notifications.queries import downtime, put_off_until_too_late
from prakerja.programmes.queries import scheme, schemes
from prakerja.programmes.schemes import Scheme, days_from_today, revoked_deadlines_until

BATCH = 1000
MOST_DAYS = 60
_NOT_BOUGHT = Q(status="active", first_purchase_at=None)
_AHEAD_WHEN_SET = Q(deadline_set_at=None) | Q(deadline_set_at__lt=F("purchase_deadline_at"))
_HELD = _NOT_BOUGHT & Q(revocation_held_at__isnull=False, revocation_released_at=None)


def was_ahead_when_set(award: Award) -> bool:
    """Whether the deadline lay before the person when it was set; where that is not known, it was set with the award."""
    return award.deadline_set_at is None or award.deadline_set_at < award.purchase_deadline_at


def waits_for_decision(award: Award) -> bool:
    return award.revocation_held_at is not None and award.revocation_released_at is None


def revocable() -> QuerySet[Award]:
    """Awards without a purchase that their deadline may end: it was ahead when it was set, and nobody has to decide first."""
    undecided = Q(revocation_held_at=None) | Q(revocation_released_at__isnull=False)
    return Award.objects.filter(_NOT_BOUGHT & _AHEAD_WHEN_SET & undecided)


def hold_untold(*, at: datetime, wall: datetime) -> int:
    """Hold every overdue revocation of people whom we could not tell. Returns how many are held by this call.

    `wall` is the wall time, by which it is known whether what sends is alive.
    """
    held = 0
    for version, rules in schemes().items():
        overdue = (
            revocable()
            .filter(
                revocation_held_at=None,
                scheme_version_id=version,
                purchase_deadline_at__lte=revoked_deadlines_until(scheme=rules, at=at),
            )
            .order_by()
        )
        for deadline in list(overdue.values_list("purchase_deadline_at", flat=True).distinct()):
            held += _hold(
                overdue.filter(purchase_deadline_at=deadline), rules=rules, deadline=deadline, at=at, wall=wall
            )
    return held


@permitted("award.extend_held")
def extend_held(*, days: int, reason: str, actor: Actor, at: datetime) -> int:
    """Give all whose revocation is held another deadline: the end of the day `days` days after today. Returns how many.

    At least the days below which a deadline is confirmed by name (7), at most 60, never past the year's balance
    cut-off, and ahead. Everybody is told by SMS. All or nothing. Raises Refused: reason_missing, days_out_of_range (least,
    most), nobody_held, deadline_not_ahead (what, deadline), not_permitted.
    """
    require_reason(reason)
    with transaction():
        moved = 0
        for batch in _held_batches():
            rules = scheme(scheme_version_id=batch[0].scheme_version_id)
            least = rules.first_purchase.confirm_below_days
            if not least <= days <= MOST_DAYS:
                raise Refused("days_out_of_range", least=least, most=MOST_DAYS)
            deadline = days_from_today(scheme=rules, days=days, at=at)
            # Who extends stands with their name behind a deadline that the year's cut-off makes shorter.
            require_ahead(scheme=rules, dates=[("purchase", deadline)], at=at, is_confirmed=True)
            move_deadlines(batch, deadline=deadline, reason=reason, actor=actor, at=at)
            moved += len(batch)
        if not moved:
            raise Refused("nobody_held")
    return moved


@permitted("award.release_held")
def release_held(*, reason: str, actor: Actor, at: datetime) -> int:
    """Let the held revocations go on, at the next run. Returns how many. Raises Refused: reason_missing, nobody_held,
    not_permitted."""
    require_reason(reason)
    with transaction():
        released = 0
        for batch in _held_batches():
            Award.objects.filter(id__in=[award.id for award in batch]).update(revocation_released_at=at)
            _record("award.revocation_released", batch, actor=actor, at=at, data={"reason": reason.strip()})
            released += len(batch)
        if not released:
            raise Refused("nobody_held")
    return released


@requires_transaction
def move_deadlines(awards: list[Award], *, deadline: datetime, reason: str, actor: Actor, at: datetime) -> None:
    """Set another deadline for locked awards without a purchase, tell each person by SMS, and write down who set it.

    The caller has looked ahead. Reminders are sent anew before the new deadline.
    """
    # Who is told twice of one deadline was told of another in between.
    Award.objects.filter(id__in=[award.id for award in awards]).update(
        purchase_deadline_at=deadline,
        deadline_set_at=at,
        deadline_set_by=actor.traced,
        revocation_held_at=None,
        revocation_released_at=None,
    )
    queue_many(
        template="deadline_moved",
        channels=("sms", "dashboard"),
        notices=[
            Notice(award.person_id, {"deadline": deadline.isoformat()}, f"deadline_moved:{award.id}:{at.isoformat()}")
            for award in awards
        ],
        at=at,
    )
    said = {"before": awards[0].purchase_deadline_at.isoformat(), "after": deadline.isoformat()}
    _record("award.deadline_moved", awards, actor=actor, at=at, data={**said, "reason": reason.strip()})


@requires_transaction
def move_wave_deadline(
    *, wave_id: uuid.UUID, before: datetime, deadline: datetime, reason: str, actor: Actor, at: datetime
) -> int:
    """Move the deadline of a wave's people who have not bought and whose deadline is the wave's. Returns how many."""
    if before == deadline:
        return 0
    chosen = Award.objects.filter(
        wave_id=wave_id,
        status__in=AWARD_STATES.group("LIVE"),
        first_purchase_at=None,
        purchase_deadline_at=before,
    ).order_by("id")
    moved = 0
    while batch := list(chosen.select_for_update(no_key=True)[:BATCH]):
        move_deadlines(batch, deadline=deadline, reason=reason, actor=actor, at=at)
        moved += len(batch)
    return moved


def _hold(overdue: QuerySet[Award], *, rules: Scheme, deadline: datetime, at: datetime, wall: datetime) -> int:
    since = deadline - timedelta(days=rules.first_purchase.outage_days)
    was_down = downtime(since=since, until=deadline, wall=wall) >= timedelta(hours=rules.first_purchase.outage_hours)
    people = list(overdue.values_list("person_id", flat=True))
    held = 0
    for start in range(0, len(people), BATCH):
        untold = set(people[start : start + BATCH])
        if not was_down:
            untold = put_off_until_too_late(
                person_ids=list(untold), template="deadline_reminder", since=since, until=deadline
            )
        if untold:
            held += _hold_batch(
                overdue.filter(person_id__in=untold), because="worker" if was_down else "gateway", at=at
            )
    return held


def _hold_batch(chosen: QuerySet[Award], *, because: str, at: datetime) -> int:
    with transaction():
        awards = list(chosen.select_for_update(no_key=True).order_by("id"))
        Award.objects.filter(id__in=[award.id for award in awards]).update(revocation_held_at=at)
        queue_many(
            template="revocation_held",
            channels=("sms", "dashboard"),
            notices=[
                Notice(
                    award.person_id,
                    {"deadline": award.purchase_deadline_at.isoformat()},
                    f"revocation_held:{award.id}:{at.isoformat()}",
                )
                for award in awards
            ],
            at=at,
        )
        _record("award.revocation_held", awards, actor=SYSTEM, at=at, data={"down": because})
    return len(awards)


@requires_transaction
def _held_batches() -> Iterator[list[Award]]:
    """The held awards, locked, in batches of one scheme version and one deadline each."""
    groups = Award.objects.filter(_HELD).order_by().values_list("scheme_version_id", "purchase_deadline_at").distinct()
    for version, deadline in list(groups):
        chosen = Award.objects.filter(_HELD, scheme_version_id=version, purchase_deadline_at=deadline)
        while batch := list(chosen.select_for_update(no_key=True).order_by("id")[:BATCH]):
            yield batch


@requires_transaction
def _record(action: str, awards: list[Award], *, actor: Actor, at: datetime, data: dict[str, Any]) -> None:
    record_many(
        action=action,
        at=at,
        actor=actor,
        subject_kind="award",
        subjects=[(award.person_id, award.id) for award in awards],
        data=data,
    )
