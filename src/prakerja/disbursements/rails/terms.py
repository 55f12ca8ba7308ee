"""What is agreed with each rail, by the day from which it holds. A new agreement is a new line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from types import MappingProxyType

from prakerja.disbursements.rails.base import Terms

TERMS: Mapping[str, tuple[Terms, ...]] = MappingProxyType(
    {
        # The demo bank. Real agreements are not published; the figures are those of a careful one (ours): clearing
        # returns within days, an order is in the books before it is answered.
        "sandbox": (
            Terms(
                since=date(2020, 4, 11),
                ask_after=(timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2)),
                daily_at=time(6, 0),
                unanswered_after=timedelta(days=14),
                not_found_is_final_after=timedelta(minutes=5),
                returns_within=timedelta(days=14),
                late_results_within=timedelta(days=14),
                callback_age=timedelta(minutes=5),
                calls_at_once=16,
                pause_after=(
                    timedelta(seconds=30),
                    timedelta(minutes=1),
                    timedelta(minutes=2),
                    timedelta(minutes=5),
                    timedelta(minutes=10),
                ),
            ),
        )
    }
)


def terms_of(*, rail: str, on: date) -> Terms:
    """The terms that hold on a day (WIB)."""
    held = [terms for terms in TERMS[rail] if terms.since <= on]
    if not held:
        raise LookupError(f"no terms were agreed with the rail {rail} on {on}")
    return max(held, key=lambda terms: terms.since)
