"""Starting and stopping a program under waitress."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Sequence
from types import FrameType

from flask import Flask

from examples.shared.listening import listening


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def serve(app: Flask, *, host: str, ports: Sequence[int], threads: int) -> None:
    """Listen on every port until SIGTERM or SIGINT; requests in hand are finished first.

    HOSTS in the environment: names that the sites are reached by, beside addresses and localhost.
    """
    # Warnings only: httpx would otherwise write every address, order numbers included, to the log.
    logging.basicConfig(level=logging.WARNING)
    signal.signal(signal.SIGTERM, _stop)
    names = os.environ.get("HOSTS", "").split(",")
    listening(app, host=host, ports=ports, threads=threads, names=names, ident="example").run()
