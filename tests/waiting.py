"""Wait for what must come true, never for a time to pass.

A busy machine is slow and not wrong. So nothing here asks how long something took, and the limits are so generous that only
what never happens meets them; the message then says what was waited for. `tests/house/test_waiting.py` keeps other clocks
out of the tests.
"""

from __future__ import annotations

import contextlib
import functools
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from socketserver import BaseServer
from typing import IO, TypeVar

import httpx

T = TypeVar("T")

# Seconds for one thing: an answer, a message, the end of a process.
LIMIT = 180.0
# Seconds for a whole program with many of them: a journey, a conformance run.
LONG_LIMIT = 1800.0
# A patience that always ends before what never comes.
SHORT = 0.2


def wait_until(condition: Callable[[], T], *, what: object = "", limit: float = LIMIT, every: float = 0.05) -> T:
    """The first true answer of `condition`. Fails with `what` (or the last answer) when there is none."""
    deadline = time.monotonic() + limit
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {limit:.0f} s in vain: {what or condition}, last seen: {found!r}")
        time.sleep(every)
    return found


def pause() -> None:
    """A moment between two steps of something endless: nobody waits for its end."""
    time.sleep(0.05)


def let_time_pass(seconds: float) -> None:
    """For what happens while nobody does anything. A slow machine lets more time pass: only that may be relied on."""
    time.sleep(seconds)


@functools.cache
def certificates() -> ssl.SSLContext:
    """Who may vouch for a server. Read once: reading them takes longer than most answers."""
    return httpx.create_ssl_context(trust_env=False)


def answers(url: str) -> bool:
    """Whether somebody answers 200 at this address now."""
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(url, trust_env=False, timeout=LIMIT, verify=certificates()).status_code == 200
    return False


def wait_until_healthy(address: str, process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """Until a program that was just started answers `/health`."""

    def healthy() -> bool:
        assert process.poll() is None, f"the program at {address} ended with {process.returncode} before it answered"
        return answers(f"{address}/health")

    wait_until(healthy, what=f"{address}/health")


def stop(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> int:
    """Ask a program to end, and return with what status it did."""
    process.terminate()
    try:
        return process.wait(LIMIT)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(LIMIT)


def wait_for_hang_up(connection: socket.socket) -> None:
    """A server's way to be silent: say nothing until the client has given up and closed its end."""
    connection.settimeout(LIMIT)
    with contextlib.suppress(ConnectionError):
        while connection.recv(65536):
            pass


def next_line(stream: IO[str]) -> str:
    """The next line that a program says; "" when it has ended. Fails when it says nothing, rather than wait for ever."""
    said: list[str] = []
    reading = threading.Thread(target=lambda: said.append(stream.readline()), name="who waits for a line", daemon=True)
    reading.start()
    finish(reading)
    return said[0]


def finish(thread: threading.Thread) -> None:
    """Until a thread has ended."""
    thread.join(LIMIT)
    assert not thread.is_alive(), f"{thread.name} does not end"


@contextlib.contextmanager
def serving(server: BaseServer) -> Iterator[None]:
    """Serve in a thread for as long as the block runs, and close the socket afterwards."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        finish(thread)
        server.server_close()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
