"""Whoever was not selected three times may write a letter, and a human answers it (rules.md 3.5). It promises and moves nothing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.intake.models import Application, Letter
from prakerja.intake.policies import FAILURES_FOR_LETTER
from prakerja.intake.states import LETTER_STATES
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import seal, unseal
from prakerja.kernel.typed import normal_lines
from prakerja.notifications.operations import queue_message
from prakerja.people.queries import name_of

FEWEST_WORDS, LONGEST_WORDS = 10, 1_000
FEWEST_ANSWER, LONGEST_ANSWER = 10, 1_000
# Ours: no source says how long the programme took.
ANSWERED_WITHIN = timedelta(days=14)


def write_letter(*, person_id: uuid.UUID, words: str, at: datetime) -> None:
    """Send the letter; one that waits for its answer is the only one. `words` has 10 to 1,000 characters.

    Raises Refused: letter_too_early (failures, needed), letter_words, letter_open.
    """
    said = normal_lines(words).strip()
    if not FEWEST_WORDS <= len(said) <= LONGEST_WORDS:
        raise Refused("letter_words", least=FEWEST_WORDS, most=LONGEST_WORDS)
    failed = Application.objects.filter(person_id=person_id, status="not_selected").order_by("wave__number")
    waves = list(failed.values_list("wave__number", flat=True))
    if len(waves) < FAILURES_FOR_LETTER:
        raise Refused("letter_too_early", failures=len(waves), needed=FAILURES_FOR_LETTER)
    letter_id = new_id()
    with transaction():
        made = Letter.objects.bulk_create(
            [
                Letter(
                    id=letter_id,
                    person_id=person_id,
                    waves=" ".join(map(str, waves)),
                    words_enc=seal(said, table="intake_letter", column="words_enc", row_id=letter_id),
                    sent_at=at,
                    answer_by=at + ANSWERED_WITHIN,
                )
            ],
            ignore_conflicts=True,
        )
        if not Letter.objects.filter(id=made[0].id).exists():
            raise Refused("letter_open")
        record(
            action="letter.sent",
            at=at,
            actor=Actor.participant(person_id),
            person_id=person_id,
            subject_kind="letter",
            subject_id=letter_id,
            data={"waves": waves},
        )


@permitted("letter.answer")
def answer_letter(*, letter_id: uuid.UUID, answer: str, actor: Actor, at: datetime) -> None:
    """Answer a letter in 10 to 1,000 characters; its writer is told by SMS that an answer is there.

    Raises Refused: not_permitted, operator_needed, answer_missing, letter_unknown, letter_answered.
    """
    if actor.kind != "operator":
        raise Refused("operator_needed")
    said = normal_lines(answer).strip()
    if not FEWEST_ANSWER <= len(said) <= LONGEST_ANSWER:
        raise Refused("answer_missing")
    with transaction():
        letter = Letter.objects.select_for_update(no_key=True).filter(id=letter_id).first()
        if letter is None:
            raise Refused("letter_unknown")
        if letter.status not in LETTER_STATES.group("OPEN"):
            raise Refused("letter_answered")
        letter.status = LETTER_STATES.advance(current=letter.status, verb="answer")
        letter.answer, letter.answered_at, letter.answered_by = said, at, actor.id
        letter.save()
        queue_message(
            person_id=letter.person_id,
            template="letter_answered",
            channels=("sms", "dashboard"),
            parameters={},
            dedupe_key=f"letter_answered:{letter.id}",
            at=at,
        )
        record(
            action="letter.answered",
            at=at,
            actor=actor,
            person_id=letter.person_id,
            subject_kind="letter",
            subject_id=letter.id,
            why=said,
        )


@dataclass(frozen=True)
class LetterLine:
    """A letter, opened for whoever answers it and for its writer."""

    letter_id: uuid.UUID
    name: str
    waves: str
    words: str
    sent_at: datetime
    answer_by: datetime
    is_open: bool
    answer: str


def _line(one: Letter) -> LetterLine:
    return LetterLine(
        letter_id=one.id,
        name=name_of(person_id=one.person_id),
        waves=one.waves,
        words=unseal(one.words_enc, table="intake_letter", column="words_enc", row_id=one.id),
        sent_at=one.sent_at,
        answer_by=one.answer_by,
        is_open=one.status in LETTER_STATES.group("OPEN"),
        answer=one.answer,
    )


def own_letters(*, person_id: uuid.UUID) -> list[LetterLine]:
    """The letters of a person, the latest first."""
    return [_line(one) for one in Letter.objects.filter(person_id=person_id).order_by("-sent_at")]


def open_letters(*, most: int) -> list[LetterLine]:
    """The letters that wait for an answer, the first to be answered first."""
    waiting = Letter.objects.filter(status__in=LETTER_STATES.group("OPEN")).order_by("answer_by")
    return [_line(one) for one in waiting[:most]]


def letter(*, letter_id: uuid.UUID) -> LetterLine | None:
    """One letter, or None."""
    found = Letter.objects.filter(id=letter_id).first()
    return None if found is None else _line(found)


@requires_transaction
def wipe_letters(*, person_id: uuid.UUID) -> int:
    """Wipe what somebody wrote in their letters, inside the work that erases their data; returns how many letters."""
    found = list(Letter.objects.select_for_update(no_key=True).filter(person_id=person_id))
    for one in found:
        one.words_enc = seal("", table="intake_letter", column="words_enc", row_id=one.id)
        one.save(update_fields=["words_enc"])
    return len(found)
