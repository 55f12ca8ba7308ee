"""A payday of many: chunks that workers share, several orders under way at once, and what one broken row or a silent bank holds up."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import Settings

from examples.world.testing import RunningWorld
from prakerja.audit.models import Record
from prakerja.disbursements.batches import drafted_batch
from prakerja.disbursements.models import PaymentAttempt, PaymentBatch, PaymentInstruction, PayoutAccount
from prakerja.disbursements.operations import Draft, approve_batch, ask_payments, draft_payments, sandbox_sign_off
from prakerja.disbursements.rails import terms_of
from prakerja.disbursements.tasks import next_leaving, run_payments
from prakerja.incentives.models import Incentive
from prakerja.incentives.tasks import TASKS
from prakerja.kernel.db import transaction
from prakerja.ledger.models import Balance
from prakerja.ledger.operations import BalanceTooLow
from prakerja.notifications.models import Message
from prakerja.reporting.proof import prove
from prakerja.surveys.models import Response
from prakerja.surveys.tasks import open_surveys
from prakerja.training.tasks import announce_certificates
from tests import builders as b
from tests.incentives.conftest import bank, bank_program
from tests.money import buy_class, link, participant_with_phone, redeem_class, report, review, run_until, wib
from tests.races.bank_line import Forward, line_to
from tests.races.barrier import Beside, queue_at_our_row, race
from tests.refunds import REFUNDS, Refunds, refunds
from tests.waiting import LIMIT, wait_until

__all__ = ["bank", "bank_program", "refunds"]
pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
RUNNERS = 6
PEOPLE = 5
RUN = {task.name: task.run for task in TASKS}
NEXT = {task.name: task.next_due for task in TASKS}
PAY_AT = wib("2021-10-12 10:00")
LINES = terms_of(rail="sandbox", on=PAY_AT.date()).calls_at_once


@pytest.fixture(autouse=True)
def _money_is_proved() -> Iterator[None]:
    yield
    assert [check for check in prove().checks if not check.ok] == []


@pytest.fixture
def wave() -> list[b.Participant]:
    """Five people whose certificates show in the same night."""
    world = b.world()
    made = [participant_with_phone(world, phone=f"08121000{number}011") for number in range(PEOPLE)]
    for number, who in enumerate(made):
        link(who, number=f"770012345{number}", at=wib("2021-09-24 10:00"))
        buy_class(world, who, price=475_000, at=wib("2021-09-25 19:30"))
        redeem_class(world, who, at=wib("2021-09-26 09:00"))
        report(world, who, at=wib("2021-10-04 09:00"), completed="2021-10-02")
    return made


def told(*templates: str) -> Counter[str]:
    return Counter(Message.objects.filter(template__in=templates, channel="sms").values_list("template", flat=True))


def test_workers_share_a_wave_and_nobody_is_told_twice(wave: list[b.Participant], bank_program: RunningWorld) -> None:
    """Six workers run the same task at the same instant; each person is dealt with by one of them, at each step up to the last."""

    def together(task: str, at: str) -> int:
        return sum(int(str(done)) for done in race([lambda: RUN[task](wib(at))] * RUNNERS))

    night = wib("2021-10-06 00:10")
    assert sum(int(str(done)) for done in race([lambda: announce_certificates(night)] * RUNNERS)) == PEOPLE
    assert told("review_for_incentive_until") == {"review_for_incentive_until": PEOPLE}
    for who in wave:
        review(who, at=wib("2021-10-06 19:00"))
    assert together("plan_incentives", "2021-10-07 19:00") == PEOPLE
    assert Incentive.objects.count() == 4 * PEOPLE
    assert together("incentive_due", "2021-10-07 19:00") == PEOPLE
    assert together("draft_payments", "2021-10-12 10:00") == PEOPLE
    assert (PaymentBatch.objects.count(), PaymentInstruction.objects.count()) == (1, PEOPLE)
    assert sandbox_sign_off(at=PAY_AT) == 1
    assert sum(int(str(done)) for done in race([lambda: run_payments(PAY_AT)] * RUNNERS)) == PEOPLE
    assert list(PaymentAttempt.objects.values_list("kind", "answer")) == [("send", "settled")] * PEOPLE
    assert told("payment_arrived") == {"payment_arrived": PEOPLE}
    opens = wib("2021-11-11 00:10")
    assert sum(int(str(done)) for done in race([lambda: open_surveys(opens)] * RUNNERS)) == PEOPLE
    assert together("lapse_survey", "2021-12-11 00:00") >= PEOPLE
    assert told("survey_open", "survey_lapsed")["survey_open"] == PEOPLE
    assert Response.objects.filter(survey__number=1, closed_at=wib("2021-12-11 00:00")).count() == PEOPLE
    assert Record.objects.filter(action="incentive.settled").count() == PEOPLE


def test_one_broken_reserve_holds_up_nobody_else(wave: list[b.Participant]) -> None:
    run_until(wib("2021-10-06 19:00"))
    for who in wave:
        review(who, at=wib("2021-10-06 19:00"))
    at = wib("2021-10-07 19:00")
    assert RUN["plan_incentives"](at) == PEOPLE
    reserve = Balance.objects.filter(id=wave[2].award.reserve_id)
    Balance.objects.filter(id=wave[2].award.reserve_id).update(amount=1)
    with pytest.raises(BalanceTooLow):
        RUN["incentive_due"](at)
    due = Incentive.objects.filter(status="due")
    assert set(due.values_list("person_id", flat=True)) == {who.person_id for who in wave} - {wave[2].person_id}
    # Mended, it falls due at the next run, and nobody else does again.
    reserve.update(amount=2_550_000)
    assert NEXT["incentive_due"]() == at
    assert RUN["incentive_due"](at) == 1


def test_what_a_release_of_before_wrote_gets_its_instant(wave: list[b.Participant]) -> None:
    """Its rows do not know when it is their turn: they are looked at at once, and not before their time."""
    run_until(wib("2021-10-06 19:00"))
    review(wave[0], at=wib("2021-10-06 19:00"))
    run_until(wib("2021-10-08 00:00"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE incentives_incentive SET due_at = DEFAULT")
    assert RUN["incentive_due"](wib("2021-10-08 00:00")) == RUN["draft_payments"](wib("2021-10-08 00:00")) == 0
    assert (NEXT["incentive_due"](), NEXT["draft_payments"]()) == (wib("2021-11-08 00:10"), PAY_AT)


def debts(world: b.World, who: b.Participant, count: int) -> None:
    """So many refunds of one person, drafted, signed and due."""
    link(who, at=wib("2021-09-24 10:00"))
    account = PayoutAccount.objects.get(person_id=who.person_id, unlinked_at=None)
    with transaction():
        draft_payments(
            payer="refunds",
            drafts=[Draft(who.person_id, uuid.uuid4(), account.id, 75_000) for _ in range(count)],
            pay_date=PAY_AT.date(),
            at=PAY_AT,
        )
    sandbox_sign_off(at=PAY_AT)


def test_several_orders_are_under_way_and_no_more_than_agreed(
    refunds: Refunds, bank_program: RunningWorld, settings: Settings
) -> None:
    """Nothing arrives before as many orders are on the line as the rail's terms say; meanwhile few more are written down."""
    world = b.world()
    who = participant_with_phone(world, phone="081210000010")
    count = 6 * LINES
    debts(world, who, count)
    lock, everybody_is_here = threading.Lock(), threading.Event()
    here = most = 0
    sent_meanwhile: list[int] = []

    def hold(method: str, path: str, forward: Forward) -> object:
        nonlocal here, most
        with lock:
            here += 1
            most = max(most, here)
            if here == LINES and not everybody_is_here.is_set():
                sent_meanwhile.append(PaymentInstruction.objects.filter(status="sent").count())
                everybody_is_here.set()
        assert everybody_is_here.wait(LIMIT)
        try:
            return forward()
        finally:
            with lock:
                here -= 1

    with line_to(bank_program.url, hold) as settings.BANK_URL:  # type: ignore[arg-type]
        assert run_payments(PAY_AT) == count
    assert most == LINES
    assert sent_meanwhile[0] < count
    # On a busy machine some have given up before the bank answered, the order or the question: it has them all the same.
    for days in range(1, 6):
        ask_payments(at=PAY_AT + timedelta(days=days))
    assert list(PaymentInstruction.objects.values_list("status", flat=True)) == ["settled"] * count
    assert PaymentAttempt.objects.filter(kind="send").count() == count
    assert Counter(REFUNDS.told) == {"sent": count, "settled": count}
    assert next_leaving() is None
    assert PaymentBatch.objects.get().status == "closed"


