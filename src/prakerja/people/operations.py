"""Persons come to exist (`listed`, `registered`), and sign in by a code sent to their phone."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import NamedTuple

from prakerja.access.sign_in_codes import (
    Asker,
    Channel,
    CodeState,
    check_sign_in_code,
    send_sign_in_code,
    sign_in_code_state,
)
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.typed import normal_phone
from prakerja.people.changing import change_email, note_shown_phone, request_contact_code
from prakerja.people.listed import register_listed
from prakerja.people.models import Person
from prakerja.people.queries import has_shown_contact, person_id_by_contact
from prakerja.people.registered import register_person

__all__ = [
    "change_email",
    "register_listed",
    "register_person",
    "request_contact_code",
    "request_sign_in_otp",
    "set_language",
    "sign_in",
    "sign_in_by_code",
    "sign_in_state",
]

# A program without a browser: what a test or a command asks for counts together.
NOBODY = Asker()


class SignedIn(NamedTuple):
    """Who signed in, None when whoever holds the phone is nobody yet, by which way their code was sent, and how many wrong ones
    they typed before it."""

    person_id: uuid.UUID | None
    channel: Channel
    wrong: int = 0


def request_sign_in_otp(
    *, phone: str, at: datetime, asker: Asker = NOBODY, stranger_language: str = "", channel: Channel = "sms"
) -> None:
    """Send a sign-in code by SMS. A number that nobody registered gets the same answer, so that nobody can be looked up.

    By `email` it goes to the address that the person showed to be theirs (rules.md 12.13); without one nothing leaves.
    With a `stranger_language` (id or en) somebody registers, and the phone of nobody gets a code too. Raises Refused:
    phone_format, otp_locked (until), otp_too_soon (seconds), otp_daily_limit.
    """
    number, person_id = _registered(phone)
    by_sms = channel == "sms"
    send_sign_in_code(
        phone=number,
        person_id=person_id,
        asker=asker,
        at=at,
        stranger_language=stranger_language if by_sms else "",
        channel=channel,
        may_reach=by_sms or (person_id is not None and has_shown_contact(person_id=person_id, kind="email")),
    )


def sign_in(*, phone: str, otp: str, at: datetime, asker: Asker = NOBODY) -> uuid.UUID | None:
    """The person who holds this phone and the code that `asker` asked for; None when whoever holds it is nobody yet.

    Raises Refused: phone_format, otp_wrong (left), otp_expired, otp_locked, otp_of_other_browser.
    """
    return sign_in_by_code(phone=phone, otp=otp, at=at, asker=asker).person_id


def sign_in_by_code(*, phone: str, otp: str, at: datetime, asker: Asker = NOBODY) -> SignedIn:
    """The same, with the way by which the code came. Raises Refused: as `sign_in`."""
    number, person_id = _registered(phone)
    channel, wrong = check_sign_in_code(phone=number, person_id=person_id, otp=otp, asker=asker, at=at)
    if person_id is not None and channel == "sms":
        note_shown_phone(person_id=person_id, at=at)
    return SignedIn(person_id, channel, wrong)


def sign_in_state(*, phone: str, at: datetime, asker: Asker) -> CodeState:
    """Where this browser stands with its code; the same for a number of nobody. Raises Refused: phone_format."""
    number, person_id = _registered(phone)
    return sign_in_code_state(phone=number, person_id=person_id, asker=asker, at=at)


def _registered(phone: str) -> tuple[str, uuid.UUID | None]:
    number = normal_phone(phone)
    if number is None:
        raise Refused("phone_format")
    return number, person_id_by_contact(kind="phone", value=number)


def set_language(*, person_id: uuid.UUID, language: str) -> None:
    """Remember the language (`id` or `en`) of a person's messages. Raises Refused: language_unknown."""
    if language not in ("id", "en"):
        raise Refused("language_unknown")
    with transaction():
        Person.objects.filter(id=person_id).update(language=language)
