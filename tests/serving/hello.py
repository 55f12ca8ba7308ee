"""A small application for processes of the server's own: says which process answered, and how many answers there were in all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from prakerja.kernel.figures import figures


class Hello:
    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/health":
            figures().count("prakerja_requests_total", ("route", "hello"), ("status", "200"))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [str(os.getpid()).encode()]

    def watched(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """What whoever watches is answered, at a port of its own."""
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [figures().text().encode()]


application = Hello()
