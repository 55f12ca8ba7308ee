"""Eight runners at a barrier for every step of a payment: one of them does it, the others find it done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Literal

import httpx
import pytest
from pytest_django import Settings

from examples.world.testing import RunningWorld
from prakerja.disbursements.models import Discrepancy, PaymentAttempt, PaymentBatch, PaymentInstruction
from prakerja.disbursements.operations import ask_payment, ask_payments, sandbox_sign_off, send_payment
from prakerja.disbursements.payments import take_callback
from prakerja.disbursements.rails import ReportedResult
from prakerja.disbursements.steps import lock_payment
from prakerja.incentives import operations as incentives
from prakerja.incentives.models import Incentive
from prakerja.kernel.db import transaction
from prakerja.purchases.operations import authorise_purchase
from prakerja.reporting.proof import prove
from prakerja.training.models import Completion, Rating
from prakerja.training.operations import rate_training, record_completion
from tests import builders as b
from tests.incentives.conftest import bank, bank_program
from tests.money import (
    bank_turns,
    buy_class,
    link,
    participant_with_phone,
    redeem_class,
    reviewed,
    run_until,
    transfers,
    wib,
)
from tests.partner_api.served import ROOT, database_of_the_tests
from tests.races.bank_line import Forward, line_to
from tests.races.barrier import Beside, queue_at_our_row, race
from tests.waiting import LIMIT, wait_until

__all__ = ["bank", "bank_program"]
pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
RUNNERS = 8


@pytest.fixture(autouse=True)
def _money_is_proved() -> Iterator[None]:
    yield
    assert [check for check in prove().checks if not check.ok] == []


def together(action: Callable[[], object]) -> Counter[object]:
    return Counter(race([action] * RUNNERS))


def test_each_step_of_a_payment_happens_once(bank_program: RunningWorld, settings: Settings) -> None:
    world = b.world()
    who = participant_with_phone(world, phone="081210000010")
    person, award = {"person_id": who.person_id}, {"person_id": who.person_id, "award_id": who.award.id}
    reviewed(world, who)
    at = wib("2021-10-07 19:00")
    assert together(lambda: incentives.plan_incentives(**award, at=at)) == {4: 1, 0: RUNNERS - 1}
    first = Incentive.objects.get(**person, number=1)
    assert together(lambda: incentives.fall_due(**person, incentive_id=first.id, at=at)) == {
        True: 1,
        False: RUNNERS - 1,
    }
    at = wib("2021-10-12 10:00")
    drafted = together(lambda: incentives.draft_payment(**person, incentive_id=first.id, at=at))
    assert drafted == {"drafted": 1, "": RUNNERS - 1}
    assert (PaymentBatch.objects.count(), PaymentInstruction.objects.count()) == (1, 1)
    assert sandbox_sign_off(at=at) == 1
    instruction = PaymentInstruction.objects.get()
    url, settings.BANK_URL = settings.BANK_URL, "http://127.0.0.1:9"
    sent = together(lambda: send_payment(**person, payment_id=instruction.id, at=at))
    assert sent == {"sent": 1, "": RUNNERS - 1}
    settings.BANK_URL = url
    # The order never arrived; eight find that out at once. The bank pays a reference once, and so do the books.
    at = wib("2021-10-12 10:05")
    told = together(lambda: ask_payment(**person, payment_id=instruction.id, at=at))
    # Who asked while another's order was on its way again learns nothing yet.
    assert set(told) <= {"settled", "sent"}
    assert told["settled"] >= 1
    assert transfers(who, "incentive_due", "send", "settle") == [
        ("2021-10-07 19:00", "incentive_due", 600_000),
        ("2021-10-12 10:00", "send", 600_000),
        ("2021-10-12 10:05", "settle", 600_000),
    ]


def failed_with_a_released_follow_up(world: b.World) -> tuple[b.Participant, PaymentInstruction, PaymentInstruction]:
    """The first payment failed, its follow-up is drafted and signed: the next thing that happens is that it leaves."""
    who = participant_with_phone(world, phone="081210000033")
    reviewed(world, who, number="7700129903")
    run_until(wib("2021-10-12 12:00"))
    incentives.unlink_account(person_id=who.person_id, at=wib("2021-10-13 08:00"))
    link(who, at=wib("2021-10-13 08:05"))
    first = PaymentInstruction.objects.get()
    run_until(wib("2021-10-19 09:59"))
    owed = Incentive.objects.get(person_id=who.person_id, number=1)
    at = wib("2021-10-19 10:00")
    assert incentives.draft_payment(person_id=who.person_id, incentive_id=owed.id, at=at) == "drafted"
    assert sandbox_sign_off(at=at) == 1
    return who, first, PaymentInstruction.objects.get(status="drafted")


def callback(reference: str, status: Literal["settled", "failed", "returned"], at: datetime) -> None:
    take_callback(rail="sandbox", reported=ReportedResult(reference, status, None), at=at)


def test_a_late_arrival_against_its_follow_up(bank_program: RunningWorld) -> None:
    """Callback, daily question and follow-up at once: the bank says "settled" already, so nothing leaves."""
    who, first, later = failed_with_a_released_follow_up(b.world())
    bank_turns(bank_program, first.reference, "arrive")
    at = wib("2021-10-19 10:00")
    PaymentInstruction.objects.filter(id=first.id).update(ask_at=at)
    results = race(
        [
            *[lambda: send_payment(person_id=who.person_id, payment_id=later.id, at=at)] * 4,
            *[lambda: callback(first.reference, "settled", at)] * 2,
            *[lambda: ask_payments(at=at)] * 2,
        ]
    )
    assert set(results[:4]) <= {"", "asked"}
    later.refresh_from_db()
    assert later.status == "drafted"
    found = Discrepancy.objects.get()
    assert (found.known, found.said, found.status) == ("failed", "settled", "open")
    assert len(transfers(who, "send")) == 1


def test_a_rival_between_the_banks_last_word_and_the_leaving(bank_program: RunningWorld, settings: Settings) -> None:
    """The bank says "failed" to the last question; while that travels, it changes its mind and calls back."""
    who, first, later = failed_with_a_released_follow_up(b.world())
    at = wib("2021-10-19 10:00")
    heard: list[str] = []

    def overtaken(method: str, path: str, forward: Forward) -> httpx.Response:
        answer = forward()
        heard.append(answer.json()["status"])
        if len(heard) == 1:
            bank_turns(bank_program, first.reference, "arrive")
            callback(first.reference, "settled", at)
        return answer

    with line_to(bank_program.url, overtaken) as settings.BANK_URL:
        assert send_payment(person_id=who.person_id, payment_id=later.id, at=at) == "asked"
    # The rival asked too; no order left.
    assert heard == ["failed", "settled"]
    later.refresh_from_db()
    assert (later.status, len(transfers(who, "send"))) == ("drafted", 1)
    assert Discrepancy.objects.get().status == "open"


def test_a_rival_between_the_look_and_the_lock(bank_program: RunningWorld) -> None:
    """A payment may leave when it is looked at; before its rows are locked, a callback speaks of it and a case opens."""
    world = b.world()
    who, payment, at = ready_to_leave(world)
    with transaction():
        lock_payment(person_id=who.person_id, payment_id=payment.id)
        rival = Beside(lambda: callback(payment.reference, "settled", at))
        wait_until(lambda: queue_at_our_row() == ["transactionid"], what="the rival waits for the row")
        sender = Beside(lambda: send_payment(person_id=who.person_id, payment_id=payment.id, at=at))
        wait_until(lambda: queue_at_our_row() == ["transactionid", "tuple"], what="the sender waits behind it")
    assert (rival.result(), sender.result()) == (None, "")
    payment.refresh_from_db()
    assert (payment.status, transfers(who, "send"), PaymentAttempt.objects.count()) == ("drafted", [], 0)
    found = Discrepancy.objects.get()
    assert (found.known, found.said, found.status) == ("drafted", "settled", "open")


def test_two_workers_share_the_daily_questions(bank_program: RunningWorld) -> None:
    world = b.world()
    for number in range(4):
        reviewed(world, participant_with_phone(world, phone=f"0812100001{number}5"), number=f"770012345{number}")
    at = wib("2021-10-12 12:00")
    run_until(at)
    assert set(PaymentInstruction.objects.values_list("status", flat=True)) == {"settled"}
    at = wib("2021-10-13 06:00")
    assert sum(int(str(asked)) for asked in race([lambda: ask_payments(at=at)] * RUNNERS)) == 4
    assert PaymentAttempt.objects.filter(kind="ask").count() == 4


def ready_to_leave(world: b.World) -> tuple[b.Participant, PaymentInstruction, datetime]:
    """A payment that is drafted and signed, and the instant at which it is due."""
    who = participant_with_phone(world, phone="081210000010")
    reviewed(world, who)
    run_until(wib("2021-10-12 09:59"))
    owed = Incentive.objects.get(person_id=who.person_id, number=1)
    at = wib("2021-10-12 10:00")
    assert incentives.draft_payment(person_id=who.person_id, incentive_id=owed.id, at=at) == "drafted"
    assert sandbox_sign_off(at=at) == 1
    return who, PaymentInstruction.objects.get(person_id=who.person_id), at


# What the worker runs when payments fall due, in a process that can be killed.
WORKER = """
import sys
from datetime import datetime
import django
django.setup()
from prakerja.disbursements.tasks import run_payments
run_payments(datetime.fromisoformat(sys.argv[1]))
"""


@pytest.mark.parametrize(
    ("had_arrived", "afterwards"),
    [
        (False, [("send", ""), ("ask", "not_found"), ("send", "settled")]),
        (True, [("send", ""), ("ask", "settled")]),
    ],
)
def test_a_killed_worker_leaves_a_question_without_an_answer(
    bank_program: RunningWorld, had_arrived: bool, afterwards: list[tuple[str, str]]
) -> None:
    """Killed between the commit that sends and the bank's answer: the row says so, and the question finds what became of it."""
    who, _, at = ready_to_leave(b.world())
    is_on_its_way, is_dead = threading.Event(), threading.Event()

    def cut(method: str, path: str, forward: Forward) -> None:
        assert (method, path) == ("POST", "/bank/transfers")
        if had_arrived:
            assert forward().json()["status"] == "settled"
        is_on_its_way.set()
        assert is_dead.wait(LIMIT)

    with line_to(bank_program.url, cut) as line:
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, at.isoformat()],
            env=os.environ
            | {
                "DATABASE_URL": database_of_the_tests(),
                "DJANGO_SETTINGS_MODULE": "prakerja.config.settings.worker",
                "PYTHONPATH": str(ROOT / "src"),
                "PRAKERJA_BANK_URL": line,
                "PRAKERJA_BANK_KEY": bank_program.bank_key,
            },
        )
        try:
            assert is_on_its_way.wait(LIMIT)
        finally:
            worker.kill()
            assert worker.wait(LIMIT) == -signal.SIGKILL
            is_dead.set()
    assert list(PaymentAttempt.objects.values_list("kind", "answer")) == [("send", "")]
    assert PaymentInstruction.objects.get().status == "sent"
    run_until(wib("2021-10-12 10:05"))
    assert list(PaymentAttempt.objects.order_by("id").values_list("kind", "answer")) == afterwards
    assert transfers(who, "send", "settle") == [
        ("2021-10-12 10:00", "send", 600_000),
        ("2021-10-12 10:05", "settle", 600_000),
    ]


