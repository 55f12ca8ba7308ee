"""My data, on the portal: read, taken along and erased only by who has just proved to hold the phone; kept by no cache."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from prakerja.audit.models import Record
from prakerja.kernel import clock
from prakerja.people.models import Consent
from prakerja.privacy.models import ErasureCase
from prakerja.surveys.models import Response
from tests import builders as b
from tests.portal import world

Enter = Callable[[uuid.UUID], Client]


@pytest.fixture
def who(portal: Client) -> b.Participant:
    return b.participant(b.world())


def inside(enter: Enter, who: b.Participant, *, since: timedelta = timedelta(0)) -> Client:
    """Signed in, with a code that is so old."""
    browser = enter(who.person_id)
    session = browser.session
    session["signed_in_at"] = int((clock.wall() - since).timestamp())
    session.save()
    return browser


def test_the_page_and_the_file_hold_the_same_and_no_cache_keeps_them(enter: Enter, who: b.Participant) -> None:
    browser = inside(enter, who)
    page = browser.get("/data-saya/baca")
    file = browser.post("/data-saya/unduh")
    for answer in (page, file):
        assert answer.status_code == 200
        assert {"no-store", "private"} <= {word.strip() for word in answer["Cache-Control"].split(",")}
        assert who.nik in answer.text
        assert who.card not in answer.text
    assert file["Content-Type"] == "application/json; charset=utf-8"
    assert file["Content-Disposition"] == 'attachment; filename="data-prakerja.json"'
    found = json.loads(file.text)
    assert found["person"][0]["nik"] == who.nik
    assert found["schema"].endswith("/data-saya/skema.json")
    assert [one.data["form"] for one in Record.objects.filter(action="person.own_data_read").order_by("id")] == [
        "page",
        "file",
    ]


def test_the_schema_is_anybodys(portal: Client) -> None:
    answer = portal.get("/data-saya/skema.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/schema+json")
    assert "person" in json.loads(answer.text)["properties"]


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/data-saya/baca"),
        ("post", "/data-saya/unduh"),
        ("get", "/data-saya/hapus"),
        ("post", "/data-saya/hapus"),
    ],
)
def test_an_old_sign_in_is_not_enough(enter: Enter, who: b.Participant, method: str, address: str) -> None:
    browser = inside(enter, who, since=timedelta(minutes=10))
    answer = getattr(browser, method)(
        address, {"sure": "yes"} if method == "post" else {}, headers={"Referer": "http://testserver/data-saya"}
    )
    assert answer.status_code == 302
    assert answer["Location"].startswith("/masuk")
    assert browser.get("/dashboard").status_code == 302
    assert not Record.objects.filter(action__in=("person.own_data_read", "erasure.asked")).exists()


def test_a_file_is_not_given_to_an_address(enter: Enter, who: b.Participant) -> None:
    """Nobody can link to it, and no browser fetches it ahead."""
    assert inside(enter, who).get("/data-saya/unduh")["Location"] == "/data-saya"


def test_what_goes_and_what_stays_is_said_before_it_is_asked(enter: Enter, who: b.Participant) -> None:
    browser = inside(enter, who)
    form = browser.get("/data-saya/hapus").text
    for words in ("jawaban survei Anda", "nomor ponsel dan alamat email Anda", "semua baris uang", "identitas penerima",
                  "72 jam", "24 jam", "pasal 15"):  # fmt: skip
        assert words in form, words
    unsure = browser.post("/data-saya/hapus", {"words": "Saya pindah"})
    assert unsure.status_code == 422
    assert "Saya pindah" in unsure.text
    assert not ErasureCase.objects.exists()
    assert browser.post("/data-saya/hapus", {"words": "Saya pindah", "sure": "yes"})["Location"] == "/data-saya"
    page = browser.get("/data-saya").text
    assert "Menunggu jawaban" in page
    assert "kepesertaan masih berjalan" in page
    again = browser.post("/data-saya/hapus", {"sure": "yes"})
    assert again.status_code == 422
    assert "sedang ditangani" in again.text
    assert browser.post("/data-saya/hapus/batalkan")["Location"] == "/data-saya"
    assert ErasureCase.objects.get().status == "taken_back"
    assert browser.post("/data-saya/hapus/batalkan").status_code == 302


def test_a_survey_may_be_answered_without_consent_and_consent_taken_back(
    portal: Client, enter: Enter, move: Callable[[Any], None]
) -> None:
    who = world.award(videos=3)
    survey = world.open_survey(who, opens=world.BOUGHT)
    browser = enter(who.person_id)
    address = f"/survei/{survey.id}"
    form = browser.get(address).text
    assert "Persetujuan (tidak wajib)" in form
    assert "tetap dihitung terjawab dan dibayar" in form
    stale = browser.post(address, {"consent": "yes", "consent_version": "0", "q_work": "yes", "q_story": "x"})
    assert stale.status_code == 422
    assert "baru saja berubah" in stale.text
    assert (
        browser.post(address, {"consent": "yes", "consent_version": "1", "q_work": "yes", "q_story": "x"}).status_code
        == 302
    )
    assert Consent.objects.get().page == "survey"
    assert "Cabut dan hapus jawaban survei 1" in browser.get("/data-saya").text
    assert browser.post("/data-saya/survei/1/cabut")["Location"] == "/data-saya"
    assert "sudah dihapus" in browser.get("/data-saya").text
    assert (Response.objects.get().answers, Consent.objects.get().withdrawn_by) == (None, "own_data")


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_pages_speak_both_languages(enter: Enter, who: b.Participant, language: str) -> None:
    browser = inside(enter, who)
    browser.cookies["portal_language"] = language
    for address, words in (
        ("/data-saya", {"id": "Salinan data Anda", "en": "A copy of your data"}),
        ("/data-saya/baca", {"id": "Nomor ponsel dan email", "en": "Phone numbers and e-mail addresses"}),
        ("/data-saya/hapus", {"id": "Wajib tetap disimpan", "en": "What must stay"}),
    ):
        page = browser.get(address).text
        assert words[language] in page
        assert words["en" if language == "id" else "id"] not in page
