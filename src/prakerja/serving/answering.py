"""A WSGI application's answer → the bytes to send: a page whole, a large file piece by piece as the client takes it."""

from __future__ import annotations

import logging
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

from prakerja.kernel.logs import name_request
from prakerja.serving.reading import Received

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
# Status line → status line, content type and body. An application has one as its attribute `unread`, if it has its own words.
Unread = Callable[[str], tuple[str, str, bytes]]

_LOG = logging.getLogger("prakerja.serving")
_NO_BODY = ("204", "304")
# So much of an answer is made before any of it is taken: a thousand clients that ask for a large file and do not read it must
# not hold it a thousand times.
PIECE = 128 * 1024
_date = (-1, b"")


@dataclass(slots=True)
class Answer:
    """The first bytes to send, whether the connection may be used again, the pieces that follow, and what to do afterwards."""

    text: bytes
    keeps: bool
    more: Iterator[bytes] | None
    close: Callable[[], None] | None


def answer(application: Application, received: Received, *, may_stay: bool) -> Answer:
    """Ask the application. What it raises is a 500."""
    told: list[Any] = []

    def start_response(status: str, fields: list[tuple[str, str]], exc_info: Any = None) -> None:
        told[:] = (status, fields)

    environ = received.environ
    close: Callable[[], None] | None = None
    try:
        result = application(environ, start_response)
        close = getattr(result, "close", None)
        body, more = _begin(result)
        status, fields = told
    except Exception:
        # An application of ours answers its own faults; this one is in what stands around it.
        _LOG.exception("the application failed")
        status, fields, body = "500 Internal Server Error", [("Content-Type", "text/plain")], b"internal error\n"
        more = None
    keeps = may_stay and received.keep_alive
    lines = [f"HTTP/1.1 {status}"]
    has_length = False
    for name, value in fields:
        lowered = name.lower()
        if lowered == "connection":
            keeps = keeps and value.lower() != "close"
            continue
        has_length = has_length or lowered == "content-length"
        lines.append(f"{name}: {value}")
    has_body = status[:3] not in _NO_BODY
    if more is not None and not has_length:
        # Whoever does not say how much it will be is asked for all of it.
        body, more = body + b"".join(more), None
    # A piece too few would make the next answer a part of this one.
    keeps = keeps and more is None
    if has_body and not has_length:
        lines.append(f"Content-Length: {len(body)}")
    if not keeps:
        lines.append("Connection: close")
    elif environ["SERVER_PROTOCOL"] == "HTTP/1.0":
        lines.append("Connection: keep-alive")
    text = "\r\n".join(lines).encode("latin-1")
    if text.count(b"\n") != len(lines) - 1 or text.count(b"\r") != len(lines) - 1:
        # A field with a line of its own would be a second answer.
        _LOG.error("a header of an answer has more than one line")
        text, keeps = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close", False
        has_body = False
    head = text + _now() + b"\r\n\r\n"
    if has_body and environ["REQUEST_METHOD"] != "HEAD":
        return Answer(head + body, keeps, more, close)
    return Answer(head, keeps, None, close)


def _begin(result: Iterable[bytes]) -> tuple[bytes, Iterator[bytes] | None]:
    """All of a small answer, or the beginning of a large one and the rest."""
    if type(result) is list and len(result) == 1:
        return result[0], None
    pieces = iter(result)
    first = next_piece(pieces)
    return (first, pieces) if len(first) >= PIECE else (first, None)


def next_piece(pieces: Iterator[bytes]) -> bytes:
    """As much as is sent at a time; less, or nothing, at the end."""
    taken: list[bytes] = []
    size = 0
    for piece in pieces:
        taken.append(piece)
        size += len(piece)
        if size >= PIECE:
            break
    return b"".join(taken)


def own_words(status: str) -> tuple[str, str, bytes]:
    """What the server says where the application does not say it in its own words."""
    return status, "text/plain", f"{status[4:]}\n".encode()


def refusal(unread: Unread, status: str, **fields: str) -> bytes:
    """A short answer to what was not handed on, the last one of its connection. Its id stands in its words, where they name one."""
    request_id = secrets.token_hex(8)
    name_request(request_id)
    status, kind, text = unread(status)
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(text)}\r\n"
        f"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
        f"X-Request-Id: {request_id}\r\nConnection: close\r\n{more}"
    )
    return head.encode("latin-1")[:-2] + _now() + b"\r\n\r\n" + text


def _now() -> bytes:
    """The line with the date, made once a second."""
    global _date
    second = int(time.monotonic())
    if _date[0] != second:
        _date = (second, b"\r\nDate: " + formatdate(usegmt=True).encode("ascii"))
    return _date[1]


def environment(host: str, port: int, peer: Any) -> dict[str, Any]:
    """What every request of a connection has in its environment. `peer` is what `accept` told of the other side."""
    return {
        "SCRIPT_NAME": "",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": peer[0],
        "REMOTE_PORT": str(peer[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
