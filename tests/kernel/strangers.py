"""A stranger's server on a real port: it answers what each test tells it to, and counts who came."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.waiting import pause, serving


class Visit(BaseHTTPRequestHandler):
    """One request; `server.answer` decides by its path."""

    server: Stranger
    content: bytes = b""

    def _visit(self) -> None:
        self.content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.visits.append(
            (self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, self.content)
        )
        self.server.answer(self)

    do_GET = do_POST = _visit

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer at once."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def drip(self, *, head: bool = False) -> None:
        """Answer a byte at a time, in the head of the answer or in its body, until the visitor has hung up."""
        with contextlib.suppress(ConnectionError):
            self.wfile.write(b"HTTP/1.0 200 OK\r\n" + (b"X-Slow: " if head else b"\r\n"))
            while True:
                self.wfile.write(b"x")
                self.wfile.flush()
                pause()
        self.server.hang_ups += 1

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Stranger(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answer: Callable[[Visit], None]) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        self.answer = answer
        self.visits: list[tuple[str, str, dict[str, str], bytes]] = []
        # How many visitors went before their answer was complete.
        self.hang_ups = 0

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gives up is what these tests are about."""


@contextlib.contextmanager
def stranger(answer: Callable[[Visit], None]) -> Iterator[Stranger]:
    """A server for as long as the block runs."""
    server = Stranger(answer)
    with serving(server):
        yield server
