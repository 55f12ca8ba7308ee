"""The test begins, is answered question by question, and ends: by its owner, or when its time is up."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.audit.operations import record
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.programmes.queries import scheme
from prakerja.sittings.bank import bank
from prakerja.sittings.models import Answer, Sitting
from prakerja.sittings.policies import drawn_questions, ends_at, score_of
from prakerja.sittings.states import SITTING_STATES

_dice = secrets.SystemRandom()


def begin_sitting(*, person_id: uuid.UUID, scheme_version_id: uuid.UUID, extra_time: bool, at: datetime) -> None:
    """Begin the one test of a person; from now on the server's clock runs, whatever the browser does. Begun twice it goes on.

    `extra_time` is asked for by the person and given to whoever asks (rules.md 3.3).
    """
    rules = scheme(scheme_version_id=scheme_version_id).test
    with transaction():
        Sitting.objects.bulk_create(
            [
                Sitting(
                    id=new_id(),
                    person_id=person_id,
                    scheme_version_id=scheme_version_id,
                    questions=drawn_questions(rules=rules, sample=_dice.sample),
                    has_extra_time=extra_time,
                    begun_at=at,
                    ends_at=ends_at(rules=rules, begun_at=at, has_extra_time=extra_time),
                )
            ],
            ignore_conflicts=True,
        )


def answer_question(*, person_id: uuid.UUID, number: int, choice: int, at: datetime) -> None:
    """Choose for one question, counted from 1; chosen again before the end, the last choice counts.

    Raises Refused: sitting_unknown, sitting_over, question_unknown, choice_missing.
    """
    with transaction():
        sitting = _lock(person_id)
        if sitting.status != "under_way" or at >= sitting.ends_at:
            raise Refused("sitting_over")
        if not 1 <= number <= len(sitting.questions):
            raise Refused("question_unknown")
        if not 0 <= choice < bank()[sitting.questions[number - 1]].choices:
            raise Refused("choice_missing")
        Answer.objects.update_or_create(
            person_id=person_id,
            sitting=sitting,
            number=number,
            defaults={"choice": choice, "answered_at": at},
            create_defaults={"id": new_id(), "choice": choice, "answered_at": at},
        )


def hand_in(*, person_id: uuid.UUID, at: datetime) -> None:
    """End the test before its time; handed in twice, or after its end, it is ended once. Raises Refused: sitting_unknown."""
    with transaction():
        sitting = _lock(person_id)
        if sitting.status == "under_way":
            _end(sitting, "hand_in" if at < sitting.ends_at else "time_out", min(at, sitting.ends_at))


def time_out(*, items: list[tuple[uuid.UUID, uuid.UUID]]) -> int:
    """End these sittings whose time is up, with what was answered, at the instant at which it was. Returns how many."""
    count = 0
    with transaction():
        found = Sitting.objects.select_for_update(no_key=True, skip_locked=True)
        for sitting in found.filter(id__any_of=[one for _, one in items], status="under_way"):
            _end(sitting, "time_out", sitting.ends_at)
            count += 1
    return count


@requires_transaction
def _lock(person_id: uuid.UUID) -> Sitting:
    found = Sitting.objects.select_for_update(no_key=True).filter(person_id=person_id).first()
    if found is None:
        raise Refused("sitting_unknown")
    return found


@requires_transaction
def _end(sitting: Sitting, verb: str, at: datetime) -> None:
    answers = dict(Answer.objects.filter(person_id=sitting.person_id, sitting=sitting).values_list("number", "choice"))
    score = score_of(questions=sitting.questions, answers=answers)
    sitting.status = SITTING_STATES.advance(current=sitting.status, verb=verb)
    sitting.ended_at = at
    sitting.literacy, sitting.numeracy, sitting.motivation = score.literacy, score.numeracy, score.motivation
    sitting.save()
    record(
        action=f"sitting.{sitting.status}",
        at=at,
        actor=Actor.participant(sitting.person_id),
        person_id=sitting.person_id,
        subject_kind="sitting",
        subject_id=sitting.id,
        data={"answered": len(answers), "of": len(sitting.questions), "extra_time": sitting.has_extra_time},
    )


@requires_transaction
def wipe_test_answers(*, person_id: uuid.UUID) -> int:
    """Erase what somebody chose in their test, inside the work that erases their data; returns how many choices. The sitting stays."""
    count, _ = Answer.objects.filter(person_id=person_id).delete()
    return count
