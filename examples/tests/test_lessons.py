"""What the demo's institutions teach, and how their sites differ: every text is theirs alone, every answer can be read."""

from __future__ import annotations

import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pytest

from examples.institution import quiz
from examples.institution.dresses import CARD, CLASS_PAGE, HOME, dress_of, dresses
from examples.institution.lessons import Lesson, Part, lessons_of, written
from examples.tests.conftest import Visitor

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tools"))

import reading  # noqa: E402

# Years of school: words of a trade are longer than those of the portal, whose limit is six.
YEARS, LONGEST_SENTENCE = 8.0, 36
# Words of a page: below is a caption, above is a wall on a phone.
FEWEST, MOST = 80, 170
# Letters that a table's longest words may take side by side: more push a page of 360 pixels to the side.
WIDEST = 34
WORD = re.compile(r"\w+(?:[.,/-]\w+)*")


def institutions() -> dict[str, dict[str, list[str]]]:
    """Return the syllabuses of the demo: institution → course → titles."""
    found = {}
    for path in sorted((ROOT / "src/prakerja/sandbox/worlds/institutions").glob("*.toml")):
        entry = tomllib.loads(path.read_text(encoding="utf-8"))
        found[entry["code"]] = {course["code"]: course["syllabus"] for course in entry["course"]}
    return found


SYLLABUSES = {code: titles for courses in institutions().values() for code, titles in courses.items()}


def every_lesson() -> list[tuple[str, Lesson]]:
    """Return each lesson with its course."""
    return [(code, lesson) for code, lessons in written().items() for lesson in lessons.values()]


def words_of(page: Iterable[Part]) -> str:
    """Return what stands on a page, without the signs of its lists and tables."""
    return " ".join(line.replace("|", " ") for part in page for line in part.lines)


def test_every_course_is_written() -> None:
    assert set(written()) == set(SYLLABUSES)


def width(rows: Iterable[Iterable[str]]) -> int:
    """Return how many letters a table takes at its narrowest."""
    columns = zip(*rows, strict=True)
    return sum(1 + max(len(word) for cell in column for word in cell.split() or [""]) for column in columns)


@pytest.mark.parametrize("code", sorted(written()))
def test_lessons_follow_the_syllabus_and_have_pages_to_read(code: str) -> None:
    """Every part of the syllabus has two or three pages, a question, and four answers, the first of them right."""
    lessons = written()[code]
    assert list(lessons) == SYLLABUSES[code]
    for lesson in lessons.values():
        tables = [part.rows for page in lesson.pages for part in page if part.kind == "table"]
        assert all(len({len(row) for row in rows}) == 1 and len(rows) > 2 for rows in tables), lesson.title
        assert all(width(rows) <= WIDEST for rows in tables), lesson.title
        assert 2 <= len(lesson.pages) <= 3
        assert all(FEWEST <= len(WORD.findall(words_of(page))) <= MOST for page in lesson.pages), lesson.title
        assert len(set(lesson.options)) == quiz.OPTIONS
        assert lesson.question.endswith("?")


@pytest.mark.parametrize("code", sorted(written()))
def test_the_quiz_asks_about_what_was_read_and_knows_one_right_answer(code: str) -> None:
    titles = SYLLABUSES[code]
    asked = quiz.questions(titles, lessons_of(code, titles))
    assert 3 <= len(asked) <= quiz.QUESTIONS
    read = written()[code]
    assert [question.text for question in asked] == [read[titles[question.lesson - 1]].question for question in asked]
    for question in asked:
        right = [text for value, text in question.options if value == question.right]
        assert right == [read[titles[question.lesson - 1]].options[0]]
    assert quiz.score(asked, {question.field: "1" for question in asked}) == 100
    # Whoever always takes the first one does not pass by that.
    assert quiz.score(asked, {question.field: str(question.options[0][0]) for question in asked}) < 100
    # Nor whoever takes the longest, which gives an answer away where the wrong ones are short.
    longest = {question.field: max(question.options, key=lambda option: len(option[1])) for question in asked}
    assert quiz.score(asked, {field: str(value) for field, (value, _) in longest.items()}) <= 60


def test_no_two_lessons_share_a_page_or_a_question() -> None:
    pages = Counter(words_of(page) for _, lesson in every_lesson() for page in lesson.pages)
    paragraphs = Counter(chain.from_iterable(page for _, lesson in every_lesson() for page in lesson.pages))
    questions = Counter(lesson.question for _, lesson in every_lesson())
    assert [text for counted in (pages, paragraphs, questions) for text, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("code", sorted(written()))
def test_lessons_are_in_plain_words(code: str) -> None:
    # A table's cells and a program's lines are no sentences.
    pages = [
        words_of([part for part in page if part.kind not in {"table", "code"}])
        for lesson in written()[code].values()
        for page in lesson.pages
    ]
    assert reading.measure(pages, "id").years <= YEARS
    long = [
        sentence
        for page in pages
        for sentence in page.replace("?", ".").replace(":", ".").replace(";", ".").split(". ")
        if len(sentence.split()) > LONGEST_SENTENCE
    ]
    assert long == []


def test_every_institution_has_a_look_of_its_own() -> None:
    """Each names every part once, and no two sites have the same colour, picture, greeting or order of things."""
    assert set(dresses()) == set(institutions())
    for dress in dresses().values():
        assert set(dress.home) | {"picture"} == HOME
        assert set(dress.card) == CARD
        assert set(dress.class_page) == CLASS_PAGE
        assert all(len(set(parts)) == len(parts) for parts in (dress.home, dress.card, dress.class_page))
        assert _contrast_with_white(dress.accent) >= 4.5
    worn = list(dresses().values())
    for own in (
        [dress.accent for dress in worn],
        [dress.sign for dress in worn],
        [dress.greeting for dress in worn],
        [(dress.look, dress.home, dress.class_page, dress.card) for dress in worn],
    ):
        assert len(set(own)) == len(worn)


def _contrast_with_white(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def test_a_site_wears_its_look(learner: Visitor) -> None:
    """An institution that chose none is lent one, without the greeting; its picture and sheet come as files."""
    lent = dress_of("lpk-satu")
    assert lent.greeting == ""
    page = learner.get("/lpk-satu/")
    assert ('src="/lpk-satu/picture.svg"' in page) == ("picture" in lent.home)
    assert lent.accent in learner.get("/lpk-satu/picture.svg")
    assert learner.get("/lpk-satu/accent.css").startswith(f":root {{ --accent: {lent.accent}; }}")
    assert "style=" not in page
    learner.get("/nobody/picture.svg", 404)
