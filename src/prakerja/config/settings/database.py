"""DATABASE_URL → Django's settings of one PostgreSQL."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


def database_from_environment(*, pool_size: int) -> dict[str, Any]:
    """Read `postgresql://user:password@host:port/name?host=/socket/dir`; a folder as host means a unix socket."""
    url = urlsplit(os.environ.get("DATABASE_URL", "postgresql:///prakerja"))
    query = parse_qs(url.query)
    host = query.get("host", [unquote(url.hostname or "")])[0]
    options: dict[str, Any] = {
        "server_side_binding": True,
        "prepare_threshold": 1,
        # Wall seconds and milliseconds, over a network: a host that is gone is noticed, and not waited for.
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20000,
    }
    if pool_size:
        # 8 to 16 connections in all on two cores: more of them lose a quarter of the throughput (decisions.md 38).
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
    return {
        "ENGINE": "prakerja.kernel.postgresql",
        "NAME": unquote(url.path.lstrip("/")) or "prakerja",
        "USER": unquote(url.username or "") or query.get("user", [""])[0],
        "PASSWORD": unquote(url.password or ""),
        "HOST": host,
        "PORT": str(url.port or query.get("port", [""])[0]),
        "CONN_MAX_AGE": 0,
        "OPTIONS": options,
    }
