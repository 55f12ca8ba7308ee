"""Requests for erasure on the console: listed where operators look, answered by a helper, late ones marked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from prakerja.kernel import clock
from prakerja.people.models import ContactPoint
from prakerja.privacy.models import ErasureCase
from prakerja.privacy.operations import ask_for_erasure
from tests import builders as b
from tests.console.test_own_account import text
from tests.console.test_revealing import client_of

pytestmark = pytest.mark.django_db
SAID = "Yang boleh dihapus sudah kami hapus."


@pytest.fixture
def case() -> str:
    who = b.participant(b.world())
    return str(ask_for_erasure(person_id=who.person_id, words="Saya pindah", at=clock.now() - timedelta(hours=25)))


def test_a_helper_reads_what_would_go_and_answers(case: str) -> None:
    client = client_of("helper")
    address = f"/erasures/{case}/"
    assert address in client.get("/attention/").content.decode()
    page = " ".join(text(client.get(address)).split())
    for words in ("Saya pindah", "jawaban survei Anda", "kepesertaan masih berjalan", "semua baris uang"):
        assert words in page, words
    client.post(address, {"decision": "erase", "answer": "ya"})
    assert ErasureCase.objects.get().status == "open"
    done = client.post(address, {"decision": "erase", "answer": SAID}, follow=True)
    assert "Jawaban Anda sudah dicatat" in text(done)
    assert ErasureCase.objects.get().status == "partly"
    again = client.post(address, {"decision": "erase", "answer": SAID})
    assert "Kepesertaan masih berjalan" in text(again)
    assert ContactPoint.objects.count() == 2


def test_nothing_is_erased_on_the_first_day_and_late_answers_are_marked(case: str) -> None:
    client = client_of("helper")
    ErasureCase.objects.update(asked_at=clock.now())
    early = client.post(f"/erasures/{case}/", {"decision": "erase", "answer": SAID})
    assert "Baru dapat dihapus mulai" in text(early)
    assert "terlambat" not in text(client.get("/attention/"))
    ErasureCase.objects.update(answer_by=clock.now() - timedelta(seconds=1))
    assert "terlambat" in text(client.get("/attention/"))
    client.post(f"/erasures/{case}/", {"decision": "refuse", "answer": "Masih ada tagihan yang belum lunas."})
    assert ErasureCase.objects.get().status == "refused"
    assert '<form method="post" action="/erasures/' not in client.get(f"/erasures/{case}/").content.decode()


def test_who_only_looks_answers_nothing(case: str) -> None:
    viewer = client_of("viewer")
    assert f"/erasures/{case}/" not in viewer.get("/attention/").content.decode()
    assert viewer.get(f"/erasures/{case}/").status_code == 403
    assert viewer.post(f"/erasures/{case}/", {"decision": "erase", "answer": SAID}).status_code == 403
    assert client_of("helper").get("/erasures/019a0000-0000-7000-8000-000000000000/").status_code == 404
