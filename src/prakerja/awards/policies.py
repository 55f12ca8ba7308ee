"""Pure decisions about an award."""

from __future__ import annotations

from datetime import datetime

from prakerja.kernel.errors import Refused
from prakerja.programmes.schemes import Scheme, balance_expires_at, end_of_day, shown_deadline_day


def require_active(*, status: str) -> None:
    """Refuse what only an active award may do. Raises Refused: award_suspended, award_ended."""
    if status == "suspended":
        raise Refused("award_suspended")
    if status != "active":
        raise Refused("award_ended")


def require_reason(reason: str) -> None:
    """Refuse what an operator does to somebody without saying why. Raises Refused: reason_missing."""
    if not reason.strip():
        raise Refused("reason_missing")


def later_by_the_time_lost(
    *, scheme: Scheme, until: datetime, suspended_at: datetime, reinstated_at: datetime
) -> datetime:
    """An exclusive end that stood still while the award did: as much time is left as before, to the end of that day.

    Never past the year's balance cut-off, which waits for nobody.
    """
    moved = end_of_day(shown_deadline_day(deadline_at=until + (reinstated_at - suspended_at)))
    cutoff = balance_expires_at(scheme=scheme)
    return moved if cutoff is None else min(moved, cutoff)
