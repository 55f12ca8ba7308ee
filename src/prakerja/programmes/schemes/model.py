"""What a scheme version says, as frozen data.

Amounts are whole rupiah; days are calendar days in Asia/Jakarta (WIB); a `None` says that the scheme has no
such limit. The values of the five versions stand in `data.py`; the field names are those of the rule book,
section 13.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Any

from prakerja.programmes.schemes import codec


class DeadlineBasis(StrEnum):
    """From which day the days of the first purchase are counted."""

    WAVE = "WAVE"
    PERSON = "PERSON"


class Need(StrEnum):
    """A condition of the job-search incentive (rule book 5.4)."""

    CERTIFICATE = "CERTIFICATE"
    RATING = "RATING"
    REVIEW = "REVIEW"
    ACCOUNT_LINKED = "ACCOUNT_LINKED"
    ACCOUNT_KYC = "ACCOUNT_KYC"
    NIK_MATCH = "NIK_MATCH"


class PreviousMust(StrEnum):
    """What the previous training must have reached before the next one may be bought."""

    PREVIOUS_COMPLETED = "PREVIOUS_COMPLETED"
    PREVIOUS_REVIEWED = "PREVIOUS_REVIEWED"


class PurchaseCloses(StrEnum):
    """The event at which a purchase stops blocking the next one."""

    COMPLETION = "completion"
    REVIEW = "review"


class CodeShownBy(StrEnum):
    """Who shows the voucher code to the participant besides our own e-mail."""

    PLATFORM = "platform"
    DASHBOARD = "dashboard"


class CompletionSource(StrEnum):
    """Whether an institution reports a completion, or attendance and assignments prove it."""

    REPORTED = "reported"
    DERIVED = "derived"


class SelfPacedFrom(StrEnum):
    """When the code of a self-paced class starts to work."""

    PURCHASE = "PURCHASE"
    RUN_START = "RUN_START"


class Delivery(StrEnum):
    """How a class is taught."""

    LIVE = "live"
    SELF_PACED = "self_paced"


class VoidBy(StrEnum):
    """On whose ground a purchase may be voided."""

    INSTITUTION = "institution"
    OPERATOR = "operator"
    PLATFORM_FAULT = "platform_fault"


class CutoffKind(StrEnum):
    """The dated limits of a fiscal year; each is the last day on which something may still be done."""

    BALANCE = "balance"
    COMPLETE = "complete"
    REVIEW = "review"
    SURVEY = "survey"
    LINK = "link"
    REGISTER = "register"


@dataclass(frozen=True, slots=True)
class WaveRange:
    """The waves that a scheme governs; `last` is None while the scheme is the running one."""

    first: int
    last: int | None

    def __contains__(self, number: int) -> bool:
        return self.first <= number and (self.last is None or number <= self.last)


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who may join (rule book 3.2). `exclude_lists` names the lists on which a person must not stand."""

    citizen: str
    age_min: int
    age_max: int | None
    in_formal_education: bool
    kk_max_recipients: int
    lifetime_once: bool
    wage_ceiling: int | None
    exclude_lists: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScreeningTest:
    """Motivation and basic-ability test (3.3): needed, never weighed."""

    required: bool
    questions: int | None
    minutes: int
    weight: int


@dataclass(frozen=True, slots=True)
class Selfie:
    required: bool
    with_ktp: bool | None


@dataclass(frozen=True, slots=True)
class Selection:
    method: str
    province_weighting: bool
    whitelist_priority: bool


@dataclass(frozen=True, slots=True)
class Videos:
    """Induction videos before the card number is shown (6.1)."""

    count: int
    block_skip: bool
    gate: str


@dataclass(frozen=True, slots=True)
class IncentiveRules:
    """Job-search incentive: `amount` rupiah, `times` payments, one every `interval_months`."""

    amount: int
    times: int
    interval_months: int
    trigger: str
    needs: tuple[Need, ...]

    @property
    def total(self) -> int:
        return self.amount * self.times


@dataclass(frozen=True, slots=True)
class SurveyRules:
    """Survey incentive: `amount` rupiah for each of `times` surveys.

    `open_offset_days[n - 1]` counts from the day on which the first incentive was paid; None means that
    survey n only opens `force_open_days` before the year's survey cut-off, when all that remain open together
    (defaults 7.2 and 12.9).
    """

    amount: int
    times: int
    open_offset_days: tuple[int | None, ...]
    window_days: int
    pay_within_days: int
    sequential: bool
    force_open_days: int

    @property
    def total(self) -> int:
        return self.amount * self.times


