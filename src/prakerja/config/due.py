"""Everything that waits for an instant, in the order in which tasks that share an instant must run.

Money that arrives opens surveys, what lapses must not be paid afterwards: contexts come from the bottom of the chain of
causes to its end. The worker runs these as time passes, in turns; a moving clock runs them one instant after another, each to
its end (ADR 0029).
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from prakerja.kernel.due import DueTask, Turn, taking
from prakerja.kernel.looks import look_at_all
from prakerja.kernel.progress import Meter

CONTEXTS = (
    "access",
    "registrations",
    "sittings",
    "awards",
    "draw",
    "intake",
    "purchases",
    "training",
    "incentives",
    "disbursements",
    "surveys",
    "cases",
    # Last: what the others booked at that instant is in it.
    "checkpoints",
)
# Wall seconds that a task may go on before the others are looked at. What a task does at once is a chunk, and shorter.
TURN = 0.4
# The same for a task that waits for strangers, and how many of them it may wait for at once.
CALLS_TURN = 5.0
CALLS_WIDTH = 4
# A look is made again after so many times the wall seconds that it took, and after the longest time in any case.
_LOOKS_SELDOM = 20
_LONGEST_KEPT = 60.0


def due_tasks() -> tuple[DueTask, ...]:
    """All contexts' `tasks.TASKS`, in order. Needs Django's apps."""
    found: list[DueTask] = []
    for context in CONTEXTS:
        name = f"prakerja.{context}.tasks"
        if importlib.util.find_spec(name) is not None:
            found.extend(importlib.import_module(name).TASKS)
    # What was stored follows the keys, whoever's it is.
    found.extend(importlib.import_module("prakerja.config.key_tasks").TASKS)
    return tuple(found)


def lanes() -> dict[str, tuple[DueTask, ...]]:
    """Which tasks take turns with each other: all that wait for nobody together, each that calls strangers by itself."""
    found: dict[str, tuple[DueTask, ...]] = {"run_due": tuple(t for t in due_tasks() if not t.calls_network)}
    for task in due_tasks():
        if task.calls_network:
            found[f"run_{task.name}"] = (task,)
    return found


@dataclass(frozen=True)
class Step:
    """What one task did at one instant: `count` pieces of work, and whether it says that something waits there still."""

    at: datetime
    task: str
    count: int
    still_waits: bool


class Runner:
    """Runs tasks and writes down how far each has come. `told` is told the task and how many pieces more it did, as it goes."""

    def __init__(self, *, told: Callable[[str, int], None] | None = None) -> None:
        self._told = told
        self._meters: dict[str, Meter] = {}

    def end_all_but(self, names: Collection[str]) -> None:
        """Nothing waits any more of what was cut short and is not one of these."""
        for name in set(self._meters) - set(names):
            self._meters.pop(name).end()

    def run(self, task: DueTask, *, at: datetime, seconds: float | None = None) -> Turn:
        """Run a task at `at`, for so many wall seconds, or to its end. What it did is in the turn, also when it fails."""
        meter = self._meters.get(task.name)
        if meter is None:
            meter = Meter(task.name, count_left=None if task.left is None else _counted(task.left, at))
            self._meters[task.name] = meter

        def note(count: int) -> None:
            meter.note(count)
            if self._told is not None:
                self._told(task.name, count)

        turn = Turn(ends_at=None if seconds is None else time.monotonic() + seconds, told=note)
        if task.calls_network and seconds is not None:
            turn.width = CALLS_WIDTH
        with taking(turn):
            # What tells nobody as it goes is told now.
            turn.note(task.run(at) - turn.done)
        if not turn.was_cut:
            meter.end()
            del self._meters[task.name]
        return turn


def _counted(left: Callable[[datetime], int], at: datetime) -> Callable[[], int]:
    return lambda: left(at)


class Looks:
    """When each task falls due next. What a look takes long for is looked at seldom, and no core is spent on looking.

    Most looks are one look-up in an index and made every time. A few join all that a wave's awards hang on; with hundreds of
    thousands of them that takes seconds, and what they find does not come by the second.
    """

    def __init__(self, *, wall: Callable[[], float] = time.monotonic) -> None:
        """`wall`: seconds that only grow."""
        self._wall = wall
        self._kept: dict[str, tuple[datetime | None, float]] = {}
        self._took: dict[str, float] = {}
        # Whose instant was no new look's when it was asked for last.
        self._remembered: set[str] = set()

    def next_due(self, task: DueTask) -> datetime | None:
        """Its next instant, as it was found not long ago."""
        began = self._wall()
        instant, until = self._kept.get(task.name, (None, 0.0))
        self._remembered.add(task.name)
        if began >= until:
            self._remembered.discard(task.name)
            instant = task.next_due()
            ended = self._wall()
            # Two slow looks in a row: one alone waited for something else.
            took, self._took[task.name] = min(self._took.get(task.name, 0.0), ended - began), ended - began
            self._kept[task.name] = (instant, ended + min(_LOOKS_SELDOM * took, _LONGEST_KEPT))
        return instant

    def first_due(self, tasks: Sequence[DueTask]) -> datetime | None:
        """The earliest next instant of these tasks."""
        return min((instant for task in tasks if (instant := self.next_due(task)) is not None), default=None)

    def rest(self, tasks: Sequence[DueTask]) -> float:
        """Wall seconds for which these tasks need no look unless somebody commits something: as long as anybody likes, but for
        what was not looked at this time, and for what does not follow from rows alone."""
        if any(task.follows_more is not None and task.follows_more() for task in tasks):
            return 0.0
        remembered = [self._kept[name][1] for task in tasks if (name := task.name) in self._remembered]
        return max(min(remembered, default=math.inf) - self._wall(), 0.0)

    def forget(self, task: DueTask) -> None:
        """It ran: what it left is another question."""
        self._kept.pop(task.name, None)

    def last_known(self, task: DueTask) -> tuple[datetime | None] | None:
        """What the last look found, for whoever watches from another thread; None when it ran since or nobody has looked."""
        found = self._kept.get(task.name)
        return None if found is None else (found[0],)


def take_turns(
    tasks: Sequence[DueTask],
    *,
    runner: Runner,
    looks: Looks | None = None,
    now: Callable[[], datetime],
    failed: Callable[[DueTask], None],
    seconds: float = TURN,
    stopping: Callable[[], bool] = lambda: False,
) -> tuple[list[Step], bool]:
    """Give each task that is due one turn, whoever waits longest first; says what they did and whether something was cut.

    What is done bears the instant at which its turn began. A failure keeps nobody else from a turn: `failed` is told, and
    the task stays due. Raises OperationalError: the database is away for all of them.
    """
    from django.db import OperationalError

    looks = looks or Looks()
    found = {task.name: instant for task in tasks if (instant := looks.next_due(task)) is not None}
    waiting = {name: instant for name, instant in found.items() if instant <= now()}
    runner.end_all_but(waiting)
    in_order = sorted((task for task in tasks if task.name in waiting), key=lambda task: waiting[task.name])
    done, was_cut = [], False
    for task in in_order:
        if stopping():
            break
        if any(waiting.get(name, waiting[task.name]) < waiting[task.name] for name in task.after):
            was_cut = True
            continue
        at = now()
        looks.forget(task)
        try:
            turn = runner.run(task, at=at, seconds=seconds)
        except OperationalError:
            raise
        except Exception:
            failed(task)
            waiting.pop(task.name)
            continue
        was_cut = was_cut or turn.was_cut
        done.append(Step(at, task.name, turn.done, still_waits=turn.was_cut))
        if not turn.was_cut:
            waiting.pop(task.name)
    return done, was_cut


def run_what_falls_due(
    *,
    until: datetime,
    since: datetime | None = None,
    arrive: Callable[[datetime], None] | None = None,
    told: Callable[[str, int], None] | None = None,
) -> Iterator[Step]:
    """Run everything that falls due up to `until`, each at its own instant, one instant after another.

    `arrive` is told each instant before anything runs there, `told` how many pieces of work of a task are done, as it goes.
    What fell due before `since` runs at `since`. A task that did nothing and still waits is waiting for somebody else (a
    bank that does not answer): it is not run again.
    """
    tasks = list(due_tasks())
    runner = Runner(told=told)
    at = since
    while True:
        found = zip(look_at_all([task.next_due for task in tasks]), tasks, strict=True)
        due = [(instant, task) for instant, task in found if instant is not None and instant <= until]
        if not due:
            return
        earliest = min(instant for instant, _ in due)
        at = earliest if at is None else max(at, earliest)
        if arrive is not None:
            arrive(at)
        for instant, task in due:
            if instant > at:
                continue
            count = runner.run(task, at=at).done
            following = task.next_due()
            step = Step(at, task.name, count, still_waits=following is not None and following <= at)
            if not count and step.still_waits:
                tasks.remove(task)
            yield step
