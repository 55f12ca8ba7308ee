"""When a payment must not leave, and what an instant or a day means for it. Pure decisions over plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from prakerja.programmes.schemes import (
    Need,
    Scheme,
    WorkingCalendar,
    at_wib,
    incentive_due_at,
    indonesian_calendar,
    pay_at,
    rescheduled_date,
    wib_day,
)


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What decides over a linked account. `linked_on` is a day in WIB; `defect` holds every payment (`LinkedAccount`)."""

    linked_on: date
    nik_matches: bool
    is_kyc_complete: bool
    defect: str = ""

    @property
    def is_valid(self) -> bool:
        """Whether money may go there: its owner's own, and able to receive (rules.md 5.4)."""
        return self.nik_matches and self.is_kyc_complete


def hold_reason(*, scheme: Scheme, account: AccountFacts | None, pay_date: date, is_suspended: bool) -> str:
    """Why a payment of `pay_date` (WIB) must be held, or "" (rules.md 5.5; decisions.md 54)."""
    if account is None:
        return "no_account"
    if not account.nik_matches:
        return "nik_mismatch"
    if not account.is_kyc_complete:
        return "kyc_incomplete"
    if account.defect:
        return account.defect
    if account.linked_on >= pay_date - timedelta(days=scheme.account_change_hold_days):
        return "account_changed"
    return "award_suspended" if is_suspended else ""


def payments_of(*, scheme: Scheme, kind: str) -> int:
    """How many payments of a kind (post_training, survey) the scheme has: "2 of 4"."""
    return scheme.survey.times if kind == "survey" else scheme.incentive.times


def first_day_after_pause(*, scheme: Scheme, day: date, calendar: WorkingCalendar) -> date | None:
    """The first working day after the year's pause when `day` lies in it, else None (rules.md 5.4)."""
    pause = scheme.payout_pause
    if pause is None or not pause.first <= day <= pause.last:
        return None
    return calendar.on_or_after(pause.last + timedelta(days=1))


def falls_due_at(*, scheme: Scheme, scheduled_on: date, planned_at: datetime) -> datetime:
    """The instant at which a planned incentive falls due: in the night of its day, and not before it was planned."""
    return max(planned_at, incentive_due_at(scheme=scheme, scheduled_on=scheduled_on))


def paid_from(*, scheme: Scheme, pay_date: date, planned_at: datetime) -> datetime:
    """The instant from which an incentive that is due is paid: at the hour of payments of its day (rules.md 5.4)."""
    return max(planned_at, at_wib(pay_date, scheme.times_of_day.pay))


def new_dates(*, scheme: Scheme, checked_at: datetime) -> tuple[date, date]:
    """Scheduled day and payment day after a re-check at `checked_at`: 24 h later, then the third working day."""
    calendar = indonesian_calendar()
    scheduled = rescheduled_date(scheme=scheme, rechecked_at=checked_at, calendar=calendar)
    return scheduled, wib_day(pay_at(scheme=scheme, scheduled_on=scheduled, calendar=calendar))


def needs_met(
    *, certificate_visible_from: datetime | None, rated_at: datetime | None, account: AccountFacts | None, at: datetime
) -> frozenset[Need]:
    """The conditions of the incentive that hold at `at`. A stored rating always has its stars and its text."""
    met = set()
    if certificate_visible_from is not None and certificate_visible_from <= at:
        met.add(Need.CERTIFICATE)
    if rated_at is not None and rated_at <= at:
        met |= {Need.RATING, Need.REVIEW}
    if account is not None:
        met.add(Need.ACCOUNT_LINKED)
        if account.is_kyc_complete:
            met.add(Need.ACCOUNT_KYC)
        if account.nik_matches:
            met.add(Need.NIK_MATCH)
    return frozenset(met)
