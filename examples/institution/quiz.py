"""A simple final quiz made from the syllabus: which part is taught in which lesson?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

QUESTIONS = 5
OPTIONS = 4


@dataclass(frozen=True)
class Question:
    """One question. The value of the right option is the lesson's own number."""

    lesson: int
    field: str
    options: tuple[tuple[int, str], ...]


def questions(lessons: Sequence[str]) -> list[Question]:
    """Return up to five questions, spread over the lessons; the same for everybody and every time."""
    count = min(QUESTIONS, len(lessons))
    asked = [1 + index * len(lessons) // count for index in range(count)]
    made = []
    for position, lesson in enumerate(asked):
        numbers = [(lesson - 1 + step) % len(lessons) + 1 for step in range(min(OPTIONS, len(lessons)))]
        turn = (position * 3 + 1) % len(numbers)
        turned = numbers[turn:] + numbers[:turn]
        options = tuple((number, lessons[number - 1]) for number in turned)
        made.append(Question(lesson, f"q{position + 1}", options))
    return made


def score(asked: Sequence[Question], answers: Mapping[str, str]) -> int:
    """Return 0-100, rounded down."""
    right = sum(answers.get(question.field) == str(question.lesson) for question in asked)
    return right * 100 // len(asked)
