"""What the member `data` of our own writes and searches holds (`answers.py` holds the rest)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from prakerja.partner_api.answers import Count, Data, Instant, PaymentState, Rupiah, SessionSpan


class Curation(Data):
    status: Literal["draft", "submitted", "accepted", "returned", "withdrawn"]
    note: str
    submitted_at: Instant | None
    decided_at: Instant | None


class OwnCourse(Data):
    course_code: str
    title: str
    category: str
    mode: Literal["online", "onsite", "blended"]
    delivery: Literal["live", "self_paced"]
    duration_hours: Annotated[int, Meta(ge=1)]
    language: Literal["id", "en"]
    summary: str
    syllabus: list[str]
    target_job: str
    competency_standard: str
    certificate_kinds: list[str]
    has_post_test: bool
    required_assignments: Count
    min_age: Count
    min_education: Count
    is_listed: bool
    curation: Curation


class OwnCoursesData(Data):
    items: list[OwnCourse]
    next_cursor: str | None


class OwnRun(Data):
    course_code: str
    schedule_code: str
    starts_at: Instant
    ends_at: Instant
    session_count: Annotated[int, Meta(ge=1, le=10)]
    sessions: list[SessionSpan]
    capacity: Count
    seats_taken: Count


class PriceProposalData(Data):
    course_code: str
    price: Rupiah
    outside_price: Rupiah
    live_price: Rupiah | None
    status: Literal["submitted", "accepted", "returned", "withdrawn"]
    note: str
    proposed_at: Instant
    decided_at: Instant | None


class PriceProposalsData(Data):
    items: list[PriceProposalData]
    next_cursor: str | None


class FoundTransaction(Data):
    invoice_code: str
    transaction_code: str
    amount: Rupiah
    status: PaymentState
    created_at: Instant
    voided_at: Instant | None
    course_code: str
    schedule_code: str


class FoundTransactionsData(Data):
    items: list[FoundTransaction]
    next_cursor: str | None


class FoundRedemption(Data):
    redeem_code: str
    status: Literal["redeemed", "cancelled"]
    redeemed_at: Instant
    course_code: str
    schedule_code: str
    platform: str
    required_assignments: Count


class FoundRedemptionsData(Data):
    items: list[FoundRedemption]
    next_cursor: str | None
