"""Nobody is revoked who could not be told because we were down: an operator decides first.

A deadline is overdue, and in the last days before it our worker was off for long, or the gateway took no reminder to this
person (a dated rule: `first_purchase.outage_days`, `outage_hours`; rules.md 12.4). Such a revocation is held, and the person
is told so. An operator gives all who are held another deadline, or lets the revocations go on.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from prakerja.access.actors import SYSTEM, Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record_many
from prakerja.awards.due import Overdue
from prakerja.awards.models import HELD, Award
from prakerja.awards.policies import require_ahead, require_reason
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.due import in_chunks
from prakerja.kernel.errors import Refused
from prakerja.notifications.operations import Notice, queue_many
from prakerja.notifications.queries import downtime, put_off_until_too_late
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import days_from_today

BATCH = 1000
MOST_DAYS = 60


class Untold:
    """Whom we could not tell before a deadline; asks once for each deadline whether our worker was off for long.

    `wall` is the wall time, by which it is known whether what sends is alive.
    """

    def __init__(self, *, wall: datetime) -> None:
        self._wall = wall
        self._was_down: dict[tuple[uuid.UUID, datetime], bool] = {}

    def of(self, *, version: uuid.UUID, deadline: datetime, person_ids: list[uuid.UUID]) -> tuple[set[uuid.UUID], str]:
        """Which of these people, whose deadline this is, and what was down: worker or gateway."""
        rules = scheme(scheme_version_id=version).first_purchase
        since = deadline - timedelta(days=rules.outage_days)
        if (version, deadline) not in self._was_down:
            was_off = downtime(since=since, until=deadline, wall=self._wall)
            self._was_down[version, deadline] = was_off >= timedelta(hours=rules.outage_hours)
        if self._was_down[version, deadline]:
            return set(person_ids), "worker"
        found = put_off_until_too_late(person_ids=person_ids, template="deadline_reminder", since=since, until=deadline)
        return found, "gateway"


@requires_transaction
def hold_some(*, overdue: Sequence[Overdue], untold: Untold, at: datetime) -> set[uuid.UUID]:
    """Hold the revocations of people whom we could not tell, and tell them so; the awards are locked. Returns which."""
    held: set[uuid.UUID] = set()
    by_deadline: dict[tuple[uuid.UUID, datetime], list[Overdue]] = {}
    for one in overdue:
        by_deadline.setdefault((one.scheme_version_id, one.deadline_at), []).append(one)
    for (version, deadline), found in by_deadline.items():
        people, because = untold.of(version=version, deadline=deadline, person_ids=[one.person_id for one in found])
        chosen = [one for one in found if one.person_id in people]
        if chosen:
            _hold(chosen, because=because, at=at)
            held |= {one.award_id for one in chosen}
    return held


@permitted("award.extend_held")
def extend_held(*, days: int, reason: str, actor: Actor, at: datetime) -> int:
    """Give all whose revocation is held another deadline: the end of the day `days` days after today. Returns how many.

    At least the days below which a deadline is confirmed by name (7), at most 60, never past the year's balance
    cut-off, and ahead. Everybody is told by SMS. A chunk at a time: whoever is interrupted goes on with the rest by
    asking again. Raises Refused: reason_missing, days_out_of_range (least,
    most), nobody_held, deadline_not_ahead (what, deadline), not_permitted.
    """
    require_reason(reason)
    groups = [(version, before, scheme(scheme_version_id=version)) for version, before in _held_groups()]
    for _, _, rules in groups:
        least = rules.first_purchase.confirm_below_days
        if not least <= days <= MOST_DAYS:
            raise Refused("days_out_of_range", least=least, most=MOST_DAYS)
        deadline = days_from_today(scheme=rules, days=days, at=at)
        # Who extends stands with their name behind a deadline that the year's cut-off makes shorter.
        require_ahead(scheme=rules, dates=[("purchase", deadline)], at=at, is_confirmed=True)
    moved = 0
    for version, before, rules in groups:
        deadline = days_from_today(scheme=rules, days=days, at=at)

        def move(version: uuid.UUID = version, before: datetime = before, deadline: datetime = deadline) -> int | None:
            with transaction():
                if batch := _held_some(version, before):
                    move_deadlines(batch, deadline=deadline, reason=reason, actor=actor, at=at)
            return len(batch) or None

        moved += in_chunks(move)
    if not moved:
        raise Refused("nobody_held")
    return moved


@permitted("award.release_held")
def release_held(*, reason: str, actor: Actor, at: datetime) -> int:
    """Let the held revocations go on, at the next run, a chunk at a time. Returns how many. Raises Refused: reason_missing, nobody_held,
    not_permitted."""
    require_reason(reason)
    released = 0
    for version, deadline in _held_groups():

        def release(version: uuid.UUID = version, deadline: datetime = deadline) -> int | None:
            with transaction():
                batch = _held_some(version, deadline)
                subjects = [(award.person_id, award.id) for award in batch]
                Award.objects.filter(id__any_of=[award.id for award in batch]).update(revocation_released_at=at)
                _record("award.revocation_released", subjects, actor=actor, at=at, data={"reason": reason.strip()})
            return len(batch) or None

        released += in_chunks(release)
    if not released:
        raise Refused("nobody_held")
    return released


@requires_transaction
def move_deadlines(
    awards: list[Award], *, deadline: datetime, reason: str, actor: Actor, at: datetime, set_at: datetime | None = None
) -> None:
    """Set another deadline for locked awards without a purchase, tell each person by SMS, and write down who set it.

    `set_at`: when that was decided, where that was earlier. The caller has looked ahead then. Reminders are sent anew before the
    new deadline. Who could not be told before it (nobody worked) is not revoked by it: that is held, and they are told so.
    """
    is_late = at >= deadline
    # Who is told twice of one deadline was told of another in between.
    Award.objects.filter(id__any_of=[award.id for award in awards]).update(
        purchase_deadline_at=deadline,
        deadline_set_at=set_at or at,
        deadline_set_by=actor.traced,
        revocation_held_at=at if is_late else None,
        revocation_released_at=None,
    )
    subjects = [(award.person_id, award.id) for award in awards]
    _tell("revocation_held" if is_late else "deadline_moved", subjects, deadline=deadline, at=at)
    said = {"before": awards[0].purchase_deadline_at.isoformat(), "after": deadline.isoformat()}
    _record("award.deadline_moved", subjects, actor=actor, at=at, data={**said, "reason": reason.strip()})
    if is_late:
        _record("award.revocation_held", subjects, actor=SYSTEM, at=at, data={"down": "worker"})


@requires_transaction
def _hold(chosen: Sequence[Overdue], *, because: str, at: datetime) -> None:
    Award.objects.filter(id__any_of=[one.award_id for one in chosen]).update(revocation_held_at=at)
    subjects = [(one.person_id, one.award_id) for one in chosen]
    _record("award.revocation_held", subjects, actor=SYSTEM, at=at, data={"down": because})
    _tell("revocation_held", subjects, deadline=chosen[0].deadline_at, at=at)


@requires_transaction
def _tell(template: str, subjects: list[tuple[uuid.UUID, uuid.UUID]], *, deadline: datetime, at: datetime) -> None:
    queue_many(
        template=template,
        channels=("sms", "dashboard"),
        notices=(
            Notice(person_id, {"deadline": deadline.isoformat()}, f"{template}:{award_id}:{at.isoformat()}")
            for person_id, award_id in subjects
        ),
        at=at,
        queue=deadline.isoformat(),
    )


def _held_groups() -> list[tuple[uuid.UUID, datetime]]:
    """The scheme version and the deadline of each group of awards whose revocation is held."""
    groups = Award.objects.filter(HELD).order_by().values_list("scheme_version_id", "purchase_deadline_at").distinct()
    return list(groups)


@requires_transaction
def _held_some(version: uuid.UUID, deadline: datetime) -> list[Award]:
    """A chunk of a group, locked."""
    chosen = Award.objects.filter(HELD, scheme_version_id=version, purchase_deadline_at=deadline)
    return list(chosen.select_for_update(no_key=True).order_by("id")[:BATCH])


@requires_transaction
def _record(
    action: str, subjects: list[tuple[uuid.UUID, uuid.UUID]], *, actor: Actor, at: datetime, data: dict[str, Any]
) -> None:
    record_many(
        action=action,
        at=at,
        actor=actor,
        subject_kind="award",
        subjects=subjects,
        data=data,
    )
