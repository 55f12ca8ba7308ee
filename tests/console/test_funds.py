"""Two operators book a budget by page: one looks and prepares, another reads and books."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from prakerja.ledger.models import Transfer
from tests.builders import install
from tests.console.test_cancelled_classes import signed_in

pytestmark = pytest.mark.django_db
GIVEN = {"reference": "SP2D 0001/2026", "amount": "1000000000"}


def prepared(approver: Client) -> None:
    assert approver.post(reverse("console_funds_prepare"), GIVEN | {"confirmed": "on"}).status_code == 302


def link(client: Client, what: str) -> str:
    return re.findall(rf'href="(/funds/[0-9a-f]{{16}}/{what}/)"', client.get(reverse("console_funds")).text)[0]


def test_a_budget_is_looked_at_prepared_then_booked_by_another() -> None:
    install()
    before = Transfer.objects.count()
    address = reverse("console_funds_prepare")
    assert signed_in("helper").get(address).status_code == 403
    approver, authoriser = signed_in("approver"), signed_in("authoriser")
    assert authoriser.get(address).status_code == 403
    assert reverse("console_funds") in approver.get(reverse("console_attention")).text
    assert "errorlist" in approver.post(address, GIVEN | {"amount": "0"}).text
    looked = approver.post(address, GIVEN).text
    assert "Rp1.000.000.000" in looked
    assert "Belum ada yang diubah" in looked
    prepared(approver)
    assert Transfer.objects.count() == before
    assert "Petugas lain sudah menyiapkan" in signed_in("approver").post(address, GIVEN | {"confirmed": "on"}).text
    confirm = link(authoriser, "confirm")
    assert approver.get(confirm).status_code == 403
    page = authoriser.get(confirm).text
    assert "SP2D 0001/2026" in page
    assert "Rp1.000.000.000" in page
    # A look books nothing.
    assert Transfer.objects.count() == before
    assert "Dibukukan: dana program sekarang" in authoriser.post(confirm, follow=True).text
    assert Transfer.objects.get(kind="programme_funding", amount=1_000_000_000).credit.code == "programme_funds"
    assert "sudah dibukukan, diganti atau ditarik" in authoriser.post(confirm, follow=True).text
    assert authoriser.get(confirm).status_code == 404
    assert "sudah dibukukan" in approver.post(address, GIVEN).text


def test_what_was_prepared_is_taken_back_by_page_and_in_english() -> None:
    install()
    first, second = signed_in("approver"), signed_in("authoriser")
    prepared(first)
    address = link(second, "take-back")
    second.get(reverse("console_language", args=["en"]))
    assert "so two take it back" in second.get(address).text
    assert "Another operator takes it back" in second.post(address, follow=True).text
    assert "meminta ini ditarik" in first.get(reverse("console_funds")).text
    assert "Ditarik. Tidak ada yang dibukukan" in first.post(address, follow=True).text
    assert "was booked, replaced or taken back" in second.post(address, follow=True).text
