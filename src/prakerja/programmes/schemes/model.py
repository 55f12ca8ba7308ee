"""What a scheme version says, as frozen data.

Amounts are whole rupiah; days are calendar days in Asia/Jakarta (WIB); a `None` says that the scheme has no
such limit. The values of the five versions stand in `data.py`; the field names are those of rules.md 13.
A field comes with its first reader (a house test says so): a rule that nothing obeys is not stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum
from typing import Any

import msgspec


class SchemeDataError(ValueError):
    """The data of a scheme version does not have the shape of a scheme."""


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a scheme. It is read strictly: nothing may be missing, unknown or of another type, nothing is defaulted."""


class DeadlineBasis(StrEnum):
    """From which day the days of the first purchase are counted."""

    WAVE = "WAVE"
    PERSON = "PERSON"


class Need(StrEnum):
    """A condition of the job-search incentive (rules.md 5.4)."""

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


class FirstTraining(StrEnum):
    """Which purchase is the first training, the one that leads to the incentive (rules.md 5.4, 12.34)."""

    # The first that was not voided, also when its code ended unused.
    BOUGHT = "BOUGHT"
    # The first whose code did not end unused.
    USED = "USED"


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


class CutoffKind(StrEnum):
    """The dated limits of a fiscal year; each is the last day on which something may still be done."""

    BALANCE = "balance"
    COMPLETE = "complete"
    REVIEW = "review"
    SURVEY = "survey"
    LINK = "link"


class Aid(StrEnum):
    """Other aid of the state, by the list of the ministry that pays it (rules.md 3.2)."""

    DTKS = "DTKS"
    BSU = "BSU"
    BPUM = "BPUM"


class Eligibility(Rules, frozen=True):
    """Who may join (rules.md 3.2). `excluded_aid`: who receives one of these may not."""

    age_min: int
    age_max: int | None
    kk_max_recipients: int
    lifetime_once: bool
    excluded_aid: tuple[Aid, ...]


class TestRules(Rules, frozen=True):
    """The test of motivation and basic abilities (rules.md 3.3): how many questions in how many minutes.

    Whoever asks for extra time gets `extra_time_percent` more. It has no weight, so there is no field for one.
    """

    # Not a class of tests, whatever a test runner thinks of its name.
    __test__ = False

    questions: int
    minutes: int
    extra_time_percent: int


class Videos(Rules, frozen=True):
    """Induction videos before the card number is shown (rules.md 6.1), and for how long each runs at least."""

    count: int
    seconds: int


class IncentiveRules(Rules, frozen=True):
    """Job-search incentive: `amount` rupiah, `times` payments, one every `interval_months`."""

    amount: int
    times: int
    interval_months: int
    needs: tuple[Need, ...]
    first_training: FirstTraining

    @property
    def total(self) -> int:
        return self.amount * self.times


class SurveyRules(Rules, frozen=True):
    """Survey incentive: `amount` rupiah for each of `times` surveys.

    `open_offset_days[n - 1]` counts from the day on which the first incentive was paid; None means that
    survey n only opens `force_open_days` before the year's survey cut-off, when all that remain open together
    (rules.md 7, 12.9).
    """

    amount: int
    times: int
    open_offset_days: tuple[int | None, ...]
    window_days: int
    sequential: bool
    force_open_days: int

    @property
    def total(self) -> int:
        return self.amount * self.times


class FirstPurchase(Rules, frozen=True):
    """The deadline whose miss costs the participation: the first day is day 1 of `days` (rules.md 4.2).

    A deadline with fewer than `confirm_below_days` full days left is confirmed by name before it is set. When we were down
    for `outage_hours` of the last `outage_days` days before it, an operator decides before anybody is revoked.
    """

    days: int
    basis: DeadlineBasis
    void_grace_days: int
    reminder_days_before: tuple[int, ...]
    confirm_below_days: int
    outage_days: int
    outage_hours: int


class NextPurchase(Rules, frozen=True):
    """`days` None: any time until the balance cut-off. Else the day of the review is day 1."""

    days: int | None
    requires: tuple[PreviousMust, ...]


class Cutoffs(Rules, frozen=True):
    """Last days, inclusive, in WIB."""

    balance: date | None
    complete: date | None
    review: date | None
    survey: date | None
    link: date | None

    def last_day(self, kind: CutoffKind) -> date | None:
        """The last day on which `kind` may still be done, or None where the year has no such limit."""
        day: date | None = getattr(self, kind.value)
        return day


