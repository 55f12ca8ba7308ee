"""Tasks in turns: a long one stops after its chunk, the others are looked at, and nothing is forgotten or done out of order."""

from __future__ import annotations

import math
import threading
import uuid
from datetime import datetime, timedelta
from typing import NoReturn

import pytest
from django.db import connection

from prakerja.config.due import Looks, Runner, due_tasks, lanes, take_turns
from prakerja.kernel.clock import wall
from prakerja.kernel.db import repeatable_transaction, row, rows, transaction
from prakerja.kernel.due import DueTask, Turn, in_chunks, taking, work_through
from prakerja.kernel.progress import STALE, Meter, all_progress, progress_of
from tests.waiting import LIMIT

pytestmark = pytest.mark.django_db
NOW = wall()


class Work:
    """So many pieces that fell due at `since`; the task does them one at a time and writes down in which order."""

    def __init__(self, name: str, pieces: int, *, since: timedelta, done: list[str]) -> None:
        self.name, self.left, self._since, self._done = name, pieces, since, done

    def next_due(self) -> datetime | None:
        return NOW - self._since if self.left else None

    def run(self, at: datetime) -> int:
        return in_chunks(self._step)

    def _step(self) -> int | None:
        if not self.left:
            return None
        self.left -= 1
        self._done.append(self.name)
        return 1

    def task(self, **more: tuple[str, ...]) -> DueTask:
        return DueTask(name=self.name, next_due=self.next_due, run=self.run, **more)


def fail(task: DueTask) -> NoReturn:
    raise AssertionError(task.name)


def turns(*tasks: DueTask) -> bool:
    """One round of the shortest turns there are; whether something is left."""
    return take_turns(tasks, runner=Runner(), now=lambda: NOW, failed=fail, seconds=0.0)[1]


def test_what_a_look_takes_long_for_is_looked_at_seldom() -> None:
    """With 200,000 awards one task's next instant took half a second to find, and was looked for every half second."""
    seconds = [0.0]
    looked: list[float] = []

    def slow() -> datetime | None:
        looked.append(seconds[0])
        seconds[0] += 2.0
        return None

    looks = Looks(wall=lambda: seconds[0])
    task = DueTask(name="slow", next_due=slow, run=lambda at: 0)
    while seconds[0] < 100:
        assert looks.next_due(task) is None
        seconds[0] += 0.5
    # One slow look alone may have waited for a lock: the next one is made at once.
    assert looked == [0.0, 2.5, 44.5, 86.5]
    looks.forget(task)
    looks.next_due(task)
    assert len(looked) == 5


def test_what_is_found_at_once_is_looked_for_every_time() -> None:
    found = [None, NOW]
    looks = Looks(wall=lambda: 5.0)
    task = DueTask(name="quick", next_due=lambda: found.pop(0), run=lambda at: 0)
    assert [looks.next_due(task), looks.next_due(task)] == [None, NOW]


def test_a_rest_ends_when_what_was_not_looked_at_is_and_what_follows_more_than_rows_has_none() -> None:
    seconds = [0.0]

    def slow() -> datetime | None:
        seconds[0] += 2.0
        return NOW

    looks = Looks(wall=lambda: seconds[0])
    tasks = [DueTask(name="slow", next_due=slow, run=lambda at: 0), DueTask("quick", lambda: None, lambda at: 0)]
    for _ in range(2):
        assert looks.first_due(tasks) == NOW
        assert looks.rest(tasks) == math.inf
    # Both looks took two seconds: this one is remembered, and the rest is over when it is made again.
    assert looks.first_due(tasks) == NOW
    assert looks.rest(tasks) == 40.0
    of_files = DueTask("files", lambda: None, lambda at: 0, follows_more=lambda: True)
    assert looks.first_due([of_files]) is None
    assert looks.rest([of_files]) == 0.0


def test_a_long_task_keeps_nobody_waiting_longer_than_its_chunk() -> None:
    done: list[str] = []
    wave = Work("revoke a wave", 3, since=timedelta(hours=2), done=done)
    one = Work("remind somebody", 1, since=timedelta(hours=1), done=done)
    assert turns(wave.task(), one.task())
    assert done == ["revoke a wave", "remind somebody"]
    while turns(wave.task(), one.task()):
        pass
    assert done == ["revoke a wave", "remind somebody", "revoke a wave", "revoke a wave"]


