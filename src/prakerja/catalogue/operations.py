"""Courses, runs, seats and prices come to exist and change."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import F

from prakerja.catalogue.models import (
    SLICED_ABOVE,
    SLICES,
    Course,
    CourseRun,
    CourseRunSeats,
    CourseRunSession,
    Listing,
    Promotion,
)
from prakerja.catalogue.search_words import learn_words
from prakerja.kernel.db import requires_transaction, row, rows
from prakerja.kernel.ids import new_id


@requires_transaction
def add_course(*, institution_id: uuid.UUID, code: str, **fields: Any) -> Course:
    """Make a course of an institution. `fields` are the columns of `catalogue.models.Course`."""
    course = Course.objects.create(id=new_id(), institution_id=institution_id, code=code, **fields)
    learn_words(course_ids=[course.id])
    return course


@requires_transaction
def add_run(
    *,
    course_id: uuid.UUID,
    code: str,
    starts_at: datetime,
    ends_at: datetime,
    capacity: int,
    session_count: int = 1,
    seats_taken: int = 0,
    sessions: Sequence[tuple[datetime, datetime]] = (),
) -> CourseRun:
    """Make a run with its seats: one row, or 16 slices above 5,000 seats (architecture.md "Hot calls").

    `sessions` are the (start, end) of each meeting of a live class, in order, at most ten; without them its
    `session_count` meetings are spread evenly.

    `seats_taken` is for demo worlds only: seats that nobody in this database bought would fail the proof, so such a run
    is given the capacity that is left instead.
    """
    run = CourseRun.objects.create(
        id=new_id(),
        course_id=course_id,
        code=code,
        starts_at=starts_at,
        ends_at=ends_at,
        session_count=len(sessions) or session_count,
    )
    CourseRunSession.objects.bulk_create(
        CourseRunSession(id=new_id(), course_run=run, number=number, starts_at=begins, ends_at=ends)
        for number, (begins, ends) in enumerate(sessions, 1)
    )
    left = capacity - seats_taken
    slices = SLICES if left > SLICED_ABOVE else 1
    share, rest = divmod(left, slices)
    CourseRunSeats.objects.bulk_create(
        CourseRunSeats(
            id=new_id(), course_run=run, slice=number, capacity=share + (1 if number < rest else 0), seats_taken=0
        )
        for number in range(slices)
    )
    return run


@requires_transaction
def set_price(*, course_id: uuid.UUID, platform_id: uuid.UUID, price: int, at: datetime) -> Listing:
    """List a course on a platform at `price` rupiah; an earlier price ends now and keeps its row."""
    Listing.objects.filter(course_id=course_id, platform_id=platform_id, ended_at=None).update(ended_at=at)
    return Listing.objects.create(id=new_id(), course_id=course_id, platform_id=platform_id, price=price, listed_at=at)


@requires_transaction
def add_promotion(*, listing_id: uuid.UUID, discount: int, starts_at: datetime, ends_at: datetime) -> Promotion:
    """Register a discount in rupiah that the platform bears; `ends_at` is exclusive (decisions.md 5)."""
    return Promotion.objects.create(
        id=new_id(), listing_id=listing_id, discount=discount, starts_at=starts_at, ends_at=ends_at
    )


@requires_transaction
def add_rating(*, course_id: uuid.UUID, stars: int) -> None:
    """Count one more rating of 1 to 5 stars in the average of a course."""
    Course.objects.filter(id=course_id).update(rating_sum=F("rating_sum") + stars, rating_count=F("rating_count") + 1)


_ONE_FREE = """seats_taken = seats_taken - 1, capacity = capacity - (
    SELECT CASE WHEN run.cancelled_at IS NULL THEN 0 ELSE 1 END FROM catalogue_courserun run
     WHERE run.id = catalogue_courserunseats.course_run_id)"""


@requires_transaction
def release_seats(*, course_run_id: uuid.UUID, count: int) -> None:
    """`release_seat` for many seats of one class: from the first slices on that have some taken, all of them locked."""
    rows(
        "SELECT id FROM catalogue_courserunseats WHERE course_run_id = %s ORDER BY slice FOR NO KEY UPDATE",
        [course_run_id],
    )
    freed = row(
        """
WITH taken AS (
  SELECT id, least(seats_taken, greatest(%s - (sum(seats_taken) OVER (ORDER BY slice) - seats_taken), 0)) AS freed
    FROM catalogue_courserunseats WHERE course_run_id = %s),
done AS (
  UPDATE catalogue_courserunseats seats
     SET seats_taken = seats_taken - taken.freed,
         capacity = capacity - CASE WHEN run.cancelled_at IS NULL THEN 0 ELSE taken.freed END
    FROM taken, catalogue_courserun run
   WHERE seats.id = taken.id AND run.id = seats.course_run_id AND taken.freed > 0
  RETURNING taken.freed)
SELECT coalesce(sum(freed), 0) FROM done""",
        [count, course_run_id],
    )
    if freed is None or freed[0] != count:
        raise RuntimeError("seats were given back that nobody had taken")


@requires_transaction
def release_seat(*, course_run_id: uuid.UUID) -> None:
    """Give one seat back: from any slice that has one taken, since only their sum has a meaning.

    A seat of a class that was called off goes with it: whoever was about to take one finds none.
    """
    freed = row(
        f"UPDATE catalogue_courserunseats SET {_ONE_FREE} WHERE id = ("
        "  SELECT id FROM catalogue_courserunseats WHERE course_run_id = %s AND seats_taken > 0"
        "  ORDER BY slice LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED) RETURNING id",
        [course_run_id],
    )
    if freed is None:
        # Every row with a taken seat was locked by buyers: wait for the first one instead of skipping it.
        freed = row(
            f"UPDATE catalogue_courserunseats SET {_ONE_FREE} WHERE id = ("
            "  SELECT id FROM catalogue_courserunseats WHERE course_run_id = %s AND seats_taken > 0"
            "  ORDER BY slice LIMIT 1) AND seats_taken > 0 RETURNING id",
            [course_run_id],
        )
    if freed is None:
        raise RuntimeError("a seat was given back that nobody had taken")
