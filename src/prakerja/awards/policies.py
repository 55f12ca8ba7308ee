"""Pure decisions about an award."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from prakerja.kernel.errors import Refused
from prakerja.programmes.schemes import (
    Scheme,
    balance_expires_at,
    end_of_day,
    full_days_left,
    shown_deadline_day,
    wib_day,
)


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


def require_ahead(*, scheme: Scheme, dates: Sequence[tuple[str, datetime]], at: datetime, is_confirmed: bool) -> None:
    """Refuse to set dates of which one has passed, or one is so near that a name must stand behind it.

    `dates`: (what it ends, exclusive instant). Nobody is ended by a date that was behind them when it was set. Raises Refused:
    deadline_not_ahead (what, deadline), deadline_close (what, deadline, days_left, needed).
    """
    needed = scheme.first_purchase.confirm_below_days
    for what, deadline in sorted(dates, key=lambda one: one[1]):
        if deadline <= at:
            raise Refused("deadline_not_ahead", what=what, deadline=deadline)
        days_left = full_days_left(until=deadline, at=at)
        if days_left < needed and not is_confirmed:
            raise Refused("deadline_close", what=what, deadline=deadline, days_left=days_left, needed=needed)


def later_by_the_time_lost(
    *, scheme: Scheme, until: datetime, suspended_at: datetime, reinstated_at: datetime
) -> datetime:
    """An exclusive end that stood still while the award did: as much time is left as before, to the end of that day.

    At least the day of the reinstatement is left. Never past the year's balance cut-off, which waits for nobody.
    """
    moved = end_of_day(shown_deadline_day(deadline_at=until + (reinstated_at - suspended_at)))
    moved = max(moved, end_of_day(wib_day(reinstated_at)))
    cutoff = balance_expires_at(scheme=scheme)
    return moved if cutoff is None else min(moved, cutoff)
