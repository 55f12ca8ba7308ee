"""Joining a wave at the portal's door: every reason before the tap, one tap, the receipt, and a wave that closes meanwhile."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.test import Client

from prakerja.intake.models import Application
from prakerja.rosters.operations import undo_turn
from tests.builders import operator
from tests.intake.joining import CLOSES, OPEN, OPENS, registered, wave
from tests.intake.test_letters import WORDS, failed
from tests.portal import world
from tests.rosters.handing import confirmed, handed_over

Enter = Callable[[uuid.UUID], Client]
Move = Callable[[datetime], None]


def test_one_tap_and_the_receipt(enter: Enter, move: Move) -> None:
    wave()
    person_id = registered(1)
    move(OPEN)
    browser = enter(person_id)
    page = browser.get("/gelombang").text
    assert "Gabung Gelombang 22" in page
    assert "Kuota: 100 orang" in page
    tapped = [browser.post("/gelombang/22/gabung") for _ in range(2)]
    assert [one["Location"] for one in tapped] == ["/gelombang/22"] * 2
    [application] = Application.objects.all()
    receipt = browser.get("/gelombang/22").text
    assert application.ticket is not None
    assert application.ticket in receipt
    assert "Menunggu gelombang ditutup" in receipt
    assert "Mengapa saya melihat status ini?" in receipt
    assert "Lihat tiket" in browser.get("/dashboard").text
    move(CLOSES)
    assert "Sedang diproses" in browser.get("/gelombang/22").text
    assert "Tidak ada gelombang yang dibuka" in browser.get("/gelombang").text


def test_every_reason_stands_there_before_the_tap_and_a_tap_changes_nothing(enter: Enter, move: Move) -> None:
    wave()
    person_id = registered(1, is_enrolled=True, holds_excluded_post=True)
    move(OPEN)
    browser = enter(person_id)
    page = browser.get("/gelombang").text
    assert "masih sekolah atau kuliah" in page
    assert "termasuk yang tidak boleh ikut" in page
    assert "/gelombang/22/gabung" not in page
    tapped = browser.post("/gelombang/22/gabung")
    assert tapped.status_code == 409
    assert "masih sekolah atau kuliah" in tapped.text
    assert not Application.objects.exists()


def test_who_has_an_account_by_a_list_only_is_not_sent_to_register_again(enter: Enter, move: Move) -> None:
    wave()
    recipient, listed = world.award().person_id, world.person(phone="+6281234560009")
    move(OPEN)
    page = enter(recipient).get("/gelombang").text
    assert "hanya sekali seumur hidup" in page
    assert "belum lengkap" not in page
    assert 'href="/kasus-saya/baru?perihal=selection"' in enter(listed).get("/gelombang").text


def test_a_wave_that_closes_between_reading_and_tapping(enter: Enter, move: Move) -> None:
    wave()
    person_id = registered(1)
    move(CLOSES - timedelta(minutes=1))
    browser = enter(person_id)
    assert "Gabung Gelombang 22" in browser.get("/gelombang").text
    move(CLOSES)
    tapped = browser.post("/gelombang/22/gabung")
    assert tapped.status_code == 409
    assert "sudah ditutup. Anda belum bergabung" in tapped.text
    # The other language, and whoever comes by the button's address, lead to the page of the button.
    assert 'href="/bahasa/en?next=/gelombang"' in tapped.text
    assert browser.get("/gelombang/22/gabung")["Location"] == "/gelombang"
    assert not Application.objects.exists()


def test_leaving_and_coming_back(enter: Enter, move: Move) -> None:
    wave()
    person_id = registered(1)
    move(OPEN)
    browser = enter(person_id)
    browser.post("/gelombang/22/gabung")
    assert "Batalkan pendaftaran di Gelombang 22?" in browser.get("/gelombang/22/batalkan").text
    assert browser.post("/gelombang/22/batalkan")["Location"] == "/gelombang/22"
    assert "Gabung lagi" in browser.get("/gelombang/22").text
    assert browser.get("/gelombang/22/batalkan").status_code == 404
    assert browser.post("/gelombang/22/gabung")["Location"] == "/gelombang/22"
    assert Application.objects.get().status == "waiting"


def test_nobody_sees_or_leaves_another_ones_wave(enter: Enter, move: Move) -> None:
    wave()
    one, other = registered(1), registered(2)
    move(OPEN)
    enter(one).post("/gelombang/22/gabung")
    browser = enter(other)
    assert browser.get("/gelombang/22").status_code == 404
    assert browser.post("/gelombang/22/batalkan").status_code == 409
    assert Application.objects.get().status == "waiting"


def test_when_nothing_is_open_the_page_says_when_it_will_be(enter: Enter, move: Move) -> None:
    wave()
    person_id = registered(1)
    move(OPENS - timedelta(days=3))
    page = enter(person_id).get("/gelombang").text
    assert "Tidak ada gelombang yang dibuka" in page
    assert "Gelombang 22 dibuka" in page


def test_the_letter_is_a_form_after_three_failures(enter: Enter, move: Move) -> None:
    person_id = failed(3)
    move(OPEN)
    browser = enter(person_id)
    assert all("/gelombang/surat" in browser.get(path).text for path in ("/gelombang", "/gelombang/21"))
    assert "19, 20, 21" in browser.get("/gelombang/surat").text
    assert "10 sampai 1.000" in browser.post("/gelombang/surat", {"words": "ya"}).text
    assert browser.post("/gelombang/surat", {"words": WORDS})["Location"] == "/gelombang/surat"
    page = browser.get("/gelombang/surat").text
    assert WORDS in page
    assert "<textarea" not in page


def test_whoever_stands_on_a_list_sees_which_and_where_to_object_and_may_join(
    enter: Enter, move: Move, tmp_path: Path
) -> None:
    wave()
    person_id, other = registered(1), registered(2)
    by = (operator("approver"), operator("authoriser"))
    named = "Data penerima bantuan Kementerian Sosial (DTKS)"
    handed_over(tmp_path / "dtks.csv", "DTKS", ["9901021708900001"], by=by, at=OPENS)
    handed_over(tmp_path / "pmi.csv", "CALON_PMI", ["9901021708900001"], by=by, at=OPENS)
    move(OPEN)
    browser = enter(person_id)
    page = browser.get("/gelombang").text
    assert "tercatat dalam 1 daftar" in page
    assert named in page
    assert "dinas sosial" in page
    assert browser.post("/gelombang/22/gabung")["Location"] == "/gelombang/22"
    assert [named in browser.get(path).text for path in ("/gelombang/22", "/dashboard")] == [True, True]
    assert "tidak ada yang menghalangi" in enter(other).get("/gelombang").text
    # The version before counts again: nobody stood on it.
    undo_turn(roster="DTKS", reason="keliru", actor=by[0], at=OPEN)
    confirmed("DTKS", actor=by[1], at=OPEN)
    assert [named in browser.get(path).text for path in ("/gelombang/22", "/dashboard")] == [False, False]
