"""One whole Prakerja as a user starts it: real processes on free ports, a throw-away folder, stopped by SIGINT."""

from __future__ import annotations

import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# The offsets that `prakerja up` uses above its base (commands.md's table; the README prints it too).
OFFSETS = (*range(7), *range(11, 18))
SECONDS_TO_START = 120
# A settled environment: what the developer has set for the tests must not steer the system under test.
FOREIGN = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")


@dataclass(frozen=True)
class RunningSystem:
    """The addresses and demo accounts of the line that `up --json` printed, and where its data is."""

    portal: str
    console: str
    phone: str
    sandbox: str
    institution: str
    platforms: dict[str, str]
    accounts: dict[str, list[dict[str, str]]]
    data_dir: Path

    def participant(self, stage: str, *, nth: int = 0) -> dict[str, str]:
        """A demo person at this stage. One for each test: a phone gets one sign-in code a minute."""
        return [one for one in self.accounts["participants"] if one["stage"] == stage][nth]

    def new_participant(self, *, stage: str) -> dict[str, Any]:
        """A person of one's own, so that tests do not stand in each other's way."""
        return dict(self.command("sandbox", "participant", "--stage", stage))

    def command(self, *words: str) -> Any:
        """Run one `prakerja` command against this system and read the JSON that it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "prakerja", *words, "--data-dir", str(self.data_dir), "--json"],
            capture_output=True,
            text=True,
            env=clean_environment(),
            cwd=ROOT,
            timeout=60,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"prakerja {' '.join(words)} ended with {done.returncode}: {done.stderr[-2000:]}")
        return json.loads(done.stdout)


def clean_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    kept = {name: value for name, value in kept.items() if not name.startswith(("PRAKERJA_", "PYTEST_", "PG"))}
    paths = [str(ROOT / "src"), str(ROOT), kept.get("PYTHONPATH", "")]
    return kept | {"PYTHONPATH": os.pathsep.join(path for path in paths if path)}


@contextmanager
def running_system(*, world: str = "g21") -> Iterator[RunningSystem]:
    """Start a system, yield it when it answers, stop it as Ctrl-C does.

    Raises RuntimeError with the last lines of its log when it does not start, or does not stop, in time.
    """
    # A short folder: the path of a Unix socket holds 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="pk-"))
    # As root the database server runs as its own user, who has to pass through; the log beside it stays ours.
    folder.chmod(0o711)
    log = folder / "log"
    try:
        with log.open("wb") as errors:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "prakerja", "up", "--world", world, "--json"),
                    *("--port-base", str(free_base()), "--data-dir", str(folder / "data")),
                ],
                stdout=subprocess.PIPE,
                stderr=errors,
                env=clean_environment(),
                cwd=ROOT,
                # Its own session, so that a Ctrl-C at the terminal reaches it through us, and once.
                start_new_session=True,
            )
        try:
            yield _read(_first_line(process, log), data_dir=folder / "data")
        finally:
            _stop(process, log)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _read(line: str, *, data_dir: Path) -> RunningSystem:
    told = json.loads(line)
    names = ("portal", "console", "phone", "sandbox", "institution", "platforms", "accounts")
    return RunningSystem(**{name: told[name] for name in names}, data_dir=data_dir)


def _first_line(process: subprocess.Popen[bytes], log: Path) -> str:
    assert process.stdout is not None
    deadline = time.monotonic() + SECONDS_TO_START
    said = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while b"\n" not in said:
            if not selector.select(timeout=max(0.0, deadline - time.monotonic())):
                raise RuntimeError(f"no system after {SECONDS_TO_START} s: {_tail(log)}")
            piece = os.read(process.stdout.fileno(), 65536)
            if not piece:
                raise RuntimeError(f"the system ended at once: {_tail(log)}")
            said += piece
    return said.decode().splitlines()[0]


def _stop(process: subprocess.Popen[bytes], log: Path) -> None:
    assert process.stdout is not None
    process.stdout.close()
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise RuntimeError(f"the system did not stop within 60 s of SIGINT: {_tail(log)}") from None


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-3000:]


def free_base() -> int:
    """A base above which every port that a system needs is free now."""
    for base in range(20_000 + (os.getpid() * 20) % 10_000, 40_000, 20):
        if all(_is_free(base + offset) for offset in OFFSETS):
            return base
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
