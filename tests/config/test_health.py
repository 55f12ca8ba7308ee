"""What a door says of itself: well only when its database answers, writes, and does so soon."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from prakerja.config.wsgi.health import Health, look
from tests.waiting import LIMIT, SHORT, finish

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def database_set(name: str, value: str) -> Iterator[None]:
    """A setting of every new session of this database."""
    database = sql.Identifier(connection.settings_dict["NAME"])
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(
            sql.SQL("ALTER DATABASE {} SET {} = {}").format(database, sql.Identifier(name), sql.Literal(value))
        )
        connection.close()
        try:
            yield
        finally:
            server.execute(sql.SQL("ALTER DATABASE {} RESET {}").format(database, sql.Identifier(name)))
            connection.close()


def test_well() -> None:
    assert Health(look).answer() == ("200 OK", b"ok\n")


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        # No room for a file, as on a full disk: reading works.
        ("temp_file_limit", "0", b"database cannot write\n"),
        ("default_transaction_read_only", "on", b"read-only database\n"),
    ],
)
def test_a_database_that_cannot_write_is_not_well(setting: str, value: str, said: bytes) -> None:
    """A door said 200 while every write failed."""
    with database_set(setting, value):
        assert Health(look).answer() == ("503 Service Unavailable", said)
    assert Health(look).answer() == ("200 OK", b"ok\n")


def test_a_database_that_hangs_holds_one_thread_however_many_ask() -> None:
    free, looked = threading.Event(), []

    def hanging() -> str:
        looked.append(threading.current_thread())
        free.wait(LIMIT)
        return ""

    health = Health(hanging, patience=SHORT)
    assert [health.answer() for _ in range(3)] == [("503 Service Unavailable", b"database does not answer\n")] * 3
    assert len(looked) == 1
    free.set()
    finish(looked[0])
    assert Health(lambda: "", patience=LIMIT).answer() == ("200 OK", b"ok\n")
