"""Start processes, watch them, start a killed one again, and stop them all; none outlives this one."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from prakerja.kernel.errors import CannotRun
from prakerja.kernel.processes import dying_with_parent
from prakerja.supervisor.plan import Addresses, Program

_STARTS_WITHIN = 180.0
_STOPS_WITHIN = 10.0
# A process that dies this often within a minute has a fault that starting again does not mend.
_MOST_RESTARTS = 3
# Our own addresses are never behind a proxy, whatever the environment says.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Stopped(BaseException):
    """Somebody asked us to stop: unwinds everything, past every handler of ordinary errors."""


@dataclass
class Child:
    program: Program
    log: Path
    process: subprocess.Popen[bytes]
    deaths: list[float] = field(default_factory=list)


class Supervisor:
    def __init__(self, log_folder: Path, *, tell: Callable[[str], None]) -> None:
        """Children write below `log_folder`; `tell` hears of those that were started again."""
        self._log_folder = log_folder
        self._tell = tell
        self._children: list[Child] = []

    def start(self, program: Program) -> None:
        """Start a process; `wait` says when it answers. From the main thread only: children die with their thread."""
        log = self._log_folder / f"{program.name}.log"
        self._children.append(Child(program=program, log=log, process=_spawn(program, log)))

    def wait(self, *, seconds: float = _STARTS_WITHIN) -> None:
        """Return when every door answers `GET /health`. Raises CannotRun when one does not, with its last words."""
        deadline = time.monotonic() + seconds
        waiting = [(child, url) for child in self._children for url in child.program.health]
        while waiting:
            for child in self._children:
                if child.process.poll() is not None:
                    raise _did_not_start(child)
            waiting = [(child, url) for child, url in waiting if not _answers(url)]
            if waiting and time.monotonic() > deadline:
                raise _did_not_start(waiting[0][0])
            if waiting:
                time.sleep(0.05)

    def tend(self) -> None:
        """Start again what died. Raises CannotRun when a process dies again and again."""
        for child in self._children:
            status = child.process.poll()
            if status is None:
                continue
            now = time.monotonic()
            child.deaths = [moment for moment in child.deaths if now - moment < 60] + [now]
            if len(child.deaths) > _MOST_RESTARTS:
                raise CannotRun(
                    f"Proses {child.program.name} terus berhenti (status {status}). Lihat {child.log}.",
                    f"The process {child.program.name} keeps ending (status {status}). See {child.log}.",
                )
            self._tell(f"{child.program.name} ended (status {status}) and is started again; its log: {child.log}")
            child.process = _spawn(child.program, child.log)

    def stop(self) -> None:
        """Stop everything, the doors before what they talk to. Whoever does not stop in time is killed."""
        for child in self._children:
            if child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + _STOPS_WITHIN
        for child in self._children:
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill_group(child.process)
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


def _answers(url: str) -> bool:
    try:
        with _DIRECT.open(url, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _did_not_start(child: Child) -> CannotRun:
    lines = child.log.read_text(errors="replace").strip().splitlines()[-15:] if child.log.exists() else []
    words = "\n".join(f"    {line}" for line in lines)
    return CannotRun(
        f"Proses {child.program.name} tidak mulai menjawab. Lihat {child.log}.",
        f"The process {child.program.name} did not begin to answer. See {child.log}:\n{words}",
    )
