"""When a certificate shows, when incentives are scheduled and paid, when a hold is looked at again.

Sources: rules.md 5.4, 6.6, 14.1. Instants are UTC, days are in WIB, the calendar is passed
in.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta

from prakerja.programmes.schemes.days import WorkingCalendar, at_wib, wib_day
from prakerja.programmes.schemes.model import CompletionSource, Need, Scheme


def certificate_visible_at(*, scheme: Scheme, reported_at: datetime, calendar: WorkingCalendar) -> datetime:
    """Instant from which the certificate shows: report + 1 + 1 working days at 00:10 WIB (rules.md 6.6, 14.1).

    Where completion is derived there is no report that travels: it shows at once, at `reported_at`.
    """
    if scheme.completion is CompletionSource.DERIVED:
        return reported_at
    at_platform = calendar.add(wib_day(reported_at), scheme.reporting.platform_working_days)
    verified = calendar.add(at_platform, scheme.reporting.verification_working_days)
    return at_wib(verified, scheme.times_of_day.nightly)


def missing_needs(*, scheme: Scheme, met: AbstractSet[Need]) -> tuple[Need, ...]:
    """The conditions of the incentive that a participant does not meet yet, in the scheme's order (rules.md 5.4)."""
    return tuple(need for need in scheme.incentive.needs if need not in met)


def incentive_dates(*, scheme: Scheme, conditions_met_at: datetime, calendar: WorkingCalendar) -> tuple[date, ...]:
    """The scheduled days of all incentive payments, in order (rules.md 5.4, 14.1; decisions.md 50).

    The anchor is the day of the last condition + 24 h. Payment n falls on the anchor's day n − 1 months
    later, clamped to the end of the month; each is moved to the next working day on its own, so a moved one
    does not move the rest.
    """
    anchor = wib_day(conditions_met_at + timedelta(hours=scheme.schedule_sync_hours))
    step = scheme.incentive.interval_months
    return tuple(calendar.on_or_after(_add_months(anchor, n * step)) for n in range(scheme.incentive.times))


def rescheduled_date(*, scheme: Scheme, rechecked_at: datetime, calendar: WorkingCalendar) -> date:
    """The new scheduled day of a held, failed or returned payment: 24 h after its re-check (rules.md 5.5)."""
    return calendar.on_or_after(wib_day(rechecked_at + timedelta(hours=scheme.schedule_sync_hours)))


def incentive_due_at(*, scheme: Scheme, scheduled_on: date) -> datetime:
    """Instant at which a scheduled payment becomes due: 00:10 WIB of its day."""
    return at_wib(scheduled_on, scheme.times_of_day.nightly)


def pay_at(*, scheme: Scheme, scheduled_on: date, calendar: WorkingCalendar) -> datetime:
    """Instant at which a payment is sent: 3rd working day after its scheduled day, 10:00 WIB (decisions.md 49).

    The scheduled day is day 0. A day inside the payout pause becomes the first working day after it (rules.md 5.4).
    """
    day = calendar.add(scheduled_on, scheme.payout_working_days[0])
    pause = scheme.payout_pause
    if pause is not None and pause.first <= day <= pause.last:
        day = calendar.on_or_after(pause.last + timedelta(days=1))
    return at_wib(day, scheme.times_of_day.pay)


def survey_pay_at(*, scheme: Scheme, submitted_at: datetime, calendar: WorkingCalendar) -> datetime:
    """Instant at which a survey is paid: as `pay_at`, counted from the day of submission (decisions.md 51)."""
    return pay_at(scheme=scheme, scheduled_on=wib_day(submitted_at), calendar=calendar)


def recheck_at(*, scheme: Scheme, held_at: datetime) -> datetime:
    """Instant at which a held payment is checked again: 7 × 24 hours later (rules.md 5.4; decisions.md 54)."""
    return held_at + timedelta(days=scheme.hold_recheck_days)


def _add_months(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    month += 1
    return date(year, month, min(day.day, months.monthrange(year, month)[1]))
