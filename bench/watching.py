"""How much memory and disk a running system takes, step by step, and a word about how far it is every few seconds."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from bench.report import say

_LOOKS_EVERY = 0.5
_WORDS_EVERY = 4.0
_MIB = 2**20
_WORKING = (
    "SELECT task, done, remaining, extract(epoch FROM seen_at - began_at) FROM kernel_progress"
    " WHERE ended_at IS NULL AND seen_at > now() - interval '10 seconds' ORDER BY task"
)


@dataclass
class Step:
    """What a step took. `resident`: the most MiB that the processes of a name held together."""

    name: str
    seconds: float = 0.0
    messages: int = 0
    disk: float = 0.0
    resident: dict[str, float] = field(default_factory=dict)
    # Seconds of processor time of those that ran before the step and after it.
    processor: dict[str, float] = field(default_factory=dict)


class Watched(threading.Thread):
    """Looks at the processes of a running system until it is told to stop."""

    def __init__(self, *, dsn: str, phone: Path, folders: list[Path]) -> None:
        super().__init__(daemon=True)
        self._dsn, self._phone, self._folders = dsn, phone, folders
        self._over = threading.Event()
        self._step: Step | None = None
        self._postmaster = 0
        self.steps: list[Step] = []

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Measure a step; it is said when it is over."""
        say(f"— {name}")
        one = Step(name)
        disk, messages, used = self.disk(), self.on_the_phone(), self._processor()
        began = time.monotonic()
        self._step = one
        yield one
        one.seconds = time.monotonic() - began
        self._step = None
        one.messages, one.disk = self.on_the_phone() - messages, self.disk() - disk
        after = self._processor()
        one.processor = {who: after[who] - used.get(who, 0.0) for who in after}
        self.steps.append(one)
        held = ", ".join(f"{who} {mib:.0f} MiB" for who, mib in sorted(one.resident.items()))
        worked = ", ".join(f"{who} {took:.1f} s" for who, took in sorted(one.processor.items()) if took >= 0.1)
        say(
            f"{name}: {one.seconds:.1f} s, {one.messages} messages on the phone, disk {one.disk:+.0f} MiB; {held}; CPU: {worked}"
        )

    def on_the_phone(self) -> int:
        with contextlib.closing(sqlite3.connect(f"file:{self._phone}?mode=ro", uri=True, timeout=30)) as file:
            return int(file.execute("SELECT coalesce(max(id), 0) FROM message").fetchone()[0])

    def disk(self) -> float:
        """MiB of everything below the folders."""
        return sum(_size(folder) for folder in self._folders) / _MIB

    def stop(self) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        said, arrived = time.monotonic(), self.on_the_phone()
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            postmaster = self._postmaster = _parent(connection.info.backend_pid)
            while not self._over.wait(_LOOKS_EVERY):
                step = self._step
                moment = time.monotonic()
                if step is not None:
                    for who, mib in self._resident(postmaster).items():
                        step.resident[who] = max(step.resident.get(who, 0.0), mib)
                if moment - said < _WORDS_EVERY:
                    continue
                there = self.on_the_phone()
                rate = (there - arrived) / (moment - said)
                said, arrived = moment, there
                if step is not None:
                    working = [
                        f"{task}: {done:,} done, {'?' if left is None else f'{left:,}'} left, {done / max(float(took), 1.0):,.0f}/s"
                        for task, done, left, took in connection.execute(_WORKING).fetchall()
                    ]
                    say("; ".join([f"  phone: {there:,} messages, {rate:,.0f}/s", *working]))

    def _processor(self) -> dict[str, float]:
        found = {"PostgreSQL": sum(map(_cpu_seconds, children(self._postmaster)))} if self._postmaster else {}
        return found | {name: sum(map(_cpu_seconds, pids)) for name, pids in _named().items()}

    def _resident(self, postmaster: int) -> dict[str, float]:
        servers = [postmaster, *children(postmaster)]
        # What they share counts once; the kernel's exact parts cost milliseconds a process to ask for.
        shared = max(_status(pid, "RssShmem:") for pid in servers)
        found = {"PostgreSQL": (shared + sum(_status(pid, "RssAnon:") for pid in servers)) / 1024}
        return found | {name: sum(map(_resident_kib, pids)) / 1024 for name, pids in _named().items()}


def _named() -> dict[str, list[int]]:
    """Our processes by name, each with those that it has started."""
    found: dict[str, list[int]] = {}
    for pid in children(os.getpid()):
        words = _command(pid)
        name = next((name for name, mark in _NAMES.items() if mark in words), "")
        if name:
            found[name] = [pid, *children(pid)]
    return found


def _cpu_seconds(pid: int) -> float:
    """What a process has used, and those of its children that have ended."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK")


# What a process is called, by a word of its command line.
_NAMES = {
    "worker": "prakerja.config.worker",
    "phone": "examples.world",
    "portal": "wsgi.portal",
    "partner API": "wsgi.partner_api",
    "others": "bench.passers",
    "import": "import-results",
    "clock's mover": "clock set",
    "proof": "prakerja proof",
}


def most_resident(pid: int) -> int:
    """The most KiB that a process ever held; 0 when it is gone."""
    return _status(pid, "VmHWM:")


def children(pid: int) -> list[int]:
    """The processes that a process has started and that still run."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(child) for child in task.read_text(encoding="ascii").split()]
    return found


def _resident_kib(pid: int) -> int:
    return _status(pid, "VmRSS:")


def _status(pid: int, name: str) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith(name)), 0)


def _parent(pid: int) -> int:
    return _status(pid, "PPid:")


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").replace("\0", " ")
    return ""


def _size(folder: Path) -> int:
    total = 0
    for path, _folders, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(path, name)).st_blocks * 512
    return total
