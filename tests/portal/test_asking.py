"""Writing to the office through the portal, and reading the answer there."""

from __future__ import annotations

import re

from django.test import Client

from prakerja.cases.models import Case

WORDS = "Kode OTP tidak datang sejak kemarin."


def send(portal: Client, **more: str) -> tuple[int, str]:
    form = re.search(r'name="form" value="([^"]+)"', portal.get("/bantuan/tulis").text)
    assert form is not None
    answer = portal.post("/bantuan/tulis", {"form": form[1], "topic": "sign_in", "words": WORDS} | more)
    return answer.status_code, answer.text


def number_in(text: str) -> str:
    found = re.search(r'data-testid="case-number">([A-Z0-9 ]+)<', text)
    assert found is not None
    return found[1]


def test_a_stranger_asks_and_reads_the_answer_by_the_number(portal: Client) -> None:
    status, text = send(portal)
    assert status == 200
    number = number_in(text)
    assert len(number) == 14
    read = portal.post("/bantuan/kasus", {"number": number})
    assert WORDS in read.text
    assert "Menunggu jawaban" in read.text
    assert read["Cache-Control"].startswith("max-age=0")
    again = portal.post("/bantuan/kasus", {"number": number, "words": "Sekarang sudah datang."})
    assert "Tulisan Anda sudah kami terima." in again.text
    assert "Sekarang sudah datang." in again.text


def test_a_number_that_nobody_has_tells_nothing(portal: Client) -> None:
    send(portal)
    answer = portal.post("/bantuan/kasus", {"number": "ABCD EFGH JKMN"})
    assert answer.status_code == 422
    assert "Nomor kasus itu tidak kami kenal" in answer.text
    assert WORDS not in answer.text


def test_a_second_click_is_the_same_question(portal: Client) -> None:
    form = re.search(r'name="form" value="([^"]+)"', portal.get("/bantuan/tulis").text)
    assert form is not None
    sent = [portal.post("/bantuan/tulis", {"form": form[1], "topic": "other", "words": WORDS}).text for _ in range(2)]
    assert number_in(sent[0]) == number_in(sent[1])
    assert Case.objects.count() == 1


def test_what_was_typed_stays_when_something_is_missing(portal: Client) -> None:
    status, text = send(portal, topic="", contact="bukan nomor")
    assert status == 422
    assert WORDS in text
    assert 'href="#topic"' in text
    status, text = send(portal, contact="bukan nomor")
    assert 'href="#contact"' in text
    assert "bukan nomor" in text
    assert Case.objects.count() == 0
