"""What the requests of our own writes and searches may hold (`bodies.py` holds the rest)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from prakerja.kernel.errors import Refused
from prakerja.kernel.typed import normal_lines, one_line
from prakerja.partner_api.bodies import PASTED, SEQUENCES, Body, Code, Line, Page, RedeemCode, Word


def _lines(pasted: str) -> str:
    return normal_lines(pasted).replace("\t", " ")


# Lines, but no other controls.
LongText = Annotated[
    str, Meta(max_length=4_000, pattern=r"\A[^\x00-\x09\x0b-\x1f\x7f-\x9f]*\Z", extra={PASTED: _lines})
]
ShortText = Annotated[str, Meta(max_length=128, pattern=r"\A[^\x00-\x1f\x7f-\x9f]*\Z", extra={PASTED: one_line})]
Instant = Annotated[datetime, Meta(tz=True)]
Seats = Annotated[int, Meta(ge=1, le=10_000_000)]
Price = Annotated[int, Meta(ge=1, le=10**9)]


class CourseContent(Body, frozen=True, kw_only=True):
    """courses: all that an institution writes of a course."""

    title: Line
    category: Line
    mode: Literal["online", "onsite", "blended"]
    delivery: Literal["live", "self_paced"]
    duration_hours: Annotated[int, Meta(ge=1, le=1_000)]
    language: Literal["id", "en"] = "id"
    summary: LongText = ""
    syllabus: Annotated[list[Line], Meta(max_length=50)] = field(default_factory=list)
    target_job: ShortText = ""
    competency_standard: ShortText = ""
    certificate_kinds: Annotated[list[Word], Meta(min_length=1, max_length=5)]
    has_post_test: bool = False
    required_assignments: Annotated[int, Meta(ge=0, le=100)] = 0
    min_age: Annotated[int, Meta(ge=18, le=64)] = 18
    min_education: Annotated[int, Meta(ge=0, le=10)] = 0


class CourseSubmit(Body, frozen=True):
    """courses/…/submit: nothing but the path."""


class CourseWithdraw(Body, frozen=True):
    """courses/…/withdraw."""

    what: Literal["change", "course"]


class SessionDates(msgspec.Struct, frozen=True):
    starts_at: Instant
    ends_at: Instant


class RunCancel(Body, frozen=True):
    """course-runs/…/cancel: nothing but the path."""


class RunDates(Body, frozen=True, kw_only=True):
    """course-runs/…: a class as it shall be."""

    starts_at: Instant
    ends_at: Instant
    capacity: Seats
    sessions: Annotated[list[SessionDates], Meta(max_length=10)] = field(default_factory=list)


class RunOpening(RunDates, frozen=True, kw_only=True):
    """course-runs: a new class of a course."""

    course_code: Code


class OnSiteAttendance(Body, frozen=True):
    """attendances: the code that was scanned or typed at the door, and for which meeting."""

    redeem_code: RedeemCode
    sequence: int | None = 1

    def refusal(self) -> str | None:
        return None if self.sequence is None or self.sequence in SEQUENCES else "sequence_invalid"


class PriceWish(Body, frozen=True):
    """listings/…: a platform's price, and its price to everybody else."""

    price: Price
    outside_price: Price


class _Search(Page, frozen=True, kw_only=True):
    since: date | None = field(name="from", default=None)
    until: date | None = field(name="to", default=None)

    def refusal(self) -> str | None:
        if self.since and self.until and self.until < self.since:
            raise Refused("field_invalid", field="to")
        return None


class TransactionSearch(_Search, frozen=True, kw_only=True):
    """transactions: a platform's purchases."""

    status: Literal["SUCCESS", "VOID"] | None = None


class RedemptionSearch(_Search, frozen=True, kw_only=True):
    """redemptions: what was redeemed at an institution."""

    status: Literal["redeemed", "cancelled"] | None = None
    invoice_code: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
