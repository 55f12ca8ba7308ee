"""Before signing in: home with the wave and the numbers, the self-check, help that forgives, fraud, contact on every page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from prakerja.catalogue.search_words import learn_words
from prakerja.intake.models import Wave
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import transaction
from prakerja.portal.contact import contact
from prakerja.portal.help_texts import find_questions, sections
from prakerja.programmes.schemes import scheme_by_key
from tests.portal import world

FINE = {
    "day": "10",
    "month": "12",
    "year": "1995",
    "citizen": "yes",
    "enrolled": "no",
    "post": "none",
    "aid": "none",
    "recipient": "no",
    "card": "0",
}


def check(portal: Client, **answers: object) -> str:
    return portal.post("/cek-syarat", FINE | answers).text


def test_home_tells_which_wave_is_open_or_was_the_last(portal: Client, move: Callable[[datetime], None]) -> None:
    assert "Belum ada gelombang" in portal.get("/").text
    wave = world.wave()
    # The end of a day is kept as the first instant that is too late.
    wave.closes_at = datetime(2021, 9, 20, tzinfo=WIB)
    wave.save()
    world.award()
    move(wave.opens_at + timedelta(hours=1))
    text = portal.get("/").text
    assert "Gelombang 21 sedang dibuka" in text
    assert "19 September 2021 pukul 23.59 WIB" in text
    assert "Sebelum 30 hari berakhir" in text
    move(wave.closes_at)
    text = portal.get("/").text
    assert "Gelombang 21 sudah ditutup" in text
    assert "Hasilnya belum diumumkan." in text
    move(world.ANNOUNCED + timedelta(hours=1))
    text = portal.get("/").text
    assert "1 orang terpilih" in text
    assert "Kuota 754.929 orang" in text
    assert "Tanggal gelombang berikutnya belum ditetapkan" in text
    Wave.objects.create(
        number=22,
        scheme_version=wave.scheme_version,
        opens_at=datetime(2021, 10, 25, 12, tzinfo=WIB),
        closes_at=datetime(2021, 10, 28, 23, 59, tzinfo=WIB),
        quota=46_000,
    )
    move(world.ANNOUNCED + timedelta(hours=2))
    assert "Gelombang 22 dibuka 25 Oktober 2021 pukul 12.00 WIB" in portal.get("/").text


def test_the_self_check_says_yes_or_every_reason_and_what_helps(portal: Client) -> None:
    assert "Menurut jawaban Anda, Anda boleh ikut" in check(portal)
    text = check(portal, year="2005", enrolled="yes", post="army", aid=["DTKS", "BSU"], recipient="revoked", card="2")
    assert "Anda belum boleh ikut" in text
    assert "Ada 8 alasan:" in text
    for part in (
        "Umur Anda belum 18 tahun.",
        "Anda boleh ikut mulai 10 Desember 2023.",
        "Anda masih sekolah atau kuliah.",
        "Pekerjaan Anda termasuk yang tidak boleh ikut.",
        "Kementerian Sosial",
        "1500-630",
        "sekali seumur hidup",
        "pernah dicabut",
        "paling banyak dua orang",
    ):
        assert part in text


def test_the_self_check_names_what_is_missing_and_keeps_what_was_typed(portal: Client) -> None:
    answer = portal.post("/cek-syarat", {"day": "31", "month": "2", "year": "1995", "citizen": "yes"})
    assert answer.status_code == 422
    assert 'href="#day"' in answer.text
    assert answer.text.count("govuk-form-group--error") == 6
    assert 'value="31"' in answer.text
    both = portal.post("/cek-syarat", FINE | {"aid": ["none", "BSU"]})
    assert "bukan keduanya" in both.text
    odd = portal.post("/cek-syarat", dict.fromkeys(FINE, "<script>alert(1)\x00"))
    assert odd.status_code == 422
    assert "<script>alert(1)" not in odd.text


def test_nothing_of_the_self_check_is_kept(portal: Client) -> None:
    answer = portal.post("/cek-syarat", FINE)
    assert "portal_session" not in answer.cookies
    assert portal.get("/cek-syarat").text.count(" checked") == 0


@pytest.mark.parametrize(
    ("typed", "anchor"),
    [
        ("otp", "otp"),
        ("kode tidak datnag", "otp"),
        ("serifikat", "sertifikat"),
        ("menukarkan voucer", "menukar-kode"),
        ("kupon", "kode"),
        ("hp hilang", "nomor-ganti"),
        ("penipuan", "biaya"),
        ("insentif belum cair", "insentif-terlambat"),
        ("nik tidk valid", "nik"),
        ("foto ktp ditolak", "foto-ktp"),
        ("apa isi tes", "tes"),
        ("kursi roda", "kebutuhan"),
        ("mengganti rekening", "rekening-ganti"),
        ("kepesertaan dicabut", "keberatan"),
        ("cara mendaftar", "mendaftar"),
    ],
)
def test_the_help_finds_what_people_type(typed: str, anchor: str) -> None:
    found = find_questions(typed, scheme=scheme_by_key("2021"))
    assert anchor in [one.anchor for one in found[:3]]


def test_the_help_shows_the_way_to_courses_and_to_a_human(portal: Client) -> None:
    with transaction():
        run = world.course(title="Excel untuk Kantor")
        learn_words(course_ids=[run.course_id])
    text = portal.get("/bantuan", {"cari": "exel"}).text
    assert "1 pelatihan cocok dengan “exel”" in text
    # A town is no slip of `kurang`, nor `masakan` one of `masukkan`.
    town = portal.get("/bantuan", {"cari": "kupang"}).text
    assert "0 jawaban" in town
    assert "Belum ada pelatihan tatap muka di Kupang." in town
    with transaction():
        learn_words(course_ids=[world.course(title="Masakan Padang").course_id])
    dish = portal.get("/bantuan", {"cari": "memasak"}).text
    assert "0 jawaban" in dish
    assert "1 pelatihan cocok dengan “memasak”" in dish
    slip = portal.get("/bantuan", {"cari": "serifikat"}).text
    assert "Tidak ada kata “serifikat”. Ini hasil untuk “sertifikat”." in slip
    nothing = portal.get("/bantuan", {"cari": "zzzzzz"}).text
    assert "Tidak ada jawaban dengan kata itu." in nothing
    assert 'href="/bantuan/tulis"' in nothing


def test_every_question_has_one_anchor_in_both_languages(portal: Client) -> None:
    anchors = [one.anchor for section in sections(scheme_by_key("2021")) for one in section.questions]
    assert len(anchors) == len(set(anchors)) > 20
    text = portal.get("/bantuan").text
    assert all(f'id="{anchor}"' in text for anchor in anchors)


@pytest.mark.parametrize(
    "address", ["/", "/pelatihan", "/bantuan", "/masuk", "/cek-syarat", "/tidak-ada", "/waspada-penipuan"]
)
def test_every_page_and_error_says_how_to_reach_a_human(portal: Client, address: str) -> None:
    text = portal.get(address).text
    assert "Perlu bantuan?" in text
    assert 'href="/bantuan/tulis"' in text
    assert 'href="tel:08000000000"' in text
    assert "Senin–Jumat, 08.00–17.00 WIB" in text


@pytest.mark.parametrize(
    ("at", "answers"),
    [
        (datetime(2021, 9, 27, 8, 0, tzinfo=WIB), True),
        (datetime(2021, 9, 27, 7, 59, tzinfo=WIB), False),
        (datetime(2021, 9, 27, 17, 0, tzinfo=WIB), False),
        (datetime(2021, 9, 26, 12, 0, tzinfo=WIB), False),
        # Maulid.
        (datetime(2021, 10, 20, 12, 0, tzinfo=WIB), False),
    ],
)
def test_when_the_telephone_is_answered(portal: Client, at: datetime, answers: bool) -> None:
    assert contact().is_open(at) is answers
