"""Who owns the server of a data folder, who adopts it, who waits, and DATABASE_URL."""

from __future__ import annotations

import contextlib
import os
import select
from pathlib import Path

import psycopg
import pytest
from embedded_helpers import Launch, Launcher, until_nothing_runs
from psycopg.conninfo import conninfo_to_dict

from prakerja.postgres import (
    LauncherError,
    Server,
    database_url,
    own_server,
    server_for,
    throwaway_server,
)
from tests.waiting import LIMIT, wait_until

pytestmark = pytest.mark.embedded


def test_a_one_shot_command_adopts_the_running_owners_server(launch: Launch, seeded: Path, who: str) -> None:
    owner = launch("own", seeded / "data", who=who)
    first = launch("adopt", seeded / "data", who=who)
    second = launch("for-adopt", seeded / "data", who=who)
    for command in (first, second):
        assert command.facts["owned"] is False
        assert (command.facts["pid"], command.facts["dsn"]) == (owner.facts["pid"], owner.facts["dsn"])
        assert command.finish() == 0
    with psycopg.connect(owner.facts["dsn"]) as connection:  # still there after its adopters went
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_one_shot_command_without_an_owner_has_a_server_for_as_long_as_it_runs(launch: Launch, seeded: Path) -> None:
    command = launch("adopt", seeded / "data")
    assert command.facts["owned"] is True
    assert command.finish() == 0
    until_nothing_runs(seeded)


def test_an_owner_waits_for_a_one_shot_command_and_never_adopts_its_server(launch: Launch, seeded: Path) -> None:
    command = launch("adopt", seeded / "data")
    owner = launch("own", seeded / "data", wait=False)
    another = launch("adopt", seeded / "data", wait=False)
    with pytest.raises(LauncherError) as refused, own_server(seeded / "data", wait_for_lock=False):
        pass
    assert refused.value.code == "lock-taken"
    assert f"(process {command.process.pid})" in refused.value.english
    for waiting in (owner, another):
        wait_until(lambda waiting=waiting: stands_at_the_lock(waiting))
    assert (owner.process.poll(), another.process.poll()) == (None, None)
    assert command.finish() == 0
    # Whichever comes first: neither uses the server of the command that has ended.
    if another_first := _first_line(another, owner):
        assert another.facts["owned"] is True
        assert another.finish() == 0
    owner.read()
    assert owner.facts["owned"] is True
    assert owner.facts["pid"] != command.facts["pid"]
    if not another_first:
        assert another.read()["pid"] == owner.facts["pid"]


def stands_at_the_lock(launcher: Launcher) -> bool:
    """Whether it has opened the file of the lock, which it asks for until it has it."""
    with contextlib.suppress(OSError):
        return any(
            os.readlink(fd).endswith("launcher.lock") for fd in Path(f"/proc/{launcher.process.pid}/fd").iterdir()
        )
    return False


def _first_line(another: Launcher, owner: Launcher) -> bool:
    """Whether `another` answered before `owner`; then it owns, and the owner waits for it."""
    ready = select.select([another.process.stdout, owner.process.stdout], [], [], LIMIT)[0]
    if owner.process.stdout in ready:
        return False
    another.read()
    return True


def test_a_second_owner_is_refused(launch: Launch, seeded: Path) -> None:
    owner = launch("own", seeded / "data")
    second = launch("own", seeded / "data")
    assert second.facts == {
        "error": "already-running",
        "id": f"Prakerja sudah berjalan di folder data {seeded}/data (proses {owner.process.pid}). "
        "Hentikan dahulu, atau pakai folder lain dengan --data-dir.",
        "en": f"Prakerja is already running on the data folder {seeded}/data (process {owner.process.pid}). "
        "Stop it first, or use another folder with --data-dir.",
    }
    assert second.process.wait(LIMIT) == 1


def test_a_first_start_that_is_killed_midway_leaves_nothing_in_the_way(launch: Launch, home: Path) -> None:
    """Killed when it stands at the lock, while `initdb` writes, and when the server has begun to start."""
    ours = home / "data" / "prakerja"
    for how_far in ("launcher.lock", "postgres.new-*/base", "postgres/postmaster.pid"):
        launcher = launch("own", home / "data", wait=False)
        wait_until(lambda how_far=how_far: list(ours.glob(how_far)), what=how_far, every=0.005)
        launcher.kill()
    again = launch("own", home / "data")
    assert again.facts["owned"] is True


def test_database_url_is_used_instead_and_nothing_is_started(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with throwaway_server() as theirs:
        monkeypatch.setenv("DATABASE_URL", theirs.dsn)
        for own in (True, False):
            with server_for(home / "data", own=own) as server:
                assert (server.dsn, server.pid, server.owned) == (theirs.dsn, None, False)
                assert server.running() is True
                other = database_url(server, "postgres")
                with psycopg.connect(other) as connection:
                    assert connection.execute("SELECT current_database()").fetchone() == ("postgres",)
        assert sorted(path.name for path in (home / "data/prakerja").iterdir()) == ["keys", "log"]
    assert not theirs.data_dir.exists()
    assert server.running() is False
    with pytest.raises(LauncherError) as refused, server_for(home / "data", own=True):
        pass
    assert refused.value.code == "database-url-unreachable"
    monkeypatch.delenv("DATABASE_URL")
    with server_for(home / "data", own=True) as server:  # the folder made before serves an own server too
        assert server.owned is True


def test_a_wrong_database_url_is_a_sentence_without_its_password(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for url, code in (
        ("postgresql://u:rahasia@127.0.0.1:1/x", "database-url-unreachable"),
        ("postgresql://u:rahasia@[bad/x", "database-url-invalid"),
    ):
        monkeypatch.setenv("DATABASE_URL", url)
        with pytest.raises(LauncherError) as refused, server_for(home / "data", own=False):
            pass
        assert refused.value.code == code
        assert "rahasia" not in str(refused.value)
    assert not (home / "data").exists()


def test_a_database_url_names_another_database_without_losing_anything() -> None:
    ours = Server(dsn="", data_dir=Path("/d"), socket_dir=Path("/Tmp/A b/run"), pid=1)
    assert database_url(ours, "test_prakerja") == (
        "postgresql://prakerja@/test_prakerja?host=%2FTmp%2FA%20b%2Frun&port=5432"
    )
    theirs = Server(dsn="postgresql://u%40x:p%2Fw@db.example:6432/one?sslmode=require", data_dir=Path("/d"))
    assert conninfo_to_dict(database_url(theirs, "two")) == {
        "user": "u@x",
        "password": "p/w",
        "dbname": "two",
        "host": "db.example",
        "port": "6432",
        "sslmode": "require",
    }


def test_a_server_started_in_this_process_is_gone_afterwards(seeded: Path) -> None:
    with own_server(seeded / "data") as server:
        assert server.running() is True
        assert server.pid is not None
        (server.keys / "keys.json").write_text("{}")
    assert not os.path.exists(f"/proc/{server.pid}")
    until_nothing_runs(seeded)
