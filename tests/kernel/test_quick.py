"""The short way to the database: the same values, rows and errors as by psycopg's own cursor."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from prakerja.kernel.postgresql.quick import ask

AT = datetime(2026, 11, 30, 7, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def connection() -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as made:
        made.execute("SET timezone TO 'UTC'")
        yield made


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("uuid", uuid.UUID(int=7)),
        ("text", "Ŝémarang 'kutip' %s \\ \n"),
        ("bigint", -(2**62)),
        ("integer", 0),
        ("boolean", True),
        ("timestamptz", AT),
        ("bytea", b"\x00\xff%s"),
        ("bytea", b""),
        ("text", ""),
        ("text", None),
        ("uuid[]", [uuid.UUID(int=7), uuid.UUID(int=8)]),
    ],
)
def test_every_value_comes_back_as_by_a_cursor(connection: psycopg.Connection[Any], kind: str, value: object) -> None:
    sql = f"SELECT %s::{kind}, 1 WHERE '100%%' = '100%%'"
    assert ask(connection, sql, [value]) == connection.execute(sql, [value]).fetchone() == (value, 1)


def test_no_row_is_none_and_what_gives_no_rows_too(connection: psycopg.Connection[Any]) -> None:
    assert ask(connection, "SELECT 1 WHERE false", []) is None
    assert ask(connection, "SET application_name TO 'quick'", []) is None


def test_errors_are_psycopgs_and_the_connection_goes_on(connection: psycopg.Connection[Any]) -> None:
    connection.execute("CREATE TEMPORARY TABLE once (id integer PRIMARY KEY)")
    ask(connection, "INSERT INTO once VALUES (%s)", [1])
    with pytest.raises(psycopg.errors.UniqueViolation) as refused:
        ask(connection, "INSERT INTO once VALUES (%s)", [1])
    assert refused.value.diag.constraint_name == "once_pkey"
    with pytest.raises(psycopg.errors.UndefinedTable):
        ask(connection, "SELECT * FROM nowhere", [])
    with pytest.raises(psycopg.DataError, match="NUL"):
        ask(connection, "SELECT %s::text", ["a\0b"])
    assert ask(connection, "SELECT count(*) FROM once", []) == (1,)


def test_a_statement_is_prepared_once_and_again_when_the_server_has_forgotten_it(
    connection: psycopg.Connection[Any],
) -> None:
    held = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'prakerja%'"
    for number in range(3):
        assert ask(connection, "SELECT %s::integer + 1", [number]) == (number + 1,)
    assert connection.execute(held).fetchone() == (1,)
    # A pool between us and the server does this when it hands the session on.
    connection.execute("DEALLOCATE ALL")
    assert ask(connection, "SELECT %s::integer + 1", [5]) == (6,)
    assert ask(connection, "SELECT %s::integer + 1", [6]) == (7,)


def test_a_function_that_answers_more_columns_since_a_release_is_asked_again(
    connection: psycopg.Connection[Any],
) -> None:
    made = "CREATE FUNCTION pg_temp.told(a integer, OUT x integer{more}) LANGUAGE sql AS 'SELECT a{value}'"
    connection.execute(made.format(more="", value=""))
    sql = "SELECT * FROM pg_temp.told(a => %s)"
    assert ask(connection, sql, [1]) == (1,)
    connection.execute("DROP FUNCTION pg_temp.told")
    connection.execute(made.format(more=", OUT y integer", value=", a + 1"))
    assert ask(connection, sql, [1]) == (1, 2)


def test_a_dead_server_is_an_operational_error(connection: psycopg.Connection[Any]) -> None:
    """Which a door answers as busy, and whose connection the pool throws away."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
        gone = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
        while other.execute(gone, [connection.info.backend_pid]).fetchone() != (0,):
            pass
    with pytest.raises(psycopg.OperationalError):
        ask(connection, "SELECT 1", [])
    assert connection.pgconn.transaction_status == psycopg.pq.TransactionStatus.UNKNOWN
