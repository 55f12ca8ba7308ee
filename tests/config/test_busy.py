"""What a role's limits of time end is answered as a database that is busy, at every door (ADR 0039)."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import ModuleType

import psycopg
import pytest
from django.db import Error, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from prakerja.callbacks import errors as callbacks
from prakerja.console import errors as console
from prakerja.kernel.db import is_busy, row
from tests.partner_api.served import database_of_the_tests
from tests.waiting import wait_until


def _lock() -> None:
    with psycopg.connect(database_of_the_tests()) as other:
        other.execute("LOCK TABLE kernel_run IN ACCESS EXCLUSIVE MODE")
        with transaction.atomic():
            _set("lock_timeout")
            row("SELECT count(*) FROM kernel_run")


def _statement() -> None:
    with transaction.atomic():
        _set("statement_timeout")
        row("SELECT pg_sleep(60)")


def _silence() -> None:
    with transaction.atomic():
        _set("idle_in_transaction_session_timeout")
        found = row("SELECT pg_backend_pid()")
        assert found is not None
        with psycopg.connect(database_of_the_tests(), autocommit=True) as other:
            wait_until(
                lambda: other.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", found).fetchone() == (0,),
                what="the transaction that says nothing is ended",
            )
        row("SELECT 1")


def _set(name: str) -> None:
    row("SELECT set_config(%s, '10ms', true)", [name])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("last_too_long", [_lock, _statement, _silence])
def test_what_lasts_too_long_is_a_busy_database(last_too_long: Callable[[], None]) -> None:
    try:
        with pytest.raises(Error) as raised:
            last_too_long()
        assert is_busy(raised.value)
    finally:
        connection.close()
    assert row("SELECT 1") == (1,)


def test_a_fault_of_ours_is_none() -> None:
    assert not is_busy(ZeroDivisionError())
    assert not is_busy(None)


@pytest.mark.parametrize("door", [console, callbacks])
@pytest.mark.parametrize(("error", "status"), [(OperationalError("nik 9900000000000000"), 503), (ValueError("x"), 500)])
def test_every_door_says_so(door: ModuleType, error: Exception, status: int) -> None:
    """The portal's page is asked for in tests/portal/test_pages.py, the partners' answer in tests/partner_api/test_endpoint.py."""
    broken: Callable[[HttpRequest], HttpResponse] = door.broken
    try:
        raise error
    except Exception:
        answer = broken(RequestFactory().get("/"))
    assert answer.status_code == status
    assert b"9900000000000000" not in answer.content
    if door is callbacks:
        assert json.loads(answer.content) == {"error": "busy" if status == 503 else "internal"}
