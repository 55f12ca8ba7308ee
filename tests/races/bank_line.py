"""The line to the bank with a hand on it: every call passes through, and a test decides what happens on its way."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from django.db import connection

from tests.waiting import LIMIT, serving

Forward = Callable[[], httpx.Response]
# Gets method, path and what brings the call to the bank; returns what travels back, or None when the line is cut.
OnTheWay = Callable[[str, str, Forward], httpx.Response | None]


@contextlib.contextmanager
def line_to(bank_url: str, on_the_way: OnTheWay) -> Iterator[str]:
    """The address of the line. It serves many calls at once, each in a thread of its own."""

    class Handler(BaseHTTPRequestHandler):
        def carry(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name: self.headers[name] for name in ("Content-Type", "X-Bank-Signature")}

            def forward() -> httpx.Response:
                return httpx.request(
                    self.command, bank_url + self.path, content=body, headers=headers, trust_env=False, timeout=LIMIT
                )

            try:
                answer = on_the_way(self.command, self.path, forward)
            finally:
                connection.close()
            # Whoever called may have given up meanwhile.
            with contextlib.suppress(ConnectionError):
                if answer is not None:
                    self.send_response(answer.status_code)
                    self.send_header("Content-Length", str(len(answer.content)))
                    self.end_headers()
                    self.wfile.write(answer.content)

        do_GET = do_POST = carry

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Line(ThreadingHTTPServer):
        daemon_threads = False

    line = Line(("127.0.0.1", 0), Handler)
    with serving(line):
        yield f"http://127.0.0.1:{line.server_port}"
