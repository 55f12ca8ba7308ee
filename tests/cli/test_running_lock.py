"""Never two systems on one database: also when the database restarts and takes the lock from whoever lives."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from prakerja.cli.running_lock import RUNNING, RunningLock
from prakerja.kernel.db import rows
from prakerja.kernel.models import Run
from prakerja.postgres import Server
from tests.upgrades.databases import url_of
from tests.waiting import LIMIT, SHORT, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[Callable[..., RunningLock]]:
    server = Server(dsn=url_of(connection.settings_dict["NAME"]), data_dir=tmp_path)
    made: list[RunningLock] = []

    def make(*, patience: float = LIMIT) -> RunningLock:
        made.append(RunningLock(server, renews_every=0.05, proves_life_within=patience))
        return made[-1]

    assert os.environ["DATABASE_URL"]
    yield make
    for one in made:
        one.give_back()


def holders() -> list[int]:
    """The sessions that hold the lock."""
    found = rows("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted", [RUNNING])
    return [pid for (pid,) in found]


def restart() -> None:
    """What a restart of the database does to whoever holds the lock."""
    rows("SELECT pg_terminate_backend(pid, 60000) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [RUNNING])


def test_a_second_one_never_runs_beside_the_first(lock: Callable[..., RunningLock]) -> None:
    first = lock()
    assert first.take()
    first.hold()
    assert not lock().take()
    for _ in range(3):
        restart()
        # The lock is free or being taken again: that the first lives keeps the second out.
        assert not lock().take()
        wait_until(holders, what="the first has the lock again")
    assert not first.is_lost
    first.give_back()
    assert Run.objects.count() == 0
    assert lock(patience=SHORT).take()


def test_one_that_was_killed_is_followed_by_the_next(lock: Callable[..., RunningLock]) -> None:
    killed = lock()
    assert killed.take()
    killed.hold()
    killed.let_die()
    assert Run.objects.get().holder == killed.holder
    following = lock(patience=SHORT)
    assert following.take()
    following.hold()
    assert Run.objects.get().holder == following.holder


def test_one_that_was_cut_off_learns_that_another_has_taken_over(lock: Callable[..., RunningLock]) -> None:
    """It was away for so long that it counted as dead."""
    first = lock()
    assert first.take()
    first.hold()
    Run.objects.update(holder=lock().holder)
    wait_until(lambda: first.is_lost, what="it is told")
    first.give_back()
    assert Run.objects.count() == 1
