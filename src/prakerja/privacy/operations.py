"""A person asks that their data be erased, and an operator answers; a person takes their data with them (rules.md 11.4, 11.5).

Siblings hold the verbs of lost phones (rules.md 8.5).
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Literal

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.typed import normal_lines
from prakerja.notifications.operations import queue_message
from prakerja.notifications.templates import SENT_TO
from prakerja.people.queries import contact_of
from prakerja.privacy.asking_lost_phone import (
    ask_for_new_phone,
    keep_card_photo,
    prove_new_phone,
    send_lost_phone_case,
    send_lost_phone_code,
)
from prakerja.privacy.erasing import erase_after_participation, erase_what_was_allowed
from prakerja.privacy.lost_phones import (
    change_lost_phone,
    confirm_new_phone,
    object_to_new_phone,
    propose_new_phone,
    refuse_new_phone,
    reveal_lost_phone,
)
from prakerja.privacy.models import ErasureCase
from prakerja.privacy.participation import what_is_unended
from prakerja.privacy.policies import LONGEST_WORDS, terms_at
from prakerja.privacy.states import ERASURE_STATES

__all__ = [
    "ask_for_erasure",
    "ask_for_new_phone",
    "change_lost_phone",
    "confirm_new_phone",
    "erase_personal_data",
    "keep_card_photo",
    "note_own_data_read",
    "object_to_new_phone",
    "propose_new_phone",
    "prove_new_phone",
    "refuse_erasure",
    "refuse_new_phone",
    "reveal_lost_phone",
    "send_lost_phone_case",
    "send_lost_phone_code",
    "take_back_erasure",
]
FEWEST_ANSWER = 10
LONGEST_ANSWER = 500


def note_own_data_read(*, person_id: uuid.UUID, form: Literal["page", "file"], at: datetime) -> None:
    """Write down that somebody signed in as this person read all of their data, and tell the person of a file by e-mail."""
    with transaction():
        record(
            action="person.own_data_read",
            at=at,
            actor=Actor.participant(person_id),
            person_id=person_id,
            subject_kind="person",
            subject_id=person_id,
            data={"form": form},
        )
        if form == "file":
            queue_message(
                person_id=person_id,
                template="own_data_taken",
                channels=("email", "dashboard"),
                parameters={"taken_at": at.isoformat()},
                dedupe_key=f"own_data:{at.isoformat()}",
                at=at,
            )


def ask_for_erasure(*, person_id: uuid.UUID, words: str, at: datetime) -> uuid.UUID:
    """A person asks; an operator answers within the time of the rule. The person is told by SMS and e-mail, so that whoever
    did not ask can take it back.

    `words` (at most 500 characters, may be empty) is what they want to add. Returns the case. Raises Refused: erasure_open,
    words_too_long.
    """
    said = normal_lines(words).strip()
    if len(said) > LONGEST_WORDS:
        raise Refused("words_too_long", most=LONGEST_WORDS)
    case = ErasureCase(person_id=person_id, asked_at=at, words=said, answer_by=at + terms_at(at).within)
    with transaction():
        # Of two requests at once the unique key lets one through.
        ErasureCase.objects.bulk_create([case], ignore_conflicts=True)
        if not ErasureCase.objects.filter(person_id=person_id, id=case.id).exists():
            raise Refused("erasure_open")
        _tell(case=case, template="erasure_asked", at=at)
        _record(case=case, action="erasure.asked", actor=Actor.participant(person_id), at=at)
    return case.id


def take_back_erasure(*, person_id: uuid.UUID, at: datetime) -> None:
    """The person wants to keep what was not erased yet. Raises Refused: erasure_unknown."""
    with transaction():
        case = (
            ErasureCase.objects.select_for_update(no_key=True)
            .filter(person_id=person_id, status__in=ERASURE_STATES.group("PENDING"))
            .first()
        )
        if case is None:
            raise Refused("erasure_unknown")
        case.status = ERASURE_STATES.advance(current=case.status, verb="take_back")
        case.ended_at = at
        case.save(update_fields=["status", "ended_at"])
        _tell(case=case, template="erasure_taken_back", at=at)
        _record(case=case, action="erasure.taken_back", actor=Actor.participant(person_id), at=at)


@permitted("erasure.answer")
def erase_personal_data(*, case_id: uuid.UUID, answer: str, actor: Actor, at: datetime) -> str:
    """Erase what may be erased now, and tell the person, with what the law makes us keep.

    While the participation runs only what rests on a consent goes, and the case waits (`partly`); once it has ended the rest
    goes and the case is closed (`erased`). `answer` (10 to 500 characters) is what the person reads. Returns the case's
    state. Raises Refused: not_permitted, operator_needed, answer_missing, erasure_unknown, erasure_answered,
    erasure_too_early (from), participation_runs (nothing more can go yet).
    """
    said = _required(actor, answer)
    with transaction():
        case = _lock(case_id, "erase")
        if (first := case.asked_at + terms_at(case.asked_at).not_before) > at:
            raise Refused("erasure_too_early", first=first)
        unended = what_is_unended(person_id=case.person_id)
        if unended and case.status == "partly":
            raise Refused("participation_runs", unended=unended)
        gone: dict[str, Any] = dict(erase_what_was_allowed(person_id=case.person_id, at=at))
        reached = {kind: contact_of(person_id=case.person_id, kind=kind) for kind in ("phone", "email")}
        if not unended:
            gone |= erase_after_participation(person_id=case.person_id, actor=actor, at=at)
        case.status = ERASURE_STATES.advance(current=case.status, verb="erase_part" if unended else "erase")
        _answered(case, said, actor, at)
        _tell(case=case, template="erasure_partly" if unended else "erasure_done", at=at, reached=reached)
        _record(case=case, action=f"erasure.{case.status}", actor=actor, at=at, data=gone | {"waits_for": unended})
    return case.status


@permitted("erasure.answer")
def refuse_erasure(*, case_id: uuid.UUID, answer: str, actor: Actor, at: datetime) -> None:
    """Close a request without erasing anything, and tell the person why.

    `answer` has 10 to 500 characters. Raises Refused: not_permitted, operator_needed, answer_missing, erasure_unknown,
    erasure_answered.
    """
    said = _required(actor, answer)
    with transaction():
        case = _lock(case_id, "refuse")
        case.status = ERASURE_STATES.advance(current=case.status, verb="refuse")
        _answered(case, said, actor, at)
        _tell(case=case, template="erasure_refused", at=at)
        _record(case=case, action="erasure.refused", actor=actor, at=at)


def _required(actor: Actor, answer: str) -> str:
    """The answer as it is kept. Somebody answers by name: what is erased does not come back."""
    if actor.kind != "operator":
        raise Refused("operator_needed")
    said = normal_lines(answer).strip()
    if not FEWEST_ANSWER <= len(said) <= LONGEST_ANSWER:
        raise Refused("answer_missing")
    return said


@requires_transaction
def _lock(case_id: uuid.UUID, verb: str) -> ErasureCase:
    case = ErasureCase.objects.select_for_update(no_key=True).filter(id=case_id).first()
    if case is None:
        raise Refused("erasure_unknown")
    if case.status not in ERASURE_STATES.sources(verb):
        raise Refused("erasure_answered")
    return case


@requires_transaction
def _answered(case: ErasureCase, said: str, actor: Actor, at: datetime) -> None:
    case.answer, case.answered_at, case.answered_by = said, at, actor.id
    case.ended_at = None if case.status in ERASURE_STATES.group("PENDING") else at
    case.save(update_fields=["status", "answer", "answered_at", "answered_by", "ended_at"])


@requires_transaction
def _tell(*, case: ErasureCase, template: str, at: datetime, reached: dict[str, str | None] | None = None) -> None:
    """By SMS, e-mail and dashboard. Whoever cannot be reached afterwards is told where they were reached before."""
    parameters: dict[str, Any] = {"answer": case.answer, "until_at": case.answer_by.isoformat()}
    channels = {"phone": "sms", "email": "email"}
    for kind, channel in channels.items():
        address = (reached or {}).get(kind)
        if reached is not None and address is None:
            continue
        queue_message(
            person_id=case.person_id,
            template=template,
            channels=(channel,),
            parameters=parameters | ({SENT_TO: address} if address else {}),
            dedupe_key=f"{template}:{case.id}",
            at=at,
        )
    if case.status != "erased":
        queue_message(
            person_id=case.person_id,
            template=template,
            channels=("dashboard",),
            parameters=parameters,
            dedupe_key=f"{template}:{case.id}",
            at=at,
        )


@requires_transaction
def _record(*, case: ErasureCase, action: str, actor: Actor, at: datetime, data: dict[str, Any] | None = None) -> None:
    record(
        action=action,
        at=at,
        actor=actor,
        person_id=case.person_id,
        subject_kind="erasure_case",
        subject_id=case.id,
        data=data,
    )
