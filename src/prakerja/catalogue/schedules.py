"""An institution opens classes of its courses, changes them and calls them off, while people buy seats.

Dates change only while nobody has a seat, and then the seats are made anew in the same commit. `authorise` reads the dates
with the seat that it takes, in one statement: a buyer who was about to take one of the old seats finds none of them and is
told that the class is full; whoever takes a new one gets the new dates.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from prakerja.access.actors import Actor
from prakerja.audit.operations import record
from prakerja.catalogue.models import SLICED_ABOVE, SLICES, Course, CourseRun, CourseRunSeats, CourseRunSession
from prakerja.catalogue.operations import add_run
from prakerja.kernel.db import requires_transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id

Span = tuple[datetime, datetime]
MAX_SESSIONS = 10
# Nobody plans further ahead or opens what began longer ago. Windows and pages compute with these dates, and at the ends of
# the calendar every one of them would fail.
FARTHEST = timedelta(days=5 * 365)


@dataclass(frozen=True)
class RunState:
    """A class as it stands. Instants are UTC; a session's end is exclusive."""

    course_code: str
    schedule_code: str
    starts_at: datetime
    ends_at: datetime
    session_count: int
    sessions: tuple[Span, ...]
    capacity: int
    seats_taken: int


@requires_transaction
def open_run(
    *,
    institution_id: uuid.UUID,
    course_code: str,
    starts_at: datetime,
    ends_at: datetime,
    capacity: int,
    sessions: Sequence[Span],
    at: datetime,
) -> RunState:
    """Open a class of an own course; we make its code. `sessions` are the meetings of a live class, none means one.

    It is offered as soon as the course is accepted. Raises Refused: course_unknown, dates_invalid.
    """
    course = Course.objects.filter(institution_id=institution_id, code=course_code).first()
    if course is None:
        raise Refused("course_unknown")
    _check_dates(course, starts_at, ends_at, sessions, at)
    run = add_run(
        course_id=course.id,
        code=secrets.token_hex(8),
        starts_at=starts_at,
        ends_at=ends_at,
        capacity=capacity,
        sessions=sessions,
    )
    _audit("course_run.opened", run, capacity, at, Actor.partner(institution_id))
    return RunState(
        course.code, run.code, starts_at, ends_at, run.session_count, tuple(sessions), capacity, seats_taken=0
    )


@requires_transaction
def change_run(
    *,
    institution_id: uuid.UUID,
    schedule_code: str,
    starts_at: datetime,
    ends_at: datetime,
    capacity: int,
    sessions: Sequence[Span],
    at: datetime,
) -> RunState:
    """Change a class of an own course: its seats never below those taken, its dates only while none is.

    Raises Refused: run_unknown (also another institution's, or a cancelled one), run_begun, dates_invalid,
    class_has_buyers, capacity_below_taken.
    """
    run = _locked(institution_id, schedule_code)
    if at >= (run.starts_at if run.course.delivery == "live" else run.ends_at):
        raise Refused("run_begun")
    # Upwards, as buyers take them (architecture.md "Hot calls").
    seats = list(CourseRunSeats.objects.select_for_update(no_key=True).filter(course_run=run).order_by("slice"))
    taken = sum(one.seats_taken for one in seats)
    told = tuple(CourseRunSession.objects.filter(course_run=run).order_by("number").values_list("starts_at", "ends_at"))
    if (starts_at, ends_at, tuple(sessions)) != (run.starts_at, run.ends_at, told):
        _check_dates(run.course, starts_at, ends_at, sessions, at)
        if taken:
            raise Refused("class_has_buyers")
        _move(run, starts_at, ends_at, sessions)
        CourseRunSeats.objects.filter(course_run=run).delete()
        seats = []
    if capacity < taken:
        raise Refused("capacity_below_taken")
    _share(run, seats, capacity)
    _audit("course_run.changed", run, capacity, at, Actor.partner(institution_id))
    return RunState(
        run.course.code, run.code, starts_at, ends_at, run.session_count, tuple(sessions), capacity, seats_taken=taken
    )


