"""The lessons that an institution wrote: pages to read and a question about each, one file for a course.

A page's parts stand apart by an empty line. A part is a paragraph, or, when all of its lines begin so, a list (`- `), steps (`1. `),
a table (`| `, whose first line names the columns) or what is typed into a computer (`> `)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from examples.shared.tongues import tongue_of

HERE = Path(__file__).with_name("lessons")
_SIGNS = {
    "list": re.compile(r"- "),
    "steps": re.compile(r"\d+\. "),
    "table": re.compile(r"\| "),
    "code": re.compile(r"> "),
}
# Letters of Japan, Korea and China, with the spaces between them.
_FOREIGN = re.compile(r"([\u3000-\u30ff\u3131-\u318e\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef]+)")
# What a lesson about a language with our own letters says in it stands between these marks.
_QUOTED = re.compile("(“[^”]+”)")
_TONGUES = {
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "ko": re.compile(r"[\uac00-\ud7a3]"),
    "zh": re.compile(r"[\u3400-\u9fff]"),
}


@dataclass(frozen=True)
class Part:
    """What stands together on a page. `kind`: "text" (one line), "list", "steps", "code" or "table" (a line of cells)."""

    kind: str
    lines: tuple[str, ...]

    @property
    def rows(self) -> list[list[str]]:
        """The cells of a table."""
        return [[cell.strip() for cell in line.removesuffix("|").split("|")] for line in self.lines]


@dataclass(frozen=True)
class Lesson:
    """One lesson. The first of `options` is the right answer; `tongue`: the language that it teaches, or empty."""

    title: str
    pages: tuple[tuple[Part, ...], ...]
    question: str
    options: tuple[str, ...]
    tongue: str = ""

    def runs(self, text: str) -> list[tuple[str, str]]:
        """Return a text in pieces with the language of each: empty is that of the page.

        A phone draws the same sign differently for Japan and China, and a reader aloud spells what it takes for Indonesian."""
        pieces = (_QUOTED if self.tongue == "en" else _FOREIGN).split(text)
        return [(piece, self._tongue_of(piece) if index % 2 else "") for index, piece in enumerate(pieces) if piece]

    def _tongue_of(self, piece: str) -> str:
        return "" if self.tongue == "en" and tongue_of(piece) == "id" else self.tongue


@cache
def written() -> dict[str, dict[str, Lesson]]:
    """Return every written lesson by course and title."""
    found = {}
    for path in sorted(HERE.glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        tongue = next((name for name, letter in _TONGUES.items() if letter.search(text)), "")
        if not tongue and "-inggris-" in path.stem:
            tongue = "en"
        found[path.stem] = {entry["title"]: _lesson(entry, tongue) for entry in tomllib.loads(text)["lesson"]}
    return found


def lesson_of(course_code: str, title: str) -> Lesson | None:
    """Return what was written for a part of a syllabus, if anything was."""
    return written().get(course_code, {}).get(title)


def lessons_of(course_code: str, titles: Sequence[str]) -> list[Lesson | None]:
    """Return the written lessons of a syllabus, in its order."""
    return [lesson_of(course_code, title) for title in titles]


def _lesson(entry: dict[str, object], tongue: str) -> Lesson:
    pages, options = entry["pages"], entry["options"]
    assert isinstance(pages, list)
    assert isinstance(options, list)
    return Lesson(
        title=str(entry["title"]),
        pages=tuple(tuple(map(_part, str(page).strip().split("\n\n"))) for page in pages),
        question=str(entry["question"]),
        options=tuple(map(str, options)),
        tongue=tongue,
    )


def _part(text: str) -> Part:
    lines = text.strip().split("\n")
    for kind, sign in _SIGNS.items():
        if all(map(sign.match, lines)):
            return Part(kind, tuple(sign.sub("", line, count=1) for line in lines))
    return Part("text", (" ".join(lines),))
