"""One page is answered: read, saved, and void what it makes void."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

import msgspec

from prakerja.access.stranger_codes import check_email_code, send_email_code
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.installation import is_sandbox
from prakerja.notifications.operations import queue_message
from prakerja.people.consents import consent_text
from prakerja.people.queries import person_id_by_contact
from prakerja.registrations.answers import IDENTITY, Answers, Said
from prakerja.registrations.models import Registration
from prakerja.registrations.policies import DECLARATIONS, DECLARATIONS_VERSION, UNASKED, changed, read_step
from prakerja.registrations.rows import answers_of, keep_answers, lock_draft, phone_of


def save_step(*, registration_id: uuid.UUID, step: str, typed: Mapping[str, str], language: str, at: datetime) -> None:
    """Save what one page asked for. A page may be answered again as long as nothing was sent.

    Another identity is another question to the registry. Raises Refused: registration_unknown, registration_sent,
    answers_wrong (problems: field → reason; nothing was saved).
    """
    read = read_step(step=step, typed=typed, today=at.astimezone(WIB).date(), is_sandbox=is_sandbox())
    if read.problems:
        raise Refused("answers_wrong", problems=dict(read.problems))
    with transaction():
        registration = lock_draft(registration_id)
        before = answers_of(registration)
        answers = changed(before, read.changes)
        if step == "regency" and not answers.regency_code.startswith(answers.province_code):
            # Another tab has chosen another province meanwhile.
            raise Refused("answers_wrong", problems={"regency_code": "regency_missing"})
        if step in ("consent", "needs", "declarations"):
            answers = _said(step, answers, language, at)
        if any(getattr(before, name) != getattr(answers, name) for name in IDENTITY):
            _ask_anew(registration)
        keep_answers(registration, answers, at=at)
        registration.language = language
        registration.save()


def request_email_code(*, registration_id: uuid.UUID, language: str, at: datetime) -> None:
    """Send the code that shows that an e-mail address is theirs.

    If it is somebody's already, that person is told instead, and the page says the same. Raises Refused:
    registration_unknown, registration_sent, email_missing, otp_locked (until), otp_too_soon (seconds), otp_daily_limit.
    """
    with transaction():
        email = answers_of(lock_draft(registration_id)).email
    if not email:
        raise Refused("email_missing")
    owner = person_id_by_contact(kind="email", value=email)
    send_email_code(email=email, owner=registration_id, is_free=owner is None, language=language, at=at)
    if owner is not None:
        with transaction():
            queue_message(
                person_id=owner,
                template="email_registered_again",
                channels=("email",),
                parameters={},
                dedupe_key=f"email_again:{at.astimezone(WIB).date()}",
                at=at,
            )


def confirm_email(*, registration_id: uuid.UUID, otp: str, at: datetime) -> None:
    """The code shows that the address is theirs.

    Raises Refused: registration_unknown, registration_sent, email_missing, otp_locked (until), otp_expired, otp_wrong (left).
    """
    with transaction():
        email = answers_of(lock_draft(registration_id)).email
    if not email:
        raise Refused("email_missing")
    check_email_code(email=email, owner=registration_id, otp=otp, at=at)
    with transaction():
        registration = lock_draft(registration_id)
        answers = answers_of(registration)
        # Another tab may have written another address meanwhile; the code was not for that one.
        if answers.email == email:
            keep_answers(registration, msgspec.structs.replace(answers, email_confirmed=True), at=at)
            registration.returned_for = (
                "" if registration.returned_for == "email_claimed" else registration.returned_for
            )
            registration.save()


def phone_of_registration(*, registration_id: uuid.UUID) -> str:
    """The phone that was shown to be theirs. Raises Refused: registration_unknown."""
    found = Registration.objects.filter(id=registration_id, phone_enc__isnull=False).first()
    if found is None:
        raise Refused("registration_unknown")
    return phone_of(found)


def _said(step: str, answers: Answers, language: str, at: datetime) -> Answers:
    """The answers with the yes or the statements of a page. A yes that is given again stays the first one."""
    if step == "declarations":
        made = tuple(
            Said(what, DECLARATIONS_VERSION, language, "register_declarations", at.isoformat()) for what in DECLARATIONS
        )
        return msgspec.structs.replace(answers, declarations=made)
    what = {"consent": "identity_check", "needs": "special_needs"}[step]
    others = tuple(one for one in answers.consents if one.what != what)
    if step == "needs" and not (answers.disabilities or answers.help_wanted):
        return msgspec.structs.replace(answers, consents=others)
    text = consent_text(purpose=what)
    said = answers.said_yes(what)
    if said is None or said.version != text.version:
        said = Said(what, text.version, language, f"register_{step}", at.isoformat())
    return msgspec.structs.replace(answers, consents=(*others, said))


@requires_transaction
def _ask_anew(registration: Registration) -> None:
    registration.identity_version += 1
    registration.registry_status, registration.registry_fields = UNASKED, ""
    registration.asks, registration.next_ask_at = 0, None
    if registration.returned_for == "registry":
        registration.returned_for = ""
