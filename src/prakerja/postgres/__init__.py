"""Our own launcher for an embedded PostgreSQL: no process outlives it, nothing outside its folder is touched.

`server_for(data_dir, own=…)` is what commands use; `throwaway_server()` is for tests, journeys, benchmarks.
"""

from __future__ import annotations

from prakerja.postgres.errors import LauncherError
from prakerja.postgres.layout import Layout, default_data_dir
from prakerja.postgres.server import (
    Server,
    adopt_or_own,
    database_url,
    own_server,
    server_for,
    throwaway_server,
)

__all__ = [
    "LauncherError",
    "Layout",
    "Server",
    "adopt_or_own",
    "database_url",
    "default_data_dir",
    "own_server",
    "server_for",
    "throwaway_server",
]
