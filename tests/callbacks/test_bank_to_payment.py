"""From the bank's post to the books: through the door's own URLs, signed with the bank's key."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from examples.world.testing import RunningWorld
from prakerja.disbursements.models import Discrepancy, PaymentAttempt, PaymentInstruction
from prakerja.kernel.models import Clock
from tests.builders import Participant, World
from tests.callbacks.signed import callback_signature
from tests.incentives.conftest import bank, bank_program, g21
from tests.money import bank_turns, books, incentives, participant_with_phone, reviewed, run_until, transfers, wib

__all__ = ["bank", "bank_program", "g21"]
pytestmark = pytest.mark.django_db
Door = Callable[..., tuple[int, Any]]
ACCEPTED = (200, {"accepted": True})


@pytest.fixture
def door(settings: Settings, bank_program: RunningWorld) -> Door:
    settings.ROOT_URLCONF = import_module("prakerja.config.settings.callbacks").ROOT_URLCONF
    client = Client()

    def post(**fields: str) -> tuple[int, Any]:
        stamp = datetime.now(tz=UTC).isoformat()
        body = json.dumps({"reason": "", "at": "2021-10-14T10:00:00+07:00", "sent_at": stamp, **fields}).encode()
        answer = client.post(
            "/bank/results",
            body,
            content_type="application/json",
            headers={"X-Bank-Signature": callback_signature(bank_program.bank_key, body)},
        )
        return answer.status_code, answer.json()

    return post


@pytest.fixture
def paid(g21: World) -> tuple[Participant, PaymentInstruction]:
    assert Clock.objects.count() == 1
    who = participant_with_phone(g21, phone="081210000010")
    reviewed(g21, who)
    run_until(wib("2021-10-12 12:00"))
    return who, PaymentInstruction.objects.get()


def cases() -> list[tuple[str, str, str, str]]:
    found = Discrepancy.objects.order_by("id")
    return [(case.known, case.said, case.found_by, case.status) for case in found]


def test_a_returned_transfer_reaches_the_books(
    door: Door, paid: tuple[Participant, PaymentInstruction], bank_program: RunningWorld
) -> None:
    who, payment = paid
    assert door(reference=payment.reference, status="settled") == ACCEPTED
    bank_turns(bank_program, payment.reference, "return")
    assert door(reference=payment.reference, status="returned", reason="returned_by_bank") == ACCEPTED
    before = transfers(who)
    # A repetition, and one that was overtaken: what settled has come back since.
    for status in ("returned", "settled"):
        assert door(reference=payment.reference, status=status) == ACCEPTED
    assert transfers(who) == before
    assert cases() == []
    assert door(reference="BNI-UNKNOWN", status="settled") == (404, {"error": "reference_unknown"})
    assert incentives(who)[0][2] == "due"
    assert books(who)["incentives_payable"] == 600_000
    payment.refresh_from_db()
    assert (payment.status, payment.reason) == ("returned", "returned_by_bank")


@pytest.mark.parametrize("status", ["returned", "failed"])
def test_a_signed_word_that_the_banks_books_deny_is_a_case_and_nothing_else(
    door: Door, paid: tuple[Participant, PaymentInstruction], status: str
) -> None:
    who, payment = paid
    before = transfers(who)
    assert door(reference=payment.reference, status=status, reason="account_closed") == ACCEPTED
    assert door(reference=payment.reference, status=status, reason="account_closed") == ACCEPTED
    assert cases() == [("settled", status, "callback", "open")]
    assert transfers(who) == before
    assert incentives(who)[0][2] == "paid"
    told = PaymentAttempt.objects.filter(kind="callback").order_by("id")
    assert [(one.answer, one.reason, one.answered_at is None) for one in told] == [
        (status, "account_closed", False)
    ] * 2
    # Nothing is paid a second time, however long nobody looks.
    run_until(wib("2021-11-05 00:00"))
    assert transfers(who, "send", "return") == [("2021-10-12 10:00", "send", 600_000)]


def test_a_word_that_cannot_be_confirmed_yet_is_asked_about_soon(
    door: Door, paid: tuple[Participant, PaymentInstruction], bank_program: RunningWorld, settings: Settings
) -> None:
    who, payment = paid
    bank_turns(bank_program, payment.reference, "return")
    settings.BANK_URL = "http://127.0.0.1:9"
    assert door(reference=payment.reference, status="returned") == ACCEPTED
    assert incentives(who)[0][2] == "paid"
    settings.BANK_URL = bank_program.url
    payment.refresh_from_db()
    assert payment.ask_at is not None
    run_until(payment.ask_at)
    assert incentives(who)[0][2] == "due"
    assert cases() == []
