"""When a code may be redeemed and a survey answered. Instants are UTC, ends are exclusive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from prakerja.programmes.schemes.days import at_wib, end_of_day, wib_day
from prakerja.programmes.schemes.deadlines import cutoff_at
from prakerja.programmes.schemes.model import CutoffKind, Delivery, Scheme, SelfPacedFrom


@dataclass(frozen=True, slots=True)
class Window:
    """From `opens_at` (included) to `closes_at` (excluded)."""

    opens_at: datetime
    closes_at: datetime

    def __contains__(self, at: datetime) -> bool:
        return self.opens_at <= at < self.closes_at


def redeemable_until(*, scheme: Scheme, run_ends_at: datetime) -> datetime:
    """Exclusive end of a voucher: min(run end, completion cut-off) (rules.md 6.4; decisions.md 23)."""
    cutoff = cutoff_at(scheme=scheme, kind=CutoffKind.COMPLETE)
    return run_ends_at if cutoff is None else min(run_ends_at, cutoff)


def redemption_window(
    *,
    scheme: Scheme,
    delivery: Delivery | str,
    purchased_at: datetime,
    run_starts_at: datetime,
    run_ends_at: datetime,
    session_starts_at: datetime | None = None,
) -> Window:
    """When a code of this class may be redeemed (decisions.md 2.2).

    Live, 2021: from 1 h before the start to the class end. Live, 2023: from 1 h before to 1 h after the start
    of the session (`session_starts_at`, default the run's start); the whole second at its end still counts,
    so 10:00:00 is in time and 10:00:01 late. Self-paced, 2021: from the purchase; 2023: from the run's start;
    both to the run's end. Nothing is redeemable past the completion cut-off. Raises ValueError for an unknown
    delivery.
    """
    rules = scheme.redeem
    limit = redeemable_until(scheme=scheme, run_ends_at=run_ends_at)
    if Delivery(delivery) is Delivery.SELF_PACED:
        opens_at = purchased_at if rules.self_paced_from is SelfPacedFrom.PURCHASE else run_starts_at
        return Window(opens_at=opens_at, closes_at=limit)
    starts_at = run_starts_at if session_starts_at is None else session_starts_at
    opens_at = starts_at - timedelta(minutes=rules.window_before_min)
    if rules.window_after_min is None:
        return Window(opens_at=opens_at, closes_at=limit)
    closes_at = starts_at + timedelta(minutes=rules.window_after_min, seconds=1)
    # A session may be shorter than the hour after its start, so only the cut-off bounds it here, not the
    # class end.
    cutoff = cutoff_at(scheme=scheme, kind=CutoffKind.COMPLETE)
    return Window(opens_at=opens_at, closes_at=closes_at if cutoff is None else min(closes_at, cutoff))


def attendance_window(
    *,
    scheme: Scheme,
    delivery: Delivery | str,
    run_starts_at: datetime,
    run_ends_at: datetime,
    session_starts_at: datetime,
    is_post_test: bool,
) -> Window:
    """When attendance after the redemption may be verified (decisions.md 2.2; contract.md G10).

    A later session of a live class: as `redemption_window`, around its own start. Its post-test: from an hour before
    the last session (`session_starts_at`) to `post_test_days` after the class end, never past the completion
    cut-off. Self-paced: from the run's start to its end; who is here redeemed before, so the purchase plays no part.
    Raises ValueError for an unknown delivery.
    """
    window = redemption_window(
        scheme=scheme,
        delivery=delivery,
        purchased_at=run_starts_at,
        run_starts_at=run_starts_at,
        run_ends_at=run_ends_at,
        session_starts_at=session_starts_at,
    )
    if Delivery(delivery) is Delivery.SELF_PACED or not is_post_test:
        return window
    last = redeemable_until(scheme=scheme, run_ends_at=run_ends_at + timedelta(days=scheme.redeem.post_test_days))
    return Window(opens_at=window.opens_at, closes_at=last)


def survey_window(*, scheme: Scheme, number: int, first_incentive_paid_at: datetime) -> Window | None:
    """When survey `number` (from 1) may be answered, or None when it never opens (rules.md 7, 12.9).

    It opens at 00:10 WIB, 30 or 90 days after the day on which the first incentive was paid; all that have
    not opened 14 days before the survey cut-off open then. It stays open 30 days, to the end of the last one, never past the
    cut-off.
    Raises ValueError for a number that the scheme does not have.
    """
    if not 1 <= number <= scheme.survey.times:
        raise ValueError(f"scheme {scheme.key} has no survey {number}")
    opens_at = _survey_opens_at(scheme, number, first_incentive_paid_at)
    if opens_at is None:
        return None
    closes_at = end_of_day(wib_day(opens_at) + timedelta(days=scheme.survey.window_days))
    cutoff = cutoff_at(scheme=scheme, kind=CutoffKind.SURVEY)
    if cutoff is not None:
        closes_at = min(closes_at, cutoff)
    return Window(opens_at=opens_at, closes_at=closes_at) if opens_at < closes_at else None


def survey_window_when_told_late(*, scheme: Scheme, told_at: datetime) -> datetime | None:
    """Exclusive end of a survey that nobody was told of before it closed: the whole window again, to the end of its last day.

    Never past the survey cut-off; None when that has passed.
    """
    until = end_of_day(wib_day(told_at) + timedelta(days=scheme.survey.window_days))
    cutoff = cutoff_at(scheme=scheme, kind=CutoffKind.SURVEY)
    if cutoff is not None:
        until = min(until, cutoff)
    return until if until > told_at else None


def _survey_opens_at(scheme: Scheme, number: int, first_incentive_paid_at: datetime) -> datetime | None:
    nightly = scheme.times_of_day.nightly
    paid_on = wib_day(first_incentive_paid_at)
    candidates = []
    offset = scheme.survey.open_offset_days[number - 1]
    if offset is not None:
        candidates.append(paid_on + timedelta(days=offset))
    cutoff_day = scheme.cutoffs.survey
    if cutoff_day is not None:
        forced = cutoff_day - timedelta(days=scheme.survey.force_open_days)
        # Receiving the first incentive stays a condition: whoever is paid after the forced day waits for the
        # next night.
        candidates.append(max(forced, paid_on + timedelta(days=1)))
    return at_wib(min(candidates), nightly) if candidates else None
