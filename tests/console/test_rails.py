"""Operators see which rail is left alone, why, since when, and when it is tried again; nothing of it once it answers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from prakerja.access.models import User
from prakerja.disbursements.pausing import note_rail_health
from prakerja.disbursements.rails import TransferResult
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import transaction
from tests import builders as b

pytestmark = pytest.mark.django_db
AT = datetime(2021, 10, 12, 10, tzinfo=WIB)


@pytest.mark.parametrize("page", ["console_payments", "console_attention"])
def test_a_rail_that_is_left_alone_is_shown_until_it_answers(page: str) -> None:
    viewer = Client()
    viewer.force_login(User.objects.get(id=b.operator("viewer").id))
    heading = "Jalur pembayaran yang sedang tidak menerima"
    assert heading not in viewer.get(reverse(page)).text
    with transaction():
        note_rail_health(said=[("sandbox", TransferResult("R1", "unknown", trouble="busy"))], at=AT)
    shown = viewer.get(reverse(page)).text
    assert heading in shown
    assert "Menjawab sedang sibuk" in shown
    assert "2021-10-12 10.00 WIB" in shown
    with transaction():
        note_rail_health(said=[("sandbox", TransferResult("R1", "settled"))], at=AT + timedelta(minutes=1))
    assert heading not in viewer.get(reverse(page)).text
