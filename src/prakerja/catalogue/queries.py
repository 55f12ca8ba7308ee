"""Read the catalogue: seats, what a platform sells, what an institution teaches.

Reads: partners_partner.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Min, Q

from prakerja.catalogue.models import Course, CourseRun, CourseRunSession
from prakerja.catalogue.policies import Session, spread_sessions
from prakerja.kernel.db import row, rows
from prakerja.kernel.errors import Refused
from prakerja.kernel.pages import Page, decode_cursor, page_of


def lowest_prices(*, institution_id: uuid.UUID) -> dict[uuid.UUID, int | None]:
    """Each course of an institution with its lowest price now in rupiah; None when nobody sells it."""
    courses = Course.objects.filter(institution_id=institution_id).annotate(
        lowest=Min("listing__price", filter=Q(listing__ended_at=None))
    )
    return dict(courses.values_list("id", "lowest"))


def run_id_of(*, institution_id: uuid.UUID, schedule_code: str) -> uuid.UUID | None:
    """The class with this code at its own institution, cancelled or not."""
    own = CourseRun.objects.filter(course__institution_id=institution_id, code=schedule_code)
    return own.values_list("id", flat=True).first()


class CourseWords(NamedTuple):
    """What a course is called, whose it is, how it is taught and, when it is not online, where ("" where nothing was filed)."""

    title: str
    institution: str
    mode: str
    address: str
    city: str
    province_code: str

    @property
    def place(self) -> str:
        """Where one has to go, in one line; where no address was filed, to whom."""
        return ", ".join(part for part in (self.address, self.city) if part) or self.institution


NO_COURSE = CourseWords("", "", "online", "", "", "")


def course_words(*, course_code: str) -> CourseWords:
    """The words of this course; NO_COURSE when there is none."""
    partner = ("institution__name", "mode", "institution__address", "institution__city", "institution__province_code")
    found = Course.objects.filter(code=course_code).values_list("title", *partner).first()
    return CourseWords(*found) if found else NO_COURSE


def sessions_of(*, course_run_id: uuid.UUID) -> tuple[Session, ...]:
    """The dated meetings of a live class, in order: as told, else spread evenly."""
    run = CourseRun.objects.get(id=course_run_id)
    told = CourseRunSession.objects.filter(course_run=run).order_by("number").values_list("starts_at", "ends_at")
    return _dated(told, starts_at=run.starts_at, ends_at=run.ends_at, count=run.session_count)


def sessions_of_class(*, course_code: str, schedule_code: str) -> tuple[Session, ...]:
    """The same of a class by its codes; none when there is no such class."""
    found = CourseRun.objects.filter(course__code=course_code, code=schedule_code).values_list("id", flat=True).first()
    return sessions_of(course_run_id=found) if found is not None else ()


def _dated(
    told: Iterable[tuple[datetime, datetime]], *, starts_at: datetime, ends_at: datetime, count: int
) -> tuple[Session, ...]:
    found = tuple(Session(number, starts, ends) for number, (starts, ends) in enumerate(told, 1))
    return found if len(found) == count else spread_sessions(starts_at=starts_at, ends_at=ends_at, count=count)


def seats_left(*, course_code: str, schedule_code: str) -> int:
    """Seats left in a run (contract.md 2.1). Raises Refused: run_unknown, course_unknown, run_of_other_course."""
    found = row(
        "SELECT course.code, (SELECT sum(capacity - seats_taken) FROM catalogue_courserunseats "
        "                      WHERE course_run_id = run.id) "
        "  FROM catalogue_courserun run JOIN catalogue_course course ON course.id = run.course_id "
        " WHERE run.code = %s AND run.cancelled_at IS NULL",
        [schedule_code],
    )
    if found is None:
        raise Refused("run_unknown")
    if found[0] != course_code:
        known = row("SELECT 1 FROM catalogue_course WHERE code = %s", [course_code])
        raise Refused("run_of_other_course" if known else "course_unknown")
    return int(found[1])


_COURSE_COLUMNS = (
    "course_code",
    "title",
    "category",
    "mode",
    "delivery",
    "duration_hours",
    "summary",
    "syllabus",
)
# Where a class is taught that is not online: its institution's address (rules.md 12.38); null where none was filed.
_PLACE = """CASE WHEN course.mode <> 'online' AND institution.city <> '' THEN jsonb_build_object(
           'address', institution.address, 'city', institution.city, 'province_code', institution.province_code) END"""
_LISTINGS = f"""
SELECT course.code, course.title, course.category, course.mode, course.delivery, course.duration_hours, course.summary,
       course.syllabus, course.target_job, course.competency_standard, course.certificate_kinds,
       CASE WHEN course.rating_count > 0 THEN round(course.rating_sum::numeric / course.rating_count, 1)::float8 END,
       course.rating_count, institution.code, institution.name, institution.how_to_redeem, listing.price,
       promotion.discount, promotion.ends_at, runs.runs, course.language
  FROM catalogue_listing listing
  JOIN catalogue_course course ON course.id = listing.course_id
  JOIN partners_partner institution ON institution.id = course.institution_id
  LEFT JOIN LATERAL (
        SELECT discount, ends_at FROM catalogue_promotion
         WHERE listing_id = listing.id AND starts_at <= %(at)s AND %(at)s < ends_at ORDER BY discount DESC LIMIT 1
       ) promotion ON true
  JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object(
                   'schedule_code', run.code, 'starts_at', run.starts_at, 'ends_at', run.ends_at,
                   'capacity', seats.capacity, 'seats_available', seats.capacity - seats.taken,
                   'is_on_sale', seats.taken < seats.capacity
                       AND %(at)s < CASE course.delivery WHEN 'live' THEN run.starts_at ELSE run.ends_at END,
                   'place', {_PLACE})
               ORDER BY run.starts_at) AS runs
          FROM catalogue_courserun run
          JOIN LATERAL (SELECT sum(capacity) AS capacity, sum(seats_taken) AS taken
                          FROM catalogue_courserunseats WHERE course_run_id = run.id) seats ON true
         WHERE run.course_id = course.id AND run.cancelled_at IS NULL
       ) runs ON runs.runs IS NOT NULL
 WHERE listing.platform_id = %(platform)s AND listing.ended_at IS NULL AND course.is_curated AND course.code > %(after)s
 ORDER BY course.code LIMIT %(limit)s
