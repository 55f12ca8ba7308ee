"""Operators see which messages were sent, arrived, failed or reach nobody, and how the gateways are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache

from prakerja.kernel import clock
from prakerja.notifications.gateway_states import note
from prakerja.notifications.gateways import GatewayState
from prakerja.notifications.models import Message
from tests import builders as b
from tests.console.test_own_account import text
from tests.console.test_revealing import client_of

pytestmark = pytest.mark.django_db


def test_messages_are_counted_by_what_became_of_them_and_gateways_by_what_they_said() -> None:
    cache.clear()
    b.participants(b.world(), count=4)
    since = clock.now() - timedelta(days=1)
    chosen = list(Message.objects.filter(template="result_pass", channel="sms").order_by("id"))
    assert len(chosen) == 4
    steps = [("sent", ""), ("delivered", ""), ("undelivered", "no_answer"), ("undelivered", "sms_undeliverable_001")]
    for message, (status, failure) in zip(chosen, steps, strict=True):
        for step in ("sending", *(("sent",) if status == "delivered" else ()), status):
            Message.objects.filter(id=message.id).update(status=step, failure=failure, created_at=since)
    said = GatewayState("telkom", "throttles", True, 12, 3, 4, 5, 6)
    note([said], lane="codes", at=clock.now())
    words = " ".join(text(client_of("helper").get("/messages/")).split())
    assert "result_pass sms 0 0 1 1 1 1" in words
    assert "telkom Kode OTP Meminta jeda" in words
    assert "Ya 12 7 5 6" in words