def test_an_answer_that_cannot_be_taken_holds_up_no_other(refunds: Refunds, bank_program: RunningWorld) -> None:
    world = b.world()
    who = participant_with_phone(world, phone="081210000010")
    debts(world, who, 3)
    refunds.refuses = PaymentInstruction.objects.order_by("id")[1].id
    with pytest.raises(RuntimeError, match="not this one"):
        run_payments(PAY_AT)
    assert list(PaymentInstruction.objects.order_by("id").values_list("status", flat=True)) == [
        "settled",
        "sent",
        "settled",
    ]
    refunds.refuses = None
    run_until(wib("2021-10-12 10:05"))
    assert set(PaymentInstruction.objects.values_list("status", flat=True)) == {"settled"}


def test_nothing_joins_a_batch_behind_a_signature() -> None:
    """Whoever signs waits for what is being drafted; what is drafted afterwards opens a batch of its own."""
    b.install(is_sandbox=False)
    what = {"rail": "sandbox", "provider": "bni", "pay_date": PAY_AT.date(), "at": PAY_AT}
    approver = b.operator("approver")
    with transaction():
        batch = drafted_batch(**what)  # type: ignore[arg-type]
    with transaction():
        assert drafted_batch(**what).id == batch.id  # type: ignore[arg-type]
        signer = Beside(lambda: approve_batch(batch_id=batch.id, actor=approver, at=PAY_AT))
        wait_until(queue_at_our_row, what="the signer waits")
    assert signer.result() is None
    with transaction():
        assert drafted_batch(**what).id != batch.id  # type: ignore[arg-type]
