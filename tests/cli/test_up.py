"""`prakerja up`: starts everything, says where, keeps the world, leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest

from prakerja.config.privileges import DOORS, SANDBOX
from prakerja.postgres import server_for
from tests import running
from tests.waiting import LIMIT, answers, let_time_pass, wait_until

pytestmark = [pytest.mark.journeys, pytest.mark.xdist_group("system")]
PLATFORMS = ["bukalapak", "maubelajarapa", "pintaria", "pijarmahir", "sisnaker", "sekolahmu", "tokopedia"]


def test_one_line_names_every_address(system: running.System) -> None:
    at = system.urls
    base = system.base
    assert list(at) == [
        *("portal", "console", "partner_api", "callbacks", "phone", "smsc", "sandbox"),
        *("institution", "platforms", "metrics", "accounts"),
    ]
    assert {name: at[name].rsplit(":", 1)[1] for name in ("portal", "console", "partner_api", "callbacks")} == {
        "portal": str(base),
        "console": str(base + 1),
        "partner_api": str(base + 2),
        "callbacks": str(base + 3),
    }
    assert at["phone"].endswith(f":{base + 4}")
    assert at["institution"].endswith(f":{base + 5}")
    assert at["sandbox"].endswith(f":{base + 6}")
    assert at["smsc"].endswith(f":{base + 7}")
    assert at["platforms"] == {code: f"http://127.0.0.1:{base + 11 + index}" for index, code in enumerate(PLATFORMS)}


def test_every_door_answers(system: running.System) -> None:
    at = system.urls
    singles = [
        at[name] for name in ("portal", "console", "partner_api", "callbacks", "phone", "sandbox", "institution")
    ]
    for url in [*singles, *at["platforms"].values()]:
        assert httpx.get(f"{url}/health", timeout=LIMIT).status_code == 200, url


def test_the_demo_world_has_somebody_at_every_stage(system: running.System) -> None:
    participants = system.urls["accounts"]["participants"]
    assert {one["stage"] for one in participants} == {
        *("awarded", "ready", "purchased", "redeemed", "completed", "reviewed", "paying", "revoked")
    }
    assert all(set(one) == {"name", "phone", "stage", "accounts"} for one in participants)
    operators = system.urls["accounts"]["operators"]
    assert [one["role"] for one in operators] == ["viewer", "approver", "authoriser", "releaser"]
    assert all(set(one) == {"email", "password", "totp_secret", "role"} for one in operators)


def test_secrets_are_for_their_owner_alone(system: running.System) -> None:
    home = system.data_dir / "prakerja"
    assert (home / "partners.json").stat().st_mode & 0o777 == 0o600
    assert (home / "demo-accounts.json").stat().st_mode & 0o777 == 0o600
    assert (home / "keys").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (home / "keys").iterdir()} == {0o600}


def test_each_process_is_a_role_of_the_database(system: running.System, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo's too (ADR 0039): whoever answers strangers owns no table."""
    # It would name the tests' own server.
    monkeypatch.delenv("DATABASE_URL")
    wanted = {f"prakerja_{role}" for role in (*DOORS, SANDBOX, "worker")}
    with server_for(system.data_dir, own=False) as server, psycopg.connect(server.dsn, autocommit=True) as owner:

        def working() -> set[str]:
            # A door connects when it is asked something.
            for name in (*DOORS, SANDBOX):
                httpx.get(f"{system.urls[name]}/health", trust_env=False, timeout=LIMIT)
            return {name for (name,) in owner.execute("SELECT usename FROM pg_stat_activity WHERE usename IS NOT NULL")}

        wait_until(lambda: wanted <= working(), what="every process has a connection of its role")


def test_example_programs_hold_no_database_and_no_keys(system: running.System) -> None:
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                line = file.read()
            with open(f"/proc/{entry}/environ", "rb") as file:
                known = file.read()
        except OSError:
            continue
        if b"examples." in line and str(system.data_dir).encode() in known:
            assert b"DATABASE_URL" not in known
            assert b"PRAKERJA_KEYS" not in known


