"""A wave's whole life, disturbed at every step of everything that falls due: it comes to the same, for everybody, to the rupiah.

Every registered task is met in it, so whoever adds one lets it happen to somebody of `life`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command

from examples.world.testing import RunningWorld
from prakerja.audit.models import Record
from prakerja.config.due import Runner, due_tasks
from prakerja.kernel import clock
from prakerja.kernel.due import DueTask
from prakerja.kernel.models import Clock
from prakerja.sandbox import clock as movable
from tests.builders import ANNOUNCED, lay_chart
from tests.incentives.conftest import bank, bank_program
from tests.races import test_drawn_wave, test_list_by_page
from tests.races.barrier import race
from tests.races.killing import Killed, at_every_statement, killed_at
from tests.races.life import Happened, Life, Time, a_life
from tests.races.strangers import strangers
from tests.waiting import LIMIT

__all__ = ["bank", "bank_program", "strangers"]
pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
WORKERS = 3
# Runs of one task that are disturbed: the daily question to the bank is the same for weeks.
DISTURBED = 12


def as_mover(task: DueTask, at: datetime) -> object:
    """To its end, as whoever moves the clock runs it."""
    return Runner().run(task, at=at)


def as_worker(task: DueTask, at: datetime) -> object:
    """In a turn that no task of so few people outlasts; what calls strangers calls several at once."""
    return Runner().run(task, at=at, seconds=LIMIT)


_RIGHT: list[tuple[datetime, Happened]] = []
_MET: set[str] = set()
# Nobody of `life` is drawn or on a list that came by page: those tasks are disturbed by themselves. Nor does anybody write a case with
# files, which are pruned once, by one statement, in tests/portal/test_own_cases.py; nor is an authority of time named (tests/checkpoints/test_stamping.py); nor are keys changed (tests/races/test_keys.py).
ELSEWHERE = {*test_drawn_wave.MET, *test_list_by_page.MET, "prune_case_files", "stamp the log", "reseal", "reindex"}
_ARRIVED: list[tuple[str, str]] = []


@pytest.fixture
def right(transactional_db: None, bank: RunningWorld, strangers: None) -> list[tuple[datetime, Happened]]:
    """What happens to everybody when nothing disturbs it, up to each act."""
    if not _RIGHT:
        bank.forget_messages()
        time = Time(as_mover)
        _RIGHT.extend(a_life().play(time.go))
        _MET.update(name for _, name in time.did)
        _ARRIVED.extend(bank.messages())
        call_command("flush", interactive=False, verbosity=0)
        lay_chart()
        clock.forget()
        bank.forget_owners()
    bank.forget_messages()
    return _RIGHT


def lives(
    life: Life, bank: RunningWorld, go: Callable[[datetime], object], right: list[tuple[datetime, Happened]]
) -> None:
    """Everybody's life is as it was when nothing disturbed it, whenever one of them acts."""
    for (at, happened), (expected_at, expected) in zip(life.play(go), right, strict=True):
        assert at == expected_at
        for kind, what in expected.items():
            found = happened[kind]
            assert found == what, f"{kind} before {at}: {found - what} too much, {what - found} missing"
    assert bank.messages() == _ARRIVED


@pytest.mark.usefixtures("right")
def test_every_registered_task_is_met() -> None:
    """A task that is added is disturbed like the others: somebody of `life` meets it."""
    assert [task.name for task in due_tasks() if task.name not in _MET | ELSEWHERE] == []


def test_a_worker_killed_at_every_step_of_every_task(
    bank: RunningWorld, right: list[tuple[datetime, Happened]]
) -> None:
    """Each task at every statement when it first finds something to do, and once at later runs, at one more each time."""
    runs: Counter[str] = Counter()

    def kill(task: DueTask, at: datetime) -> None:
        runs[task.name] += 1
        count = runs[task.name]
        if count == 1:
            at_every_statement(lambda: as_worker(task, at))
            return
        if count > DISTURBED:
            as_worker(task, at)
            return
        try:
            with killed_at(count):
                as_worker(task, at)
        except Killed:
            as_worker(task, at)

    lives(a_life(), bank, Time(kill).go, right)


def test_several_workers_at_every_task(bank: RunningWorld, right: list[tuple[datetime, Happened]]) -> None:
    """What one of them held was left out by another; nothing is left when all have ended and one looks again."""

    runs: Counter[str] = Counter()

    def together(task: DueTask, at: datetime) -> None:
        runs[task.name] += 1
        if runs[task.name] <= DISTURBED:
            race([lambda: as_worker(task, at)] * WORKERS)
        as_worker(task, at)

    lives(a_life(), bank, Time(together).go, right)


def test_a_mover_killed_at_its_steps(bank: RunningWorld, right: list[tuple[datetime, Happened]]) -> None:
    """Whoever moves the clock dies a few statements later each time, anywhere in its work; the next one goes on from there."""
    life = a_life()
    Clock.objects.update(offset_us=(ANNOUNCED + timedelta(hours=1) - clock.wall()) // timedelta(microseconds=1))
    clock.forget()
    kills = 0

    def go(until: datetime) -> None:
        nonlocal kills
        statement = 1
        while True:
            try:
                with killed_at(statement):
                    movable.move_to(until)
                return
            except Killed:
                kills += 1
                statement += 13
            # The whole system is started again, and the clock goes on: no stamp lies ahead of it.
            movable.resume()
            assert clock.now() >= Record.objects.latest("at").at
            if clock.now() >= until:
                # It had arrived; what was due on the way was done before.
                assert [task.name for task in due_tasks() if (task.next_due() or movable.LATEST) <= until] == []
                return

    lives(life, bank, go, right)
    assert kills > len(_MET)
