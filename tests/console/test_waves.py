"""Two operators announce a wave by page: first a look, then a word, then another's."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from prakerja.audit.models import Record
from prakerja.intake.models import Wave
from tests.builders import install
from tests.console.test_cancelled_classes import signed_in

pytestmark = pytest.mark.django_db
GIVEN = {
    "number": 60,
    "opens_day": "2099-03-01",
    "opens_hour": "12:00",
    "closes_day": "2099-03-04",
    "closes_hour": "23:59",
    "quota": 500,
}


def test_a_wave_is_looked_at_then_announced() -> None:
    install()
    address = reverse("console_wave_open")
    assert signed_in("helper").get(address).status_code == 403
    approver = signed_in("approver")
    assert address in approver.get(reverse("console_attention")).text
    given = GIVEN
    assert "errorlist" in approver.post(address, given | {"closes_day": "2099-02-01"}).text
    looked = approver.post(address, given).text
    assert "Gelombang 60 akan dibuka 2099-03-01 12.00 WIB" in looked
    assert "skema 2023" in looked
    assert not Wave.objects.exists()
    assert "Gelombang 60 diusulkan" in approver.post(address, given | {"confirmed": "on"}, follow=True).text
    assert not Wave.objects.exists()
    # Another operator, on the page that says what it brings about; whoever replaced it meanwhile has not been confirmed.
    authoriser, confirm = signed_in("authoriser"), reverse("console_wave_confirm", args=[60])
    assert approver.get(confirm).status_code == 403
    assert confirm in authoriser.get(reverse("console_waves")).text
    assert approver.post(address, given | {"confirmed": "on", "quota": 600}).status_code == 302
    page = authoriser.get(confirm).text
    assert "kuota 600 orang" in page
    digest = re.findall(r'name="digest" value="([0-9a-f]{16})"', page)[0]
    other = signed_in("approver")
    assert "sudah mengusulkan" in other.post(address, given | {"confirmed": "on"}).text
    assert "Usul ini diganti" in authoriser.post(confirm, {"digest": "0" * 16}, follow=True).text
    assert "diumumkan" in authoriser.post(confirm, {"digest": digest}, follow=True).text
    assert Wave.objects.get().number == 60
    assert Record.objects.get(action="wave.opened").actor_kind == "operator"
    assert "sudah ada" in approver.post(address, given | {"confirmed": "on"}).text
    assert authoriser.get(confirm).status_code == 404


def test_what_was_proposed_is_taken_back_by_page() -> None:
    install()
    first, second = signed_in("approver"), signed_in("authoriser")
    first.post(reverse("console_wave_open"), GIVEN | {"confirmed": "on"})
    address = reverse("console_wave_take_back", args=[60])
    page = second.get(address).text
    assert "dua petugas menariknya" in page
    given = {"digest": re.findall(r'name="digest" value="([0-9a-f]{16})"', page)[0]}
    assert "Petugas lain yang menariknya" in second.post(address, given, follow=True).text
    assert "meminta ini ditarik" in first.get(reverse("console_waves")).text
    assert "Tidak ada yang berubah" in first.post(address, given, follow=True).text
    assert "sudah disahkan, diganti atau ditarik" in second.post(address, given, follow=True).text
