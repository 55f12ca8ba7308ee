"""`prakerja install`: killed at each step it goes on, and what it made keeps each role to its own (ADR 0039)."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from prakerja.cli import settings_files
from prakerja.cli.installing import OWNER, ROLES
from tests import running
from tests.waiting import LONG_LIMIT

STEPS = 9


@dataclass
class Installation:
    """A production in the tests' own server, made by a role that may make databases and roles and nothing else."""

    folder: Path
    name: str
    maker: str
    said: dict[str, Any] = field(default_factory=dict)
    killed_at: list[str] = field(default_factory=list)

    @property
    def settings(self) -> Path:
        return self.folder / "settings"

    @property
    def config(self) -> Path:
        return self.folder / "install.toml"

    def url(self, role: str) -> str:
        return settings_files.read(settings_files.path_of(self.settings, role))["DATABASE_URL"]

    def write(self, **database: str) -> None:
        parts = {
            "office": {
                "name": "Kantor Rekaan",
                "address": "Jalan Rekaan 1, Jakarta",
                "email": "data@kantor.example",
                "help_phone": "021 000 0000",
            },
            "addresses": {
                "portal": "https://prakerja.kantor.example",
                "console": "https://operator.kantor.example",
                "partner_api": "https://mitra.kantor.example",
                "callbacks": "https://balik.kantor.example/",
            },
            "operator": {"email": "kepala@kantor.example", "name": "Kepala"},
            "database": {"maker": self.maker, "name": self.name} | database,
            "files": {"settings": str(self.settings)},
        }
        lines = [
            line
            for part, keys in parts.items()
            for line in (f"[{part}]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items()))
        ]
        self.config.write_text("\n".join(lines) + "\n")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*running.COMMAND, "install", "--config", str(self.config), "--json", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=running.environment(),
        )

    def install(self) -> running.Result:
        out, err = (process := self.start()).communicate(timeout=LONG_LIMIT)
        return running.Result(process.returncode, out, err)

    def run_killed(self, line: str) -> None:
        """Install until it says `line`, and kill it there."""
        process = self.start()
        assert process.stderr is not None
        with process:
            for said in process.stderr:
                if said.startswith(line):
                    self.killed_at.append(said)
                    break
            process.kill()

    def command(self, *arguments: str, role: str = "command") -> running.Result:
        """`prakerja …` as whoever administers the machine types it."""
        done = subprocess.run(
            [*running.COMMAND, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=LONG_LIMIT,
            env=running.environment() | {"PRAKERJA_SETTINGS": str(self.settings), "XDG_STATE_HOME": str(self.folder)},
        )
        return running.Result(done.returncode, done.stdout, done.stderr)


def _server(name: str = "postgres") -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@pytest.fixture(scope="module")
def maker() -> Iterator[tuple[str, str]]:
    """Whoever makes databases and roles in the tests' server, and the name of a database; both are gone at the end."""
    name = f"pasang_{uuid.uuid4().hex[:8]}"
    role = f"{name}_maker"
    with psycopg.connect(_server(), autocommit=True) as server:
        server.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE").format(sql.Identifier(role)))
        parts = urlsplit(_server())
        yield parts._replace(netloc=f"{role}@{parts.netloc.rpartition('@')[2]}").geturl(), name
        for (database,) in server.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [name]
        ).fetchall():
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))
        for (one,) in server.execute("SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", [name]).fetchall():
            server.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(one)))
            server.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(one)))


@pytest.fixture(scope="module")
def installed(maker: tuple[str, str]) -> Iterator[Installation]:
    """An installation that was killed at the beginning of each of its steps, and then let finish."""
    with running.folder() as folder:
        made = Installation(folder, name=maker[1], maker=maker[0])
        made.write()
        for number in range(1, STEPS + 1):
            made.run_killed(f"{number}/{STEPS} ")
        result = made.install()
        assert result.code == 0, result.err
        made.said = result.document
        yield made


def test_killed_at_each_step_it_goes_on(installed: Installation) -> None:
    assert [line.split("/")[0] for line in installed.killed_at] == [str(number) for number in range(1, STEPS + 1)]
    assert installed.said["operator"]["link"].startswith("https://operator.kantor.example/accounts/password/choose/")
    with psycopg.connect(installed.url("console")) as console:
        assert console.execute("SELECT is_sandbox, world FROM kernel_installation").fetchall() == [(False, "")]
        assert console.execute("SELECT email FROM access_user").fetchall() == [("kepala@kantor.example",)]


def test_what_it_wrote_is_its_users_alone(installed: Installation) -> None:
    keys = installed.settings / "keys"
    files = [*installed.settings.glob("*"), *keys.glob("*")]
    assert {path.name for path in installed.settings.glob("*.env")} == {
        f"{name}.env" for name in ("common", OWNER, *ROLES)
    }
    assert {path.stat().st_mode & 0o777 for path in files if path.is_file()} == {0o600}
    assert keys.stat().st_mode & 0o777 == installed.settings.stat().st_mode & 0o777 == 0o700
    # The maker was given once.
    assert not [path for path in files if path.is_file() and installed.maker.encode() in path.read_bytes()]
    # No two roles have one password.
    assert len({urlsplit(installed.url(name)).password for name in (OWNER, *ROLES)}) == len(ROLES) + 1


def test_it_is_not_made_twice(installed: Installation) -> None:
    result = installed.install()
    assert result.code == 2
    assert "stands already" in result.err


def test_a_database_with_something_in_it_is_refused(maker: tuple[str, str]) -> None:
    url, name = maker
    with psycopg.connect(url, autocommit=True) as there:
        there.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(f"{name}_full")))
    with psycopg.connect(urlsplit(url)._replace(path=f"/{name}_full").geturl(), autocommit=True) as full:
        full.execute("CREATE TABLE theirs (id int)")
        with running.folder() as folder:
            other = Installation(folder, name=f"{name}_full", maker=url)
            other.write()
            result = other.install()
            assert (result.code, other.settings.exists()) == (2, False)
            assert "has 1 tables or indexes in it already" in result.err
        assert full.execute(
            "SELECT count(*) FROM pg_roles WHERE starts_with(rolname, %s)", [f"{name}_full"]
        ).fetchone() == (0,)


def test_roles_of_another_installation_are_refused(installed: Installation) -> None:
    with running.folder() as folder:
        other = Installation(folder, name=f"{installed.name}_other", maker=installed.maker)
        other.write(roles=installed.name)
        result = other.install()
    assert (result.code, "is not of this installation" in result.err) == (2, True)


def test_commands_find_it_by_its_settings(installed: Installation) -> None:
    listed = installed.command("operator", "list")
    assert listed.code == 0, listed.err
    assert [one["email"] for one in listed.document["operators"]] == ["kepala@kantor.example"]
    proof = installed.command("proof", "--json")
    assert (proof.code, proof.document["ok"]) == (0, True), proof.err
    again = installed.command("migrate", "--json")
    assert again.code == 0, again.err