def test_a_sweep_and_a_purchase_at_the_cutoff(bank_program: RunningWorld) -> None:
    world = b.world()
    who = participant_with_phone(world, phone="081210000010")
    reviewed(world, who)
    run_until(wib("2021-11-30 23:00"))
    _, run = b.course(world, price=100_000)
    token, otp = b.intend(world, who, run, amount=100_000, at=wib("2021-11-30 23:59"))
    award = {"person_id": who.person_id, "award_id": who.award.id}

    def buy() -> object:
        return authorise_purchase(
            platform_id=world.platform.partner_id,
            token=token,
            otp=otp,
            invoice_code="INV-LAST",
            invoice_url="https://x.example",
            at=wib("2021-11-30 23:59:59"),
        ).amount

    def sweep() -> object:
        return incentives.sweep_balance(**award, at=wib("2021-12-01 00:00"))

    results = race([buy, sweep, sweep, sweep])
    # Whoever held the wallet first was first; either way every rupiah is accounted for.
    assert Counter(results) in (
        Counter([100_000, 425_000, None, None]),
        Counter(["balance_expired", 525_000, None, None]),
    )


def test_one_report_and_one_review(bank_program: RunningWorld) -> None:
    world = b.world()
    who = participant_with_phone(world, phone="081210000010")
    buy_class(world, who, price=475_000, at=wib("2021-09-25 19:30"))
    redeem_class(world, who, at=wib("2021-09-26 09:00"))
    code = b.code_of(who.person_id)
    at = wib("2021-10-04 09:00")

    def report(number: str, key: str) -> object:
        return record_completion(
            institution_id=world.institution.partner_id,
            code=code,
            completed_date=None,
            score=80,
            certificate_number=number,
            certificate_kind="completion",
            idempotency_key=key,
            at=at,
        ).certificate_number

    results = race([lambda n=n: report("RK-1" if n % 2 else "RK-2", f"k-{n}") for n in range(RUNNERS)])  # type: ignore[misc]
    assert Counter(results) in (
        Counter({"RK-1": 4, "completion_differs": 4}),
        Counter({"RK-2": 4, "completion_differs": 4}),
    )
    completion = Completion.objects.get()
    rated = together(
        lambda: rate_training(
            person_id=who.person_id, completion_id=completion.id, stars=5, review="Bagus.", at=wib("2021-10-06 19:00")
        )
    )
    assert rated == {None: 1, "rated_already": RUNNERS - 1}
    assert Rating.objects.count() == 1
