"""kernel.http: it refuses inside a transaction, ends in time, follows nothing and logs no address."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import transaction

from prakerja.kernel import http
from tests.waiting import LIMIT, SHORT, pause, serving, wait_for_hang_up


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._say(201, self.headers.get("Content-Type", "").encode() + b"|" + body)

    def do_GET(self) -> None:
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/slow":
            wait_for_hang_up(self.connection)
        elif self.path == "/drip":
            self.send_response(200)
            self.end_headers()
            # For ever, so that only the client's giving up ends it.
            while True:
                self.wfile.write(b"x")
                self.wfile.flush()
                pause()
        elif self.path == "/long":
            self._say(200, b"x" * (1024 * 1024 + 1))
        else:
            self._say(200, b'{"ok": true}')

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gives up is what these tests are about."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with _Server(("127.0.0.1", 0), _Handler) as server, serving(server):
        yield f"http://127.0.0.1:{server.server_address[1]}"


def test_it_sends_json_or_raw_bytes(url: str) -> None:
    as_json = http.request("POST", f"{url}/any", json={"a": "é"})
    assert (as_json.status, as_json.content) == (201, b'application/json|{"a": "\\u00e9"}')
    raw = http.request("POST", f"{url}/any", content=b"\xff", headers={"Content-Type": "text/plain"})
    assert (raw.status, raw.content) == (201, b"text/plain|\xff")
    assert http.request("GET", f"{url}/any").json() == {"ok": True}


def test_what_is_no_json_is_none_and_the_body_is_not_represented(url: str) -> None:
    answer = http.request("POST", f"{url}/any", content=b"081234567890")
    assert answer.json() is None
    assert repr(answer) == "Answer(status=201, 13 bytes)"


def test_redirects_are_not_followed(url: str) -> None:
    assert http.request("GET", f"{url}/redirect").status == 302


@pytest.mark.parametrize(("path", "read_timeout"), [("/slow", SHORT), ("/drip", SHORT), ("/long", LIMIT)])
def test_a_slow_or_endless_answer_is_no_answer(url: str, path: str, read_timeout: float) -> None:
    with pytest.raises(http.NoAnswer):
        http.request("GET", url + path, connect_timeout=LIMIT if path == "/long" else SHORT, read_timeout=read_timeout)


def test_a_closed_port_and_a_bad_address_are_not_sent() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(http.NotSent, match=rf"^127\.0\.0\.1:{port} was not reached \(ConnectError\)$"):
        http.request("GET", f"http://127.0.0.1:{port}/phone/081234567890")
    with pytest.raises(http.NotSent):
        http.request("GET", "gopher://127.0.0.1/")


def test_proxies_of_the_environment_are_not_used(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    http._client.cache_clear()
    assert http.request("GET", f"{url}/any").status == 200


def test_no_log_line_holds_the_path_or_the_body(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with ExitStack() as stack:
        for name in ("", "httpx", "httpcore", "httpcore.http11", "httpcore.connection"):
            stack.enter_context(caplog.at_level(logging.DEBUG, logger=name or None))
        http.request("POST", f"{url}/phone/081234567890", json={"otp": "482913"})
    written = " ".join(record.getMessage() for record in caplog.records)
    assert "POST 127.0.0.1:" in written
    assert "081234567890" not in written
    assert "482913" not in written


@pytest.mark.django_db
def test_it_refuses_inside_a_transaction_of_ours(url: str) -> None:
    # The wrapper that this test itself runs in is rolled back and does not count.
    assert http.request("GET", f"{url}/any").status == 200
    with transaction.atomic(), pytest.raises(http.NetworkInsideTransaction):
        http.request("GET", f"{url}/any")
    assert http.request("GET", f"{url}/any").status == 200
