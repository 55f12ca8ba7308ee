"""Helpers that start real launchers, as root and as an ordinary user, and see what they leave behind."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import pwd
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

import prakerja
from tests.waiting import LIMIT, wait_until

HERE = Path(__file__).resolve().parent
PACKAGES = str(Path(psycopg.__file__).parents[1])
SOURCES = Path(next(iter(prakerja.__path__))).parent
AS_ROOT = os.geteuid() == 0


@dataclass
class Launcher:
    """One started launcher process and what it printed first."""

    process: subprocess.Popen[str]
    facts: dict[str, Any] = field(default_factory=dict)

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        self.facts = json.loads(self.process.stdout.readline())
        return self.facts

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def finish(self) -> int:
        """End in order, as at the end of a command."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        code = self.process.wait(LIMIT)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait(LIMIT)
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()


Launch = Callable[..., Launcher]
Seed = Callable[..., Path]


def account_of(who: str) -> pwd.struct_passwd:
    return pwd.getpwuid(os.geteuid()) if who == "me" else pwd.getpwnam("nobody")


@functools.cache
def python_of(who: str) -> str | None:
    """An interpreter of this version that `who` can start, with its packages; None when there is none.

    The one that runs the tests may lie in a closed home; then the system's own of the same version serves.
    """
    if who == "me":
        return sys.executable
    entry = account_of(who)
    system = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    script = f"import sys; sys.path[:0] = [{PACKAGES!r}, {str(SOURCES)!r}]; import psycopg, prakerja.postgres"
    for candidate in (sys.executable, system):
        command = ["/bin/sh", "-c", 'exec "$0" -c "$1"', candidate, script]
        found = subprocess.run(command, user=entry.pw_uid, group=entry.pw_gid, cwd="/", capture_output=True)
        if found.returncode == 0:
            return candidate
    return None


def need(who: str) -> str:
    """`who`, or the test is skipped because this machine or clone has no such user to offer."""
    if who == "ordinary" and not AS_ROOT:
        pytest.skip("the tests already run as an ordinary user")
    if who == "ordinary" and python_of(who) is None:
        pytest.skip("the user nobody can reach neither an interpreter nor this clone")
    return who


def make_home(folder: Path, who: str, mode: int) -> Path:
    made = folder / "home"
    made.mkdir()
    entry = account_of(who)
    os.chown(made, entry.pw_uid, entry.pw_gid)
    made.chmod(mode)
    return made


def processes_of(folder: Path) -> list[int]:
    """Living processes that work in, or were told about, a path below `folder` (servers, watchers, launchers)."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
                continue
            told = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
            if not told:  # the kernel's own
                continue
            where = os.readlink(entry / "cwd")
            links = list((entry / "fd").iterdir())
        except OSError:
            continue
        holds = []
        for link in links:
            # A file that a living process closes meanwhile says nothing about the process.
            with contextlib.suppress(OSError):
                holds.append(os.readlink(link))
        if any(text.startswith(str(folder)) for text in (where, *holds)) or str(folder) in told:
            found.append(int(entry.name))
    return sorted(set(found) - {os.getpid()})


def until_nothing_runs(folder: Path) -> None:
    wait_until(lambda: not processes_of(folder), what=f"no process works in {folder}")
