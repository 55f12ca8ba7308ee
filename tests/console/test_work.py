"""Operators see how far long work has come, by page and by command."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from prakerja.access.models import User
from prakerja.kernel.progress import Meter
from tests import builders as b

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> Client:
    b.install()
    client = Client()
    client.force_login(User.objects.get(id=b.operator("viewer").id))
    return client


def test_the_page_says_since_when_what_is_done_and_what_is_left(viewer: Client) -> None:
    page = reverse("console_work")
    assert page in viewer.get(reverse("console_attention")).text
    assert "Tidak ada." in viewer.get(page).text
    meter = Meter("revoke", count_left=lambda: 754_000)
    meter.note(929)
    meter.write()
    Meter("a task of tomorrow").write()
    text = viewer.get(page).text
    for said in ("Pencabutan kepesertaan", "Sedang berjalan", "929", "754000", "a task of tomorrow", "tidak dihitung"):
        assert said in text
    meter.end()
    assert "Selesai" in viewer.get(page).text
    assert viewer.post(page).status_code == 405
