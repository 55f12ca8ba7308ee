"""The final quiz: what was read, where an institution wrote its lessons; else which part is taught in which lesson."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from examples.institution.lessons import Lesson

QUESTIONS = 5
OPTIONS = 4


@dataclass(frozen=True)
class Question:
    """One question about a lesson; `text` is empty when it asks which part the lesson teaches. `right`: an option's value."""

    lesson: int
    field: str
    options: tuple[tuple[int, str], ...]
    right: int
    text: str = ""


def questions(lessons: Sequence[str], written: Sequence[Lesson | None] = ()) -> list[Question]:
    """Return up to five questions, spread over the lessons; the same for everybody and every time."""
    count = min(QUESTIONS, len(lessons))
    asked = [1 + index * len(lessons) // count for index in range(count)]
    made = []
    for position, lesson in enumerate(asked):
        own = written[lesson - 1] if written else None
        if own is not None:
            values, right, text = list(enumerate(own.options, 1)), 1, own.question
        else:
            numbers = [(lesson - 1 + step) % len(lessons) + 1 for step in range(min(OPTIONS, len(lessons)))]
            values, right, text = [(number, lessons[number - 1]) for number in numbers], lesson, ""
        turn = (position * 3 + 1) % len(values)
        made.append(Question(lesson, f"q{position + 1}", tuple(values[turn:] + values[:turn]), right, text))
    return made


def score(asked: Sequence[Question], answers: Mapping[str, str]) -> int:
    """Return 0-100, rounded down."""
    right = sum(answers.get(question.field) == str(question.right) for question in asked)
    return right * 100 // len(asked)
