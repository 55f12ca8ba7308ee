"""`prakerja migrate`, killed with -9 again and again, each time further on: what it did counts, and the next one goes on.

A migration is a transaction and is there or not; indexes that are built beside what goes on are begun again. Until the last one is there,
every command refuses and says what to do, and no rupiah has moved.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests.running import LoadedCommands
from tests.upgrades import databases
from tests.waiting import LONG_LIMIT, wait_until

# It has weeks of payments and revocations behind it.
RELEASE = "fc82d0c"
# Every table that money stands in; what a column is added to keeps the columns that it had.
MONEY = ("ledger_transfer", "ledger_balance")


def killed(old: databases.Restored, number: int, where: str) -> subprocess.CompletedProcess[str]:
    """`prakerja migrate` that is gone at its `number`-th write or commit; one that has fewer of them ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "tests.upgrades.killed_migrate", str(number), where],
        env=old.environment(),
        cwd=databases.ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONG_LIMIT,
    )


def books(url: str) -> dict[str, list[Any]]:
    with psycopg.connect(url) as there:
        return {
            "sums": there.execute(
                "SELECT kind, debit_id, credit_id, sum(amount), count(*) FROM ledger_transfer GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
            ).fetchall(),
            "balances": there.execute(
                "SELECT person_id, account_id, amount FROM ledger_balance ORDER BY 1, 2"
            ).fetchall(),
        }


def alone(url: str) -> bool:
    """The server has noticed that nobody is there any more."""
    with psycopg.connect(url) as there:
        return (
            there.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            ).fetchone()
            is None
        )


@pytest.fixture
def new_schema(db: None) -> dict[str, set[tuple[Any, ...]]]:
    """What the migrations make of an empty database: the tests' own."""
    return databases.describe(databases.url_of(connection.settings_dict["NAME"]))


def test_killed_at_one_point_after_the_other_it_goes_on(
    new_schema: dict[str, set[tuple[Any, ...]]], tmp_path: Path
) -> None:
    with databases.restored(RELEASE, folder=tmp_path) as old:
        commands = LoadedCommands(tmp_path, around=old.environment())
        try:
            before, is_there, points = books(old.url), databases.describe(old.url)["migrations"], []
            number = 1
            while True:
                where = ("before", "after")[len(points) % 2]
                done = killed(old, number, where)
                wait_until(lambda: alone(old.url), what="the server lets go of who was killed")
                if done.returncode != -signal.SIGKILL:
                    assert done.returncode == 0, done.stderr
                    break
                points.append(number)
                # What was done stays done, and no rupiah with it.
                now = databases.describe(old.url)["migrations"]
                # (Rows of packages that are used no more go with the migration that drops their tables.)
                assert is_there & new_schema["migrations"] <= now
                assert books(old.url) == before
                if now < new_schema["migrations"]:
                    refused = commands.run("proof")
                    assert refused.code == 2
                    assert "prakerja migrate" in refused.err
                is_there, number = now, number * 3
            # The first ones are killed before anything was done, the last ones far into it.
            assert len(points) > 5, points
            schema = databases.describe(old.url)
            for kind, expected in new_schema.items():
                assert (sorted(map(str, expected - schema[kind])), sorted(map(str, schema[kind] - expected))) == (
                    [],
                    [],
                ), kind
            again = commands.run("migrate")
            assert again.code == 0, again.err
            assert databases.describe(old.url) == schema
            assert books(old.url) == before
            proof = commands.run("proof", "--json")
            assert (proof.code, proof.document["ok"]) == (0, True), proof.out
        finally:
            commands.end()
