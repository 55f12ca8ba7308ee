"""What a bank says against what we know: a row and a case, no second payment, and an operator's word that the books follow."""

from __future__ import annotations

from typing import Any

import pytest

from examples.world.testing import RunningWorld
from prakerja.access.actors import Actor
from prakerja.audit.models import Record
from prakerja.disbursements.models import Discrepancy, PaymentAttempt, PaymentInstruction
from prakerja.disbursements.operations import ask_payment, resolve_discrepancy, send_payment, take_callback
from prakerja.disbursements.queries import discrepancy_cases
from prakerja.disbursements.rails import ReportedResult
from prakerja.incentives.operations import unlink_account
from prakerja.kernel.errors import Refused
from tests.builders import Participant, World
from tests.money import bank_turns, books, incentives, link, participant_with_phone, reviewed, run_until, transfers, wib

pytestmark = pytest.mark.django_db
NOBODY = Actor.system("command")


@pytest.fixture
def failed(g21: World) -> tuple[Participant, PaymentInstruction]:
    """The first payment failed at the bank; a week later the account is another one, and a follow-up is due."""
    who = participant_with_phone(g21, phone="081210000033")
    reviewed(g21, who, number="7700129903")
    run_until(wib("2021-10-12 12:00"))
    unlink_account(person_id=who.person_id, at=wib("2021-10-13 08:00"))
    link(who, at=wib("2021-10-13 08:05"))
    return who, PaymentInstruction.objects.get(person_id=who.person_id)


def follow_up(who: Participant) -> PaymentInstruction:
    return PaymentInstruction.objects.get(person_id=who.person_id, follow_up_of__isnull=False)


def case() -> Discrepancy:
    return Discrepancy.objects.get()


def resolve(decision: str, at: str, *, reason: str = "Surat bank 12/2021", actor: Actor = NOBODY) -> str:
    one = case()
    return resolve_discrepancy(
        person_id=one.person_id, discrepancy_id=one.id, decision=decision, reason=reason, actor=actor, at=wib(at)
    )


def states(who: Participant) -> list[str]:
    return list(
        PaymentInstruction.objects.filter(person_id=who.person_id).order_by("id").values_list("status", flat=True)
    )


def drafted_follow_up(who: Participant, at: str = "2021-10-18 09:59") -> None:
    """Until right before the pay hour of the follow-up: 13 October + 24 h, the third working day after it."""
    run_until(wib(at))


def test_a_follow_up_asks_once_more_and_stays_when_the_first_arrived_late(
    failed: tuple[Participant, PaymentInstruction], bank_program: RunningWorld
) -> None:
    who, first = failed
    # The daily question would find it first; this is about the last look.
    PaymentInstruction.objects.filter(id=first.id).update(ask_at=None)
    bank_turns(bank_program, first.reference, "arrive")
    run_until(wib("2021-11-05 00:00"))
    assert states(who) == ["failed", "drafted"]
    found = case()
    assert (found.known, found.said, found.found_by, found.status) == ("failed", "settled", "ask", "open")
    assert [(one.reference, one.known, one.said, one.amount) for one in discrepancy_cases(most=9)] == [
        (first.reference, "failed", "settled", 600_000)
    ]
    assert transfers(who, "send") == [("2021-10-12 10:00", "send", 600_000)]
    later = follow_up(who)
    assert send_payment(person_id=who.person_id, payment_id=later.id, at=wib("2021-11-05 00:00")) == ""

    assert resolve("accepted", "2021-11-05 09:00") == "settled"
    assert states(who) == ["settled", "cancelled"]
    assert incentives(who)[0][2] == "paid"
    assert books(who)["paid_out:bni"] == 600_000
    assert "incentives_payable" not in books(who)
    assert transfers(who, "settle", "settle_late") == [("2021-11-05 09:00", "settle_late", 600_000)]
    with pytest.raises(Refused, match="discrepancy_resolved"):
        resolve("dismissed", "2021-11-05 10:00")
    record = Record.objects.get(action="payment.resolved")
    assert record.data["why"] == "Surat bank 12/2021"
    assert (record.data["before"], record.data["after"]) == ({"status": "failed"}, {"status": "settled"})
    assert discrepancy_cases(most=9) == []


def test_the_daily_question_finds_a_late_arrival_before_anything_is_drafted(
    failed: tuple[Participant, PaymentInstruction], bank_program: RunningWorld
) -> None:
    who, first = failed
    bank_turns(bank_program, first.reference, "arrive")
    run_until(wib("2021-11-05 00:00"))
    assert states(who) == ["failed"]
    assert case().known == "failed"
    # Dismissed, the same word is the same case, and the follow-up leaves although the bank repeats it.
    assert resolve("dismissed", "2021-11-05 09:00") == "failed"
    run_until(wib("2021-11-08 12:00"))
    assert states(who) == ["failed", "settled"]
    assert Discrepancy.objects.count() == 1


