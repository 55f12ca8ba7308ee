"""Which questions are asked, how long there is, and what the answers come to. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from prakerja.programmes.schemes.model import TestRules
from prakerja.sittings.bank import KINDS, STEPS, bank


@dataclass(frozen=True)
class Score:
    """Right answers of each kind; `motivation` is the sum of the steps, 1 to 5 each. It has no weight (rules.md 3.3)."""

    literacy: int
    numeracy: int
    motivation: int


def drawn_questions(*, rules: TestRules, sample: Callable[[Sequence[str], int], list[str]]) -> list[str]:
    """As many of each kind as the scheme asks, the kinds one after the other; `sample` rolls the dice."""
    left, kinds, found = rules.questions, len(KINDS), []
    for kind in KINDS:
        count = -(-left // kinds)
        found += sample([one.key for one in bank().values() if one.kind == kind], count)
        left, kinds = left - count, kinds - 1
    return found


def ends_at(*, rules: TestRules, begun_at: datetime, has_extra_time: bool) -> datetime:
    """The exclusive end: the scheme's minutes, and as much more as it gives to whoever asks for extra time."""
    minutes = rules.minutes * (100 + (rules.extra_time_percent if has_extra_time else 0)) / 100
    return begun_at + timedelta(minutes=minutes)


def score_of(*, questions: Sequence[str], answers: Mapping[int, int]) -> Score:
    """What the choices (question's number from 1 → index) come to; what was not answered counts nothing."""
    counted = dict.fromkeys(KINDS, 0)
    for number, key in enumerate(questions, 1):
        question, choice = bank()[key], answers.get(number)
        if choice is None:
            continue
        if question.kind == "motivation":
            counted["motivation"] += min(choice, STEPS - 1) + 1
        elif choice == question.right:
            counted[question.kind] += 1
    return Score(**counted)
