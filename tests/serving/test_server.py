"""The server with a small application, in this process: clients that are slow, silent, greedy or gone hold nobody up."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from prakerja.serving.limits import Limits
from prakerja.serving.server import Server, listen
from tests.waiting import LIMIT, SHORT, finish, let_time_pass, wait_until

# Two threads: whatever holds a thread holds the server after two of them.
THREADS = 2
# Nobody who is patient is put out, whatever the machine does meanwhile.
PATIENT = Limits(head_seconds=LIMIT, body_seconds=LIMIT, idle_seconds=LIMIT, answer_seconds=LIMIT)
HASTY = Limits(
    head_seconds=SHORT,
    body_seconds=SHORT,
    idle_seconds=SHORT,
    answer_seconds=SHORT,
    answer_bytes_a_second=10**9,
)
BIG = 20_000_000
HELLO = b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"


@dataclass
class Served:
    port: int
    asked: list[str]
    # How many pieces of each file were read when it was closed.
    closed: list[int]
    may_answer: threading.Event

    def open(self, sent: bytes = b"") -> socket.socket:
        link = socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT)
        link.sendall(sent)
        return link

    def ask(self, sent: bytes = HELLO) -> bytes:
        """One request over a connection of its own: the whole answer, up to the end of the connection or its length."""
        with self.open(sent) as link:
            return answer(link)


def answer(link: socket.socket) -> bytes:
    """The next answer of a connection; b"" when it ended."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = link.recv(1)
        if not piece:
            return head
        head += piece
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    body = b""
    while len(body) < length:
        piece = link.recv(length - len(body))
        assert piece, "the connection ended within an answer"
        body += piece
    return head + body


def ended(link: socket.socket) -> bytes:
    """What still comes until the other side ends the connection."""
    found = b""
    with contextlib.suppress(ConnectionError):
        while piece := link.recv(65536):
            found += piece
    return found


class File:
    """A large file that is read as it is sent."""

    def __init__(self, closed: list[int]) -> None:
        self.read = 0
        self._closed = closed

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(BIG // 10_000):
            self.read += 1
            yield b"x" * 10_000

    def close(self) -> None:
        self._closed.append(self.read)


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Start a server with limits of one's own; all of them end with the test."""
    stack = contextlib.ExitStack()

    def start(limits: Limits = PATIENT) -> Served:
        asked: list[str] = []
        closed: list[int] = []
        may_answer = threading.Event()

        def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            path = environ["PATH_INFO"]
            asked.append(path)
            body = environ["wsgi.input"].read()
            if path == "/wait":
                assert may_answer.wait(LIMIT)
            if path == "/broken":
                raise RuntimeError("broken")
            if path == "/split":
                start_response("200 OK", [("X-A", "b\r\nSet-Cookie: c=d")])
                return [b""]
            if path == "/file":
                start_response("200 OK", [("Content-Length", str(BIG))])
                return File(closed)
            text = b"x" * BIG if path == "/big" else b"hello " + body
            start_response("204 No Content" if path == "/nothing" else "200 OK", [("Content-Type", "text/plain")])
            return [text[:3], text[3:]]

        listener = stack.enter_context(contextlib.closing(listen("127.0.0.1", 0)))
        server = Server(listener, application, threads=THREADS, limits=limits)
        thread = threading.Thread(target=server.run)
        thread.start()

        def end() -> None:
            may_answer.set()
            server.stop()
            finish(thread)

        stack.callback(end)
        return Served(listener.getsockname()[1], asked, closed, may_answer)

    with stack:
        yield start


def close_all(links: list[socket.socket]) -> None:
    for link in links:
        link.close()


SLOW = {
    "nothing": b"",
    "half a head": b"POST /hello HTTP/1.1\r\nHost: a\r\n",
    "no body": b"POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n",
    "half a body": b"POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
    "half a chunk": b"POST /hello HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
    "answers that are not read": b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW.keys())
def test_slow_clients_hold_nobody_up(serve: Callable[..., Served], sent: bytes) -> None:
    """Many more of them than threads, and everybody else is answered."""
    served = serve()
    slow = [served.open(sent) for _ in range(20 * THREADS)]
    try:
        for _ in range(3):
            assert served.ask().endswith(b"hello ")
    finally:
        close_all(slow)


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW.keys())
def test_whoever_takes_too_long_is_put_out(serve: Callable[..., Served], sent: bytes) -> None:
    served = serve(HASTY)
    with served.open(sent) as link:
        # A reader of nothing finds what the system had taken for it, and then the end.
        wait_until(lambda: served.asked or not sent.startswith(b"GET /big"))
        if sent.startswith(b"GET /big"):
            served.ask(b"GET /after HTTP/1.1\r\nHost: a\r\n\r\n")
            let_time_pass(5 * SHORT)
            assert len(ended(link)) < BIG
        else:
            assert ended(link).startswith(b"HTTP/1.1 408 " if sent else b"")
    assert "/hello" not in served.asked


def test_a_body_byte_by_byte_has_the_same_deadline(serve: Callable[..., Served]) -> None:
    """Each byte is a sign of life, and none of them moves the end."""
    served = serve(HASTY)
    with served.open(SLOW["no body"].replace(b"9", b"60000")) as link, contextlib.suppress(ConnectionError):
        for _ in range(int(LIMIT / SHORT * 10)):
            link.sendall(b"x")
            link.settimeout(SHORT / 10)
            with contextlib.suppress(TimeoutError):
                assert link.recv(65536).startswith(b"HTTP/1.1 408 ")
                break
        else:
            raise AssertionError("it may go on for ever")
    assert served.asked == []


