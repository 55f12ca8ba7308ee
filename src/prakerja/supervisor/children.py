"""Start processes, watch them, start again what died or hangs, and stop them all; none outlives this one.

A process that dies again and again is started ever more seldom, and the others never notice.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from prakerja.kernel.errors import CannotRun
from prakerja.kernel.processes import dying_with_parent
from prakerja.supervisor.plan import Addresses, Program
from prakerja.supervisor.watching import Watch, answers, renews, says_anything

_STARTS_WITHIN = 180.0
_STOPS_WITHIN = 10.0
# A process that dies this often, each time within a minute, has a fault that starting again at once does not mend.
_MOST_AT_ONCE = 3
_QUICKLY = 60.0
_LONGEST_WAIT = 60.0
# Seconds between two looks at a process, and after how many in vain it hangs: a door that is only busy answers some.
_LOOKS_EVERY = 5.0
_MOST_SILENT = 6
_MOST_SILENT_AT_FIRST = 36


class Stopped(BaseException):
    """Somebody asked us to stop: unwinds everything, past every handler of ordinary errors."""


@dataclass
class Backoff:
    """How long to wait before something is started again: not at all at first, then ever longer, a minute at most."""

    # Deaths one after the other, each soon after its start.
    deaths: int = 0
    started: float = field(default_factory=time.monotonic)
    not_before: float = 0.0

    def died(self) -> float:
        """Note a death; the seconds to wait from now on."""
        now = time.monotonic()
        self.deaths = self.deaths + 1 if now - self.started < _QUICKLY else 1
        wait = min(2.0 ** (self.deaths - _MOST_AT_ONCE - 1), _LONGEST_WAIT) if self.deaths > _MOST_AT_ONCE else 0.0
        self.not_before = now + wait
        return wait

    def is_over(self) -> bool:
        return time.monotonic() >= self.not_before

    def begin_again(self) -> None:
        self.started = time.monotonic()


@dataclass
class Child:
    program: Program
    log: Path
    # None while it waits to be started again.
    process: subprocess.Popen[bytes] | None
    watch: Watch | None
    backoff: Backoff = field(default_factory=Backoff)


class Supervisor:
    def __init__(self, log_folder: Path, *, tell: Callable[[str], None], looks_every: float = _LOOKS_EVERY) -> None:
        """Children write below `log_folder`; `tell` hears of those that were started again or have to wait.

        `looks_every`: wall seconds between two looks at whether one hangs.
        """
        self._log_folder = log_folder
        self._tell = tell
        self._looks_every = looks_every
        self._children: list[Child] = []

    def start(self, program: Program) -> None:
        """Start a process; `wait` says when it answers. From the main thread only: children die with their thread."""
        log = self._log_folder / f"{program.name}.log"
        child = Child(program=program, log=log, process=_spawn(program, log), watch=self._watch(program))
        self._children.append(child)

    def wait(self, *, seconds: float = _STARTS_WITHIN) -> None:
        """Return when every door answers `GET /health`. Raises CannotRun when one does not, with its last words."""
        deadline = time.monotonic() + seconds
        waiting = [(child, url) for child in self._children for url in child.program.health]
        while waiting:
            for child in self._children:
                if child.process is None or child.process.poll() is not None:
                    raise _did_not_start(child)
            waiting = [(child, url) for child, url in waiting if not answers(url)]
            if waiting and time.monotonic() > deadline:
                raise _did_not_start(waiting[0][0])
            if waiting:
                time.sleep(0.05)

    def tend(self) -> None:
        """Start again what died or hangs, each in its own time. From the main thread only."""
        for child in self._children:
            if child.process is None:
                if child.backoff.is_over():
                    self._start_again(child)
                continue
            status = child.process.poll()
            if status is not None:
                self._note_death(child, f"ended (status {status})")
            elif child.watch is not None and child.watch.is_hanging:
                # Not asked to end: what hangs does not listen.
                _kill_group(child.process)
                self._note_death(child, "answered nothing for a while and was killed")

    def _note_death(self, child: Child, what: str) -> None:
        child.process = None
        wait = child.backoff.died()
        following = f"is started again in {wait:.0f} s" if wait else "is started again"
        again = f" for the {child.backoff.deaths}th time in a row" if child.backoff.deaths > _MOST_AT_ONCE else ""
        self._tell(f"{child.program.name} {what}{again} and {following}; its log: {child.log}")
        if not wait:
            self._start_again(child)

    def _start_again(self, child: Child) -> None:
        child.process = _spawn(child.program, child.log)
        child.backoff.begin_again()
        if child.watch is not None:
            child.watch.begin_again()

    def _watch(self, program: Program) -> Watch | None:
        if program.health:
            lives: Callable[[], bool] = functools.partial(
                says_anything, program.alive or program.health[0], timeout=2 * self._looks_every
            )
        elif program.life is not None:
            lives = renews(program.life)
        else:
            return None
        return Watch(
            lives, every=self._looks_every, most_silent=_MOST_SILENT, most_silent_at_first=_MOST_SILENT_AT_FIRST
        )

    def stop(self) -> None:
        """Stop everything, the doors before what they talk to. Whoever does not stop in time is killed."""
        for child in self._children:
            if child.watch is not None:
                child.watch.end()
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + _STOPS_WITHIN
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill_group(process)
        self._children.clear()


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP raise Stopped once; while we unwind, further ones are ignored."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number: int, _frame: object) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(signal.Signals(number).name)

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def refuse_taken_ports(addresses: Addresses) -> None:
    """Raises CannotRun that names the first port that somebody else has."""
    for name, port in addresses.ports.items():
        family = socket.AF_INET6 if ":" in addresses.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((addresses.host, port))
                probe.listen(1)
            except OSError as error:
                raise CannotRun(
                    f"Port {port} ({name}) tidak dapat dipakai: {error.strerror}. Pilih yang lain dengan --port-base.",
                    f"Port {port} ({name}) cannot be used: {error.strerror}. Choose others with --port-base.",
                ) from error


def free_ports(count: int, host: str = "127.0.0.1") -> list[int]:
    """Ports that nobody has now, all different."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((host, 0))
        return [probe.getsockname()[1] for probe in probes]


def _spawn(program: Program, log: Path) -> subprocess.Popen[bytes]:
    with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
        return subprocess.Popen(
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=program.cwd,
            env=program.environment,
            # Ctrl-C in the terminal reaches us alone; we stop the others in order.
            start_new_session=True,
            preexec_fn=dying_with_parent(),
        )


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _did_not_start(child: Child) -> CannotRun:
    lines = child.log.read_text(errors="replace").strip().splitlines()[-15:] if child.log.exists() else []
    words = "\n".join(f"    {line}" for line in lines)
    return CannotRun(
        f"Proses {child.program.name} tidak mulai menjawab. Lihat {child.log}.",
        f"The process {child.program.name} did not begin to answer. See {child.log}:\n{words}",
    )
