"""DATABASE_URL → Django's settings of one PostgreSQL."""

from __future__ import annotations

import os
from typing import Any

from psycopg.conninfo import conninfo_to_dict

# What Django names itself; everything else of the address is libpq's and goes there as it stands.
_NAMED = ("user", "password", "host", "port", "dbname")


def database_from_environment(*, pool_size: int) -> dict[str, Any]:
    """Read `postgresql://user:password@host:port/name?host=/socket/dir`; a folder as host means a unix socket.

    Several hosts (`@one:5432,two:5432/name?target_session_attrs=read-write`) are a primary and its replicas: each new connection
    looks for the one that may be written to.
    """
    given: dict[str, Any] = dict(conninfo_to_dict(os.environ.get("DATABASE_URL", "postgresql:///prakerja")))
    options: dict[str, Any] = {
        "server_side_binding": True,
        "prepare_threshold": 1,
        # Wall seconds and milliseconds, over a network: a host that is gone is noticed, and not waited for.
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20000,
        **{name: value for name, value in given.items() if name not in _NAMED},
    }
    if pool_size:
        # 8 to 16 connections in all on two cores: more of them lose a quarter of the throughput (decisions.md 38).
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
    return {
        "ENGINE": "prakerja.kernel.postgresql",
        "NAME": str(given.get("dbname") or "prakerja"),
        "USER": str(given.get("user") or ""),
        "PASSWORD": str(given.get("password") or ""),
        "HOST": str(given.get("host") or ""),
        "PORT": str(given.get("port") or ""),
        "CONN_MAX_AGE": 0,
        "OPTIONS": options,
    }
