"""A door that stands before a server and breaks one rule of the contract: `python -m tests.conformance.proxy --to U --mutant NAME`.

It knows the partners' keys, so it can let a forgery through as a careless server would: by signing it anew. What it
breaks stands in `tests/conformance/mutants.py`.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import http.client
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.waiting import LIMIT

# What an answer's headers are besides its length and type.
_PASSED = ("retry-after", "allow", "x-request-id")
SIGN_IN = ("/api/v1/oauth/", "/api/v1/resource/")


@dataclass(frozen=True)
class Asked:
    """One request. Names of headers as they came."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def path(self) -> str:
        return "/" + self.target.partition("?")[0].lstrip("/")

    @property
    def is_own(self) -> bool:
        return self.path.startswith("/api/v1/partner/")

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def members(self) -> dict[str, Any]:
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def with_headers(self, **changes: str | None) -> Asked:
        """Headers replaced, or left out (None); `_` stands for itself, as in client_code."""
        names = {name.lower() for name in changes}
        kept = [(name, value) for name, value in self.headers if name.lower() not in names]
        kept += [(name, value) for name, value in changes.items() if value is not None]
        return replace(self, headers=tuple(kept))

    def with_members(self, **changes: Any) -> Asked:
        return replace(self, body=json.dumps({**self.members, **changes}, separators=(",", ":")).encode())


@dataclass
class Told:
    """One answer."""

    status: int
    body: bytes
    content_type: str = "application/json"
    more: dict[str, str] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def data(self) -> dict[str, Any]:
        found = self.document.get("data")
        return found if isinstance(found, dict) else {}

    @property
    def code(self) -> str:
        return str(self.document.get("code", ""))

    def saying(self, document: dict[str, Any], *, status: int = 0) -> Told:
        return replace(self, status=status or self.status, body=json.dumps(document, separators=(",", ":")).encode())

    def with_data(self, **changes: Any) -> Told:
        return self.saying({**self.document, "data": {**self.data, **changes}})


def granted(data: Any = None, *, message: str = "OK") -> Told:
    """A success that nobody asked the server for."""
    document = {"success": True, "message": message} | ({} if data is None else {"data": data})
    return Told(200, json.dumps(document).encode())


def refusal(status: int, code: str) -> Told:
    document = {"code": code, "message": "Ditolak", "success": False}
    return Told(status, json.dumps(document).encode())


class HangUp(Exception):
    """The connection is closed without a word."""


@dataclass
class Behind:
    """The server behind the door, with what a mutant needs: the keys, a memory, the phone."""

    address: str
    keys: dict[str, str]
    phone_page: str = ""
    memory: dict[Any, Any] = field(default_factory=dict)

    def ask(self, asked: Asked) -> Told:
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=LIMIT)
        try:
            connection.putrequest(asked.method, asked.target, skip_host=True, skip_accept_encoding=True)
            for name, value in asked.headers:
                # What is packed no mutant can change.
                if name.lower() not in ("content-length", "connection", "accept-encoding"):
                    connection.putheader(name, value)
            if asked.body:
                connection.putheader("Content-Length", str(len(asked.body)))
            connection.putheader("Connection", "close")
            connection.endheaders(asked.body or None)
            response = connection.getresponse()
            kept = {name: value for name, value in response.getheaders() if name.lower() in _PASSED}
            return Told(response.status, response.read(), response.getheader("Content-Type") or "", kept)
        finally:
            connection.close()

    def sign(self, asked: Asked, *, timestamp: str = "") -> Asked:
        """The same request as its client would sign it now; as it came when nobody knows the client."""
        name = asked.header("client_code") or asked.header("X-Client-Id") or next(iter(self.keys))
        if name not in self.keys:
            name = next(one for one in self.keys if one.startswith("lembaga" if _is_institutions(asked) else "toko"))
        stamp = timestamp or str(int(time.time()))
        made = self.signature(asked, client=name, timestamp=stamp)
        if asked.path.startswith(SIGN_IN):
            changes = {"X-Client-Id": name, "X-Timestamp": stamp, "X-Signature": made}
            return asked.with_headers(**changes)
        return asked.with_headers(client_code=name, timestamp=stamp, signature=made)

    def signature(self, asked: Asked, **parts: Any) -> str:
        """The signature of a request, with parts of the text replaced."""
        name = asked.header("client_code") or asked.header("X-Client-Id")
        slot = asked.header("Authorization") if asked.path.endswith("/authorize") and not _is_sign_in(asked) else ""
        found = {
            "client": name,
            "timestamp": asked.header("timestamp") or asked.header("X-Timestamp"),
            "nonce": asked.header("nonce") if asked.is_own else "",
            "method": asked.method,
            "path": asked.target if asked.is_own or _is_sign_in(asked) else asked.path,
            "slot": slot,
            "body": asked.body,
            "key": self.keys.get(parts.get("client", name), self.keys.get(name, "")),
            "algorithm": "sha256" if asked.is_own else "sha1",
        } | parts
        text = "".join(str(found[part]) for part in ("client", "timestamp", "nonce", "method", "path", "slot"))
        return hmac.new(
            found["key"].encode(), text.encode() + found["body"], getattr(hashlib, found["algorithm"])
        ).hexdigest()

    def is_signed(self, asked: Asked, **parts: Any) -> bool:
        """Whether the signature that came is that of the request, with parts of the text replaced."""
        given = asked.header("signature") or asked.header("X-Signature")
        return bool(given) and given == self.signature(asked, **parts)


