"""Two machines on one: a network namespace each, with a wire to the database that a test can cut. Linux, root and `ip` are needed."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest

from tests.partner_api.served import database_of_the_tests
from tests.waiting import LIMIT, pause, stop, wait_until

ROOT = Path(__file__).parents[2]


def require_namespaces() -> None:
    """Skip, and say so, where no namespace can be made."""
    why = ""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("ip") is None:
        why = "needs Linux, root and the program `ip` (iproute2)"
    else:
        name = f"prk{os.getpid()}x"
        made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
        if made.returncode:
            why = f"no network namespace can be made here: {made.stderr.strip()}"
        else:
            subprocess.run(["ip", "netns", "del", name], check=True)
    if why:
        pytest.skip(f"TWO MACHINES ARE NOT TRIED: {why}")


@dataclass
class Machine:
    """What runs here hears and reaches its own wire only."""

    name: str
    address: str
    wire: Wire
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    logs: list[Path] = field(default_factory=list)

    def start(self, *command: str, log: Path, **more: str) -> subprocess.Popen[bytes]:
        """Start a program of ours on this machine, with the tests' database at the end of its wire."""
        environment = os.environ | {
            "DATABASE_URL": self.wire.url,
            "PGSSLMODE": "disable",
            "PGGSSENCMODE": "disable",
            "PYTHONPATH": str(ROOT / "src"),
            "PRAKERJA_SUPERVISED": "1",
            "PRAKERJA_HOSTS": self.address,
            "PRAKERJA_ENV": "sandbox",
        }
        environment |= more
        for name in ("PRAKERJA_CLOCK", "DJANGO_SETTINGS_MODULE"):
            environment.pop(name, None)
        with open(log, "ab") as output:
            process = subprocess.Popen(
                ["ip", "netns", "exec", self.name, sys.executable, "-m", *command],
                env=environment,
                cwd=ROOT,
                stdout=output,
                stderr=output,
            )
        self.processes.append(process)
        self.logs.append(log)
        return process

    def serve(self, door: str, *, port: int, log: Path) -> None:
        """Start a door and wait until it answers."""
        entry = f"prakerja.config.wsgi.{door}:application"
        self.start(
            *("prakerja.serving", entry, "--host", self.address, "--port", str(port), "--threads", "4"),
            log=log,
            PRAKERJA_POOL="2",
        )
        wait_until(lambda: self.health(port) == 200, what=f"{door} of {self.name} answers")

    def health(self, port: int) -> int:
        """What the door's health says: the status, 0 when nobody answers."""
        from tests.partner_api.served import ask

        try:
            return ask(port, "GET", "/health", host=self.address)[0]
        except OSError:
            return 0

    def stop(self) -> None:
        for process in self.processes:
            stop(process)


class Wire:
    """Carries what a machine says to the tests' database, from an address that this machine alone reaches."""

    def __init__(self, address: str) -> None:
        url = urlsplit(database_of_the_tests())
        folder = parse_qs(url.query).get("host", [unquote(url.hostname or "")])[0]
        port = parse_qs(url.query).get("port", [str(url.port or 5432)])[0]
        self._target = f"{folder}/.s.PGSQL.{port}" if folder.startswith("/") else (folder, int(port))
        self._ends: set[socket.socket] = set()
        self._listener = socket.create_server((address, 0))
        self._is_cut = self._is_over = False
        user = parse_qs(url.query).get("user", [unquote(url.username or "")])[0]
        self.url = f"postgresql://{quote(user)}@{address}:{self._listener.getsockname()[1]}/{url.path.lstrip('/')}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Nothing goes through any more, and who was talking is hung up on."""
        self._is_cut = True
        for end in list(self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._is_cut = False

    def close(self) -> None:
        self._is_over = True
        self.cut()
        with contextlib.suppress(OSError):
            # Whoever waits for the next one is told.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        wait_until(lambda: not self._ends, what="both directions of every connection have ended")

    def _accept(self) -> None:
        while not self._is_over:
            try:
                here, _ = self._listener.accept()
            except OSError:
                return
            if self._is_cut:
                here.close()
                continue
            there = socket.socket(socket.AF_UNIX if isinstance(self._target, str) else socket.AF_INET)
            try:
                there.connect(self._target)
            except OSError:
                there.close()
                here.close()
                continue
            self._ends |= {here, there}
            for source, sink in ((here, there), (there, here)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65_536):
                sink.sendall(piece)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        # The other direction's thread closes the other end.
        self._ends.discard(source)
        source.close()


@contextlib.contextmanager
def machine(number: int) -> Iterator[Machine]:
    """A namespace with a wire of its own to us; what was started in it ends with the block. At most 60 at a time in a run."""
    place = os.getpid() % 4_000 * 4 + number * 16_384
    name = f"prk{os.getpid()}m{number}"
    ours, theirs = (f"10.213.{place // 256 % 256}.{place % 256 + end}" for end in (1, 2))
    _ip("netns", "add", name)
    try:
        _ip("link", "add", f"{name[-12:]}a", "type", "veth", "peer", "name", f"{name[-12:]}b", "netns", name)
        _ip("addr", "add", f"{ours}/30", "dev", f"{name[-12:]}a")
        _ip("link", "set", f"{name[-12:]}a", "up")
        _ip("-n", name, "addr", "add", f"{theirs}/30", "dev", f"{name[-12:]}b")
        _ip("-n", name, "link", "set", f"{name[-12:]}b", "up")
        _ip("-n", name, "link", "set", "lo", "up")
        wire = Wire(ours)
        made = Machine(name, theirs, wire)
        try:
            yield made
        finally:
            wire.mend()
            made.stop()
            wire.close()
            pause()
    finally:
        # The wire goes with the namespace in which its end is.
        subprocess.run(["ip", "netns", "del", name], check=False)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=LIMIT)
