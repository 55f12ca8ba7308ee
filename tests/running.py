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
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import loaded_commands, recording
from tests.waiting import LIMIT, LONG_LIMIT

ROOT = Path(__file__).resolve().parents[1]

COMMAND = [sys.executable, "-c", "import sys; from prakerja.cli import main; sys.exit(main())"]
_PORTS = (*range(9), *range(11, 18), *range(20, 27))
# Short, because sockets lie below it (tests/server.py).
PLACE = os.environ.get("PRAKERJA_TEST_PLACE", "/tmp")  # noqa: S108


def environment() -> dict[str, str]:
    """Ours without what the tests' own database put there: the system under test has its own."""
    ours = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PRAKERJA_KEYS", "PRAKERJA_ENV", "PRAKERJA_PUBLISHED")
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
    made = Path(tempfile.mkdtemp(prefix="prakerja-test-", dir=PLACE))
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextlib.contextmanager
def world() -> Iterator[Path]:
    """A data folder in which the demo world stands already, as after `up` was ended; gone at the end.

    A run of the tests makes it once and copies it. Whoever looks at a first start takes `folder`.
    """
    with _copy_of("world", _make_world) as copied:
        yield copied


@contextlib.contextmanager
def tables() -> Iterator[Path]:
    """A data folder whose database has its tables and nothing is installed yet; gone at the end.

    A run of the tests makes them once: they take longer than all else of a first start.
    """
    with _copy_of("tables", _make_tables) as copied:
        yield copied


@contextlib.contextmanager
def _copy_of(name: str, make: Callable[[Path], None]) -> Iterator[Path]:
    with folder() as copied:
        shutil.rmtree(copied)
        with once(name) as made:
            if not made.exists():
                make(made)
        subprocess.run(["cp", "-a", str(made), str(copied)], check=True)
        yield copied


def _make_world(made: Path) -> None:
    with tables() as first:
        with system(first) as started:
            assert started.stop() == 0
        first.rename(made)


# What `up` does first, and nothing after it.
_MAKE_TABLES = """
import gc, sys
from pathlib import Path
gc.disable()
from prakerja.cli.database import prepare_django
from prakerja.postgres import server_for
with server_for(Path(sys.argv[1]), own=True) as server:
    prepare_django(server)
    from prakerja.cli.installation import migrate
    migrate()
"""


def _make_tables(made: Path) -> None:
    with folder() as first:
        subprocess.run([sys.executable, "-c", _MAKE_TABLES, str(first)], check=True, env=environment())
        first.rename(made)


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


class LoadedCommands:
    """Commands that need not load the programme anew (tests/loaded_commands.py)."""

    def __init__(self, data_dir: Path, *, around: dict[str, str] | None = None) -> None:
        """`around`: their environment, ours without what the tests' own database put there by default."""
        self._home = tempfile.TemporaryDirectory(prefix="prakerja-commands-", dir=PLACE)
        self._address = Path(self._home.name) / "socket"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.loaded_commands", str(self._address), str(data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
            env=around or environment(),
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            self.end()
            raise AssertionError("the programme could not be loaded")

    def run(self, *arguments: str) -> Result:
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            code = loaded_commands.ask(self._address, arguments, out=out.fileno(), err=err.fileno(), limit=LONG_LIMIT)
            out.seek(0)
            err.seek(0)
            return Result(code, out.read(), err.read())

    def end(self) -> None:
        self._process.communicate(timeout=LIMIT)
        self._home.cleanup()


@dataclass
class System:
    data_dir: Path
    base: int
    process: subprocess.Popen[str]
    urls: dict[str, Any] = field(default_factory=dict)
    loaded: LoadedCommands | None = None
    one_loads: threading.Lock = field(default_factory=threading.Lock)

    def run(self, *arguments: str) -> Result:
        """Run `prakerja …` to its end, on this system."""
        with self.one_loads:
            self.loaded = self.loaded or LoadedCommands(self.data_dir)
        return self.loaded.run(*arguments, "--data-dir", str(self.data_dir))

    def json(self, *arguments: str) -> Any:
        """The document of a command that must succeed."""
        result = self.run(*arguments)
        assert result.code == 0, result.err
        return result.document

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.forget()
        self.process.send_signal(number)
        return self.process.wait(LIMIT)

    def forget(self) -> None:
        """End what was kept for commands: it knows this start's addresses."""
        if self.loaded is not None:
            self.loaded.end()
            self.loaded = None


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
    stack = contextlib.ExitStack()
    try:
        line = process.stdout.readline()
        if not line:
            _, words = process.communicate(timeout=LIMIT)
            raise AssertionError(f"up ended with {process.returncode}: {words}")
        started = System(data_dir, base, process, json.loads(line))
        stack.callback(started.forget)
        with recording.listening_to(data_dir):
            yield started
    finally:
        stack.close()
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
