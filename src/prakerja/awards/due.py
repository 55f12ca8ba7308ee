"""When an award without a purchase is reminded and revoked next: stored, so that the next instant is the first of an index.

`remind_at` and `revoke_at` follow from the deadline, the list, the last reminder and the scheme. Whoever awards a list stores
them; a trigger forgets them when a verb changes what they follow from, and the first of the due tasks reckons what is
null. All people of a list with the same deadline share their instants: each is reckoned once.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from prakerja.kernel.db import row, rows, transaction
from prakerja.kernel.looks import Question
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import reminder_instants, revoke_at

# Awards that are reckoned in one transaction.
CHUNK = 5000


class Basis(NamedTuple):
    """What an award's instants follow from. Instants are UTC; the deadline is exclusive."""

    scheme_version_id: uuid.UUID
    awarded_at: datetime
    deadline_at: datetime
    reminded_at: datetime | None


class Instants(NamedTuple):
    """`remind_at` is the deadline itself when no reminder is left."""

    remind_at: datetime
    revoke_at: datetime


@lru_cache(maxsize=4096)
def instants_of(basis: Basis) -> Instants:
    """When whoever has not bought is reminded next, and when revoked."""
    return Instants(
        remind_at=min(_reminders_left(basis), default=basis.deadline_at),
        revoke_at=revocation_of(scheme_version_id=basis.scheme_version_id, deadline_at=basis.deadline_at),
    )


@lru_cache(maxsize=4096)
def revocation_of(*, scheme_version_id: uuid.UUID, deadline_at: datetime) -> datetime:
    """The instant of the run that revokes by this deadline."""
    return revoke_at(scheme=scheme(scheme_version_id=scheme_version_id), deadline_at=deadline_at)


def last_reminder(basis: Basis, *, until: datetime) -> datetime | None:
    """The latest reminder that is due by then: what was missed before it says nothing that it does not say."""
    return max((instant for instant in _reminders_left(basis) if instant <= until), default=None)


def _reminders_left(basis: Basis) -> list[datetime]:
    instants = reminder_instants(
        scheme=scheme(scheme_version_id=basis.scheme_version_id),
        announced_at=basis.awarded_at,
        deadline_at=basis.deadline_at,
    )
    return [
        instant
        for instant in instants
        if instant < basis.deadline_at and (basis.reminded_at is None or instant > basis.reminded_at)
    ]


class Overdue(NamedTuple):
    """An award that may be revoked, locked with its wallet. `held_at`: an operator has let its revocation go on."""

    person_id: uuid.UUID
    award_id: uuid.UUID
    wallet_id: uuid.UUID
    reserve_id: uuid.UUID
    scheme_version_id: uuid.UUID
    deadline_at: datetime
    held_at: datetime | None


# Whose wave has another deadline by now, which this award has not followed yet: nothing falls due by the old one (`moving`).
FOLLOWS = """EXISTS (SELECT 1 FROM awards_deadlinemove move
                    WHERE move.finished_at IS NULL AND move.wave_id = award.wave_id AND move.before = award.purchase_deadline_at)"""
_UNRECKONED = "status = 'active' AND first_purchase_at IS NULL AND (remind_at IS NULL OR revoke_at IS NULL)"
_BASES = f"""
SELECT DISTINCT scheme_version_id, awarded_at, purchase_deadline_at, reminded_at FROM awards_award WHERE {_UNRECKONED}"""
_CLAIM = f"""
SELECT id, scheme_version_id, awarded_at, purchase_deadline_at, reminded_at FROM awards_award
 WHERE {_UNRECKONED} ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED"""
_STORE = "UPDATE awards_award SET remind_at = %s, revoke_at = %s WHERE id = ANY(%s)"


# Since when an award waits to be reckoned, or None.
next_unreckoned = Question(
    f"SELECT COALESCE(deadline_set_at, awarded_at) FROM awards_award WHERE {_UNRECKONED} LIMIT 1"
)


def unreckoned() -> list[Basis]:
    """What the instants follow from that are not reckoned yet, for whoever asks before they are."""
    return [Basis(*found) for found in rows(_BASES)]


def reckon_some() -> int | None:
    """Store the instants of some awards that have none, or wrong ones. 0; None when there are none."""
    with transaction():
        by_basis: dict[Basis, list[uuid.UUID]] = {}
        for award_id, *found in rows(_CLAIM, [CHUNK]):
            by_basis.setdefault(Basis(*found), []).append(award_id)
        for basis, award_ids in by_basis.items():
            row(_STORE + " RETURNING 1", [*instants_of(basis), award_ids])
    # Nobody outside sees what was reckoned: it is no piece of anybody's work.
    return 0 if by_basis else None