class PayoutPause(Rules, frozen=True):
    """No payment leaves from `first` to `last`, both days included (rules.md 5.4)."""

    first: date
    last: date


class PriceRules(Rules, frozen=True):
    promo_codes: bool


class OtpLimits(Rules, frozen=True):
    """Limits of the purchase OTP. Tries and lock count for (person, platform, platform user).

    What one platform may use up of a person's day is less than the day, so that no shop shuts a card out of the others.
    """

    digits: int
    life_s: int
    tries: int
    lock_min: int
    gap_s: int
    per_day_user: int
    per_day_platform: int
    per_day_person: int
    wrong_per_day_platform: int
    wrong_per_day_person: int


class RedeemRules(Rules, frozen=True):
    """Minutes around a live session's start; `window_after_min` None: to the class end (decisions.md 2.2).

    `post_test_days` is for how many days after a live class's end the attendance of its post-test may be verified.
    `reminder_days_before`: who has not redeemed a code is reminded so many days before its last day.
    """

    window_before_min: int
    window_after_min: int | None
    post_test_days: int
    reminder_days_before: tuple[int, ...]
    self_paced_from: SelfPacedFrom


class Reporting(Rules, frozen=True):
    """Hops of a completion report before the certificate shows, in working days (rules.md 6.6)."""

    platform_working_days: int
    verification_working_days: int


class TimesOfDay(Rules, frozen=True):
    """Hours in WIB at which the programme's own work runs; they are ours, no source publishes them."""

    revoke: time
    nightly: time
    remind: time
    pay: time


class Scheme(Rules, frozen=True):
    """One dated version of the programme's rules."""

    key: str
    eligibility: Eligibility
    face_verification: bool
    test: TestRules
    videos: Videos
    training_fund: int
    incentive: IncentiveRules
    survey: SurveyRules
    schedule_sync_hours: int
    payout_working_days: tuple[int, ...]
    hold_recheck_days: int
    account_change_hold_days: int
    first_purchase: FirstPurchase
    next_purchase: NextPurchase
    cutoffs: Cutoffs
    # Whoever loses something at a cut-off is reminded so many days before its last day.
    cutoff_reminder_days_before: tuple[int, ...]
    payout_pause: PayoutPause | None
    price: PriceRules
    # A class that was cancelled gives the price of a code that was not entered back by itself; else an operator decides.
    refund_on_cancellation: bool
    repay_days_if_ineligible: int
    code_shown_by: CodeShownBy
    otp: OtpLimits
    redeem: RedeemRules
    completion: CompletionSource
    reporting: Reporting
    times_of_day: TimesOfDay

    @property
    def reserve(self) -> int:
        """Rupiah promised at the award beyond the training fund: every incentive and every survey."""
        return self.incentive.total + self.survey.total

    @property
    def total_benefit(self) -> int:
        """Rupiah that an award reserves and that revocation releases (rules.md 5.3)."""
        return self.training_fund + self.reserve

    @property
    def purchase_closes_on(self) -> PurchaseCloses:
        """The event at which a purchase no longer blocks the next one (rules.md 5.2)."""
        if PreviousMust.PREVIOUS_REVIEWED in self.next_purchase.requires:
            return PurchaseCloses.REVIEW
        return PurchaseCloses.COMPLETION

    def to_data(self) -> dict[str, Any]:
        """The scheme as JSON data; `Scheme.from_data` reads it back to an equal value."""
        data: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Scheme:
        """Read a resolved scheme (no `extends`). Raises SchemeDataError naming the path of a wrong value."""
        key = data.get("key", "?")
        try:
            scheme = msgspec.convert(data, cls)
        except msgspec.ValidationError as error:
            raise SchemeDataError(f"scheme {key}: {error}") from error
        if len(scheme.survey.open_offset_days) < scheme.survey.times:
            raise SchemeDataError(f"scheme {key}: fewer survey offsets than surveys")
        if not scheme.payout_working_days:
            raise SchemeDataError(f"scheme {key}: payout_working_days is empty")
        return scheme


# How it is read is worked out now, by one thread: msgspec ends a process in which two ask for that at once.
msgspec.json.Decoder(Scheme)
