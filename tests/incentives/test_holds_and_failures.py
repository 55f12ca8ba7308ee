"""Payments that are held, fail, come back or get no answer: each is paid once in the end, or never twice."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.db import transaction as savepoint

from examples.world.testing import RunningWorld
from prakerja.access.actors import SYSTEM
from prakerja.disbursements.models import PaymentAttempt, PaymentBatch, PaymentInstruction, PayoutAccount
from prakerja.disbursements.operations import ask_payment
from prakerja.disbursements.queries import unanswered_payments
from prakerja.incentives.labels import incentive_label
from prakerja.incentives.models import Incentive
from prakerja.incentives.operations import retry_payment, unlink_account
from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused
from prakerja.ledger.models import Transfer
from prakerja.surveys.models import Response
from tests.builders import Participant, World
from tests.money import (
    bank_turns,
    books,
    incentives,
    link,
    participant_with_phone,
    reviewed,
    run_until,
    transfers,
    wib,
)

FUNDED = {"programme_funds": -3_550_000}


@pytest.fixture
def three(g21: World) -> Participant:
    return participant_with_phone(g21, phone="081210000033")


def label_at(who: Participant, at: str, number: int = 1) -> str:
    i = Incentive.objects.get(person_id=who.person_id, kind="post_training", number=number)
    return str(
        incentive_label(
            status=i.status,
            last_problem=i.last_problem,
            scheduled_date=i.scheduled_date,
            recheck_at=i.recheck_at,
            at=wib(at),
        ).text
    )


def instructions(who: Participant) -> list[tuple[str, str, str]]:
    found = PaymentInstruction.objects.filter(person_id=who.person_id).order_by("id")
    return [(i.pay_date.isoformat(), i.status, i.reason) for i in found]


def test_three_is_held_for_a_changed_account_and_paid_after_the_recheck(g21: World, three: Participant) -> None:
    reviewed(g21, three)
    run_until(wib("2021-10-12 08:00"))
    unlink_account(person_id=three.person_id, at=wib("2021-10-12 08:00"))
    link(three, number="7700123457", at=wib("2021-10-12 08:05"))
    assert run_until(wib("2021-10-12 23:00")) == [("2021-10-12 10:00", "draft_payments", 1)]
    held = Incentive.objects.get(person_id=three.person_id, number=1)
    assert (held.status, held.hold_reason, held.recheck_at) == ("held", "account_changed", wib("2021-10-19 10:00"))
    assert label_at(three, "2021-10-12 10:00") == "Dana tertahan"
    assert label_at(three, "2021-10-19 10:00") == "Dalam pengecekan"
    assert instructions(three) == []
    assert books(three)["incentives_payable"] == 600_000

    run_until(wib("2021-10-19 10:00"))
    # 20 October 2021 was a holiday.
    assert incentives(three)[0] == ("post_training", 1, "due", "2021-10-21 → 2021-10-26")
    assert label_at(three, "2021-10-19 10:00") == "Dijadwalkan"
    run_until(wib("2021-10-26 12:00"))
    assert incentives(three)[0] == ("post_training", 1, "paid", "2021-10-21 → 2021-10-26")
    assert label_at(three, "2021-10-26 12:00") == "Berhasil"
    assert transfers(three, "incentive_due", "send", "settle", "send_failed") == [
        ("2021-10-07 19:00", "incentive_due", 600_000),
        ("2021-10-26 10:00", "send", 600_000),
        ("2021-10-26 10:00", "settle", 600_000),
    ]


@pytest.mark.parametrize("days_before", [0, 1, 2, 3])
def test_only_a_change_of_the_last_two_days_holds(g21: World, three: Participant, days_before: int) -> None:
    reviewed(g21, three)
    changed = wib(f"2021-10-{12 - days_before:02} 00:00")
    run_until(changed)
    unlink_account(person_id=three.person_id, at=changed)
    link(three, number="7700123457", at=changed)
    run_until(wib("2021-10-12 12:00"))
    assert incentives(three)[0][2] == ("held" if days_before <= 2 else "paid")


def test_a_new_account_is_checked_without_waiting(g21: World, three: Participant) -> None:
    reviewed(g21, three)
    run_until(wib("2021-10-11 08:00"))
    unlink_account(person_id=three.person_id, at=wib("2021-10-11 08:00"))
    run_until(wib("2021-10-12 23:00"))
    assert Incentive.objects.get(person_id=three.person_id, number=1).hold_reason == "no_account"
    link(three, at=wib("2021-10-13 09:00"))
    assert run_until(wib("2021-10-13 09:00")) == [("2021-10-13 09:00", "recheck_held", 1)]
    assert incentives(three)[0] == ("post_training", 1, "due", "2021-10-14 → 2021-10-19")
    run_until(wib("2021-10-19 10:00"))
    assert incentives(three)[0][2] == "paid"


def test_an_account_of_another_nik_or_not_upgraded_is_held_again_every_week(g21: World, three: Participant) -> None:
    reviewed(g21, three)
    run_until(wib("2021-10-11 08:00"))
    unlink_account(person_id=three.person_id, at=wib("2021-10-11 08:00"))
    link(three, number="7700123401", at=wib("2021-10-11 08:10"))
    run_until(wib("2021-10-12 12:00"))
    first = Incentive.objects.get(person_id=three.person_id, number=1)
    assert (first.status, first.hold_reason) == ("held", "nik_mismatch")
    assert run_until(wib("2021-10-27 00:00")) == [
        ("2021-10-19 10:00", "recheck_held", 1),
        # The code with which the account was linked, fourteen days later.
        ("2021-10-25 03:00", "forget codes", 1),
        ("2021-10-26 10:00", "recheck_held", 1),
    ]
    first.refresh_from_db()
    assert (first.status, first.hold_reason, first.recheck_at) == ("held", "nik_mismatch", wib("2021-11-02 10:00"))


def test_a_wallet_must_be_upgraded_a_bank_account_need_not(g21: World) -> None:
    wallet = participant_with_phone(g21, phone="081210000102")
    link(wallet, provider="gopay", number="0812-1000-0102", at=wib("2021-09-24 10:00"))
    bank = participant_with_phone(g21, phone="081210000112")
    link(bank, number="7700123402", at=wib("2021-09-24 10:00"))
    flags = PayoutAccount.objects.order_by("linked_at", "id").values_list("kind", "nik_matches", "is_kyc_complete")
    assert set(flags) == {("e_wallet", True, False), ("bank_account", True, True)}


@pytest.mark.parametrize(
    ("number", "label", "problem"),
    [("7700123403", "Gagal", "failed"), ("7700123404", "Dana tertahan", "held")],
)
def test_what_the_bank_does_not_pay_is_followed_up(
    g21: World, three: Participant, number: str, label: str, problem: str
) -> None:
    reviewed(g21, three, number=number)
    run_until(wib("2021-10-12 12:00"))
    first = Incentive.objects.get(person_id=three.person_id, number=1)
    assert (first.status, first.last_problem) == ("held" if problem == "held" else "due", problem)
    assert label_at(three, "2021-10-12 12:00") == label
    assert books(three)["incentives_payable"] == 600_000
    # A blocked account is found out at the re-check and waits for another one; the other is tried again.
    run_until(wib("2021-10-20 00:00"))
    run_until(wib("2021-10-20 09:00"))
    unlink_account(person_id=three.person_id, at=wib("2021-10-20 09:00"))
    link(three, at=wib("2021-10-20 09:05"))
    run_until(wib("2021-11-05 00:00"))
    follow_up = PaymentInstruction.objects.get(person_id=three.person_id, status="settled")
    assert follow_up.follow_up_of is not None
    assert follow_up.follow_up_of.status == "failed"
    assert transfers(three, "send", "send_failed", "settle") == [
        ("2021-10-12 10:00", "send", 600_000),
        ("2021-10-12 10:00", "send_failed", 600_000),
        (f"{follow_up.pay_date} 10:00", "send", 600_000),
        (f"{follow_up.pay_date} 10:00", "settle", 600_000),
    ]
    first.refresh_from_db()
    assert (first.status, first.last_problem, first.paid_at) == ("paid", "", follow_up.settled_at)


def test_a_failed_payment_shows_its_new_dates_and_is_failed_until_then(g21: World, three: Participant) -> None:
    reviewed(g21, three, number="7700129903")
    run_until(wib("2021-10-12 12:00"))
    assert incentives(three)[0] == ("post_training", 1, "due", "2021-10-21 → 2021-10-26")
    assert [label_at(three, at) for at in ("2021-10-20 23:59", "2021-10-21 00:00")] == ["Gagal", "Dalam pengecekan"]


def test_no_answer_is_asked_about_and_never_sent_twice(
    g21: World, three: Participant, bank_program: RunningWorld
) -> None:
    reviewed(g21, three, number="7700123405")
    run_until(wib("2021-10-12 10:04"))
    sent = PaymentInstruction.objects.get(person_id=three.person_id)
    assert (sent.status, sent.ask_at, sent.ask_count) == ("sent", wib("2021-10-12 10:05"), 0)
    assert books(three)["in_transit:sandbox"] == 600_000
    assert incentives(three)[0][2] == "instructed"
    assert run_until(wib("2021-10-12 10:05")) == [("2021-10-12 10:05", "ask_payments", 1)]
    assert incentives(three)[0][2] == "paid"
    assert transfers(three, "send", "settle") == [
        ("2021-10-12 10:00", "send", 600_000),
        ("2021-10-12 10:05", "settle", 600_000),
    ]


def test_a_bank_that_is_down_is_asked_daily_and_becomes_an_operators_matter(
    g21: World, three: Participant, bank_program: RunningWorld, settings: object
) -> None:
    reviewed(g21, three)
    run_until(wib("2021-10-12 09:59"))
    settings.BANK_URL = "http://127.0.0.1:9"  # type: ignore[attr-defined]
    steps = run_until(wib("2021-11-07 00:00"))
    asked = [at for at, name, _ in steps if name == "ask_payments"]
    assert asked[:4] == ["2021-10-12 10:05", "2021-10-12 10:35", "2021-10-12 12:35", "2021-10-13 06:00"]
    assert (len(asked), asked[-1]) == (28, "2021-11-06 06:00")
    sent = PaymentInstruction.objects.get(person_id=three.person_id)
    assert sent.status == "sent"
    assert unanswered_payments(at=wib("2021-10-26 09:59")) == []
    assert unanswered_payments(at=wib("2021-10-26 10:00")) == [sent.id]
    assert attempts(sent)[:2] == [("send", "unknown"), ("ask", "unknown")]
    assert books(three)["in_transit:sandbox"] == 600_000
    settings.BANK_URL = bank_program.url  # type: ignore[attr-defined]
    first = Incentive.objects.get(person_id=three.person_id, number=1)
    retry_payment(person_id=three.person_id, incentive_id=first.id, actor=SYSTEM, at=wib("2021-11-07 09:00"))
    run_until(wib("2021-11-07 09:00"))
    assert attempts(sent)[-2:] == [("ask", "not_found"), ("send", "settled")]
    assert transfers(three, "send", "settle") == [
        ("2021-10-12 10:00", "send", 600_000),
        ("2021-11-07 09:00", "settle", 600_000),
    ]
    with pytest.raises(Refused, match="nothing_to_retry"):
        retry_payment(person_id=three.person_id, incentive_id=first.id, actor=SYSTEM, at=wib("2021-11-07 09:00"))


def attempts(payment: PaymentInstruction) -> list[tuple[str, str]]:
    """What was done about a payment and what the rail answered, in order."""
    found = PaymentAttempt.objects.filter(person_id=payment.person_id, instruction=payment).order_by("id")
    return [(one.kind, one.answer) for one in found]


def test_a_payment_the_bank_never_heard_of_goes_out_under_the_same_reference(
    g21: World, three: Participant, bank_program: RunningWorld, settings: object
) -> None:
    reviewed(g21, three)
    run_until(wib("2021-10-12 09:59"))
    settings.BANK_URL = "http://127.0.0.1:9"  # type: ignore[attr-defined]
    run_until(wib("2021-10-12 10:04"))
    settings.BANK_URL = bank_program.url  # type: ignore[attr-defined]
    run_until(wib("2021-10-12 10:05"))
    assert [(status, reason) for _, status, reason in instructions(three)] == [("settled", "")]
    assert incentives(three)[0][2] == "paid"
    assert PaymentBatch.objects.get(pay_date="2021-10-12").status == "closed"


def paid(g21: World, three: Participant) -> PaymentInstruction:
    reviewed(g21, three)
    run_until(wib("2021-10-12 12:00"))
    return PaymentInstruction.objects.get(person_id=three.person_id, status="settled")


def ask(payment: PaymentInstruction, at: str) -> str:
    return ask_payment(person_id=payment.person_id, payment_id=payment.id, at=wib(at))


def test_a_payment_settles_once(g21: World, three: Participant) -> None:
    settled = paid(g21, three)
    before = transfers(three)
    assert [ask(settled, at) for at in ("2021-10-12 13:00", "2021-10-12 14:00")] == ["settled", "settled"]
    assert transfers(three) == before
    twin = Transfer.objects.get(event_id=settled.id, kind="settle")
    with pytest.raises(IntegrityError, match="ledger_transfer_once"), savepoint.atomic():
        Transfer.objects.create(
            person_id=twin.person_id,
            event_id=twin.event_id,
            kind="settle",
            debit_id=twin.debit_id,
            credit_id=twin.credit_id,
            amount=twin.amount,
            at=twin.at,
        )


def test_money_that_came_back_is_paid_again_and_its_surveys_wait(
    g21: World, three: Participant, bank_program: RunningWorld
) -> None:
    settled = paid(g21, three)
    opens = Response.objects.filter(person_id=three.person_id)
    assert opens.count() == 3
    # The bank gave up calling back: the daily question finds it.
    bank_turns(bank_program, settled.reference, "return")
    assert run_until(wib("2021-10-13 12:00")) == [("2021-10-13 06:00", "ask_payments", 1)]
    assert ask(settled, "2021-10-13 13:00") == "returned"
    assert opens.count() == 0
    first = Incentive.objects.get(person_id=three.person_id, number=1)
    assert (first.status, first.last_problem, first.paid_at) == ("due", "returned", None)
    assert label_at(three, "2021-10-14 12:00") == "Gagal"
    assert books(three)["incentives_payable"] == 600_000
    run_until(wib("2021-10-31 00:00"))
    assert transfers(three, "send", "settle", "return") == [
        ("2021-10-12 10:00", "send", 600_000),
        ("2021-10-12 10:00", "settle", 600_000),
        ("2021-10-13 06:00", "return", 600_000),
        ("2021-10-26 10:00", "send", 600_000),
        ("2021-10-26 10:00", "settle", 600_000),
    ]
    assert [(status, reason) for _, status, reason in instructions(three)] == [
        ("returned", "returned_by_bank"),
        ("settled", ""),
    ]
    # Thirty days count from the payment that stayed.
    first_survey = opens.select_related("survey").get(survey__number=1)
    assert first_survey.opens_at == wib("2021-11-25 00:10")


def test_a_late_runner_does_not_pay_inside_the_pause(g21: World, three: Participant) -> None:
    reviewed(g21, three)
    run_until(wib("2021-12-10 09:00"))
    from prakerja.config.due import due_tasks

    # Nothing ran at 10 December 10:00; the worker is back on Monday.
    late = wib("2021-12-13 08:00")
    for task in due_tasks():
        task.run(late)
    third = Incentive.objects.get(person_id=three.person_id, kind="post_training", number=3)
    assert (third.status, third.pay_date.isoformat()) == ("due", "2022-01-05")
    run_until(wib("2022-01-06 00:00"))
    assert [at for at, _, _ in transfers(three, "send")] == [
        "2021-10-12 10:00",
        "2021-11-11 10:00",
        "2022-01-05 10:00",
    ]
    assert wib("2022-01-05 10:00").astimezone(WIB).hour == 10
