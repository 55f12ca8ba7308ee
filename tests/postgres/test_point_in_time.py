"""Drills of docs/how-to/back-up.md: back to an instant between two payments, and over to a replica while doors stay open."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from prakerja.postgres import Server, own_server
from prakerja.postgres.layout import Layout
from tests import running
from tests.postgres import journal
from tests.running import COMMAND, command
from tests.waiting import LONG_LIMIT, answers, stop, wait_until, wait_until_healthy

pytestmark = [pytest.mark.journeys, pytest.mark.xdist_group("system")]


@pytest.fixture
def data() -> Iterator[Path]:
    with running.world() as found:
        yield found


@pytest.fixture
def other() -> Iterator[Path]:
    with running.folder() as found:
        yield found


def bought(data_dir: Path) -> str:
    """Somebody buys a class; returns whose payment that is."""
    done = command("sandbox", "participant", "--stage", "purchased", data_dir=data_dir)
    assert done.code == 0, done.err
    return str(done.document["person_id"])


def transfers_of(dsn: str, person_id: str) -> int:
    with psycopg.connect(dsn) as session:
        found = session.execute("SELECT count(*) FROM ledger_transfer WHERE person_id = %s", [person_id]).fetchone()
    assert found is not None
    return int(found[0])


def test_back_to_an_instant_between_two_payments(data: Path, other: Path) -> None:
    account, _ = journal.programs()
    archive, base = journal.given_to(other / "journal", account), journal.given_to(other / "base", account)
    with journal.archiving(data, archive) as server:
        journal.base_backup(server, base)
        first = bought(data)
        with psycopg.connect(server.dsn, autocommit=True) as session:
            found = session.execute("SELECT clock_timestamp()::text").fetchone()
            assert found is not None
            instant = found[0]
        second = bought(data)
        assert transfers_of(server.dsn, second) > 0
        with psycopg.connect(server.dsn, autocommit=True) as session:
            session.execute("SELECT pg_switch_wal()")
            wait_until(
                lambda: (
                    session.execute("SELECT failed_count = 0 AND archived_count > 1 FROM pg_stat_archiver").fetchone()
                    == (True,)
                ),
                what="the journal is archived",
            )
    # The machine is gone; what there is: the base backup, the archive, and the keys, which were kept elsewhere.
    keys = other / "keys"
    shutil.copytree(Layout(data).keys, keys)
    shutil.rmtree(data)
    again = other / "again"
    again.mkdir(mode=0o755)
    journal.set_off(
        again,
        base,
        account,
        archive_mode="off",
        restore_command=f"cp {archive}/%f %p",
        recovery_target_time=instant,
        recovery_target_action="promote",
    )
    shutil.copytree(keys, Layout(again).keys)
    with own_server(again) as server:
        wait_until(lambda: _is_open(server), what="it has come to the instant")
        assert transfers_of(server.dsn, first) > 0
        assert transfers_of(server.dsn, second) == 0
        proved = command("proof", "--json", data_dir=again)
        assert proved.code == 0, proved.err
        assert proved.document["ok"]
        # And it goes on from there.
        assert transfers_of(server.dsn, bought(again)) > 0


def _is_open(server: Server) -> bool:
    with psycopg.connect(server.dsn) as session:
        return session.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)


def test_doors_go_over_to_a_replica_that_was_promoted(data: Path, other: Path) -> None:
    account, _ = journal.programs()
    socket, cluster = journal.given_to(other / "s", account), journal.given_to(other / "c", account)
    with own_server(data) as server:
        journal.base_backup(server, cluster, "--write-recovery-conf")
        with journal.replica(cluster, socket):
            url = f"postgresql://prakerja@/prakerja?host={server.socket_dir},{socket}&port=5432,5432"
            url += "&target_session_attrs=read-write"
            around = running.environment() | {
                "DATABASE_URL": url,
                "PRAKERJA_KEYS": str(Layout(data).keys),
                "PRAKERJA_ENV": "sandbox",
                "PRAKERJA_POOL": "4",
            }
            port = running.free_base()
            entry = "prakerja.config.wsgi.portal:application"
            door = subprocess.Popen(
                [sys.executable, "-m", "prakerja.serving", entry, "--port", str(port)], env=around, cwd=other
            )
            address = f"http://127.0.0.1:{port}"
            try:
                wait_until_healthy(address, door)
                assert server.pid is not None
                os.kill(server.pid, signal.SIGQUIT)
                wait_until(lambda: not answers(f"{address}/health"), what="the door says that its database is away")
                away = httpx.get(f"{address}/masuk", trust_env=False, timeout=LONG_LIMIT)
                assert away.status_code in (200, 503)
                journal.promote(cluster)
                wait_until_healthy(address, door)
                assert httpx.get(address, trust_env=False, timeout=LONG_LIMIT, follow_redirects=True).status_code == 200
                for arguments in (["proof"], ["keys", "rotate", "otp", "--json"]):
                    done = subprocess.run(
                        [*COMMAND, *arguments, "--data-dir", str(data)],
                        env=around,
                        capture_output=True,
                        text=True,
                        check=False,
                        timeout=LONG_LIMIT,
                    )
                    assert done.returncode == 0, done.stdout + done.stderr
            finally:
                stop(door)
