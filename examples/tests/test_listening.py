"""The servers of the example programs: slow clients end and shut nobody out, strange names read nothing."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from examples.shared.listening import ANSWER_SECONDS, REQUEST_SECONDS, Watcher, known_hosts, listening
from tests.waiting import LIMIT, finish, free_port, wait_until

HALF = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 50\r\n\r\nabc"
BIG = 12_000_000


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = b"x" * BIG if environ["PATH_INFO"] == "/big" else b"hello"
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture
def server() -> Iterator[Any]:
    made = listening(application, host="127.0.0.1", ports=[free_port()], threads=2, names=["shop.example"], ident=None)
    thread = threading.Thread(target=made.run)
    thread.start()
    yield made
    made.asyncore.close_all(made._map, ignore_all=True)
    finish(thread)


def open_(server: Any, sent: bytes) -> socket.socket:
    link = socket.create_connection(("127.0.0.1", server.effective_port), timeout=LIMIT)
    link.sendall(sent)
    return link


def status(host: str) -> str:
    told: list[str] = []
    checked = known_hosts(application, names=["127.0.0.1", "shop.example"])
    checked({"HTTP_HOST": host, "PATH_INFO": "/"}, lambda status, _fields: told.append(status))
    return told[0][:3]


def test_more_half_requests_than_waitress_takes_by_itself(server: Any) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(150):
            stack.enter_context(open_(server, HALF))
        with open_(server, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") as link:
            assert link.recv(65536).startswith(b"HTTP/1.1 200 ")
        with open_(server, b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n") as link:
            assert link.recv(65536).startswith(b"HTTP/1.1 421 ")


@pytest.mark.parametrize(
    ("sent", "kind", "seconds"),
    [
        (HALF, "asks", REQUEST_SECONDS),
        (HALF.partition(b"Content")[0], "asks", REQUEST_SECONDS),
        (b"GET /big HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "takes", ANSWER_SECONDS),
    ],
    ids=["half a body", "half a head", "an answer that is not read"],
)
def test_whoever_takes_too_long_is_put_out(server: Any, sent: bytes, kind: str, seconds: float) -> None:
    watcher = Watcher(server._map)
    with open_(server, sent) as link:
        seen: list[tuple[str, int]] = []

        def is_still() -> bool:
            """Until the server has read and sent what it can."""
            channels = list(server.active_channels.values())
            seen.append(watcher._state(channels[0]) if channels else ("", 0))
            return len(seen) > 3 and seen[-1][0] == kind and len(set(seen[-3:])) == 1

        wait_until(is_still)
        watcher.look(0.0)
        if kind == "asks":
            # Another byte is no reason to wait for longer.
            link.sendall(b"x")
        watcher.look(seconds - 1)
        assert len(server.active_channels) == 1
        watcher.look(seconds + 1)
        wait_until(lambda: not server.active_channels)


def test_the_longest_waiting_make_room(server: Any) -> None:
    watcher = Watcher(server._map, most=2)
    with contextlib.ExitStack() as stack:
        links: list[socket.socket] = []
        for moment in range(3):
            links.append(stack.enter_context(open_(server, HALF)))
            wait_until(
                lambda: [one.request is not None for one in server.active_channels.values()] == [True] * len(links)
            )
            watcher.look(float(moment))
        wait_until(lambda: len(server.active_channels) == 2)
        assert links[0].recv(100) == b""


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1:8011", "200"),
        ("localhost:8011", "200"),
        ("toko.localhost", "200"),
        ("192.168.1.20", "200"),
        ("[::1]:8011", "200"),
        ("shop.example", "200"),
        ("SHOP.example:80", "200"),
        ("evil.example", "421"),
        ("evil.example:8011", "421"),
        ("127.0.0.1.evil.example", "421"),
        ("localhost, evil.example", "421"),
        ("", "421"),
    ],
)
def test_names_that_are_not_ours_read_nothing(host: str, expected: str) -> None:
    assert status(host) == expected
