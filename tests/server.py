"""Loaded first (`-p tests.server`): one throw-away PostgreSQL for the whole run, unless DATABASE_URL names another.

It starts before Django reads its settings, in the controlling process only; xdist's workers inherit DATABASE_URL and make
a database each. PRAKERJA_TEST_RUN names a folder that they share and that goes at the end (tests/running.py).

A run makes some fifty thousand short-lived files (databases and their copies). In memory they cost a fifth of what they cost
on a disk, so everything temporary lies there where the machine has enough of it, and nobody named a place in TMPDIR.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import os
import sys
import tempfile
import types
from pathlib import Path
from typing import Any

import httpx
import httpx._transports.default

_MEMORY = Path("/dev/shm")  # noqa: S108
# Bytes that must be free there, and in the machine: databases of all workers, and what all else needs.
_ENOUGH = 8 * 1024**3

# Reading the certificates of all authorities takes longer than most of our requests, and each client of httpx reads them anew.
httpx._transports.default.create_ssl_context = functools.cache(httpx.create_ssl_context)  # type: ignore[attr-defined]

# jsonschema has a second's worth of grammars of addresses read when it is loaded, in every worker; they are read when one is looked at.
_grammars = types.ModuleType("rfc3987_syntax")
_grammars.is_valid_syntax = lambda *given: _real_grammars().is_valid_syntax(*given)  # type: ignore[attr-defined]
sys.modules["rfc3987_syntax"] = _grammars

# The examples' sites hash passwords as dearly as one should, but for those in the processes of the tests.
os.environ.setdefault("PASSWORD_METHOD", "scrypt:1024:8:1")

# What is loaded now stays: looking for garbage among it takes a fifth of the time (on again in tests/conftest.py).
gc.disable()


def _has_room(folder: Path) -> bool:
    """Whether this is memory, programs in it may run, and enough of it is free."""
    try:
        free = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemAvailable:"))
        found = os.statvfs(folder)
    except (OSError, StopIteration):
        return False
    may_run = os.access(folder, os.W_OK) and not found.f_flag & os.ST_NOEXEC
    return may_run and min(found.f_bavail * found.f_frsize, int(free.split()[1]) * 1024) >= _ENOUGH


@functools.cache
def _real_grammars() -> Any:
    """The module that the one above stands for."""
    del sys.modules["rfc3987_syntax"]
    return importlib.import_module("rfc3987_syntax")


if "PYTEST_XDIST_WORKER" not in os.environ:
    if "TMPDIR" not in os.environ and _has_room(_MEMORY):
        os.environ["TMPDIR"] = os.environ["PRAKERJA_TEST_PLACE"] = tempfile.tempdir = str(_MEMORY)
    _stack = contextlib.ExitStack()
    atexit.register(_stack.close)
    _place = os.environ.setdefault("PRAKERJA_TEST_PLACE", "/tmp")  # noqa: S108
    _folder = _stack.enter_context(
        tempfile.TemporaryDirectory(prefix="prakerja-run-", dir=_place, ignore_cleanup_errors=True)
    )
    # The database server's user passes through it.
    Path(_folder).chmod(0o755)
    os.environ["PRAKERJA_TEST_RUN"] = _folder
    if "DATABASE_URL" not in os.environ:
        from prakerja.postgres import database_url, throwaway_server

        _server = _stack.enter_context(throwaway_server())
        os.environ["DATABASE_URL"] = database_url(_server, "postgres")
        # A worker's database is a copy of this one, which the first of them fills (tests/conftest.py).
        os.environ["PRAKERJA_TEST_TEMPLATE"] = database_url(_server, "prakerja_template")
