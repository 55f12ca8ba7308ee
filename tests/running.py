"""A whole running system for tests: `prakerja up` as a child, and the command beside it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.waiting import LIMIT, LONG_LIMIT

COMMAND = [sys.executable, "-c", "import sys; from prakerja.cli import main; sys.exit(main())"]
_PORTS = (*range(7), *range(11, 18))


def environment() -> dict[str, str]:
    """Ours without what the tests' own database put there: the system under test has its own."""
    ours = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PRAKERJA_KEYS", "PRAKERJA_ENV")
    return {name: value for name, value in os.environ.items() if name not in ours}


def free_base() -> int:
    """A first port such that all eighteen are free now."""
    for base in range(21_000 + (os.getpid() % 200) * 40, 60_000, 40):
        with contextlib.ExitStack() as stack:
            try:
                for offset in _PORTS:
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", base + offset))
            except OSError:
                continue
            return base
    raise RuntimeError("no free ports")


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A short data folder that the server's user can pass through, gone at the end."""
    made = Path(tempfile.mkdtemp(prefix="prakerja-test-", dir="/tmp"))
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextlib.contextmanager
def world(name: str = "g21") -> Iterator[Path]:
    """A data folder in which this world stands already, as after `up` was ended; gone at the end.

    A run of the tests makes each world once (a start makes some hundred tables, which takes longer than all else) and
    copies it. Whoever looks at a first start takes `folder`.
    """
    with folder() as copied:
        shutil.rmtree(copied)
        subprocess.run(["cp", "-a", str(_made(name)), str(copied)], check=True)
        yield copied


def _made(name: str) -> Path:
    """The world that others copy."""
    with once(f"world-{name}") as made:
        if not made.exists():
            with folder() as first:
                with system(first, "--world", name) as started:
                    assert started.stop() == 0
                first.rename(made)
    return made


@contextlib.contextmanager
def once(name: str) -> Iterator[Path]:
    """A path that all workers of a run share; whoever asks for it while another is at it waits."""
    path = Path(os.environ["PRAKERJA_TEST_RUN"]) / name
    with open(path.with_name(f"{name}.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield path


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that it must be."""
        return json.loads(self.out)


def command(*arguments: str, data_dir: Path) -> Result:
    """Run `prakerja …` to its end."""
    done = subprocess.run(
        [*COMMAND, *arguments, "--data-dir", str(data_dir)],
        capture_output=True,
        text=True,
        check=False,
        timeout=LONG_LIMIT,
        env=environment(),
    )
    return Result(done.returncode, done.stdout, done.stderr)


@dataclass
class System:
    data_dir: Path
    base: int
    process: subprocess.Popen[str]
    urls: dict[str, Any] = field(default_factory=dict)

    def run(self, *arguments: str) -> Result:
        return command(*arguments, data_dir=self.data_dir)

    def json(self, *arguments: str) -> Any:
        """The document of a command that must succeed."""
        result = self.run(*arguments)
        assert result.code == 0, result.err
        return result.document

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(LIMIT)


@contextlib.contextmanager
def system(data_dir: Path, *more: str) -> Iterator[System]:
    """`prakerja up --json` on free ports; stopped at the end if it still runs."""
    base = free_base()
    process = subprocess.Popen(
        [*COMMAND, "up", "--json", "--port-base", str(base), "--data-dir", str(data_dir), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            _, words = process.communicate(timeout=LIMIT)
            raise AssertionError(f"up ended with {process.returncode}: {words}")
        yield System(data_dir, base, process, json.loads(line))
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=LIMIT)


def processes_of(data_dir: Path) -> list[str]:
    """The command lines of every process whose environment or arguments name this data folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            words = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            if str(data_dir).encode() in words:
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip())
    return [line for line in found if line]