@requires_transaction
def cancel_run(
    *, institution_id: uuid.UUID | None, schedule_code: str, may_have_begun: bool = False, actor: Actor, at: datetime
) -> tuple[uuid.UUID, RunState]:
    """Call a class off; nobody buys it any more. Returns its id and what it was.

    By its own institution before it begins, by an operator (`institution_id` None) also later: of what never took place one
    hears afterwards. Its free seats go with it: a buyer who was about to take one is told that the class is full, and
    whoever was quicker has a purchase when this commits. Raises Refused: run_unknown (also another institution's, or a
    cancelled one), run_begun.
    """
    run = _locked(institution_id, schedule_code)
    if not may_have_begun and at >= (run.starts_at if run.course.delivery == "live" else run.ends_at):
        raise Refused("run_begun")
    run.cancelled_at = at
    run.save(update_fields=["cancelled_at"])
    seats = list(CourseRunSeats.objects.select_for_update(no_key=True).filter(course_run=run).order_by("slice"))
    taken = sum(one.seats_taken for one in seats)
    _share(run, seats, taken)
    _audit("course_run.cancelled", run, taken, at, actor)
    told = tuple(CourseRunSession.objects.filter(course_run=run).order_by("number").values_list("starts_at", "ends_at"))
    state = RunState(
        run.course.code, run.code, run.starts_at, run.ends_at, run.session_count, told, taken, seats_taken=taken
    )
    return run.id, state


@requires_transaction
def _locked(institution_id: uuid.UUID | None, schedule_code: str) -> CourseRun:
    """Raises Refused: run_unknown."""
    runs = CourseRun.objects.select_for_update(no_key=True, of=("self",)).select_related("course")
    own = runs if institution_id is None else runs.filter(course__institution_id=institution_id)
    run = own.filter(code=schedule_code, cancelled_at=None).first()
    if run is None:
        raise Refused("run_unknown")
    return run


def _check_dates(
    course: Course, starts_at: datetime, ends_at: datetime, sessions: Sequence[Span], at: datetime
) -> None:
    """Raises Refused: dates_invalid."""
    is_live = course.delivery == "live"
    if starts_at < at - FARTHEST or ends_at > at + FARTHEST:
        raise Refused("dates_invalid")
    if ends_at <= starts_at or at >= (starts_at if is_live else ends_at):
        raise Refused("dates_invalid")
    if len(sessions) > (MAX_SESSIONS if is_live else 0):
        raise Refused("dates_invalid")
    before = starts_at
    for begins, ends in sessions:
        if begins < before or ends <= begins:
            raise Refused("dates_invalid")
        before = ends
    if before > ends_at:
        raise Refused("dates_invalid")


@requires_transaction
def _move(run: CourseRun, starts_at: datetime, ends_at: datetime, sessions: Sequence[Span]) -> None:
    run.starts_at, run.ends_at, run.session_count = starts_at, ends_at, len(sessions) or 1
    run.save(update_fields=["starts_at", "ends_at", "session_count"])
    CourseRunSession.objects.filter(course_run=run).delete()
    CourseRunSession.objects.bulk_create(
        CourseRunSession(id=new_id(), course_run=run, number=number, starts_at=begins, ends_at=ends)
        for number, (begins, ends) in enumerate(sessions, 1)
    )


@requires_transaction
def _share(run: CourseRun, seats: list[CourseRunSeats], capacity: int) -> None:
    """Spread the free seats evenly over the slices, of which a class keeps those that it has."""
    slices = max(len(seats), SLICES if capacity > SLICED_ABOVE else 1)
    taken = [seats[number].seats_taken if number < len(seats) else 0 for number in range(slices)]
    share, rest = divmod(capacity - sum(taken), slices)
    for number in range(slices):
        wanted = taken[number] + share + (1 if number < rest else 0)
        if number < len(seats):
            seats[number].capacity = wanted
            seats[number].save(update_fields=["capacity"])
        else:
            CourseRunSeats.objects.create(id=new_id(), course_run=run, slice=number, capacity=wanted, seats_taken=0)


def _audit(action: str, run: CourseRun, capacity: int, at: datetime, actor: Actor) -> None:
    record(
        action=action,
        at=at,
        actor=actor,
        subject_kind="course_run",
        subject_id=run.id,
        data={"capacity": capacity},
    )
