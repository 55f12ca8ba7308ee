"""A partner's receiver of webhooks in a process of its own, with an own idea of what a good signature is.

    python tests/webhooks/receiver.py DIRECTORY

prints its port, keeps each request as a file in DIRECTORY and answers with the status in DIRECTORY/answer (200 without).
It shares no code with anything: the signature is computed by OpenSSL.
"""

from __future__ import annotations

import base64
import itertools
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """`v1,…` of a message, by OpenSSL."""
    key = base64.b64decode(secret.removeprefix("whsec_")).hex()
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{key}", "-binary"],
        input=f"{message_id}.{timestamp}.".encode() + body,
        capture_output=True,
        check=True,
    )
    return "v1," + base64.b64encode(done.stdout).decode()


class _Receiver(BaseHTTPRequestHandler):
    folder: Path
    lock = threading.Lock()
    numbers = itertools.count()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kept = {"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}, "body": body.decode()}
        with self.lock:
            number = next(self.numbers)
        (self.folder / f"{number:04d}.json").write_text(json.dumps(kept))
        answer = self.folder / "answer"
        status, *headers = answer.read_text().split() if answer.exists() else ["200"]
        self.send_response(int(status))
        if headers:
            self.send_header("Retry-After", headers[0])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def main() -> None:
    _Receiver.folder = Path(sys.argv[1])
    with ThreadingHTTPServer(("127.0.0.1", 0), _Receiver) as server:
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
