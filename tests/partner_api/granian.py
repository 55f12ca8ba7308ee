"""The partners' door under granian, on the tests' own database."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from django.db import connection

ROOT = Path(__file__).parents[2]


def database_of_the_tests() -> str:
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path="/" + quote(str(connection.settings_dict["NAME"]))))


@contextlib.contextmanager
def running() -> Iterator[int]:
    """The port of a door that answers; it ends with the block. The database must be there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = int(free.getsockname()[1])
    command = (
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--workers",
        "1",
        "--blocking-threads",
        "4",
        "--port",
        str(number),
    )
    environment = os.environ | {
        "DATABASE_URL": database_of_the_tests(),
        "PYTHONPATH": str(ROOT / "src"),
        "PRAKERJA_SUPERVISED": "1",
        "PRAKERJA_POOL": "2",
    }
    environment.pop("PRAKERJA_CLOCK", None)
    process = subprocess.Popen(
        [sys.executable, *command, "prakerja.config.wsgi.partner_api:application"], env=environment, cwd=ROOT
    )
    try:
        _wait_until_healthy(number, process)
        yield number
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def _wait_until_healthy(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the door ended before it answered"
        with contextlib.suppress(OSError):
            if ask(port, "GET", "/health")[0] == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the door did not answer within 30 seconds")


def ask(
    port: int, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, str]:
    http = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        http.request(method, target, body or None, headers or {})
        response = http.getresponse()
        return response.status, response.read().decode()
    finally:
        http.close()
