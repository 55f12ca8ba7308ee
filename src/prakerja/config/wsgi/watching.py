"""What whoever watches a door or the worker asks: whether it lives, whether it can do its work, its figures.

It answers at an address of its own, on this machine only unless told otherwise: `/live` says that the process answers and looks at
nothing else, `/ready` what a door's `/health` says, `/metrics` the figures in Prometheus' text format. Nothing of it names a person.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from prakerja.config.wsgi.health import Health
from prakerja.kernel.figures import figures

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_TEXT = "text/plain; charset=utf-8"
_METRICS = "text/plain; version=0.0.4; charset=utf-8"


def watched(health: Health, *, measure: Callable[[], None] | None = None, kept_seconds: float = 0.0) -> Application:
    """The application of that address. `measure` is called before figures are told, at most once in `kept_seconds`; one that fails
    leaves the figures of before, and readiness says why."""
    lock = threading.Lock()
    measured = [float("-inf")]

    def fresh() -> None:
        if measure is None:
            return
        # Whoever asks while somebody measures is told what was there before.
        if lock.acquire(blocking=False):
            try:
                if time.monotonic() - measured[0] >= kept_seconds:
                    measure()
                    measured[0] = time.monotonic()
            finally:
                lock.release()

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        status, kind, body = "404 Not Found", _TEXT, b"/live /ready /metrics\n"
        path = environ.get("PATH_INFO")
        if path == "/live":
            status, body = "200 OK", b"ok\n"
        elif path == "/ready":
            status, body = health.answer()
        elif path == "/metrics":
            fresh()
            status, kind, body = "200 OK", _METRICS, figures().text().encode()
        start_response(status, [("Content-Type", kind), ("Cache-Control", "no-store")])
        return [body]

    return application


def measure_pool() -> None:
    """How the connections of this process to the database stand. It asks nobody."""
    from django.db import connection

    pool = getattr(connection, "pool", None)
    if pool is None:
        return
    found = pool.get_stats()
    told = figures()
    size, free = found.get("pool_size", 0), found.get("pool_available", 0)
    told.set("prakerja_pool_connections", to=size)
    told.set("prakerja_pool_in_use", to=max(0, size - free))
    told.set("prakerja_pool_waiting", to=found.get("requests_waiting", 0))
    told.set("prakerja_pool_timeouts_total", to=found.get("requests_errors", 0))
