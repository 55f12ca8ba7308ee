"""`python -m examples.kms --key FILE (--socket PATH | --port N)`: answer `POST /wrap` and `POST /unwrap` until SIGTERM.

The protocol is the one of docs/how-to/keep-the-keys.md. What an organisation has instead (an HSM, the key service of a cloud) stands
behind a program of the same two questions.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import secrets
import signal
import socketserver
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_LONGEST = 1 << 16


class Refused(Exception):
    """Not ours to wrap or to open."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m examples.kms", description="A key service of one machine.")
    parser.add_argument("--key", type=Path, required=True, help="the file of its own keys; made when there is none")
    parser.add_argument("--socket", type=Path, default=None)
    parser.add_argument("--port", type=int, default=None)
    given = parser.parse_args()
    Handler.keys = Keys(given.key)
    server: socketserver.BaseServer
    if given.socket is not None:
        given.socket.unlink(missing_ok=True)
        os.umask(0o177)
        server = _OnSocket(str(given.socket), Handler)
    else:
        server = HTTPServer(("127.0.0.1", given.port or 0), Handler)
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server.serve_forever()
    return 0


class Keys:
    """Its own keys by name, in a file that only it reads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}

    def for_wrapping(self, name: str) -> AESGCM:
        if name not in self._known:
            self._known[name] = base64.b64encode(secrets.token_bytes(32)).decode()
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(json.dumps(self._known))
        return AESGCM(base64.b64decode(self._known[name]))

    def for_unwrapping(self, name: str) -> AESGCM:
        if name not in self._known:
            raise Refused
        return AESGCM(base64.b64decode(self._known[name]))


class Handler(BaseHTTPRequestHandler):
    keys: Keys

    def do_POST(self) -> None:
        try:
            told = json.loads(self.rfile.read(min(int(self.headers.get("Content-Length", 0)), _LONGEST)))
            answer = self._answer(told)
        except (Refused, InvalidTag, ValueError, KeyError):
            # Why is nobody's business who does not know.
            return self._say(403, {"error": "refused"})
        return self._say(200, answer)

    def _answer(self, told: dict[str, str]) -> dict[str, str]:
        about = base64.b64decode(told["about"])
        if self.path == "/wrap":
            nonce = secrets.token_bytes(_NONCE)
            sealed = self.keys.for_wrapping(told["key"]).encrypt(nonce, base64.b64decode(told["plaintext"]), about)
            return {"ciphertext": base64.b64encode(nonce + sealed).decode()}
        if self.path == "/unwrap":
            sealed = base64.b64decode(told["ciphertext"])
            plain = self.keys.for_unwrapping(told["key"]).decrypt(sealed[:_NONCE], sealed[_NONCE:], about)
            return {"plaintext": base64.b64encode(plain).decode()}
        raise Refused

    def _say(self, status: int, body: dict[str, str]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing of what it is asked is written anywhere."""

    def address_string(self) -> str:
        return "local"


class _OnSocket(socketserver.UnixStreamServer):
    def get_request(self) -> tuple[Any, Any]:
        request, _ = super().get_request()
        return request, ("local", 0)


if __name__ == "__main__":
    sys.exit(main())
