"""What language an institution's words are in, for whoever has them read out."""

from __future__ import annotations

import pytest
from jinja2 import Environment

from prakerja.portal.jinja2env import as_written
from prakerja.portal.tongues import tongue_of
from prakerja.sandbox.worlds.catalogue import load_catalogue


@pytest.mark.parametrize(
    "words",
    [
        "English for Hotel Staff",
        "Learn how to greet guests and take their orders.",
        "Introduction to the Web",
        "A very good teacher, thank you!",
        "Prices, discounts and payment in the shop",
    ],
)
def test_english(words: str) -> None:
    assert tongue_of(words) == "en"


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Latte Art",
        "Public Speaking",
        "Microsoft Excel 2019",
        "Latte Art untuk Barista",
        "Check-in dan check-out tamu hotel",
        "Pelatihan the best, gurunya baik",
        "Kalimat “How are you?” dan jawabannya dalam percakapan sehari-hari",
        "日本語",
    ],
)
def test_indonesian(words: str) -> None:
    assert tongue_of(words) == "id"


def test_every_text_of_the_demos_courses_is_indonesian() -> None:
    texts = [
        text
        for course in load_catalogue().courses
        for text in (course.title, course.summary, course.category, course.target_job, *course.syllabus)
    ]
    assert len(texts) > 400
    assert [text for text in texts if tongue_of(text) != "id"] == []


@pytest.mark.parametrize(
    ("page", "words", "shown"),
    [
        ("id", "Kue <Kering> untuk Pemula", "Kue &lt;Kering&gt; untuk Pemula"),
        ("id", "English for <Staff>", '<span lang="en">English for &lt;Staff&gt;</span>'),
        ("en", "English for Staff", "English for Staff"),
        ("en", "Kue Kering untuk Pemula", '<span lang="id">Kue Kering untuk Pemula</span>'),
    ],
)
def test_a_page_says_which_words_are_of_the_other_language(page: str, words: str, shown: str) -> None:
    environment = Environment(autoescape=True)
    environment.filters["as_written"] = as_written
    environment.page_language = page  # type: ignore[attr-defined]
    assert environment.from_string("{{ words|as_written }}").render(words=words) == shown