"""
_RUNS = f"""
SELECT course.code, course.title, course.category, course.mode, course.delivery, course.duration_hours, course.summary,
       course.syllabus, run.code, run.starts_at, run.ends_at, run.session_count, course.has_post_test,
       course.required_assignments, seats.capacity, seats.taken, {_PLACE}, sessions.told
  FROM catalogue_course course
  JOIN partners_partner institution ON institution.id = course.institution_id
  JOIN catalogue_courserun run ON run.course_id = course.id AND run.cancelled_at IS NULL
  JOIN LATERAL (SELECT sum(capacity)::int AS capacity, sum(seats_taken)::int AS taken
                  FROM catalogue_courserunseats WHERE course_run_id = run.id) seats ON true
  JOIN LATERAL (SELECT jsonb_agg(jsonb_build_array(starts_at, ends_at) ORDER BY number) AS told
                  FROM catalogue_courserunsession WHERE course_run_id = run.id) sessions ON true
 WHERE course.institution_id = %(institution)s AND run.code > %(after)s
 ORDER BY run.code LIMIT %(limit)s
"""


def listings(*, platform_id: uuid.UUID, cursor: str | None, limit: int, at: datetime) -> Page[dict[str, Any]]:
    """What a platform sells now, at its own price (decisions.md 3), ordered by course code. Raises Refused: cursor_invalid."""
    parameters = {"platform": platform_id, "after": decode_cursor(cursor), "limit": limit + 1, "at": at}
    items = []
    for found in rows(_LISTINGS, parameters):
        item = dict(zip(_COURSE_COLUMNS, found[:8], strict=True))
        item["syllabus"] = _json(item["syllabus"])
        discount = found[17]
        item |= {
            "language": found[20],
            "target_job": found[8],
            "competency_standard": found[9],
            "certificate_kinds": _json(found[10]),
            "rating_average": found[11],
            "rating_count": found[12],
            "institution": {"code": found[13], "name": found[14]},
            "how_to_redeem": found[15],
            "price": found[16],
            "promotion": None if discount is None else {"discount": discount, "ends_at": found[18]},
            "runs": _json(found[19]),
        }
        items.append(item)
    return page_of(items, limit=limit, place=lambda item: str(item["course_code"]))


def course_runs(*, institution_id: uuid.UUID, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
    """An institution's own runs with their dated meetings, ordered by schedule code. Raises Refused: cursor_invalid."""
    parameters = {"institution": institution_id, "after": decode_cursor(cursor), "limit": limit + 1}
    items = []
    for found in rows(_RUNS, parameters):
        item = dict(zip(_COURSE_COLUMNS, found[:8], strict=True))
        item["syllabus"] = _json(item["syllabus"])
        names = (
            "schedule_code",
            "starts_at",
            "ends_at",
            "session_count",
            "has_post_test",
            "required_assignments",
            "capacity",
            "seats_taken",
            "place",
        )
        item |= dict(zip(names, found[8:17], strict=True))
        item["place"] = _json(item["place"])
        meetings = _meetings(item, told=_json(found[17]) or []) if item["delivery"] == "live" else ()
        items.append(item | {"sessions": [{"starts_at": one.starts_at, "ends_at": one.ends_at} for one in meetings]})
    return page_of(items, limit=limit, place=lambda item: str(item["schedule_code"]))


def _meetings(item: dict[str, Any], *, told: list[list[str]]) -> tuple[Session, ...]:
    spans = [(datetime.fromisoformat(starts), datetime.fromisoformat(ends)) for starts, ends in told]
    return _dated(spans, starts_at=item["starts_at"], ends_at=item["ends_at"], count=item["session_count"])


def _json(value: Any) -> Any:
    # A raw cursor returns jsonb as text (decisions.md 77).
    return json.loads(value) if isinstance(value, str) else value
