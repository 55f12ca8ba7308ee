"""An operator announces a wave by page: first a look, then a word."""

from __future__ import annotations

import pytest
from django.urls import reverse

from prakerja.audit.models import Record
from prakerja.intake.models import Wave
from tests.builders import install
from tests.console.test_cancelled_classes import signed_in

pytestmark = pytest.mark.django_db


def test_a_wave_is_looked_at_then_announced() -> None:
    install()
    address = reverse("console_wave_open")
    assert signed_in("helper").get(address).status_code == 403
    approver = signed_in("approver")
    assert address in approver.get(reverse("console_attention")).text
    given = {
        "number": 60,
        "opens_day": "2099-03-01",
        "opens_hour": "12:00",
        "closes_day": "2099-03-04",
        "closes_hour": "23:59",
        "quota": 500,
    }
    assert "errorlist" in approver.post(address, given | {"closes_day": "2099-02-01"}).text
    looked = approver.post(address, given).text
    assert "Gelombang 60 akan dibuka 2099-03-01 12.00 WIB" in looked
    assert "skema 2023" in looked
    assert not Wave.objects.exists()
    assert approver.post(address, given | {"confirmed": "on"}).status_code == 302
    assert Wave.objects.get().number == 60
    assert Record.objects.get(action="wave.opened").actor_kind == "operator"
    assert "sudah ada" in approver.post(address, given | {"confirmed": "on"}).text
