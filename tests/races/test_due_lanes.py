"""The worker's lanes: a bank that never answers keeps nobody else waiting, and whoever moves the clock is let in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest
from django.db import connection
from pytest_django import Settings

from examples.world.testing import RunningWorld
from prakerja.awards.models import Award
from prakerja.config import worker
from prakerja.disbursements.models import PaymentAttempt
from prakerja.kernel import clock
from prakerja.kernel.models import Clock
from prakerja.reporting.proof import prove
from prakerja.sandbox import clock as movable
from tests import builders as b
from tests.incentives.conftest import bank, bank_program
from tests.money import wib
from tests.partner_api.served import database_of_the_tests
from tests.races.bank_line import Forward, line_to
from tests.races.test_payment_races import ready_to_leave
from tests.waiting import LIMIT, finish, wait_until

__all__ = ["bank", "bank_program"]
pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


@contextmanager
def working() -> Iterator[None]:
    """All lanes of a worker, each in its thread."""
    stopping = threading.Event()

    def lane(step: object) -> None:
        try:
            step(stopping)  # type: ignore[operator]
        finally:
            connection.close()

    threads = [threading.Thread(target=lane, args=(step,), name=step.__name__) for step in worker.due_steps()]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            finish(thread)


def test_a_silent_bank_delays_no_revocation(
    bank_program: RunningWorld, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_of_the_tests())
    world = b.world()
    _, _, at = ready_to_leave(world)
    late = b.participants(world, count=3, ready=False)
    Award.objects.filter(person_id__in=[one.person_id for one in late]).update(
        purchase_deadline_at=wib("2021-10-12 00:00"), deadline_set_at=wib("2021-09-22 20:00")
    )
    Clock.objects.update(offset_us=(at - clock.wall()) // timedelta(microseconds=1))
    clock.forget()
    is_called, may_answer = threading.Event(), threading.Event()

    def silent(method: str, path: str, forward: Forward) -> httpx.Response | None:
        is_called.set()
        assert may_answer.wait(LIMIT)
        return forward()

    with line_to(bank_program.url, silent) as settings.BANK_URL:
        try:
            with working():
                assert is_called.wait(LIMIT)
                wait_until(
                    lambda: Award.objects.filter(status="revoked").count() == len(late), what="the others are revoked"
                )
                assert list(PaymentAttempt.objects.values_list("answer", flat=True)) == [""]
                may_answer.set()
                wait_until(lambda: PaymentAttempt.objects.exclude(answer="").exists(), what="the bank answered")
        finally:
            may_answer.set()
    assert prove().ok


def test_whoever_moves_the_clock_is_let_in_between_two_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_of_the_tests())
    b.participants(b.world(), count=2, ready=False)
    Clock.objects.update(offset_us=(b.BUY_AT - clock.wall()) // timedelta(microseconds=1))
    clock.forget()
    with working():
        journey = movable.advance(timedelta(days=30))
    assert ("revoke", 2) in [(task, count) for _, task, count in journey.steps]
    assert set(Award.objects.values_list("status", "ended_at")) == {("revoked", wib("2021-10-22 00:05"))}