def test_a_newcomer_takes_the_place_of_the_longest_waiting(serve: Callable[..., Served]) -> None:
    served = serve(replace(PATIENT, connections=10))
    links = [served.open(SLOW["half a body"])]
    idle = served.open(HELLO)
    answer(idle)
    try:
        links += [served.open(SLOW["half a body"]) for _ in range(8)]

        # On a busy machine a newcomer whose bytes nobody has read yet counts as one who asks nothing, and makes room.
        def oldest_is_ended() -> bool:
            links.append(served.open(SLOW["half a body"]))
            assert served.ask().endswith(b"hello ")
            return bool(select.select([links[0]], [], [], 0)[0])

        wait_until(oldest_is_ended)
        # Whoever asks nothing goes first, then the oldest.
        assert ended(idle) == b""
        first = ended(links[0])
        assert first.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After: 1\r\n" in first
    finally:
        close_all([idle, *links])


def test_a_connection_asks_again_and_again(serve: Callable[..., Served]) -> None:
    served = serve()
    with served.open() as link:
        for number in range(5):
            link.sendall(b"POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n%d" % number)
            assert answer(link).endswith(b"hello %d" % number)
        link.sendall(HELLO * 3 + b"GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert ended(link).count(b"hello ") == 4


def test_what_is_refused_is_said_after_the_answers_before_it(serve: Callable[..., Served]) -> None:
    served = serve()
    with served.open(HELLO + b"GET /bad HTTP/1.1\nHost: a\n\n") as link:
        assert answer(link).endswith(b"hello ")
        refused = ended(link)
    assert refused.startswith(b"HTTP/1.1 400 ")
    assert b"\r\nConnection: close\r\n" in refused
    assert served.asked == ["/hello"]


def test_a_client_that_waits_to_be_asked_for_its_body(serve: Callable[..., Served]) -> None:
    served = serve()
    head = b"POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n"
    with served.open(head % 3) as link:
        told = b""
        while not told.endswith(b"\r\n\r\n"):
            told += link.recv(1)
        assert told == b"HTTP/1.1 100 Continue\r\n\r\n"
        link.sendall(b"abc")
        assert answer(link).endswith(b"hello abc")
    # And is not asked for what we would not read.
    with served.open(head % 10**7) as link:
        assert ended(link).startswith(b"HTTP/1.1 200 ")


def test_the_smaller_rules(serve: Callable[..., Served]) -> None:
    served = serve()
    head = served.ask(b"HEAD /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".replace(b"HEAD", b"GET"))
    with served.open(b"HEAD /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") as link:
        found = ended(link)
    assert found == head.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    with served.open(b"GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") as link:
        found = ended(link)
    assert found.endswith(b"\r\n\r\n")
    assert b"Content-Length" not in found
    with served.open(b"GET /hello HTTP/1.0\r\n\r\n") as link:
        assert b"\r\nConnection: close\r\n" in ended(link)
    assert b"\r\nConnection: keep-alive\r\n" in served.ask(b"GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    for path in (b"/broken", b"/split"):
        answered = served.ask(b"GET " + path + b" HTTP/1.1\r\nHost: a\r\n\r\n")
        assert answered.startswith(b"HTTP/1.1 500 ")
        assert b"Set-Cookie" not in answered


def test_large_answers_arrive_whole_and_in_order(serve: Callable[..., Served]) -> None:
    big = b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n"
    with serve().open(big * 2 + HELLO) as link:
        for _ in range(2):
            assert len(answer(link).partition(b"\r\n\r\n")[2]) == BIG
        assert answer(link).endswith(b"hello ")


def test_a_file_is_read_as_it_is_taken(serve: Callable[..., Served]) -> None:
    """Whoever does not read it holds a piece of it, and it is closed when they are put out."""
    served = serve(HASTY)
    with served.open(b"GET /file HTTP/1.1\r\nHost: a\r\n\r\n"):
        wait_until(lambda: served.closed)
    assert 0 < served.closed[0] < BIG // 10_000
    with serve().open(b"GET /file HTTP/1.1\r\nHost: a\r\n\r\n") as link:
        found = ended(link)
    head, _, body = found.partition(b"\r\n\r\n")
    assert len(body) == BIG
    assert b"\r\nConnection: close" in head


def test_requests_in_hand_are_finished_at_the_end() -> None:
    entered, may_answer = threading.Event(), threading.Event()

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        entered.set()
        assert may_answer.wait(LIMIT)
        start_response("200 OK", [("Content-Length", "4")])
        return [b"done"]

    with contextlib.closing(listen("127.0.0.1", 0)) as listener:
        server = Server(listener, application, threads=THREADS, limits=PATIENT)
        thread = threading.Thread(target=lambda: server.run(finish_seconds=LIMIT))
        thread.start()
        with socket.create_connection(listener.getsockname(), timeout=LIMIT) as link:
            link.sendall(HELLO)
            assert entered.wait(LIMIT)
            server.stop()
            may_answer.set()
            found = answer(link)
        finish(thread)
    assert found.endswith(b"done")
