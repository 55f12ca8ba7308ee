"""Other forms of Indonesian words, and slips of the finger."""

from __future__ import annotations

import pytest

from prakerja.kernel.forgiving import asked_words, nearest, roots, slips, slips_allowed, trigrams, words_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("memasak", "masakan"),
        ("menjahit", "jahitan"),
        ("penjualan", "menjual"),
        ("pemasaran", "memasarkan"),
        ("bertani", "pertanian"),
        ("las", "pengelasan"),
        ("menulis", "penulisan"),
        ("keuangan", "uang"),
        ("menyablon", "sablon"),
        ("mengolah", "pengolahan"),
        ("perkantoran", "kantor"),
        ("memperbaiki", "perbaikan"),
        ("mendesain", "desain"),
        ("pelajaran", "belajar"),
        ("bukunya", "buku"),
    ],
)
def test_forms_of_one_word_share_a_root(one: str, other: str) -> None:
    assert roots(one) & roots(other)


@pytest.mark.parametrize(
    ("one", "other"), [("barista", "bahasa"), ("kopi", "koper"), ("roti", "rotan"), ("web", "las")]
)
def test_other_words_share_none(one: str, other: str) -> None:
    assert not roots(one) & roots(other)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("exel", "excel"),
        ("excle", "excel"),
        ("ecxel", "excel"),
        ("exccel", "excel"),
        ("kupnag", "kupang"),
        ("komptuer", "komputer"),
        ("bahsa", "bahasa"),
        ("ingris", "inggris"),
    ],
)
def test_a_slip_is_forgiven(typed: str, meant: str) -> None:
    assert nearest(typed, ["excel", "kupang", "komputer", "bahasa", "inggris", "barista"]) == [meant]
    assert trigrams(typed) & trigrams(meant)


def test_what_is_far_or_short_is_not_guessed() -> None:
    assert nearest("web", ["wab"]) == []
    assert nearest("hotel", ["excel"]) == []
    assert nearest("2021", ["2022"]) == []
    assert [slips_allowed(word) for word in ("web", "exel", "barista", "2021")] == [0, 1, 2, 0]


def test_of_several_the_nearest_are_taken() -> None:
    assert nearest("masakann", ["masakan", "masalah", "makanan"]) == ["masakan"]


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [("abc", "abc", 0), ("abc", "acb", 1), ("abc", "ab", 1), ("abcd", "dcba", 3), ("a", "abcdefg", 3)],
)
def test_slips_are_counted_up_to_a_limit(one: str, other: str, count: int) -> None:
    assert slips(one, other) == slips(other, one) == count


def test_words_are_cut_as_people_write_them() -> None:
    assert words_of("MS-Excel  & Café\u200b (100%)") == ["ms", "excel", "cafe", "100"]
    assert asked_words("kursus memasak untuk pemula memasak") == ["memasak", "pemula"]
    assert asked_words("kursus") == ["kursus"]
    assert asked_words("😀 '; --") == []
    assert len(asked_words(" ".join(f"kata{n}" for n in range(30)))) == 8
