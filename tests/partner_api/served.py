"""A door as it is served, on the tests' own database."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from django.db import connection

from tests import door_roles
from tests.waiting import LIMIT, free_port, stop, wait_until_healthy

ROOT = Path(__file__).parents[2]


def database_of_the_tests() -> str:
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path="/" + quote(str(connection.settings_dict["NAME"]))))


@contextlib.contextmanager
def running(door: str = "partner_api", *, number: int = 0, **more: str) -> Iterator[int]:
    """The port of a door that answers; it ends with the block. The database must be there. `more` is environment."""
    number = number or free_port()
    command = (
        "-m",
        "prakerja.serving",
        f"prakerja.config.wsgi.{door}:application",
        "--threads",
        "4",
        "--port",
        str(number),
    )
    environment = os.environ | {
        "DATABASE_URL": door_roles.url_for(door),
        "PYTHONPATH": str(ROOT / "src"),
        "PRAKERJA_SUPERVISED": "1",
        "PRAKERJA_POOL": "2",
    }
    environment |= more
    # Each entry names the settings of its own door.
    for name in ("PRAKERJA_CLOCK", "DJANGO_SETTINGS_MODULE"):
        environment.pop(name, None)
    process = subprocess.Popen([sys.executable, *command], env=environment, cwd=ROOT)
    try:
        wait_until_healthy(f"http://127.0.0.1:{number}", process)
        yield number
    finally:
        stop(process)


def ask(
    port: int,
    method: str,
    target: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    *,
    host: str = "127.0.0.1",
) -> tuple[int, str]:
    http = HTTPConnection(host, port, timeout=LIMIT)
    try:
        http.request(method, target, body or None, headers or {})
        response = http.getresponse()
        return response.status, response.read().decode()
    finally:
        http.close()
