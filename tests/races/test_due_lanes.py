"""The worker's lanes: a bank that does not answer keeps nobody else waiting, and whoever moves the clock is let in."""

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
from prakerja.incentives.models import Incentive
from prakerja.kernel import clock
from prakerja.kernel.models import Clock
from prakerja.notifications.models import Message
from prakerja.people.operations import request_sign_in_otp
from prakerja.reporting.proof import prove
from prakerja.sandbox import clock as movable
from tests import builders as b
from tests.incentives.conftest import bank, bank_program
from tests.money import participant_with_phone, reviewed, run_until, wib
from tests.partner_api.served import database_of_the_tests
from tests.races.bank_line import Forward, line_to
from tests.races.test_payment_races import ready_to_leave
from tests.waiting import LIMIT, finish, wait_until

__all__ = ["bank", "bank_program"]
pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


@contextmanager
def working() -> Iterator[None]:
    """All lanes of a worker in which something falls due, and the one that sends codes, each in its thread."""
    stopping = threading.Event()

    def lane(step: object) -> None:
        try:
            step(stopping)  # type: ignore[operator]
        finally:
            connection.close()

    steps = (*worker.due_steps(), worker.send_codes)
    threads = [threading.Thread(target=lane, args=(step,), name=step.__name__) for step in steps]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            finish(thread)


def test_a_silent_bank_delays_no_revocation_and_no_code(
    bank_program: RunningWorld, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One payment waits for its answer, and one account for the look that a hold waits for."""
    settings.MESSAGE_GATEWAY, settings.IS_DEMO = "log_only", True
    monkeypatch.setenv("DATABASE_URL", database_of_the_tests())
    world = b.world()
    _, _, at = ready_to_leave(world)
    held = participant_with_phone(world, phone="081290000110")
    reviewed(world, held, number="7700123457")
    run_until(wib("2021-10-11 00:00"))
    assert Incentive.objects.filter(person_id=held.person_id, number=1).update(
        status="held", hold_reason="account_changed", recheck_at=at
    )
    Message.objects.all().delete()
    late = b.participants(world, count=3, ready=False)
    Award.objects.filter(person_id__in=[one.person_id for one in late]).update(
        purchase_deadline_at=wib("2021-10-12 00:00"), deadline_set_at=wib("2021-09-22 20:00")
    )
    Clock.objects.update(offset_us=(at - clock.wall()) // timedelta(microseconds=1))
    clock.forget()
    called: set[str] = set()
    may_answer = threading.Event()

    def silent(method: str, path: str, forward: Forward) -> httpx.Response | None:
        called.add(path)
        assert may_answer.wait(LIMIT)
        return forward()

    with line_to(bank_program.url, silent) as settings.BANK_URL:
        try:
            with working():
                wait_until(lambda: len(called) == 2, what="the bank is asked for both")
                request_sign_in_otp(phone=held.phone, at=clock.now())
                wait_until(
                    lambda: Message.objects.filter(template="otp_sign_in", status="sent").exists(),
                    what="the code is sent",
                )
                wait_until(
                    lambda: Award.objects.filter(status="revoked").count() == len(late), what="the others are revoked"
                )
                assert set(PaymentAttempt.objects.values_list("answer", flat=True)) <= {"", "unknown"}
                may_answer.set()
                wait_until(lambda: not PaymentAttempt.objects.filter(answer="").exists(), what="the bank answered")
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
