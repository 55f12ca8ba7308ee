"""The worker as a process: it says that it lives, and it ends when another system has taken over its database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from prakerja.config.worker import clock_watch
from prakerja.kernel import movable_clock
from prakerja.kernel.changes import Watcher
from prakerja.kernel.clock import now, off_by, wall
from prakerja.kernel.ids import new_id
from prakerja.kernel.models import Run
from prakerja.kernel.running import renew_run
from tests import builders
from tests.upgrades.databases import url_of
from tests.waiting import LIMIT, stop, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def life(tmp_path: Path) -> Path:
    return tmp_path / "worker.life"


@pytest.fixture
def worker(life: Path) -> Iterator[subprocess.Popen[bytes]]:
    builders.install()
    run = Run.objects.create(holder=new_id(), seen_at=wall())
    environment = {
        **os.environ,
        "DATABASE_URL": url_of(connection.settings_dict["NAME"]),
        "DJANGO_SETTINGS_MODULE": "prakerja.config.settings.worker",
        "PRAKERJA_MESSAGE_GATEWAY": "log_only",
        "PRAKERJA_LIFE_FILE": str(life),
        "PRAKERJA_RUN": str(run.holder),
    }
    process = subprocess.Popen([sys.executable, "-m", "prakerja.config.worker"], env=environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            stop(process)


def renewed(life: Path, process: subprocess.Popen[bytes]) -> int:
    """When it was renewed last; the process lives."""
    assert process.poll() is None
    return life.stat().st_mtime_ns if life.exists() else 0


def test_it_lives_until_another_has_taken_over(life: Path, worker: subprocess.Popen[bytes]) -> None:
    first = wait_until(lambda: renewed(life, worker), what="it says that it lives")
    wait_until(lambda: renewed(life, worker) > first, what="it says so again")
    # A wave's messages do not take a processor from whoever answers people.
    assert os.getpriority(os.PRIO_PROCESS, worker.pid) > os.getpriority(os.PRIO_PROCESS, 0)
    Run.objects.update(holder=new_id())
    assert worker.wait(LIMIT) == 0


def test_a_worker_whose_clock_is_a_minute_off_stands_aside_until_it_is_right(caplog: pytest.LogCaptureFixture) -> None:
    """The database's clock is moved for one connection, as if ours were slow."""
    assert clock_watch()()
    name = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA later")
        cursor.execute(
            "CREATE FUNCTION later.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS"
            " 'SELECT pg_catalog.clock_timestamp() + interval ''1 minute'''"
        )
        try:
            cursor.execute(f"ALTER DATABASE {name} SET search_path = later, pg_catalog, public")
            connection.close()
            watched = clock_watch()
            assert not watched()
            assert not watched()
            assert caplog.text.count("clock is off by -60 s") == 1
            assert abs(off_by().total_seconds() + 60) < 10
        finally:
            connection.close()
            with connection.cursor() as again:
                again.execute(f"ALTER DATABASE {name} RESET search_path")
                again.execute("DROP SCHEMA later CASCADE")
            connection.close()
    assert watched()


def test_a_commit_is_a_change_and_a_sign_of_life_is_none() -> None:
    """Whoever waits for rows rests while this says that nobody wrote any (`kernel.changes`).

    The server tidies up now and then, which is a change too: that there is none is waited for.
    """
    builders.install()
    run = Run.objects.create(holder=new_id(), seen_at=wall())
    movable_clock.note_seen(at=wall())
    url = url_of(connection.settings_dict["NAME"])
    with psycopg.connect(url, autocommit=True) as ours, psycopg.connect(url) as another:
        watcher = Watcher(ours)
        assert watcher.has_changed()

        def nothing_but_signs_of_life() -> bool:
            movable_clock.note_seen(at=wall())
            with psycopg.connect(url, autocommit=True) as third:
                assert renew_run(third, holder=run.holder, wall=wall())
            return not watcher.has_changed()

        wait_until(nothing_but_signs_of_life, what="signs of life are no change")
        # Under way it is none, however many signs of life come meanwhile; over it is one, when it is taken back too.
        for end in (another.commit, another.rollback):
            another.execute("UPDATE kernel_installation SET world = world")
            wait_until(nothing_but_signs_of_life, what="what is under way is no change")
            end()
            assert watcher.has_changed()
        wait_until(nothing_but_signs_of_life, what="it is noticed once")
        movable_clock.set_forward(to=now() + timedelta(days=1), seen_at=now())
        assert watcher.has_changed()
        Run.objects.update(holder=new_id())
        assert watcher.has_changed()
        for _ in range(12):
            movable_clock.note_seen(at=wall())
        assert watcher.has_changed()