def test_who_is_behind_catches_up_in_order() -> None:
    """A revocation waits for the reminders of an earlier instant, and for no later ones."""
    done: list[str] = []
    remind = Work("remind", 2, since=timedelta(days=2), done=done)
    revoke = Work("revoke", 1, since=timedelta(days=1), done=done)
    tasks = (revoke.task(after=("remind",)), remind.task())
    while turns(*tasks):
        pass
    assert done == ["remind", "remind", "revoke"]
    later = Work("remind", 2, since=timedelta(hours=1), done=done)
    revoke.left = 1
    turns(revoke.task(after=("remind",)), later.task())
    assert done[3:] == ["revoke", "remind"]


def test_a_task_that_fails_keeps_no_other_from_its_turn() -> None:
    def broken(at: datetime) -> int:
        raise ValueError("broken")

    done, failed = [], []
    first = DueTask(name="remind", next_due=lambda: NOW - timedelta(days=3), run=broken)
    after = Work("revoke", 1, since=timedelta(days=1), done=done).task(after=("remind",))
    take_turns((first, after), runner=Runner(), now=lambda: NOW, failed=lambda task: failed.append(task.name))
    assert (failed, done) == (["remind"], ["revoke"])


def test_a_bank_that_is_silent_waits_in_a_lane_of_its_own() -> None:
    calls = {task.name for task in due_tasks() if task.calls_network}
    assert {"send_payments", "ask_payments", "recheck_held"} <= calls
    ours = lanes()
    assert [len(tasks) for name, tasks in ours.items() if name != "run_due"] == [1] * len(calls)
    assert not any(task.calls_network for task in ours["run_due"])
    assert {name for task in due_tasks() for name in task.after} <= {task.name for task in due_tasks()}


@pytest.mark.django_db(transaction=True)
def test_several_strangers_are_waited_for_at_once_and_each_piece_is_done_once() -> None:
    together = threading.Barrier(4)
    people = [(uuid.UUID(int=number), uuid.UUID(int=number)) for number in range(8)]
    seen: list[int] = []

    def ask(person_id: uuid.UUID, item_id: uuid.UUID) -> bool:
        # Passed only when four are under way; each has a connection of its own.
        together.wait(LIMIT)
        seen.append(person_id.int)
        return row("SELECT 1") is not None

    with taking(Turn(width=4)) as turn:
        assert work_through(iter(people), ask) == 8
    assert (sorted(seen), turn.done) == (list(range(8)), 8)

    def refuse(person_id: uuid.UUID, item_id: uuid.UUID) -> NoReturn:
        raise ValueError("a fault of ours")

    with taking(Turn(width=2)), pytest.raises(ValueError, match="ours"):
        work_through(iter(people), refuse)
    connection.close()


# Progress -------------------------------------------------------------------------------------------------------------


def test_what_is_short_leaves_no_row_and_what_is_long_says_how_far_it_is() -> None:
    Meter("short").note(5)
    assert all_progress() == []
    meter = Meter("import wave 21", count_left=lambda: 90)
    meter.note(10)
    meter.write()
    found = progress_of("import wave 21")
    assert found is not None
    assert (found.done, found.left, found.state(now=wall())) == (10, 90, "working")
    assert found.a_second > 0
    assert found.ends_at is not None
    meter.note(40)
    meter.write()
    meter.note(60)
    meter.end()
    found = progress_of("import wave 21")
    assert found is not None
    # More came while it ran: what is left is never less than nothing.
    assert (found.done, found.left, found.state(now=wall()), found.ends_at) == (110, 0, "ended", None)


def test_who_was_killed_is_silent_and_the_next_one_begins_anew() -> None:
    meter = Meter("revoke", count_left=lambda: 100)
    meter.note(30)
    meter.write()
    rows("UPDATE kernel_progress SET seen_at = seen_at - %s, began_at = began_at - %s RETURNING 1", [STALE * 2] * 2)
    found = progress_of("revoke")
    assert found is not None
    assert found.state(now=wall()) == "silent"
    following = Meter("revoke", count_left=lambda: 70)
    following.note(1)
    following.write()
    found = progress_of("revoke")
    assert found is not None
    assert (found.done, found.left, found.state(now=wall())) == (1, 70, "working")


def test_two_workers_at_one_task_add_up() -> None:
    for _ in range(2):
        meter = Meter("remind", count_left=lambda: 100)
        meter.note(10)
        meter.write()
        meter.note(10)
        meter.write()
    found = progress_of("remind")
    assert found is not None
    assert (found.done, found.left) == (40, 80)


@pytest.mark.django_db(transaction=True)
def test_what_repeats_itself_does_not_wait_for_the_disk_and_nothing_else_does_so() -> None:
    def waits() -> str:
        return str(rows("SHOW synchronous_commit")[0][0])

    before = waits()
    with repeatable_transaction():
        assert waits() == "off"
    assert waits() == before
    with transaction():
        assert waits() == before
