"""The load generator: keep-alive connections over one epoll loop, whole requests as bytes made beforehand.

It costs about ten microseconds a request, so that it is not what is measured; each connection sends its next request as
soon as it has the whole answer to the last one.
"""

from __future__ import annotations

import gc
import math
import re
import select
import socket
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_RECEIVE = 262_144


@dataclass(frozen=True)
class Load:
    """`latencies` in seconds, one for each answered request; `failures` are the first few wrong answers."""

    seconds: float
    latencies: Sequence[float]
    failed: int
    failures: tuple[bytes, ...]

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds


class Connection:
    """One keep-alive connection to a door of this machine."""

    __slots__ = ("buffer", "needed", "sent_at", "socket")

    def __init__(self, port: int, *, source: str = "") -> None:
        """`source`: the address of this machine that it comes from."""
        came_from = (source, 0) if source else None
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30, source_address=came_from)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.needed: int | None = None
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        # A request is far smaller than the socket's buffer, so that this never blocks.
        self.buffer, self.needed = b"", None
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def ask(self, request: bytes) -> bytes:
        """Send a request and wait for the whole answer."""
        self.send(request)
        while not self.receive():
            pass
        return self.buffer

    def receive(self) -> bool:
        """Take what has arrived; True when the answer is complete. Raises ConnectionError when the server hung up."""
        piece = self.socket.recv(_RECEIVE)
        if not piece:
            raise ConnectionError("the server closed a connection before its answer")
        self.buffer += piece
        if self.needed is None:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return False
            found = _LENGTH.search(self.buffer, 0, end + 4)
            if found is None:
                return self.buffer.endswith(b"0\r\n\r\n")
            self.needed = end + 4 + int(found[1])
        return len(self.buffer) >= self.needed


def drive(
    *, port: int, requests: Sequence[bytes], expect: bytes, connections: int = 16, status: bytes = b"200"
) -> Load:
    """Send each request once over `connections` keep-alive connections; an answer is right when it is a `status` with `expect`."""
    right = b"HTTP/1.1 " + status
    waiting = iter(requests)
    latencies = array("d")
    failures: list[bytes] = []
    failed = 0
    poll = select.epoll()
    open_connections = {}
    for _ in range(min(connections, len(requests))):
        connection = Connection(port)
        open_connections[connection.socket.fileno()] = connection
        poll.register(connection.socket, select.EPOLLIN)
    # A collection in the middle would be a pause of ours in the latencies of theirs.
    gc.collect()
    gc.disable()
    try:
        began = time.perf_counter()
        for connection in open_connections.values():
            connection.send(next(waiting))
        unanswered = len(open_connections)
        while unanswered:
            for number, _event in poll.poll(60):
                connection = open_connections[number]
                if not connection.receive():
                    continue
                latencies.append(time.perf_counter() - connection.sent_at)
                answer = connection.buffer
                if not (answer.startswith(right) and expect in answer):
                    failed += 1
                    if len(failures) < 3:
                        failures.append(answer[-400:])
                following = next(waiting, None)
                if following is None:
                    unanswered -= 1
                else:
                    connection.send(following)
        seconds = time.perf_counter() - began
    finally:
        gc.enable()
        poll.close()
        for connection in open_connections.values():
            connection.socket.close()
    return Load(seconds=seconds, latencies=latencies, failed=failed, failures=tuple(failures))


def pace(*, port: int, requests: Sequence[bytes], expect: bytes, per_second: float, connections: int = 16) -> Load:
    """Send each request once, `per_second` of them whatever becomes of the earlier ones, as people come to a shop.

    A latency counts from the moment at which the request was due, so that waiting for a free connection is not hidden.
    """
    latencies = array("d")
    failures: list[bytes] = []
    failed = answered = sent = 0
    poll = select.epoll()
    free = [Connection(port) for _ in range(connections)]
    busy: dict[int, tuple[Connection, float]] = {}
    gc.collect()
    gc.disable()
    try:
        began = time.perf_counter()
        while answered < len(requests):
            due = began + sent / per_second
            while free and sent < len(requests) and time.perf_counter() >= due:
                connection = free.pop()
                connection.send(requests[sent])
                busy[connection.socket.fileno()] = (connection, due)
                poll.register(connection.socket, select.EPOLLIN)
                sent += 1
                due = began + sent / per_second
            is_waiting = not free or sent == len(requests)
            for number, _event in poll.poll(60 if is_waiting else max(0.0, due - time.perf_counter())):
                connection, was_due = busy[number]
                if not connection.receive():
                    continue
                latencies.append(time.perf_counter() - was_due)
                if not (connection.buffer.startswith(b"HTTP/1.1 200") and expect in connection.buffer):
                    failed += 1
                    if len(failures) < 3:
                        failures.append(connection.buffer[-400:])
                answered += 1
                poll.unregister(connection.socket)
                del busy[number]
                free.append(connection)
        seconds = time.perf_counter() - began
    finally:
        gc.enable()
        poll.close()
        for connection in (*free, *(one for one, _ in busy.values())):
            connection.socket.close()
    return Load(seconds=seconds, latencies=latencies, failed=failed, failures=tuple(failures))


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]
