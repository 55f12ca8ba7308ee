"""The test at the portal's door: before joining, one question a page, and a browser whose clock says what it likes."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.test import Client

from prakerja.sittings.models import Answer, Sitting
from tests.intake.joining import OPEN, registered, wave

Enter = Callable[[uuid.UUID], Client]
Move = Callable[[datetime], None]


def test_the_way_from_the_wave_through_the_test_and_back(enter: Enter, move: Move) -> None:
    wave()
    person_id = registered(1, tested=False)
    move(OPEN)
    browser = enter(person_id)
    assert "Ikuti tes" in browser.get("/gelombang").text
    assert "dahulu tes" in browser.post("/gelombang/22/gabung").text
    assert "18 pertanyaan" in browser.get("/tes").text
    assert browser.post("/tes", {})["Location"] == "/tes/1"
    assert "Pertanyaan 1 dari 18" in browser.get("/tes/1").text
    nothing = browser.post("/tes/1", {}).text
    assert "Pilih satu jawaban." in nothing
    assert "<title>Kesalahan: Pertanyaan 1 dari 18" in nothing
    for number in range(1, 18):
        assert browser.post(f"/tes/{number}", {"choice": "0"})["Location"] == f"/tes/{number + 1}"
    assert browser.get("/tes")["Location"] == "/tes/18"
    assert "17 dari 18" in browser.get("/tes/selesai").text
    assert browser.post("/tes/18", {"choice": "2"})["Location"] == "/tes/selesai"
    assert browser.post("/tes/selesai")["Location"] == "/tes"
    done = browser.get("/tes").text
    assert "Tes selesai" in done
    assert "Waktunya habis" not in done
    assert "Gabung Gelombang 22" in browser.get("/gelombang").text
    assert browser.post("/tes/1", {"choice": "1"})["Location"] == "/tes"
    assert set(Answer.objects.values_list("choice", flat=True)) == {0, 2}


def test_late_answers_are_not_taken_whatever_the_browser_says(enter: Enter, move: Move) -> None:
    wave()
    person_id = registered(1, tested=False)
    move(OPEN)
    browser = enter(person_id)
    browser.post("/tes", {"extra_time": "yes"})
    ends = Sitting.objects.get().ends_at
    move(ends + timedelta(seconds=1))
    late = browser.post("/tes/1", {"choice": "0", "at": OPEN.isoformat(), "ends_at": "2099-01-01"})
    assert late["Location"] == "/tes"
    done = browser.get("/tes").text
    assert "0 dari 18" in done
    assert "Waktunya habis pada 26 Oktober 2021 pukul 12.37 WIB." in done
    assert not Answer.objects.exists()


def test_it_is_in_english_too(enter: Enter, move: Move) -> None:
    wave()
    person_id = registered(1, tested=False)
    move(OPEN)
    browser = enter(person_id)
    browser.post("/tes", {})
    browser.get("/bahasa/en")
    page = browser.get("/tes/13").text
    assert "Question 13 of 18" in page
    assert "Strongly agree" in page
