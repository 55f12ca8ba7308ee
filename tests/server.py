"""Loaded first (`-p tests.server`): one throw-away PostgreSQL for the whole run, unless DATABASE_URL names another.

It starts before Django reads its settings, in the controlling process only; xdist's workers inherit DATABASE_URL and make
a database each.
"""

from __future__ import annotations

import atexit
import contextlib
import os

if "DATABASE_URL" not in os.environ and "PYTEST_XDIST_WORKER" not in os.environ:
    from prakerja.postgres import database_url, throwaway_server

    _stack = contextlib.ExitStack()
    _server = _stack.enter_context(throwaway_server())
    atexit.register(_stack.close)
    os.environ["DATABASE_URL"] = database_url(_server, "postgres")
