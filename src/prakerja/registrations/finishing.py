"""A registration is sent, and becomes a person once the registry or an operator has proven the identity."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import msgspec

from prakerja.access.actors import Actor
from prakerja.audit.operations import record
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import seal
from prakerja.notifications.operations import queue_message
from prakerja.notifications.strangers import queue_to_stranger
from prakerja.people.consents import note_said_consent
from prakerja.people.operations import register_person
from prakerja.people.policies import Identity
from prakerja.people.queries import contact_of
from prakerja.registrations.answers import Answers
from prakerja.registrations.models import Declaration, Document, Profile, Registration
from prakerja.registrations.opening import open_case
from prakerja.registrations.policies import CONTRADICTED, next_step
from prakerja.registrations.rows import answers_of, lock_draft, lock_registration, phone_of, place
from prakerja.registrations.states import REGISTRATION_STATES


def submit_registration(*, registration_id: uuid.UUID, at: datetime) -> str:
    """Send a registration when everything is answered, and finish it when the identity is proven. Returns its state.

    While the registry is silent it waits as sent. Raises Refused: registration_unknown, registration_sent,
    registration_incomplete (step), registry_contradicts.
    """
    with transaction():
        registration = lock_draft(registration_id)
        answers = answers_of(registration)
        missing = next_step(answers=answers, has_photo=has_photo(registration_id=registration_id))
        if missing:
            raise Refused("registration_incomplete", step=missing)
        if registration.registry_status in CONTRADICTED and not is_accepted(registration):
            raise Refused("registry_contradicts")
        registration.status = REGISTRATION_STATES.advance(current=registration.status, verb="submit")
        registration.submitted_at, registration.touched_at, registration.returned_for = at, at, ""
        if registration.next_ask_at is None:
            # To ask the registry, or to finish what it has proven already, should whoever sends it die before.
            registration.next_ask_at = at
        registration.save()
    return finish_registration(registration_id=registration_id, at=at)


def finish_registration(*, registration_id: uuid.UUID, at: datetime) -> str:
    """Make a person of a sent registration whose identity the registry or an operator has proven; returns its state.

    Of two who want the same NIK one wins. The other is looked at by a human, and the owner is told: neither the number nor the
    name that they share is shown to anybody. Raises Refused: registration_unknown.
    """
    proven_by = ""
    try:
        with transaction():
            registration = lock_registration(registration_id)
            proven_by = _proof_of(registration)
            if registration.status != "submitted" or not proven_by:
                return registration.status
            answers = answers_of(registration)
            _make_person(registration, answers, at=at)
            _become(registration, answers, registration.id, proven_by=proven_by, at=at)
            return registration.status
    except Refused as refused:
        if refused.reason not in ("nik_claimed", "phone_claimed", "email_claimed"):
            raise
        lost = refused
    with transaction():
        return _lost(lock_registration(registration_id), lost, proven_by=proven_by, at=at)


def is_accepted(registration: Registration) -> bool:
    """Whether an operator has looked at the documents of this very identity and found that it is theirs."""
    return registration.accepted_version == registration.identity_version


def _proof_of(registration: Registration) -> str:
    if registration.registry_status == "match":
        return "registry"
    return "operator" if is_accepted(registration) else ""


def has_photo(*, registration_id: uuid.UUID, kind: str = "ktp") -> bool:
    """Whether a photo of this kind was sent and is still kept."""
    return Document.objects.filter(registration_id=registration_id, kind=kind).exists()


@requires_transaction
def _make_person(registration: Registration, answers: Answers, *, at: datetime) -> None:
    assert answers.birth_date is not None
    register_person(
        person_id=registration.id,
        identity=Identity(
            nik=answers.nik,
            family_card_number=answers.family_card_number,
            name=answers.name,
            birth_date=answers.birth_date,
            phone=phone_of(registration),
            email=answers.email if answers.email_confirmed else "",
            province_code=answers.province_code,
            education=answers.education,
            language=registration.language,
        ),
        at=at,
    )


@requires_transaction
def _become(
    registration: Registration, answers: Answers, person_id: uuid.UUID, *, proven_by: str, at: datetime
) -> None:
    """What was answered is the person's from now on, and no longer the registration's."""
    profile_id = new_id()
    details = {
        name: getattr(answers, name) for name in ("district", "village", "street", "disabilities", "help_wanted")
    }
    Profile.objects.bulk_create(
        [
            Profile(
                id=profile_id,
                person_id=person_id,
                registered_at=at,
                proven_by=proven_by,
                regency_code=answers.regency_code,
                details_enc=seal(msgspec.json.encode(details).decode(), **place("profile", "details_enc", profile_id)),
                is_enrolled=bool(answers.is_enrolled),
                work_status=answers.work_status,
                holds_excluded_post=bool(answers.holds_excluded_post),
            )
        ],
        ignore_conflicts=True,
    )
    Declaration.objects.bulk_create(
        [
            Declaration(
                person_id=person_id,
                what=one.what,
                version=one.version,
                language=one.language,
                page=one.page,
                made_at=datetime.fromisoformat(one.at),
            )
            for one in answers.declarations
        ],
        ignore_conflicts=True,
    )
    for one in answers.consents:
        note_said_consent(
            person_id=person_id,
            purpose=one.what,
            version=one.version,
            language=one.language,
            page=one.page,
            at=datetime.fromisoformat(one.at),
        )
    registration.status = REGISTRATION_STATES.advance(current=registration.status, verb="complete")
    registration.became, registration.ended_at, registration.next_ask_at = person_id, at, None
    registration.answers_enc = registration.phone_enc = None
    registration.phone_index = b""
    registration.save()
    queue_message(
        person_id=person_id,
        template="registration_done",
        channels=("sms", "dashboard"),
        parameters={},
        dedupe_key="registration_done",
        at=at,
    )
    record(
        action="registration.done",
        at=at,
        actor=Actor.participant(person_id),
        person_id=person_id,
        subject_kind="person",
        subject_id=person_id,
        data={"proven_by": proven_by, "listed_before": person_id != registration.id},
    )


@requires_transaction
def _lost(registration: Registration, lost: Refused, *, proven_by: str, at: datetime) -> str:
    """Somebody holds what this registration needs.

    Whoever holds both the NIK and the very phone was brought by a list meanwhile and is the same person: the registry has proven
    the one, the code the other. Anybody else's NIK is a human's affair, because who knows its numbers has not shown that they
    are its owner.
    """
    if registration.status != "submitted":
        return registration.status
    answers = answers_of(registration)
    holder: uuid.UUID = lost.details["holder"]
    if lost.reason == "nik_claimed" and contact_of(person_id=holder, kind="phone") == phone_of(registration):
        _become(registration, answers, holder, proven_by=proven_by, at=at)
        return registration.status
    if lost.reason == "email_claimed":
        registration.status = REGISTRATION_STATES.advance(current=registration.status, verb="send_back")
        registration.returned_for, registration.submitted_at = "email_claimed", None
        registration.touched_at, registration.next_ask_at = at, None
        registration.answers_enc = seal(
            msgspec.json.encode(msgspec.structs.replace(answers, email_confirmed=False)).decode(),
            **place("registration", "answers_enc", registration.id),
        )
        registration.save()
        _tell(registration, "registration_to_correct", {}, at)
        return registration.status
    if lost.reason == "nik_claimed":
        queue_message(
            person_id=holder,
            template="nik_registered_again",
            channels=("sms", "dashboard"),
            parameters={},
            dedupe_key=f"nik_again:{registration.id}",
            at=at,
        )
    registration.next_ask_at = None
    registration.save()
    open_case(registration=registration, reason=lost.reason, words="", at=at)
    return registration.status


@requires_transaction
def _tell(registration: Registration, template: str, parameters: dict[str, Any], at: datetime) -> None:
    queue_to_stranger(
        to=phone_of(registration),
        channel="sms",
        template=template,
        parameters=parameters,
        language=registration.language,
        at=at,
        ends_at=at + timedelta(days=3),
    )