def test_a_taken_port_is_named(system: running.System) -> None:
    with running.folder() as other:
        result = running.command("up", "--port-base", str(system.base - 5), data_dir=other)
    assert result.code == 2
    assert str(system.base) in result.err
    assert result.out == ""


def test_a_second_one_on_the_same_folder_is_refused(system: running.System) -> None:
    result = system.run("up", "--port-base", str(running.free_base()))
    assert result.code == 2
    assert str(system.data_dir) in result.err


def test_a_killed_door_comes_back(system: running.System) -> None:
    url = f"{system.urls['callbacks']}/health"
    victim = next(
        int(entry)
        for entry in os.listdir("/proc")
        if entry.isdigit() and f"--port {system.base + 3} ".encode() in _line(entry)
    )
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: not _is_alive(victim), what="the door is gone")
    wait_until(lambda: answers(url), what="the door comes back")


def test_stops_cleanly_and_stands_still_until_the_next_start() -> None:
    with running.tables() as folder:
        with running.system(folder, "--world", "empty") as first:
            assert first.urls["accounts"]["participants"] == []
            first.json("clock", "set", "2021-09-18T10:00")
            made = first.json("sandbox", "course")
            assert first.stop(signal.SIGINT) == 0
        assert running.processes_of(folder) == []
        # The clock moves while something runs, and in no other time.
        began = datetime.now(tz=UTC)
        stopped = datetime.fromisoformat(running.command("clock", "show", data_dir=folder).document["now"])
        ran = datetime.now(tz=UTC) - began
        let_time_pass(2)
        began = datetime.now(tz=UTC)
        with running.system(folder) as second:
            resumed = datetime.fromisoformat(second.json("clock", "show")["now"])
            ran += datetime.now(tz=UTC) - began
            # What is shown is cut to whole seconds.
            assert timedelta(0) <= resumed - stopped < ran + timedelta(seconds=1)
            assert second.json("proof", "--json")["ok"] is True
            offered = httpx.get(
                f"{second.urls['platforms']['tokopedia']}/",
                params={"q": made["course_code"]},
                timeout=LIMIT,
            )
            assert offered.status_code == 200
        wrong = running.command("up", "--world", "g21", "--port-base", str(running.free_base()), data_dir=folder)
        assert wrong.code == 2
        assert "empty" in wrong.err


def test_nothing_outlives_a_kill() -> None:
    with running.world() as folder, running.system(folder) as started:
        started.stop(signal.SIGKILL)
        wait_until(lambda: not running.processes_of(folder), what="nothing runs")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", started.base))


def _is_alive(pid: int) -> bool:
    """Whether that process runs; one that ended and was not collected yet does not."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _line(entry: str) -> bytes:
    try:
        with open(f"/proc/{entry}/cmdline", "rb") as file:
            return file.read().replace(b"\0", b" ")
    except OSError:
        return b""


def test_a_killed_database_comes_back_with_everything() -> None:
    with running.world() as folder, running.system(folder) as started:
        made = started.json("sandbox", "participant", "--stage", "purchased")
        target = _later(started.json("clock", "show")["now"], days=60)
        # In the middle of what falls due in two months: what it had not committed is done by the next one.
        moving = subprocess.Popen(
            [*running.COMMAND, "clock", "set", target, "--data-dir", str(folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=running.environment(),
        )
        assert moving.stderr is not None
        steps = [moving.stderr.readline() for _ in range(3)]
        assert all("  " in step for step in steps), steps
        postmaster = int((folder / "prakerja" / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(postmaster, signal.SIGKILL)
        _, said = moving.communicate(timeout=LIMIT)
        assert (moving.returncode, "Traceback" in said) == (2, False), said
        wait_until(lambda: answers(f"{started.urls['partner_api']}/health"), what="the database comes back")
        assert started.json("clock", "show")["now"] < target
        assert started.json("clock", "set", target)["waiting"] == []
        again = started.json("sandbox", "inbox", "--phone", made["phone"])
        assert again
        assert started.json("proof", "--json")["ok"] is True


def _later(instant: str, *, days: int) -> str:
    return (datetime.fromisoformat(instant) + timedelta(days=days)).isoformat()
