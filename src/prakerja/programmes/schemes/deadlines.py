"""Until when: first and later purchases, the balance, the year's cut-offs, reminders and the revoking run.

Every limit is an exclusive instant in UTC: something is in time while `at < limit`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from prakerja.programmes.schemes.days import at_wib, end_of_day, wib_day
from prakerja.programmes.schemes.model import CutoffKind, DeadlineBasis, Scheme


def cutoff_at(*, scheme: Scheme, kind: CutoffKind) -> datetime | None:
    """Exclusive end of a cut-off of the scheme's year (rules.md 5.3), or None where the scheme has none.

    2021: balance 1 Dec 00:00, completion, review and surveys 11 Dec 00:00, linking 16 Dec 00:00 WIB.
    """
    day = scheme.cutoffs.last_day(kind)
    return None if day is None else end_of_day(day)


def balance_expires_at(*, scheme: Scheme) -> datetime | None:
    """Exclusive instant at which training balances lapse (rules.md 5.3, 14.5), or None: no fixed date."""
    return cutoff_at(scheme=scheme, kind=CutoffKind.BALANCE)


def purchase_deadline(*, scheme: Scheme, announced_at: datetime, notified_at: datetime | None = None) -> datetime:
    """Exclusive deadline of the first purchase, in UTC (rules.md 4.2, 12.1, 12.2, 12.6).

    The day of the announcement in WIB is day 1 and the deadline is the end of day N, never past the balance
    cut-off. With basis PERSON the days count from `notified_at` (when this person's message was sent, or
    delivered) instead; ValueError when it is missing then.
    """
    counted_from = announced_at
    if scheme.first_purchase.basis is DeadlineBasis.PERSON:
        if notified_at is None:
            raise ValueError("a personal deadline needs the instant of the person's notice")
        counted_from = notified_at
    return _capped(scheme, _end_of_counted_day(wib_day(counted_from), scheme.first_purchase.days))


def deadline_after_void(*, scheme: Scheme, deadline_at: datetime, voided_at: datetime) -> datetime:
    """Exclusive deadline after the only purchase was voided (rules.md 12.5, 14.7).

    The later of the present deadline and the end of the day of the void plus 7 days, never past the balance
    cut-off.
    """
    grace = end_of_day(wib_day(voided_at) + timedelta(days=scheme.first_purchase.void_grace_days))
    return _capped(scheme, max(deadline_at, grace))


def next_purchase_until(*, scheme: Scheme, closed_at: datetime) -> datetime | None:
    """Exclusive end of the window for the next purchase, or None where no limit applies.

    `closed_at` is when the previous training reached what the scheme asks (2021 completed, 2023 reviewed). In
    2023 that day is day 1 of 15 (rules.md 5.3, 14.7: reviewed 29 May, until the end of 12 June); in 2021 only the
    cut-off ends it.
    """
    if scheme.next_purchase.days is None:
        return balance_expires_at(scheme=scheme)
    return _capped(scheme, _end_of_counted_day(wib_day(closed_at), scheme.next_purchase.days))


def dates_that_end(*, scheme: Scheme, announced_at: datetime) -> tuple[tuple[str, datetime], ...]:
    """Every exclusive instant that ends something for whoever is awarded by this announcement, the nearest first.

    (what, instant): the first purchase, and the cut-offs of the scheme's year (balance, complete, review, survey, link).
    """
    found = [("purchase", purchase_deadline(scheme=scheme, announced_at=announced_at, notified_at=announced_at))]
    cutoffs = ((kind.value, cutoff_at(scheme=scheme, kind=kind)) for kind in CutoffKind)
    found += [(what, instant) for what, instant in cutoffs if instant is not None]
    return tuple(sorted(found, key=lambda one: one[1]))


def full_days_left(*, until: datetime, at: datetime) -> int:
    """Whole days of 24 hours from `at` to an exclusive instant: 0 on the last day, negative when it has passed."""
    return (until - at) // timedelta(days=1)


def days_from_today(*, scheme: Scheme, days: int, at: datetime) -> datetime:
    """The exclusive end of the day that comes `days` days after the day of `at`, never past the balance cut-off."""
    return _capped(scheme, end_of_day(wib_day(at) + timedelta(days=days)))


def shown_deadline_day(*, deadline_at: datetime) -> date:
    """The last day, in WIB, on which something is still in time; shown to people with 23.59 WIB."""
    return wib_day(deadline_at - timedelta(microseconds=1))


def code_reminder_instants(*, scheme: Scheme, issued_at: datetime, ends_at: datetime) -> tuple[datetime, ...]:
    """Instants in UTC of the reminders to redeem a code: 09:00 WIB on the day of its end −7, −1 (rules.md 13.1).

    `ends_at` is exclusive. Reminders that would precede the purchase, or follow the end, are left out.
    """
    last_day = shown_deadline_day(deadline_at=ends_at)
    days = sorted(scheme.redeem.reminder_days_before, reverse=True)
    instants = (at_wib(last_day - timedelta(days=before), scheme.times_of_day.remind) for before in days)
    return tuple(instant for instant in instants if issued_at < instant < ends_at)


def reminder_instants(*, scheme: Scheme, announced_at: datetime, deadline_at: datetime) -> tuple[datetime, ...]:
    """Instants in UTC of the reminders to buy: 09:00 WIB on the deadline's day −7, −3, −1 (rules.md 13.1).

    Reminders that would precede the announcement are left out.
    """
    last_day = shown_deadline_day(deadline_at=deadline_at)
    hour = scheme.times_of_day.remind
    days = sorted(scheme.first_purchase.reminder_days_before, reverse=True)
    instants = (at_wib(last_day - timedelta(days=before), hour) for before in days)
    return tuple(instant for instant in instants if instant > announced_at)


def cutoff_reminder_instants(*, scheme: Scheme, kind: CutoffKind) -> tuple[datetime, ...]:
    """Instants in UTC of the reminders of a cut-off: 09:00 WIB on its last day −7, −1 (rules.md 13.1); none without it."""
    last_day = scheme.cutoffs.last_day(kind)
    if last_day is None:
        return ()
    days = sorted(scheme.cutoff_reminder_days_before, reverse=True)
    return tuple(at_wib(last_day - timedelta(days=before), scheme.times_of_day.remind) for before in days)


def revoke_at(*, scheme: Scheme, deadline_at: datetime) -> datetime:
    """Instant in UTC of the run that revokes who bought nothing: 00:05 WIB after the deadline (rules.md 14.2)."""
    day = wib_day(deadline_at)
    run = at_wib(day, scheme.times_of_day.revoke)
    return run if run >= deadline_at else at_wib(day + timedelta(days=1), scheme.times_of_day.revoke)


def video_ends_at(*, scheme: Scheme, started_at: datetime) -> datetime:
    """The first instant at which an induction video that began then can have been seen to its end (rules.md 6.1)."""
    return started_at + timedelta(seconds=scheme.videos.seconds)


def _end_of_counted_day(first_day: date, days: int) -> datetime:
    return end_of_day(first_day + timedelta(days=days - 1))


def _capped(scheme: Scheme, limit: datetime) -> datetime:
    cutoff = balance_expires_at(scheme=scheme)
    return limit if cutoff is None else min(limit, cutoff)