def test_money_that_arrived_twice_is_booked_twice(
    failed: tuple[Participant, PaymentInstruction], bank_program: RunningWorld
) -> None:
    who, first = failed
    run_until(wib("2021-10-19 12:00"))
    assert states(who) == ["failed", "settled"]
    bank_turns(bank_program, first.reference, "arrive")
    run_until(wib("2021-10-20 12:00"))
    assert resolve("accepted", "2021-10-20 13:00") == "overpaid"
    assert states(who) == ["overpaid", "settled"]
    assert books(who)["paid_out:bni"] == 1_200_000
    assert transfers(who, "overpaid") == [("2021-10-20 13:00", "overpaid", 600_000)]
    assert incentives(who)[0][2] == "paid"
    # The bank gets it back: that is a case too, because an operator had decided.
    bank_turns(bank_program, first.reference, "return")
    ask_payment(person_id=who.person_id, payment_id=first.id, at=wib("2021-10-25 12:00"))
    second = Discrepancy.objects.get(status="open")
    assert (second.known, second.said) == ("overpaid", "returned")
    resolve_discrepancy(
        person_id=who.person_id,
        discrepancy_id=second.id,
        decision="accepted",
        reason="Uang kembali",
        actor=NOBODY,
        at=wib("2021-10-25 13:00"),
    )
    assert states(who) == ["returned", "settled"]
    assert books(who)["paid_out:bni"] == 600_000


def test_what_a_callback_says_against_the_banks_own_word_is_booked_only_by_an_operator(g21: World) -> None:
    """A signed "returned" about a settled payment made a second 600,000 leave once, while the bank showed both settled."""
    who = participant_with_phone(g21, phone="081210000010")
    reviewed(g21, who)
    run_until(wib("2021-10-12 12:00"))
    payment = PaymentInstruction.objects.get()
    said = ReportedResult(payment.reference, "returned", "account_closed")
    take_callback(rail="sandbox", reported=said, at=wib("2021-10-13 09:00"))
    found = case()
    assert (found.known, found.said, found.found_by, found.status) == ("settled", "returned", "callback", "open")
    assert (states(who), books(who)["paid_out:bni"]) == (["settled"], 600_000)

    assert resolve("accepted", "2021-10-13 13:00") == "returned"
    assert transfers(who, "return", "return_late") == [("2021-10-13 13:00", "return_late", 600_000)]
    assert "paid_out:bni" not in books(who)
    assert books(who)["incentives_payable"] == 600_000
    assert incentives(who)[0][2] == "due"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"decision": "ignored"}, "decision_unknown"),
        ({"reason": "  "}, "reason_missing"),
    ],
)
def test_what_an_operator_cannot_decide(
    failed: tuple[Participant, PaymentInstruction], bank_program: RunningWorld, change: dict[str, Any], reason: str
) -> None:
    who, first = failed
    bank_turns(bank_program, first.reference, "arrive")
    ask_payment(person_id=who.person_id, payment_id=first.id, at=wib("2021-10-13 12:00"))
    with pytest.raises(Refused, match=reason):
        resolve(**{"decision": "accepted", "at": "2021-10-13 13:00"} | change)
    with pytest.raises(Refused, match="discrepancy_unknown"):
        resolve_discrepancy(
            person_id=who.person_id,
            discrepancy_id=who.person_id,
            decision="accepted",
            reason="x",
            actor=NOBODY,
            at=wib("2021-10-13 13:00"),
        )
    with pytest.raises(Refused, match="not_permitted"):
        resolve("accepted", "2021-10-13 13:00", actor=Actor.participant(who.person_id))
    assert case().status == "open"
    assert states(who) == ["failed"]


def test_a_follow_up_waits_while_the_bank_keeps_silent_about_the_first(
    failed: tuple[Participant, PaymentInstruction], bank_program: RunningWorld, settings: Any
) -> None:
    who, first = failed
    run_until(wib("2021-10-19 09:59"))
    settings.BANK_URL = "http://127.0.0.1:9"
    run_until(wib("2021-10-19 10:20"))
    assert states(who) == ["failed", "drafted"]
    assert follow_up(who).ask_at == wib("2021-10-19 10:35")
    settings.BANK_URL = bank_program.url
    run_until(wib("2021-10-19 10:35"))
    assert states(who) == ["failed", "settled"]
    asked = PaymentAttempt.objects.filter(instruction=first, kind="ask").order_by("-id")
    assert [one.answer for one in asked[:3]] == ["failed", "unknown", "unknown"]


def attempts() -> list[tuple[str, str]]:
    return list(PaymentAttempt.objects.order_by("id").values_list("kind", "answer"))


def test_an_order_that_is_lost_goes_again_only_after_the_agreed_time(g21: World) -> None:
    who = participant_with_phone(g21, phone="081210000010")
    reviewed(g21, who, number="7700129909")
    run_until(wib("2021-10-12 10:04"))
    payment = PaymentInstruction.objects.get()
    # Before five minutes have passed, "not found" says nothing.
    assert ask_payment(person_id=who.person_id, payment_id=payment.id, at=wib("2021-10-12 10:04")) == "sent"
    assert attempts() == [("send", "unknown"), ("ask", "not_found")]
    assert ask_payment(person_id=who.person_id, payment_id=payment.id, at=wib("2021-10-12 10:05")) == "sent"
    assert attempts()[2:] == [("ask", "not_found"), ("send", "unknown")]
    # The five minutes count from the last order.
    assert ask_payment(person_id=who.person_id, payment_id=payment.id, at=wib("2021-10-12 10:09")) == "sent"
    assert attempts()[4:] == [("ask", "not_found")]
    assert Discrepancy.objects.count() == 0
