"""One production, installed for every test that looks at one (`prakerja install`)."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from prakerja.cli import settings_files
from tests import running
from tests.waiting import LONG_LIMIT, wait_until

STEPS = 9
# The step that runs the migrations.
MIGRATES = 6


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

    def run_killed(self, line: str, *, once: Callable[[], bool] | None = None) -> None:
        """Install until it says `line`, and kill it there, or as soon afterwards as `once` holds."""
        process = self.start()
        assert process.stderr is not None
        with process:
            for said in process.stderr:
                if said.startswith(line):
                    self.killed_at.append(said)
                    if once is not None:
                        wait_until(once, what=f"{said.strip()} has come some way")
                    break
            process.kill()

    def is_half_migrated(self) -> bool:
        with psycopg.connect(server_url(self.name)) as connection:
            there = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
            if there == (None,):
                return False
            count = connection.execute("SELECT count(*) FROM django_migrations").fetchone()
        return count is not None and count[0] > 20

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


def server_url(name: str = "postgres") -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@pytest.fixture(scope="session")
def maker() -> Iterator[tuple[str, str]]:
    """Whoever makes databases and roles in the tests' server, and the name of a database; both are gone at the end."""
    name = f"pasang_{uuid.uuid4().hex[:8]}"
    role = f"{name}_maker"
    with psycopg.connect(server_url(), autocommit=True) as server:
        server.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE").format(sql.Identifier(role)))
        parts = urlsplit(server_url())
        yield parts._replace(netloc=f"{role}@{parts.netloc.rpartition('@')[2]}").geturl(), name
        for (database,) in server.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [name]
        ).fetchall():
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))
        for (one,) in server.execute("SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", [name]).fetchall():
            server.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(one)))
            server.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(one)))


@pytest.fixture(scope="session")
def installed(maker: tuple[str, str]) -> Iterator[Installation]:
    """An installation that was killed at the beginning of each of its steps, and then let finish."""
    with running.folder() as folder:
        made = Installation(folder, name=maker[1], maker=maker[0])
        made.write()
        for number in range(1, STEPS + 1):
            made.run_killed(f"{number}/{STEPS} ", once=made.is_half_migrated if number == MIGRATES else None)
        result = made.install()
        assert result.code == 0, result.err
        made.said = result.document
        yield made
