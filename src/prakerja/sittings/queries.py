"""Read the test of a person. What it came to is shown to nobody who selects: it has no weight."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from prakerja.sittings.bank import Question, bank
from prakerja.sittings.models import Answer, Sitting


@dataclass(frozen=True)
class OwnSitting:
    """A sitting as its owner sees it. `ends_at` is exclusive; `answers`: number from 1 → index of the choice."""

    questions: tuple[Question, ...]
    answers: Mapping[int, int]
    begun_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    has_extra_time: bool
    is_over: bool

    @property
    def first_open(self) -> int:
        """The first question without an answer; the last one when all have one."""
        return next(
            (number for number in range(1, len(self.questions) + 1) if number not in self.answers), len(self.questions)
        )


def own_sitting(*, person_id: uuid.UUID, at: datetime) -> OwnSitting | None:
    """The test of this person, None before they began."""
    found = Sitting.objects.filter(person_id=person_id).first()
    if found is None:
        return None
    return OwnSitting(
        questions=tuple(bank()[key] for key in found.questions),
        answers=dict(Answer.objects.filter(person_id=person_id, sitting=found).values_list("number", "choice")),
        begun_at=found.begun_at,
        ends_at=found.ends_at,
        ended_at=found.ended_at,
        has_extra_time=found.has_extra_time,
        is_over=found.status != "under_way" or at >= found.ends_at,
    )
