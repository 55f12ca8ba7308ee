"""`prakerja proof --rails`: what the bank itself says that it paid, against the books."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator

import httpx
import pytest
from pytest_django import Settings

from examples.world.testing import RunningWorld
from prakerja.disbursements.models import PaymentInstruction
from prakerja.disbursements.queries import NoStatement
from prakerja.incentives.operations import unlink_account
from prakerja.reporting.proof import prove
from tests.builders import world
from tests.money import bank_turns, link, participant_with_phone, reviewed, run_until, running_bank, wib
from tests.waiting import LIMIT

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def own_bank(settings: Settings) -> Iterator[RunningWorld]:
    """A bank that paid nothing before this test: its whole list is compared."""
    with running_bank() as running:
        settings.BANK_URL, settings.BANK_KEY = running.url, running.bank_key
        yield running


def differing() -> list[tuple[str, int]]:
    """(check, rows that differ) of those that do not hold."""
    return [(check.name, len(check.differences)) for check in prove(with_rails=True).checks if not check.ok]


PAID = "what a rail paid is paid or under way here, for the same amount"
OURS = "what is paid here the rail paid"
ONCE = "what is owed was paid once by the rails, or an operator booked that it was paid twice"


def test_the_bank_and_the_books_agree_until_one_of_them_does_not(own_bank: RunningWorld, settings: Settings) -> None:
    g21 = world()
    fine = participant_with_phone(g21, phone="081210000010")
    reviewed(g21, fine)
    late = participant_with_phone(g21, phone="081210000033")
    reviewed(g21, late, number="7700129903")
    run_until(wib("2021-10-12 12:00"))
    assert differing() == []
    # A return that nobody told us of.
    paid = PaymentInstruction.objects.get(person_id=fine.person_id)
    bank_turns(own_bank, paid.reference, "return")
    assert differing() == [(OURS, 1)]
    run_until(wib("2021-10-13 06:00"))
    assert differing() == []
    # The first arrives after its follow-up was paid: ten people were paid twice like this, and the proof held.
    unlink_account(person_id=late.person_id, at=wib("2021-10-13 08:00"))
    link(late, number="7700123499", at=wib("2021-10-13 08:05"))
    run_until(wib("2021-10-19 12:00"))
    failed = PaymentInstruction.objects.get(person_id=late.person_id, status="failed")
    bank_turns(own_bank, failed.reference, "arrive")
    assert differing() == [(PAID, 1), (ONCE, 1)]
    assert [check.name for check in prove().checks if not check.ok] == []
    # A payment in our name that we never ordered.
    order = json.dumps(
        {
            "reference": "BNI-STRANGER",
            "provider": "bni",
            "number": "7700123456",
            "holder_name": "SITI",
            "amount": 600_000,
            "at": "2021-10-20T10:00:00+07:00",
        }
    ).encode()
    signature = hmac.new(own_bank.bank_key.encode(), order, hashlib.sha256).hexdigest()
    answer = httpx.post(
        f"{own_bank.url}/bank/transfers",
        content=order,
        headers={"X-Bank-Signature": signature},
        trust_env=False,
        timeout=LIMIT,
    )
    assert answer.json()["status"] == "settled"
    assert differing() == [(PAID, 2), (ONCE, 1)]
    settings.BANK_URL = "http://127.0.0.1:9"
    with pytest.raises(NoStatement):
        prove(with_rails=True)
    assert prove().ok
