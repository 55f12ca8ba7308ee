"""Whoever left school after six years reads every page alone, in both languages (docs/how-to/measure.md)."""

from __future__ import annotations

import sys

import pytest

from tests.house.source import ROOT

sys.path.append(str(ROOT / "tools"))

import reading

# Places that take more years than their readers may have, and why that stays.
HARDER = {
    (
        "src/prakerja/portal/templates/portal/privacy.html",
        "en",
    ): "the law's own words for rights, each explained beside it",
    ("src/prakerja/portal/templates/portal/lost.html", "en"): "the names of offices and procedures to object to",
}


@pytest.mark.parametrize(
    ("language", "word", "count"),
    [
        ("id", "pelatihan", 4),
        ("id", "pulau", 2),
        ("id", "kemauan", 4),
        ("id", "kode", 2),
        ("id", "kupu-kupu", 4),
        ("id", "SMS", 1),
        ("en", "training", 2),
        ("en", "code", 1),
        ("en", "people", 2),
        ("en", "selected", 3),
        ("en", "opened", 2),
    ],
)
def test_syllables(language: str, word: str, count: int) -> None:
    assert reading.syllables(word, language) == count


def test_the_formulas_give_what_they_give_by_hand() -> None:
    """Two sentences of four words; 17 and 11 syllables."""
    indonesian = reading.measure(["Buka kelas di situs. Ketik kode dari toko."], "id")
    assert (indonesian.words, indonesian.sentences, indonesian.syllables) == (8, 2, 15)
    assert indonesian.years == pytest.approx(0.3793 * 4 + 0.0207 * 300 * 15 / 8 - 13.988)
    english = reading.measure(["Open the class there. Type the code here."], "en")
    assert (english.words, english.sentences, english.syllables) == (8, 2, 9)
    assert english.years == pytest.approx(0.39 * 4 + 11.8 * 9 / 8 - 15.59)


def test_what_offices_write_is_found_to_be_hard() -> None:
    office = (
        "Penyelenggaraan pengembangan kompetensi kerja dilaksanakan berdasarkan ketentuan peraturan perundang-undangan"
        " dengan memperhatikan keberlanjutan pembiayaan serta pertanggungjawaban penggunaan anggaran pendapatan dan"
        " belanja negara."
    )
    assert reading.measure([office], "id").years > 12


def test_every_page_is_for_who_reads_it() -> None:
    found = {(place, language): years for place, language, years in reading.too_hard()}
    assert {place: years for place, years in found.items() if place not in HARDER} == {}
    assert set(HARDER) <= set(found), "no longer an exception"


def test_no_sentence_takes_two_breaths() -> None:
    assert dict(reading.too_long()) == {}