@dataclass(frozen=True, slots=True)
class FirstPurchase:
    """The deadline whose miss costs the participation: the first day is day 1 of `days` (4.2)."""

    days: int
    basis: DeadlineBasis
    void_grace_days: int
    reminder_days_before: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NextPurchase:
    """`days` None: any time until the balance cut-off. Else the day of the review is day 1."""

    days: int | None
    requires: tuple[PreviousMust, ...]


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Last days, inclusive, in WIB. `statutory_balance` is the month and day named by the regulation."""

    balance: date | None = None
    complete: date | None = None
    review: date | None = None
    survey: date | None = None
    link: date | None = None
    register: date | None = None
    statutory_balance: str | None = None

    def last_day(self, kind: CutoffKind) -> date | None:
        """The last day on which `kind` may still be done, or None where the year has no such limit."""
        day: date | None = getattr(self, kind.value)
        return day


@dataclass(frozen=True, slots=True)
class PayoutPause:
    """No payment leaves from `first` to `last`, both days included (5.4, year's end)."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Revocation:
    auto: bool
    blacklist: str
    release_full_commitment: bool


@dataclass(frozen=True, slots=True)
class PriceRules:
    max_equals_balance: bool
    top_up: bool
    bundles: bool
    promo_codes: bool
    commission_max_pct: int | None


@dataclass(frozen=True, slots=True)
class CardFormat:
    digits: int
    luhn: bool


@dataclass(frozen=True, slots=True)
class VoidRules:
    until: str
    by: tuple[VoidBy, ...]


@dataclass(frozen=True, slots=True)
class OtpLimits:
    """Limits of the purchase OTP. Tries and lock count for (person, platform, platform user)."""

    digits: int
    life_s: int
    tries: int
    lock_min: int
    gap_s: int
    per_day_user: int
    per_day_person: int


@dataclass(frozen=True, slots=True)
class RedeemRules:
    """Minutes around a live session's start; `window_after_min` None: to the class end (decisions 2.2).

    `post_test_days` is for how many days after a live class's end the attendance of its post-test may be verified.
    """

    window_before_min: int
    window_after_min: int | None
    post_test_days: int
    self_paced_from: SelfPacedFrom
    offline_qr: bool


@dataclass(frozen=True, slots=True)
class Reporting:
    """Hops of a completion report before the certificate shows, in working days (6.6)."""

    platform_working_days: int
    verification_working_days: int


@dataclass(frozen=True, slots=True)
class CourseRules:
    sync_min_hours: int | None
    spl_min_hours: int | None


@dataclass(frozen=True, slots=True)
class TimesOfDay:
    """Hours in WIB at which the programme's own work runs; they are ours, no source publishes them."""

    revoke: time
    nightly: time
    remind: time
    pay: time


@dataclass(frozen=True, slots=True)
class Scheme:
    """One dated version of the programme's rules."""

    key: str
    waves: WaveRange
    eligibility: Eligibility
    test: ScreeningTest
    selfie: Selfie
    gps_permission: bool
    face_verification: bool
    kyc_by_wallet: bool
    auto_join_next: bool
    selection: Selection
    videos: Videos
    training_fund: int
    incentive: IncentiveRules
    survey: SurveyRules
    schedule_sync_hours: int
    payout_working_days: tuple[int, ...]
    hold_recheck_days: int
    first_purchase: FirstPurchase
    next_purchase: NextPurchase
    cutoffs: Cutoffs
    payout_pause: PayoutPause | None
    revoke: Revocation
    price: PriceRules
    repay_days_if_ineligible: int
    card: CardFormat
    code_shown_by: CodeShownBy
    void: VoidRules
    refund_on_cancellation: bool
    otp: OtpLimits
    redeem: RedeemRules
    completion: CompletionSource
    reporting: Reporting
    course: CourseRules
    times_of_day: TimesOfDay

    @property
    def reserve(self) -> int:
        """Rupiah promised at the award beyond the training fund: every incentive and every survey."""
        return self.incentive.total + self.survey.total

    @property
    def total_benefit(self) -> int:
        """Rupiah that an award reserves and that revocation releases (5.3, check sum)."""
        return self.training_fund + self.reserve

    @property
    def purchase_closes_on(self) -> PurchaseCloses:
        """The event at which a purchase no longer blocks the next one (5.2, order)."""
        if PreviousMust.PREVIOUS_REVIEWED in self.next_purchase.requires:
            return PurchaseCloses.REVIEW
        return PurchaseCloses.COMPLETION

    def to_data(self) -> dict[str, Any]:
        """The scheme as JSON data; `Scheme.from_data` reads it back to an equal value."""
        data: dict[str, Any] = codec.to_data(self)
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Scheme:
        """Read a resolved scheme (no `extends`). Raises SchemeDataError naming the path of a wrong value."""
        scheme = codec.from_data(cls, dict(data), path=f"scheme {data.get('key', '?')}")
        if len(scheme.survey.open_offset_days) < scheme.survey.times:
            raise codec.SchemeDataError(f"scheme {scheme.key}: fewer survey offsets than surveys")
        if not scheme.payout_working_days:
            raise codec.SchemeDataError(f"scheme {scheme.key}: payout_working_days is empty")
        return scheme
