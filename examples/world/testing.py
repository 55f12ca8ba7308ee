"""Starts the real program for a test, on a free port with a folder and keys of its own."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.waiting import free_port, stop, wait_until_healthy

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class RunningWorld:
    """Where the program answers, the keys it expects and its process."""

    url: str
    gateway_key: str
    bank_key: str
    process: subprocess.Popen[str]
    folder: Path

    def forget_owners(self) -> None:
        """Let every account be anybody's again: a test's people are gone when it ends."""
        with closing(sqlite3.connect(self.folder / "world.sqlite3", timeout=10)) as connection:
            connection.execute("DELETE FROM account_owner")
            connection.commit()

    def forget_messages(self) -> None:
        """Let every phone and mailbox be empty again."""
        with closing(sqlite3.connect(self.folder / "world.sqlite3", timeout=10)) as connection:
            connection.execute("DELETE FROM message")
            connection.commit()

    def messages(self) -> list[tuple[str, str]]:
        """(address, text) of everything that arrived, in order of both."""
        with closing(sqlite3.connect(self.folder / "world.sqlite3", timeout=10)) as connection:
            return sorted(connection.execute("SELECT address, text FROM message").fetchall())


@contextmanager
def running_world(**environment: str) -> Iterator[RunningWorld]:
    """The program, answering; stopped by SIGTERM afterwards, which must end it with status 0."""
    port = free_port()
    keys = {"GATEWAY_KEY": "gateway-key-of-a-test", "BANK_KEY": "bank-key-of-a-test"}
    with tempfile.TemporaryDirectory(prefix="world-") as folder:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "examples.world"],
            cwd=_ROOT,
            env={**_inherited(), "PORT": str(port), "DATA_DIR": folder, **keys, **environment},
            stderr=subprocess.PIPE,
            text=True,
        )
        world = RunningWorld(f"http://127.0.0.1:{port}", keys["GATEWAY_KEY"], keys["BANK_KEY"], process, Path(folder))
        try:
            wait_until_healthy(world.url, process)
            yield world
            status = stop(process)
            assert status == 0, f"the world ended with status {status}"
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stderr:
                process.stderr.close()


def _inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
