"""Read requests for erasure: a person's own, and those that wait for an operator."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.privacy.models import ErasureCase
from prakerja.privacy.participation import what_is_unended
from prakerja.privacy.policies import terms_at
from prakerja.privacy.states import ERASURE_STATES


@dataclass(frozen=True)
class ErasureLine:
    """A request. `unended` are keys of `policies.UNENDED`: why not everything can go yet. Instants are programme time."""

    case_id: uuid.UUID
    person_id: uuid.UUID
    person_name: str
    status: str
    asked_at: datetime
    words: str
    not_before: datetime
    answer_by: datetime
    answered_at: datetime | None
    answer: str
    unended: list[str]

    @property
    def is_pending(self) -> bool:
        """Whether an operator has something to do, now or later."""
        return self.status in ERASURE_STATES.group("PENDING")


def erasure_cases(*, most: int) -> list[ErasureLine]:
    """Those that wait, whose answer is due first, at most `most`; one that was partly erased stays until all of it is."""
    found = ErasureCase.objects.filter(status__in=ERASURE_STATES.group("PENDING")).select_related("person")
    return [_line(one) for one in found.order_by("answer_by", "id")[:most]]


def erasure_case(*, case_id: uuid.UUID) -> ErasureLine | None:
    """One of them, pending or closed."""
    found = ErasureCase.objects.filter(id=case_id).select_related("person").first()
    return None if found is None else _line(found)


def own_erasure(*, person_id: uuid.UUID) -> ErasureLine | None:
    """The latest request of a person."""
    found = (
        ErasureCase.objects.filter(person_id=person_id).select_related("person").order_by("-asked_at", "-id").first()
    )
    return None if found is None else _line(found)


def _line(case: ErasureCase) -> ErasureLine:
    return ErasureLine(
        case_id=case.id,
        person_id=case.person_id,
        person_name=case.person.name,
        status=case.status,
        asked_at=case.asked_at,
        words=case.words,
        not_before=case.asked_at + terms_at(case.asked_at).not_before,
        answer_by=case.answer_by,
        answered_at=case.answered_at,
        answer=case.answer,
        unended=what_is_unended(person_id=case.person_id) if case.status in ERASURE_STATES.group("PENDING") else [],
    )
