"""After a test that committed, its rows go: table by table, of those that have any.

Django truncates every table and then makes its content types and permissions again; with some hundred and fifty tables and
their indexes that took longer than most of those tests. What is emptied is the same but for Django's own two lists, which no test
changes, and the chart of accounts, which is part of the schema and comes back. A table's file stays as long as it was: a test of
what a file has room for truncates it first (tests/races/test_full_disk.py).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connections
from django.test import TransactionTestCase
from psycopg import sql

from prakerja.ledger.chart import Chart

_KEPT = {"django_content_type", "auth_permission"}
# So many rows that were deleted would be read again and again.
_MANY = 10_000


def install() -> None:
    """Let every test that commits be followed by ours."""
    TransactionTestCase._fixture_teardown = _empty  # type: ignore[attr-defined]


def _empty(case: Any) -> None:
    for name in case._databases_names(include_mirrors=False):
        connection = connections[name]
        connection.ensure_connection()
        # Past Django's cursor: nobody's package writes here (tests/owner_guard.py).
        session = connection.connection
        filled = [table for (table,) in session.execute(_filled(name)).fetchall()]
        large = []
        with session.transaction():
            # The ledger and the trail refuse to be shortened, and tables stand in no order: neither is asked.
            session.execute("SET LOCAL session_replication_role = replica")
            for table in filled:
                if session.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table))).rowcount > _MANY:
                    large.append(table)
            with session.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO ledger_account (id, code, has_running_balance) VALUES (%s, %s, %s)",
                    [(row.value, row.name.lower(), row in (Chart.WALLET, Chart.RESERVE)) for row in Chart],
                )
        for table in large:
            session.execute(sql.SQL("VACUUM {}").format(sql.Identifier(table)))


@cache
def _filled(name: str) -> str:
    """A statement that names the tables that have rows."""
    tables = connections[name].introspection.django_table_names(only_existing=True, include_views=False)
    asked = [f"SELECT '{one}' WHERE EXISTS (SELECT FROM \"{one}\")" for one in sorted(set(tables) - _KEPT)]
    return " UNION ALL ".join(asked)
