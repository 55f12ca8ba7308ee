"""An institution writes its courses; an operator decides what is offered.

    draft → submitted → accepted → withdrawn; submitted → returned → submitted

An accepted course that is changed keeps its content until the change is accepted, so nothing on sale ever depends on a draft.
Courses that the office itself put up (`operations.add_course`) are accepted without a round.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.catalogue.models import Course, CourseRun, CurationReview, Listing
from prakerja.catalogue.operations import add_course
from prakerja.catalogue.search_words import learn_words
from prakerja.catalogue.states import CURATION_STATES
from prakerja.kernel.codes import readable_code
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.typed import normal_lines
from prakerja.partners.queries import code_of

OPEN = CURATION_STATES.group("OPEN")
# What an institution writes of a course.
CONTENT = (
    "title",
    "category",
    "mode",
    "delivery",
    "duration_hours",
    "language",
    "summary",
    "syllabus",
    "target_job",
    "competency_standard",
    "certificate_kinds",
    "has_post_test",
    "required_assignments",
    "min_age",
    "min_education",
)
# How a class is taught decides how its vouchers are redeemed and completed, so it stays once anybody could buy it.
FIXED = ("mode", "delivery", "has_post_test", "required_assignments")


@dataclass(frozen=True)
class CourseState:
    """A course with the content of its newest round, and where that round stands. Instants are UTC programme time."""

    course_code: str
    content: dict[str, Any]
    status: str
    is_listed: bool
    note: str
    submitted_at: datetime | None
    decided_at: datetime | None


@requires_transaction
def draft_course(*, institution_id: uuid.UUID, content: dict[str, Any], at: datetime) -> CourseState:
    """Make a course that nobody sees yet. `content` holds every name of CONTENT. We make its code."""
    code = f"{code_of(partner_id=institution_id)}-{readable_code(10).lower()}"
    course = add_course(institution_id=institution_id, code=code, is_curated=False, **_only(content))
    review = CurationReview.objects.create(id=new_id(), course=course, number=1, content=_only(content), created_at=at)
    _audit("course.drafted", review, at, institution_id)
    return _state(course, review)


@requires_transaction
def change_course(*, institution_id: uuid.UUID, course_code: str, content: dict[str, Any], at: datetime) -> CourseState:
    """Replace the draft of an own course, or begin a new round beside what is accepted.

    Raises Refused: course_unknown (also another institution's), curation_pending, course_fact_fixed (field).
    """
    course, review = _own(institution_id, course_code)
    wanted = _only(content)
    was_offered = course.is_curated or Listing.objects.filter(course=course).exists()
    if was_offered or CourseRun.objects.filter(course=course).exists():
        for name in FIXED:
            if wanted[name] != getattr(course, name):
                raise Refused("course_fact_fixed", field=name)
    if review is not None and review.status == "submitted":
        raise Refused("curation_pending")
    if review is not None and review.status in OPEN:
        review.content = wanted
        review.save(update_fields=["content"])
    else:
        number = review.number + 1 if review is not None else 1
        review = CurationReview.objects.create(id=new_id(), course=course, number=number, content=wanted, created_at=at)
    if not was_offered:
        # Nobody ever saw it, so the draft is the course; its classes are checked against what is meant.
        _apply(course, wanted)
    _audit("course.changed", review, at, institution_id)
    return _state(course, review)


@requires_transaction
def submit_course(*, institution_id: uuid.UUID, course_code: str, at: datetime) -> CourseState:
    """Hand the draft of an own course to the operators. Raises Refused: course_unknown, curation_pending, curation_not_open."""
    course, review = _own(institution_id, course_code)
    if review is not None and review.status == "submitted":
        raise Refused("curation_pending")
    if review is None or review.status not in CURATION_STATES.sources("submit"):
        raise Refused("curation_not_open")
    review.status = CURATION_STATES.advance(current=review.status, verb="submit")
    review.submitted_at = at
    review.save(update_fields=["status", "submitted_at"])
    _audit("course.submitted", review, at, institution_id)
    return _state(course, review)


@requires_transaction
def withdraw_course(*, institution_id: uuid.UUID, course_code: str, what: str, at: datetime) -> CourseState:
    """Take back an own course's open change (`what` is change), or the course itself with its prices (course).

    What was bought stays bought. Raises Refused: course_unknown, curation_not_open (there is nothing to take back).
    """
    course, review = _own(institution_id, course_code)
    is_open = review is not None and review.status in OPEN
    if not is_open and (what == "change" or not course.is_curated):
        raise Refused("curation_not_open")
    if review is not None and review.status != "withdrawn":
        review.status = CURATION_STATES.advance(current=review.status, verb="withdraw")
        review.save(update_fields=["status"])
    if what == "course" and course.is_curated:
        accepted = CurationReview.objects.filter(course=course, status="accepted").order_by("-number").first()
        if accepted is not None:
            accepted.status = CURATION_STATES.advance(current=accepted.status, verb="withdraw")
            accepted.save(update_fields=["status"])
        course.is_curated = False
        course.save(update_fields=["is_curated"])
        Listing.objects.filter(course=course, ended_at=None).update(ended_at=at)
    record(
        action=f"course.{what}_withdrawn",
        at=at,
        actor=Actor.partner(institution_id),
        subject_kind="course",
        subject_id=course.id,
    )
    return _state(course, review)


@permitted("course.decide")
def decide_course(*, course_code: str, is_accepted: bool, actor: Actor, at: datetime, note: str = "") -> CourseState:
    """An operator accepts what was submitted, which then is the course's content, or returns it with a note.

    Raises Refused: not_permitted, course_unknown, curation_not_submitted, note_missing (a return says why).
    """
    if not is_accepted and not note.strip():
        raise Refused("note_missing")
    with transaction():
        course = Course.objects.select_for_update(no_key=True).filter(code=course_code).first()
        if course is None:
            raise Refused("course_unknown")
        review = CurationReview.objects.filter(course=course, status="submitted").first()
        if review is None:
            raise Refused("curation_not_submitted")
        review.status = CURATION_STATES.advance(current=review.status, verb="accept" if is_accepted else "return")
        review.decided_at, review.decided_by, review.note = at, actor.id, normal_lines(note)
        review.save(update_fields=["status", "decided_at", "decided_by", "note"])
        if is_accepted:
            course.is_curated = True
            _apply(course, review.content)
        record(
            action=f"course.{review.status}",
            at=at,
            actor=actor,
            subject_kind="course",
            subject_id=course.id,
            data={"round": review.number},
            why=note,
            before="submitted",
            after=review.status,
        )
    return _state(course, review)


def submitted_courses() -> list[CourseState]:
    """What waits for an operator, longest first."""
    waiting = CurationReview.objects.filter(status="submitted").select_related("course").order_by("submitted_at", "id")
    return [_state(review.course, review) for review in waiting]


def courses_of_institution(*, institution_id: uuid.UUID, after: str, limit: int) -> list[CourseState]:
    """An institution's own courses in order of their codes, after one of them."""
    courses = list(Course.objects.filter(institution_id=institution_id, code__gt=after).order_by("code")[:limit])
    newest: dict[uuid.UUID, CurationReview] = {}
    for review in CurationReview.objects.filter(course__in=courses).order_by("number"):
        newest[review.course_id] = review
    return [_state(course, newest.get(course.id)) for course in courses]


def course_of_institution(*, institution_id: uuid.UUID, course_code: str) -> CourseState:
    """One of an institution's own courses. Raises Refused: course_unknown."""
    course = Course.objects.filter(institution_id=institution_id, code=course_code).first()
    if course is None:
        raise Refused("course_unknown")
    return _state(course, CurationReview.objects.filter(course=course).order_by("-number").first())


@requires_transaction
def _own(institution_id: uuid.UUID, course_code: str) -> tuple[Course, CurationReview | None]:
    """An own course, locked, with its newest round: whatever happens to its rounds waits here."""
    locked = Course.objects.select_for_update(no_key=True)
    course = locked.filter(institution_id=institution_id, code=course_code).first()
    if course is None:
        raise Refused("course_unknown")
    return course, CurationReview.objects.filter(course=course).order_by("-number").first()


@requires_transaction
def _apply(course: Course, content: dict[str, Any]) -> None:
    for name, value in _whole(course, content).items():
        setattr(course, name, value)
    course.save(update_fields=[*CONTENT, "is_curated"])
    learn_words(course_ids=[course.id])


def _only(content: dict[str, Any]) -> dict[str, Any]:
    return {name: content[name] for name in CONTENT}


def _whole(course: Course, content: dict[str, Any]) -> dict[str, Any]:
    """The content of a round; what an older release did not ask for is as the course has it."""
    return {name: content.get(name, getattr(course, name)) for name in CONTENT}


def _state(course: Course, review: CurationReview | None) -> CourseState:
    if review is None:
        content = {name: getattr(course, name) for name in CONTENT}
        status = "accepted" if course.is_curated else "withdrawn"
        return CourseState(course.code, content, status, course.is_curated, "", None, None)
    return CourseState(
        course_code=course.code,
        content=_whole(course, review.content),
        status=review.status,
        is_listed=course.is_curated,
        note=review.note,
        submitted_at=review.submitted_at,
        decided_at=review.decided_at,
    )


def _audit(action: str, review: CurationReview, at: datetime, institution_id: uuid.UUID) -> None:
    record(
        action=action,
        at=at,
        actor=Actor.partner(institution_id),
        subject_kind="course",
        subject_id=review.course_id,
        data={"round": review.number},
    )
