"""From the bank's post to the books: through the door's own URLs, signed with the bank's key."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from examples.world.testing import RunningWorld
from prakerja.disbursements.models import PaymentInstruction
from prakerja.kernel.models import Clock
from tests.builders import World
from tests.incentives.conftest import bank, bank_program, g21
from tests.money import books, incentives, participant_with_phone, reviewed, run_until, wib

__all__ = ["bank", "bank_program", "g21"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def door(settings: Settings, bank_program: RunningWorld) -> Any:
    settings.ROOT_URLCONF = import_module("prakerja.config.settings.callbacks").ROOT_URLCONF
    client = Client()

    def post(**fields: str) -> tuple[int, dict[str, Any]]:
        stamp = datetime.now(tz=UTC).isoformat()
        body = json.dumps({"reason": "", "at": "2021-10-14T10:00:00+07:00", "sent_at": stamp, **fields}).encode()
        signature = hmac.new(bank_program.bank_key.encode(), body, hashlib.sha256).hexdigest()
        answer = client.post(
            "/bank/results", body, content_type="application/json", headers={"X-Bank-Signature": signature}
        )
        return answer.status_code, answer.json()

    return post


def test_a_returned_transfer_reaches_the_books(g21: World, door: Any) -> None:
    assert Clock.objects.count() == 1
    who = participant_with_phone(g21, phone="081210000010")
    reviewed(g21, who)
    run_until(wib("2021-10-12 12:00"))
    reference = PaymentInstruction.objects.get().reference
    assert door(reference=reference, status="settled") == (200, {"accepted": True})
    assert door(reference=reference, status="failed") == (409, {"error": "result_conflicts"})
    assert door(reference=reference, status="returned", reason="account_closed") == (200, {"accepted": True})
    assert door(reference=reference, status="returned", reason="account_closed") == (200, {"accepted": True})
    assert door(reference="BNI-UNKNOWN", status="settled") == (404, {"error": "reference_unknown"})
    assert door(reference=reference, status="held") == (400, {"error": "malformed"})
    assert incentives(who)[0][2] == "due"
    assert books(who)["incentives_payable"] == 600_000
    assert PaymentInstruction.objects.get().reason == "account_closed"
