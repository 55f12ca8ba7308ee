"""The movable clock of a sandbox: forward only, from one due instant to the next, still while nothing runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import DatabaseError, OperationalError

from prakerja.config.due import due_tasks, run_what_falls_due
from prakerja.config.timekeeping import HEARTBEAT, MOVING
from prakerja.kernel import clock, movable_clock
from prakerja.kernel.db import row
from prakerja.kernel.errors import Refused
from prakerja.kernel.installation import is_sandbox
from prakerja.notifications.outages import note_life

# Beyond it dates end, and with them whatever adds a day to one.
LATEST = datetime(2100, 1, 1, tzinfo=clock.WIB)
# Seconds for which a mover waits for the worker to end its task, which may wait for a bank.
_PATIENCE = 60.0


@dataclass
class Journey:
    """What happened on the way: how many pieces of work at which instant, and which tasks would not move on."""

    started_at: datetime
    stopped_at: datetime
    steps: list[tuple[datetime, str, int]] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)


def resume() -> None:
    """Let the clock go on from the last instant that a running system saw. Nothing to do before the first."""
    movable_clock.go_on(after=HEARTBEAT)


def pause() -> None:
    """Write down where the clock stands, for the next `resume`."""
    clock.forget()
    movable_clock.note_seen(at=clock.now() - HEARTBEAT)


def advance(
    by: timedelta,
    *,
    on_step: Callable[[datetime, str, int], None] | None = None,
    told: Callable[[str, int], None] | None = None,
) -> Journey:
    """Move the clock forward by `by`, from where it stands when it is this call's turn; see `move_to`."""

    def target(now: datetime) -> datetime:
        # Compared as spans: the sum could be later than the last day of the calendar.
        if by > LATEST - now:
            raise Refused("clock_too_far", latest=LATEST)
        return now + by

    return _move(target, on_step, told)


def move_to(
    target: datetime,
    *,
    on_step: Callable[[datetime, str, int], None] | None = None,
    told: Callable[[str, int], None] | None = None,
) -> Journey:
    """Move the clock to `target` (any zone), stopping at every instant at which something falls due.

    Each task runs with `at` = that instant, so that what it stamps is that instant. `on_step` is told each step when it is
    done, `told` each chunk of it (the task, how many pieces of work). Returns when every process of this
    database knows the new time. Raises Refused: clock_backwards (`now`), clock_too_far (`latest`), clock_not_movable (no
    sandbox), clock_busy (somebody else is moving it).
    """
    return _move(lambda now: target, on_step, told)


def _move(
    choose: Callable[[datetime], datetime],
    on_step: Callable[[datetime, str, int], None] | None,
    told: Callable[[str, int], None] | None,
) -> Journey:
    """Move the clock to what `choose` makes of where it stands. Asked under the lock: another may have moved it meanwhile."""
    require_sandbox()
    with _moving():
        clock.forget()
        started = clock.now()
        target = choose(started)
        if target > LATEST:
            raise Refused("clock_too_far", latest=LATEST)
        if target < started:
            raise Refused("clock_backwards", now=started)
        # Whoever moves the clock does the worker's part: the time that is skipped is no outage.
        note_life(at=started, wall=clock.wall())
        journey = Journey(started_at=started, stopped_at=started)
        _run_what_falls_due(target, journey, on_step, told)
        _arrive(target)
        note_life(at=target, wall=clock.wall())
        journey.stopped_at = target
    clock.wait_until_all_know()
    return journey


def next_due() -> datetime | None:
    """The next instant at which something waits, for the page's "next event"; None when nothing does."""
    clock.forget()
    now = clock.now()
    instants = [instant for task in due_tasks() if (instant := task.next_due()) is not None and instant > now]
    return min(instants, default=None)


def require_sandbox() -> None:
    """Raises Refused: clock_not_movable."""
    if not is_sandbox():
        raise Refused("clock_not_movable")


def _arrive(at: datetime) -> None:
    """Be at this instant, also for the next `resume`: whoever keeps the clock may have put it away, and we may be killed."""
    movable_clock.set_forward(to=at, seen_at=at - HEARTBEAT)


def _run_what_falls_due(
    target: datetime,
    journey: Journey,
    on_step: Callable[[datetime, str, int], None] | None,
    told: Callable[[str, int], None] | None,
) -> None:
    def arrive(at: datetime) -> None:
        _arrive(at)
        note_life(at=at, wall=clock.wall())

    for step in run_what_falls_due(until=target, since=journey.started_at, arrive=arrive, told=told):
        if step.count:
            journey.steps.append((step.at, step.task, step.count))
            if on_step is not None:
                on_step(step.at, step.task, step.count)
        elif step.still_waits:
            # The worker goes on asking; the clock does not stand still for it.
            journey.stuck.append(step.task)


@contextmanager
def _moving() -> Iterator[None]:
    """Be the only one who moves the clock. The workers may be in the middle of a turn: wait for them a little.

    Who waits for the lock is let in before those who ask for it after, so that busy workers cannot keep the mover out.
    """
    row("SELECT set_config('lock_timeout', %s, false)", [f"{int(_PATIENCE)}s"])
    try:
        row("SELECT pg_advisory_lock(%s)", [MOVING])
    except OperationalError as error:
        raise Refused("clock_busy") from error
    finally:
        _lock_timeout_off()
    try:
        yield
    finally:
        row("SELECT pg_advisory_unlock(%s)", [MOVING])


def _lock_timeout_off() -> None:
    # Inside a transaction that the timeout ended there is nothing to set, and nothing that stays.
    with suppress(DatabaseError):
        row("SELECT set_config('lock_timeout', '0', false)")
