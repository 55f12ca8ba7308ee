"""What every benchmark stands on: a throw-away durable database with Django on top, and a written result."""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from bench.pgbench import Driver, server_binaries
from bench.report import Result, say, write
from prakerja.kernel.secrets import create_keys
from prakerja.postgres import Server, throwaway_server

_MODULES = {
    "authorise": "bench.authorise",
    "send-otp": "bench.send_otp",
    "redeem": "bench.redeem",
    "join-wave": "bench.join_wave",
    "dashboard": "bench.dashboard",
    "register": "bench.register",
    "search": "bench.search",
    "fairness": "bench.fairness",
    "slow-clients": "bench.slow_clients",
    "due": "bench.due",
    "import": "bench.importing",
    "draw": "bench.drawing",
    "award": "bench.awarding",
    "payout-run": "bench.payout_run",
    "sms": "bench.sms",
    "proof": "bench.proof",
    "wave": "bench.wave",
}
# What the figures must never be bought with.
_DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True)
class Bench:
    """An empty, migrated, durable database, and the driver of its ceilings."""

    server: Server
    driver: Driver
    postgresql: str


def run_named(name: str, seconds: float) -> dict[str, Any]:
    """Run the benchmark of that name in a database of its own; returns what was written to bench/results/."""
    with database() as bench:
        # Imported now: its models need the settings that `database` has just made.
        module = importlib.import_module(_MODULES[name])
        result: Result = module.run(bench, seconds)
    document = result.document()
    say(f"written to {write(document)}")
    return document


@contextlib.contextmanager
def database() -> Iterator[Bench]:
    """Start the server with durability on, point Django at it and make the tables."""
    with throwaway_server(durable=True) as server:
        create_keys(server.keys)
        os.environ["DATABASE_URL"] = server.dsn
        os.environ["PRAKERJA_KEYS"] = str(server.keys)
        os.environ["PRAKERJA_ENV"] = "sandbox"
        os.environ["DJANGO_SETTINGS_MODULE"] = "prakerja.config.settings.command"
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        say("making the tables …")
        call_command("migrate", verbosity=0, interactive=False)
        try:
            yield Bench(
                server=server,
                driver=Driver(dsn=server.dsn, binaries=server_binaries()),
                postgresql=_durable_version(server.dsn),
            )
        finally:
            connections.close_all()


def settle() -> None:
    """Statistics, visibility and a checkpoint after seeding, so that no slice pays for what the seed left."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def _durable_version(dsn: str) -> str:
    with psycopg.connect(dsn) as connection:
        for name in _DURABLE:
            found = connection.execute(f"SHOW {name}").fetchone()
            if found != ("on",):
                raise RuntimeError(f"{name} is {found}; a benchmark without durability means nothing")
        version = connection.execute("SHOW server_version").fetchone()
    return str(version[0]) if version else "?"
