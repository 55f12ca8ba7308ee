"""What people wrote about their trainings, looked at by operators: a review that harms somebody is hidden, with the reason.

Its stars count all the same, and so does the review for its owner's incentive (rules.md 6.6).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.typed import normal_lines
from prakerja.notifications.operations import queue_message
from prakerja.training.models import Rating
from prakerja.training.states import RATING_STATES

FEWEST_WHY, LONGEST_WHY = 10, 500


@dataclass(frozen=True)
class ReviewLine:
    """A review for an operator: what was written about which course, and not by whom."""

    rating_id: uuid.UUID
    course_title: str
    institution_name: str
    stars: int
    review: str
    created_at: datetime
    status: str
    hidden_why: str


def reviews_to_read(*, most: int, course_code: str = "") -> Sequence[ReviewLine]:
    """The newest reviews, at most `most`; of one course where that is given. Their ids say when they were written."""
    found = Rating.objects.select_related("course__institution").order_by("-id")
    if course_code:
        found = found.filter(course__code=course_code)
    return [_line(one) for one in found[:most]]


def review_to_read(*, rating_id: uuid.UUID) -> ReviewLine | None:
    """One of them."""
    found = Rating.objects.select_related("course__institution").filter(id=rating_id).first()
    return _line(found) if found is not None else None


def _line(one: Rating) -> ReviewLine:
    return ReviewLine(
        rating_id=one.id,
        course_title=one.course.title,
        institution_name=one.course.institution.name,
        stars=one.stars,
        review=one.review,
        created_at=one.created_at,
        status=one.status,
        hidden_why=one.hidden_why,
    )


@permitted("review.moderate")
def hide_review(*, rating_id: uuid.UUID, why: str, actor: Actor, at: datetime) -> None:
    """Hide a review; its owner is told why, in 10 to 500 characters. Raises Refused: not_permitted, reason_missing,
    review_unknown, review_hidden."""
    reason = normal_lines(why).strip()
    if not FEWEST_WHY <= len(reason) <= LONGEST_WHY:
        raise Refused("reason_missing")
    with transaction():
        rating = _locked(rating_id)
        if rating.status == "hidden":
            raise Refused("review_hidden")
        _step(rating, "hide", reason, actor, at)
        queue_message(
            person_id=rating.person_id,
            template="review_hidden",
            channels=("dashboard",),
            parameters={"course": rating.course.title, "why": reason},
            dedupe_key=f"review_hidden:{rating.id}:{at.isoformat()}",
            at=at,
        )


@permitted("review.moderate")
def show_review(*, rating_id: uuid.UUID, actor: Actor, at: datetime) -> None:
    """Show a hidden review again. Raises Refused: not_permitted, review_unknown, review_shown."""
    with transaction():
        rating = _locked(rating_id)
        if rating.status == "shown":
            raise Refused("review_shown")
        _step(rating, "show", "", actor, at)


@requires_transaction
def _locked(rating_id: uuid.UUID) -> Rating:
    locked = Rating.objects.select_for_update(no_key=True, of=("self",)).select_related("course")
    found = locked.filter(id=rating_id).first()
    if found is None:
        raise Refused("review_unknown")
    return found


@requires_transaction
def _step(rating: Rating, verb: str, why: str, actor: Actor, at: datetime) -> None:
    rating.status = RATING_STATES.advance(current=rating.status, verb=verb)
    rating.hidden_why = why
    rating.save(update_fields=["status", "hidden_why"])
    record(
        action=f"review.{rating.status}",
        at=at,
        actor=actor,
        person_id=rating.person_id,
        subject_kind="rating",
        subject_id=rating.id,
        why=why,
    )
