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
from prakerja.kernel.clock import wall
from prakerja.kernel.db import transaction
from prakerja.kernel.installation import begin_production
from tests.builders import install
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


def test_a_database_of_another_release_is_not_ready() -> None:
    """A newer schema is none of it: whoever runs goes on beside it, for as long as the functions are there that it calls."""
    install()

    def said() -> bytes:
        return Health(look).answer()[1]

    assert said() == b"ok\n"
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('people', '0099_future', now())")
        assert said() == b"ok\n"
    with connection.cursor() as cursor:
        cursor.execute("ALTER FUNCTION redeem RENAME TO redeem_of_later")
        try:
            assert said() == b"schema is of a much later release: redeem cannot be called\n"
        finally:
            cursor.execute("ALTER FUNCTION redeem_of_later RENAME TO redeem")
        cursor.execute("DELETE FROM django_migrations WHERE name = '0099_future'")
        cursor.execute(
            "UPDATE django_migrations SET name = '0001_gone' WHERE app = 'surveys' AND name = '0001_initial'"
        )
    try:
        assert said() == b"schema is older than this release: 1 migrations wait\n"
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE django_migrations SET name = '0001_initial' WHERE app = 'surveys' AND name = '0001_gone'"
            )


def test_keys_of_another_database_are_not_ready() -> None:
    with transaction():
        begin_production(keys_fingerprint="others", at=wall())
    assert Health(look).answer() == ("503 Service Unavailable", b"keys of another database, or not all of its own\n")
