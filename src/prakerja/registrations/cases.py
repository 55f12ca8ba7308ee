"""A human looks at a registration: asked for by its owner, or because nobody else can decide (rules.md 3.6)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.typed import normal_lines
from prakerja.notifications.strangers import queue_to_stranger
from prakerja.registrations.finishing import finish_registration, has_photo
from prakerja.registrations.models import Case, Registration
from prakerja.registrations.opening import open_case
from prakerja.registrations.policies import FEWEST_ANSWER, LONGEST_ANSWER, LONGEST_WORDS
from prakerja.registrations.rows import answers_of, lock_draft, lock_registration, phone_of
from prakerja.registrations.states import CASE_STATES, REGISTRATION_STATES


def ask_human(*, registration_id: uuid.UUID, words: str, at: datetime) -> None:
    """The owner of a registration asks that a human look at their documents; asked twice is asked once.

    `words` (at most 500 characters, may be empty) is what they add. Raises Refused: registration_unknown, registration_sent,
    identity_incomplete, case_needs_photo, words_too_long.
    """
    said = normal_lines(words).strip()
    if len(said) > LONGEST_WORDS:
        raise Refused("words_too_long", most=LONGEST_WORDS)
    with transaction():
        registration = lock_draft(registration_id)
        if not answers_of(registration).has_identity():
            raise Refused("identity_incomplete")
        if not has_photo(registration_id=registration_id):
            raise Refused("case_needs_photo")
        open_case(registration=registration, reason="asked", words=said, at=at)
        registration.touched_at = at
        registration.save(update_fields=["touched_at"])


@permitted("registration.decide")
def accept_identity(*, case_id: uuid.UUID, answer: str, actor: Actor, at: datetime) -> str:
    """The documents show that the identity is theirs, whatever the registry says; returns the registration's state.

    One that was sent is finished now. A NIK or a phone that somebody else holds is never handed over here: first that person's
    phone is corrected (`person.correct_contact`), which tells both. `answer` has 10 to 500 characters. Raises Refused:
    not_permitted, operator_needed, answer_missing, case_unknown, case_answered, case_still_claimed.
    """
    said = _required(actor, answer)
    with transaction():
        case, registration = _lock(case_id)
        version = registration.identity_version
        registration.accepted_version = version
        registration.save(update_fields=["accepted_version"])
    if case.reason != "asked":
        finish_registration(registration_id=registration.id, at=at)
        with transaction():
            if lock_registration(registration.id).status == "submitted":
                raise Refused("case_still_claimed")
    with transaction():
        case, registration = _lock(case_id)
        case.status = CASE_STATES.advance(current=case.status, verb="accept")
        _answer(case, registration, said, actor, at)
        if registration.status == "submitted":
            # The worker finishes it, should whoever accepts it die before.
            registration.next_ask_at = at
            registration.save(update_fields=["next_ask_at"])
    return finish_registration(registration_id=registration.id, at=at)


@permitted("registration.decide")
def send_back(*, case_id: uuid.UUID, answer: str, actor: Actor, at: datetime) -> None:
    """The person has something to correct or to send again, which `answer` (10 to 500 characters) says.

    Raises Refused: not_permitted, operator_needed, answer_missing, case_unknown, case_answered.
    """
    said = _required(actor, answer)
    with transaction():
        case, registration = _lock(case_id)
        case.status = CASE_STATES.advance(current=case.status, verb="send_back")
        if registration.status == "submitted":
            registration.status = REGISTRATION_STATES.advance(current=registration.status, verb="send_back")
            registration.submitted_at = None
        registration.returned_for, registration.touched_at = "operator", at
        registration.save()
        _answer(case, registration, said, actor, at)


@permitted("registration.decide")
def refuse_registration(*, case_id: uuid.UUID, answer: str, actor: Actor, at: datetime) -> None:
    """End a registration without a person: the documents are another's, or forged. `answer` has 10 to 500 characters.

    Raises Refused: not_permitted, operator_needed, answer_missing, case_unknown, case_answered.
    """
    said = _required(actor, answer)
    with transaction():
        case, registration = _lock(case_id)
        case.status = CASE_STATES.advance(current=case.status, verb="refuse")
        _answer(case, registration, said, actor, at)
        registration.status = REGISTRATION_STATES.advance(current=registration.status, verb="refuse")
        registration.ended_at, registration.next_ask_at = at, None
        registration.save()


def _required(actor: Actor, answer: str) -> str:
    if actor.kind != "operator":
        raise Refused("operator_needed")
    said = normal_lines(answer).strip()
    if not FEWEST_ANSWER <= len(said) <= LONGEST_ANSWER:
        raise Refused("answer_missing")
    return said


@requires_transaction
def _lock(case_id: uuid.UUID) -> tuple[Case, Registration]:
    """The registration first, as everywhere."""
    found = Case.objects.filter(id=case_id).first()
    if found is None:
        raise Refused("case_unknown")
    registration = lock_registration(found.registration_id)
    case = Case.objects.select_for_update(no_key=True).get(id=case_id)
    if case.status not in CASE_STATES.group("OPEN"):
        raise Refused("case_answered")
    return case, registration


@requires_transaction
def _answer(case: Case, registration: Registration, said: str, actor: Actor, at: datetime) -> None:
    case.answer, case.answered_at, case.answered_by = said, at, actor.id
    case.save()
    if registration.phone_enc is not None:
        queue_to_stranger(
            to=phone_of(registration),
            channel="sms",
            template="registration_answered",
            parameters={},
            language=registration.language,
            at=at,
            ends_at=at + timedelta(days=3),
        )
    record(
        action=f"registration.{case.status}",
        at=at,
        actor=actor,
        subject_kind="registration",
        subject_id=registration.id,
        data={"reason": case.reason},
        why=said,
    )
