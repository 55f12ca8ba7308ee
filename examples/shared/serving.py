"""Starting and stopping a program under waitress."""

from __future__ import annotations

import logging
import signal
from collections.abc import Sequence
from types import FrameType

import waitress
from flask import Flask


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def serve(app: Flask, *, host: str, ports: Sequence[int], threads: int) -> None:
    """Listen on every port until SIGTERM or SIGINT; requests in hand are finished first."""
    # Warnings only: httpx would otherwise write every address, order numbers included, to the log.
    logging.basicConfig(level=logging.WARNING)
    signal.signal(signal.SIGTERM, _stop)
    name = f"[{host}]" if ":" in host else host
    waitress.serve(
        app,
        listen=" ".join(f"{name}:{port}" for port in ports),
        threads=threads,
        ident="example",
        clear_untrusted_proxy_headers=True,
    )
