"""The centre's settings over HTTP, for whoever plays with it: read, change, hang up, see what was taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .centre import Centre
from .outcomes import WrongSetting


def control(host: str, port: int, centre: Centre, soon: Callable[[Callable[[], None]], Any]) -> ThreadingHTTPServer:
    """A server for ``GET /health /settings /taken`` and ``POST /settings /hang-up``; ``soon`` runs work where the centre lives."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path == "/health":
                self._answer(200, b"ok", "text/plain")
            elif self.path == "/settings":
                self._json(200, centre.document())
            elif self.path == "/taken":
                self._json(200, list(centre.taken))
            else:
                self._json(404, {"error": "not_found"})

        def do_POST(self) -> None:
            said = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 65536))
            # A page that a browser shows must not be able to change anything here.
            if self.headers.get("Content-Type", "").partition(";")[0] != "application/json":
                self._json(415, {"error": "json_only"})
            elif self.path == "/settings":
                self._change(said)
            elif self.path == "/hang-up":
                soon(centre.hang_up)
                self._json(200, {"hung_up": True})
            else:
                self._json(404, {"error": "not_found"})

        def _change(self, said: bytes) -> None:
            try:
                told = json.loads(said)
                if not isinstance(told, dict):
                    raise WrongSetting("document")
                centre.settings = centre.settings.changed(told)
            except ValueError as error:
                self._json(422, {"error": "invalid", "field": str(error)})
                return
            self._json(200, centre.document())

        def _json(self, status: int, document: Any) -> None:
            self._answer(status, json.dumps(document).encode(), "application/json")

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: an address may hold a number."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    return Server((host, port), Handler)
