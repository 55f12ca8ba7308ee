"""A person changes their own phone or e-mail address: a code is sent to the new one, and whoever types it has it (rules.md 8.5).

To ask says nothing about the new number: the code goes there whoever holds it, and only who typed it hears that it is another's.
The phone goes by `disbursements.changing_phone`, which knows whether an account is still linked.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.operations import check_challenge, send_challenge
from prakerja.audit.operations import record
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.typed import normal_email, normal_phone
from prakerja.notifications.templates import SENT_TO
from prakerja.people.contacts import ContactKind, replace_contact
from prakerja.people.models import ContactPoint, Person
from prakerja.people.queries import contact_of

# What the code is for; the phone's is worded as at registering.
PURPOSES: dict[ContactKind, str] = {"phone": "phone", "email": "change_email"}


def request_contact_code(*, person_id: uuid.UUID, kind: ContactKind, value: str, at: datetime) -> str:
    """Send a code to the new phone or address and return it normalised. Raises Refused: phone_format, email_format,
    contact_same, person_unknown, otp_locked (until), otp_too_soon (seconds), otp_daily_limit."""
    found = normalised(kind=kind, value=value)
    person = Person.objects.filter(id=person_id).first()
    if person is None:
        raise Refused("person_unknown")
    if contact_of(person_id=person_id, kind=kind) == found:
        raise Refused("contact_same")
    send_challenge(
        person_id=person_id,
        purpose=PURPOSES[kind],
        at=at,
        subject=found,
        parameters={SENT_TO: found, "language": person.language},
        channel="sms" if kind == "phone" else "email",
    )
    return found


def check_contact_code(*, person_id: uuid.UUID, kind: ContactKind, value: str, otp: str, at: datetime) -> None:
    """Use up the code that was sent to this phone or address. Raises Refused: otp_wrong (left), otp_expired, otp_locked (until)."""
    subject = normalised(kind=kind, value=value)
    check_challenge(person_id=person_id, purpose=PURPOSES[kind], otp=otp, subject=subject, at=at)


def change_email(*, person_id: uuid.UUID, email: str, otp: str, at: datetime) -> None:
    """Take the new e-mail address. Raises Refused: email_format, otp_wrong (left), otp_expired, otp_locked, contact_same,
    contact_of_other_person."""
    check_contact_code(person_id=person_id, kind="email", value=email, otp=otp, at=at)
    with transaction():
        take_contact(person_id=person_id, kind="email", value=email, at=at)


@requires_transaction
def take_contact(*, person_id: uuid.UUID, kind: ContactKind, value: str, at: datetime) -> None:
    """Put the proven value in the place of the old one. Raises Refused: person_unknown, contact_same, contact_of_other_person."""
    if not Person.objects.select_for_update(no_key=True).filter(id=person_id).exists():
        raise Refused("person_unknown")
    actor = Actor.participant(person_id)
    before = replace_contact(
        person_id=person_id,
        kind=kind,
        found=normalised(kind=kind, value=value),
        verified_at=at,
        told_by="changed",
        actor=actor,
        at=at,
    )
    record(
        action="person.contact_changed",
        at=at,
        actor=actor,
        person_id=person_id,
        subject_kind="person",
        subject_id=person_id,
        data={"kind": kind, "had_one": before is not None},
    )


def note_shown_phone(*, person_id: uuid.UUID, at: datetime) -> None:
    """A code came back that was sent to this person's phone: it is theirs, whether a list brought it or an operator typed it."""
    ContactPoint.objects.filter(person_id=person_id, kind="phone", retired_at=None, verified_at=None).update(
        verified_at=at
    )


@requires_transaction
def take_found_phone(*, person_id: uuid.UUID, phone: str, verified_at: datetime, actor: Actor, at: datetime) -> None:
    """Put a phone (normalised), shown to be theirs at `verified_at`, in the place of a lost one. Both are told as of a correction.

    Raises Refused: person_unknown, contact_same, contact_of_other_person.
    """
    if not Person.objects.select_for_update(no_key=True).filter(id=person_id).exists():
        raise Refused("person_unknown")
    replace_contact(
        person_id=person_id,
        kind="phone",
        found=phone,
        verified_at=verified_at,
        told_by="corrected",
        actor=actor,
        at=at,
    )


def normalised(*, kind: ContactKind, value: str) -> str:
    """As it is stored. Raises Refused: phone_format, email_format."""
    found = normal_phone(value) if kind == "phone" else normal_email(value)
    if found is None:
        raise Refused(f"{kind}_format")
    return found