def _is_sign_in(asked: Asked) -> bool:
    return asked.path.startswith(SIGN_IN)


def _is_institutions(asked: Asked) -> bool:
    words = ("redeem-code", "/oauth/", "/tpm/", "course", "completions", "redemptions", "resource", "test-codes")
    return any(word in asked.path for word in words)


# What a mutant does with one request: it asks the server behind, or does not, and answers.
Answering = Callable[[Behind, Asked], Told]


def honest(behind: Behind, asked: Asked) -> Told:
    """No rule broken."""
    return behind.ask(asked)


class Door(ThreadingHTTPServer):
    """The listening end. `answering` may be changed between two runs, with a new memory."""

    daemon_threads = True

    def __init__(self, behind: Behind, answering: Answering = honest, *, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Visit)
        self.behind, self.answering = behind, answering

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def become(self, answering: Answering) -> None:
        self.answering = answering
        self.behind.memory.clear()


class _Visit(BaseHTTPRequestHandler):
    server: Door

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, self.path, tuple(self.headers.items()), body)
        try:
            told = self.server.answering(self.server.behind, asked)
        except HangUp:
            self.close_connection = True
            return
        self.send_response(told.status)
        for name, value in {"Content-Type": told.content_type, **told.more}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(told.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(told.body)

    do_GET = do_POST = do_PUT = do_DELETE = _answer

    def parse_request(self) -> bool:
        # http.server makes one slash of two at the beginning; the contract wants to see both.
        found = super().parse_request()
        if found:
            self.path = self.requestline.split()[1]
        return found

    def log_message(self, *_: Any) -> None:
        return


def main() -> int:
    from tests.conformance.mutants import MUTANTS

    parser = argparse.ArgumentParser(description="Stand before a server and break one rule of the contract.")
    parser.add_argument("--to", required=True, metavar="U", help="the server's address")
    parser.add_argument("--mutant", default="", metavar="NAME", help="which rule; none: none. `list` prints all")
    parser.add_argument("--key", action="append", default=[], metavar="CLIENT=KEY", help="whom it may sign for")
    parser.add_argument("--phone-page", default="", metavar="U", help="where the participant's SMS are read")
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    if given.mutant == "list":
        sys.stdout.write("".join(f"{name}\t{one.part}\t{one.rule}\n" for name, one in MUTANTS.items()))
        return 0
    behind = Behind(given.to, dict(pair.split("=", 1) for pair in given.key), given.phone_page)
    answering = MUTANTS[given.mutant].answering if given.mutant else honest
    with Door(behind, answering, port=given.port) as door:
        sys.stdout.write(f"{door.url}\n")
        sys.stdout.flush()
        door.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
