"""Loaded first (`-p tests.server`): one throw-away PostgreSQL for the whole run, unless DATABASE_URL names another.

It starts before Django reads its settings, in the controlling process only; xdist's workers inherit DATABASE_URL and make
a database each. PRAKERJA_TEST_RUN names a folder that they share and that goes at the end (tests/running.py).
"""

from __future__ import annotations

import atexit
import contextlib
import os
import tempfile
from pathlib import Path

if "PYTEST_XDIST_WORKER" not in os.environ:
    _stack = contextlib.ExitStack()
    atexit.register(_stack.close)
    _folder = _stack.enter_context(
        tempfile.TemporaryDirectory(prefix="prakerja-run-", dir="/tmp", ignore_cleanup_errors=True)
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
