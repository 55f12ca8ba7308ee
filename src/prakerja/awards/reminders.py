"""Reminders to buy before the deadline: at 09:00 WIB, 7, 3 and 1 days before (rules.md 13.1)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from prakerja.awards.due import FOLLOWS, Basis, instants_of, last_reminder, next_unreckoned, unreckoned
from prakerja.kernel.db import row, rows, transaction
from prakerja.kernel.due import in_chunks
from prakerja.kernel.looks import Question, follows_from
from prakerja.notifications.operations import Notice, queue_many

# People who are reminded in one transaction.
CHUNK = 500
_WAITING = f"status = 'active' AND first_purchase_at IS NULL AND remind_at < purchase_deadline_at AND NOT {FOLLOWS}"
_CLAIM = f"""
SELECT id, person_id, remind_at, scheme_version_id, awarded_at, purchase_deadline_at, reminded_at FROM awards_award award
 WHERE {_WAITING} AND remind_at <= %(at)s AND (remind_at, id) > (%(since)s, %(after)s)
 ORDER BY remind_at, id LIMIT %(most)s FOR NO KEY UPDATE OF award SKIP LOCKED"""


class _Waiting(NamedTuple):
    award_id: uuid.UUID
    person_id: uuid.UUID
    remind_at: datetime
    basis: Basis


@follows_from(
    Question(f"SELECT remind_at FROM awards_award award WHERE {_WAITING} ORDER BY remind_at LIMIT 1"), next_unreckoned
)
def next_reminder(first: datetime | None, unreckoned_since: datetime | None) -> datetime | None:
    """The first instant at which somebody who has not bought is reminded: the first of an index."""
    # Usually nothing waits to be reckoned, and nobody reads it.
    instants = (
        (instants_of(basis).remind_at, basis.deadline_at) for basis in (unreckoned_since and unreckoned()) or ()
    )
    return min([*(one for one, end in instants if one < end), *filter(None, [first])], default=None)


def reminders_left(at: datetime) -> int:
    """How many people wait for a reminder that is due at `at`."""
    found = row(f"SELECT count(*) FROM awards_award award WHERE {_WAITING} AND remind_at <= %s", [at])
    return int(found[0]) if found else 0


def remind_to_buy(*, at: datetime, chunk: int = CHUNK) -> int:
    """Tell each person whose reminder is due that the deadline is near, with its exact date and hour, once. Returns how many.

    A chunk at a time, each a transaction: a wave is hundreds of thousands, and whoever is interrupted goes on with the rest.
    People who bought meanwhile are not in the locked rows any more; a second runner takes others. Of several reminders
    that were missed only the last is sent. When the deadline has passed (nobody sent what was due), nobody is told to
    hurry: the reminder counts as over, and that is all.
    """
    return in_chunks(_step(at=at, most=chunk))


def _step(*, at: datetime, most: int) -> Callable[[], int | None]:
    since, after = datetime(1970, 1, 1, tzinfo=UTC), uuid.UUID(int=0)

    def step() -> int | None:
        nonlocal since, after
        with transaction():
            found = [
                _Waiting(award_id, person_id, remind_at, Basis(*basis))
                for award_id, person_id, remind_at, *basis in rows(
                    _CLAIM, {"at": at, "since": since, "after": after, "most": most}
                )
            ]
            if not found:
                return None
            since, after = found[-1].remind_at, found[-1].award_id
            by_basis: dict[Basis, list[_Waiting]] = {}
            for one in found:
                by_basis.setdefault(one.basis, []).append(one)
            for basis, people in by_basis.items():
                _remind(basis, people, at=at)
        return len(found)

    return step


def _remind(basis: Basis, people: list[_Waiting], *, at: datetime) -> None:
    """Tell people who share their deadline, and write down which reminder that was and when the next is due."""
    due_at = last_reminder(basis, until=at) or people[0].remind_at
    if at < basis.deadline_at:
        said = {"deadline": basis.deadline_at.isoformat()}
        queue_many(
            template="deadline_reminder",
            channels=("sms", "dashboard"),
            notices=(Notice(one.person_id, said, f"reminder:{one.award_id}:{due_at.isoformat()}") for one in people),
            at=at,
            may_be_known=True,
            queue=basis.deadline_at.isoformat(),
        )
    following = instants_of(basis._replace(reminded_at=due_at))
    row(
        "UPDATE awards_award SET reminded_at = %s, remind_at = %s WHERE id = ANY(%s) RETURNING 1",
        [due_at, following.remind_at, [one.award_id for one in people]],
    )
