"""Start, stop, kill -9 of every process involved, recovery; as the caller (root) and as an ordinary user."""

from __future__ import annotations

import os
import signal
import stat
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from embedded_helpers import AS_ROOT, Launch, Seed, account_of, make_home, processes_of, until_nothing_runs

from prakerja.postgres import LauncherError, default_data_dir, own_server
from prakerja.postgres.layout import LONGEST_SOCKET, socket_path

pytestmark = pytest.mark.embedded
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has PR_SET_PDEATHSIG")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def show(dsn: str, *names: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        rows = [connection.execute("SELECT current_setting(%s)", [name]).fetchone() for name in names]
    return [row[0] for row in rows if row is not None]


def remember(dsn: str, value: int) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [value])


def remembered(dsn: str) -> list[int]:
    with psycopg.connect(dsn) as connection:
        return [row[0] for row in connection.execute("SELECT value FROM kept ORDER BY value").fetchall()]


def test_first_start_is_quick_durable_and_closed(launch: Launch, home: Path, who: str) -> None:
    data = home / "data"
    launcher = launch("own", data, who=who)
    facts = launcher.facts
    assert facts["owned"] is True
    assert facts["socket_dir"] == str(data / "prakerja" / "run")
    dsn = facts["dsn"]
    assert show(dsn, "fsync", "synchronous_commit", "full_page_writes") == ["on", "on", "on"]
    assert show(dsn, "TimeZone", "server_encoding", "listen_addresses") == ["UTC", "UTF8", ""]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT setting::bigint * 8 / 1024 FROM pg_settings WHERE name = 'shared_buffers'")
        assert row.fetchone() == (min(memory // 4, 1024),)
    server_uid = Path(f"/proc/{facts['pid']}").stat().st_uid
    assert server_uid != 0
    ours = data / "prakerja"
    assert server_uid == (ours / "postgres").stat().st_uid == (ours / "run").stat().st_uid
    assert [mode(ours / name) for name in ("postgres", "run", "keys", "log")] == [0o700] * 4
    assert mode(home) == 0o755
    assert launcher.finish() == 0
    until_nothing_runs(home)
    assert sorted(path.name for path in ours.iterdir()) == ["keys", "launcher.lock", "log", "postgres", "run"]
    assert list((ours / "run").iterdir()) == []


def test_the_log_never_repeats_what_a_statement_held(launch: Launch, seeded: Path) -> None:
    launcher = launch("own", seeded / "data")
    with psycopg.connect(launcher.facts["dsn"], autocommit=True) as connection:
        connection.execute("CREATE TABLE person (nik text UNIQUE)")
        connection.execute("INSERT INTO person VALUES ('3171234567890123')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO person VALUES ('3171234567890123')")
        with pytest.raises(psycopg.errors.SyntaxError):
            connection.execute("SELEKT '3171234567890123'")
    log = (seeded / "data/prakerja/log/postgresql.log").read_text()
    assert "duplicate key value" in log
    assert "3171234567890123" not in log


def test_everything_ends_when_the_launcher_is_killed_and_the_data_stay(launch: Launch, seeded: Path, who: str) -> None:
    data = seeded / "data"
    launcher = launch("own", data, who=who)
    remember(launcher.facts["dsn"], 1)
    assert len(processes_of(seeded)) > 2
    launcher.kill()
    # At once: the dying server's watcher still holds the lock, so the next owner waits for it.
    again = launch("own", data, who=who)
    assert again.facts["pid"] != launcher.facts["pid"]
    assert remembered(again.facts["dsn"]) == [1]
    again.kill()
    until_nothing_runs(seeded)


@linux_only
def test_the_server_ends_when_launcher_and_watcher_are_killed_together(launch: Launch, seeded: Path) -> None:
    launcher = launch("own", seeded / "data")
    remember(launcher.facts["dsn"], 1)
    watchers = [pid for pid in processes_of(seeded) if b"watcher.py" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    assert len(watchers) == 1
    os.kill(watchers[0], signal.SIGKILL)
    launcher.kill()
    again = launch("own", seeded / "data")
    assert remembered(again.facts["dsn"]) == [1]


def test_the_watcher_alone_is_enough_where_there_is_no_death_signal(launch: Launch, seeded: Path) -> None:
    launcher = launch("own", seeded / "data", options={"no_death_signal": True})
    remember(launcher.facts["dsn"], 1)
    launcher.kill()
    until_nothing_runs(seeded)
    again = launch("own", seeded / "data", options={"no_death_signal": True})
    assert remembered(again.facts["dsn"]) == [1]


def test_an_orphan_without_watcher_and_death_signal_is_ended_by_the_next_owner(launch: Launch, seeded: Path) -> None:
    launcher = launch("own", seeded / "data", options={"no_death_signal": True})
    remember(launcher.facts["dsn"], 1)
    for pid in processes_of(seeded):
        if b"watcher.py" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
    launcher.kill()
    assert launcher.facts["pid"] in processes_of(seeded)
    again = launch("own", seeded / "data")
    assert again.facts["pid"] != launcher.facts["pid"]
    assert remembered(again.facts["dsn"]) == [1]


def test_a_throwaway_server_and_its_folder_vanish_when_the_launcher_is_killed(launch: Launch, who: str) -> None:
    launcher = launch("throwaway", who=who)
    folder = Path(launcher.facts["data_dir"])
    assert folder.parent == Path(tempfile.gettempdir())
    assert show(launcher.facts["dsn"], "fsync") == ["off"]
    launcher.kill()
    until_nothing_runs(folder)
    assert not folder.exists()


def test_a_killed_server_comes_back_at_the_same_address_with_its_data(launch: Launch, seeded: Path, who: str) -> None:
    launcher = launch("own", seeded / "data", who=who)
    first = dict(launcher.facts)
    remember(first["dsn"], 1)
    with closing(psycopg.connect(first["dsn"])) as busy:  # a session that outlives its server for a moment
        os.kill(first["pid"], signal.SIGKILL)
        launcher.tell("recover")
        second = launcher.read()
        assert second["dsn"] == first["dsn"]
        assert second["pid"] != first["pid"]
        assert remembered(second["dsn"]) == [1]
        remember(second["dsn"], 2)
        with pytest.raises(psycopg.OperationalError):
            busy.execute("SELECT 1")
    launcher.kill()  # the watcher follows the second server, not the first
    until_nothing_runs(seeded)


def test_a_killed_server_comes_back_for_the_next_owner(launch: Launch, seeded: Path) -> None:
    launcher = launch("own", seeded / "data")
    remember(launcher.facts["dsn"], 1)
    os.kill(launcher.facts["pid"], signal.SIGKILL)
    launcher.kill()
    again = launch("own", seeded / "data")
    assert remembered(again.facts["dsn"]) == [1]


def test_a_stale_process_file_that_names_a_stranger_does_not_stop_the_start(launch: Launch, seeded: Path) -> None:
    launcher = launch("own", seeded / "data")
    remember(launcher.facts["dsn"], 1)
    record = seeded / "data/prakerja/postgres/postmaster.pid"
    lines = record.read_text().splitlines()
    os.kill(launcher.facts["pid"], signal.SIGKILL)
    launcher.kill()
    owner = record.parent.stat()
    stranger = os.fork()
    if stranger == 0:  # a process of the server's own user, as after a restart of a container
        if AS_ROOT:
            os.setgid(owner.st_gid)
            os.setuid(owner.st_uid)
        signal.pause()
        os._exit(0)
    try:
        record.write_text("\n".join([str(stranger), *lines[1:]]) + "\n")
        again = launch("own", seeded / "data")
        assert remembered(again.facts["dsn"]) == [1]
        assert again.finish() == 0
        assert os.waitpid(stranger, os.WNOHANG) == (0, 0)  # and the stranger was not harmed
    finally:
        os.kill(stranger, signal.SIGKILL)
        os.waitpid(stranger, 0)


def test_a_too_long_socket_path_moves_the_socket_to_the_temporary_folder(
    launch: Launch, seed: Seed, home: Path
) -> None:
    (home / ("d" * 90)).mkdir()
    data = seed(home / ("d" * 90) / "data")
    launcher = launch("own", data)
    socket_dir = Path(launcher.facts["socket_dir"])
    assert socket_dir.parent == Path(tempfile.gettempdir())
    assert mode(socket_dir) == 0o700
    assert len(os.fsencode(socket_path(socket_dir))) <= LONGEST_SOCKET
    adopter = launch("adopt", data)
    assert adopter.facts["socket_dir"] == str(socket_dir)
    assert adopter.finish() == 0
    launcher.kill()
    again = launch("own", data)
    assert again.facts["socket_dir"] == str(socket_dir)  # used again, not one more
    assert again.finish() == 0
    assert not socket_dir.exists()


def test_a_server_is_only_started_from_the_main_thread(home: Path) -> None:
    import threading

    codes: list[str] = []

    def attempt() -> None:
        try:
            with own_server(home / "data"):
                codes.append("started")
        except LauncherError as error:
            codes.append(error.code)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    assert codes == ["not-main-thread"]
    until_nothing_runs(home)


def test_the_default_folder_of_an_ordinary_user_works_inside_a_closed_home(
    launch: Launch, folder: Path, seed: Seed, who: str
) -> None:
    if account_of(who).pw_uid == 0:
        assert default_data_dir() == Path("/var/lib/prakerja")  # which a test leaves alone
        return
    home = make_home(folder, who, 0o700)
    launcher = launch("own", who=who)
    assert launcher.facts["data_dir"] == str(home / ".local" / "state" / "prakerja")
    assert launcher.finish() == 0
    (home / "state").mkdir()
    seed(home / "state" / "prakerja", who=who)
    elsewhere = launch("own", who=who, env={"XDG_STATE_HOME": str(home / "state")})
    assert elsewhere.facts["data_dir"] == str(home / "state" / "prakerja")
    assert mode(home) == 0o700
