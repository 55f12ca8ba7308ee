"""What the member `data` of each answer holds, for the published files only: views answer with plain dictionaries.

Tests check every answer against these. An answer has exactly these members: the published ones gain none
(decisions.md 2). What each member means stands once for all, in `developer_site/fields.py`.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

# RFC 3339 in UTC with whole seconds.
Instant = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$", extra_json_schema={"format": "date-time"}
    ),
]
Rupiah = Annotated[int, Meta(ge=0)]
Count = Annotated[int, Meta(ge=0)]
# `2021-10-01 09:00:00 - 2021-10-01 12:00:00`, Jakarta time.
Span = Annotated[str, Meta(pattern=r"^[0-9-]{10} [0-9:]{8} - [0-9-]{10} [0-9:]{8}$")]
PaymentState = Literal["SUCCESS", "VOID"]


class Data(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The base of all: no other members than those named."""


class QuotaData(Data):
    schedule_code: str
    course_code: str
    quota: Count


class PaymentTokenData(Data):
    payment_token: str


class ReceiptData(Data):
    invoice_code: str
    transaction_code: str
    amount: Rupiah
    status: PaymentState
    prakerja_name: str


class PaymentStatusData(Data):
    created_at: Instant
    invoice_code: str
    transaction_code: str
    amount: Rupiah
    status: PaymentState
    prakerja_name: str


class RedeemCodeData(Data):
    redeem_code: str
    course_code: str
    invoice_code: str
    schedule_code: str
    status: Literal[0, 1]
    attendance_status: Literal[0, 1]
    # Never null: a client decodes it into a string.
    redeem_at: Instant | Literal[""]
    dp_platform: str
    schedule_start_end: Span
    course_type: Literal[1, 2, 3]
    course_type_label: Literal["Pembelajaran Mandiri", "Webinar", "Luring"]
    course_learning_method: Literal["pembelajaran mandiri", "webinar", "luring"]
    is_online_attendance: bool
    sequence: int


class VerificationCourse(Data):
    type: Literal[1, 2, 3]
    learning_method: Literal["pembelajaran mandiri", "webinar", "luring"]


class VerificationUrlData(Data):
    url: str
    state: str
    course: VerificationCourse


class TestCode(Data):
    redeem_code: str
    case: Literal["TC1-001", "TC1-999", "TC2-001", "TC2-999"]


class TestCodesData(Data):
    items: list[TestCode]


class OauthAuthorizeData(Data):
    redirect_url: str


class OauthTokenData(Data):
    access_token: str
    # Unix seconds as text.
    expires_in: Annotated[str, Meta(pattern=r"^[0-9]{10}$")]
    refresh_token: str
    scope: str
    token_type: Literal["Bearer"]


class UserProfileData(Data):
    """Empty where the scopes do not reach."""

    dp_user_id: str
    email: str
    name: str
    no_prakerja: Annotated[str, Meta(pattern=r"^([0-9]{16})?$")]
    phone_number: str
    user_id: Annotated[str, Meta(extra_json_schema={"format": "uuid"})]


class Institution(Data):
    code: str
    name: str


class Course(Data):
    """What every answer with a course tells of it."""

    course_code: str
    title: str
    category: str
    mode: Literal["online", "onsite", "blended"]
    delivery: Literal["live", "self_paced"]
    duration_hours: Annotated[int, Meta(ge=1)]
    summary: str
    syllabus: list[str]


class Place(Data):
    """Where a class is taught that is not online; the province as two digits, "" where it was not filed."""

    address: str
    city: str
    province_code: Annotated[str, Meta(pattern=r"^([0-9]{2})?$")]


class ListedPromotion(Data):
    discount: Rupiah
    ends_at: Instant


class ListedRun(Data):
    schedule_code: str
    starts_at: Instant
    ends_at: Instant
    capacity: Count
    seats_available: Count
    is_on_sale: bool
    place: Place | None


class Listing(Course):
    language: Literal["id", "en"]
    target_job: str
    competency_standard: str
    certificate_kinds: list[str]
    rating_average: float | None
    rating_count: Count
    institution: Institution
    how_to_redeem: str
    price: Rupiah
    promotion: ListedPromotion | None
    runs: list[ListedRun]


class ListingsData(Data):
    items: list[Listing]
    next_cursor: str | None


class SessionSpan(Data):
    starts_at: Instant
    ends_at: Instant


class CourseRun(Course):
    schedule_code: str
    starts_at: Instant
    ends_at: Instant
    session_count: Annotated[int, Meta(ge=1, le=10)]
    sessions: list[SessionSpan]
    has_post_test: bool
    required_assignments: Count
    capacity: Count
    seats_taken: Count
    place: Place | None


class CourseRunsData(Data):
    items: list[CourseRun]
    next_cursor: str | None


class TransactionData(PaymentStatusData):
    voucher_code: str | None
    voucher_status: Literal["issued", "redeemed", "cancelled", "expired"]
    redeemable_from: Instant
    redeemable_until: Instant
    course_code: str
    schedule_code: str
    course_title: str
    mode: Literal["online", "onsite", "blended"]
    place: Place | None
    institution: Institution
    how_to_redeem: str
    class_cancelled_at: Instant | None


class CompletionWithdrawalData(Data):
    redeem_code: str
    withdrawn_at: Instant


class CompletionData(Data):
    redeem_code: str
    completed_date: Annotated[str, Meta(extra_json_schema={"format": "date"})]
    score: Annotated[int, Meta(ge=0, le=100)] | None
    certificate_number: str
    certificate_kind: str
    visible_from: Instant
