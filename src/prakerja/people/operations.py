"""Persons come to exist, and sign in by a code sent to their phone."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.access.sign_in_codes import (
    Asker,
    CodeState,
    check_sign_in_code,
    send_sign_in_code,
    sign_in_code_state,
)
from prakerja.kernel.db import copy_in, requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import blind_index, seal
from prakerja.kernel.typed import normal_phone
from prakerja.people.models import ContactClaim, ContactPoint, NikClaim, Person
from prakerja.people.policies import EDUCATION, Identity
from prakerja.people.queries import person_id_by_contact

# A program without a browser: what a test or a command asks for counts together.
NOBODY = Asker()


@requires_transaction
def register_many(*, identities: list[Identity], at: datetime) -> list[uuid.UUID]:
    """Make persons with sealed identity, their contact points and claims, set-based. Returns their ids in order.

    The caller has refused what is malformed and what is claimed already; a claim lost to a rival is an IntegrityError
    that rolls the whole batch back, and the caller may try again.
    """
    people, contacts, nik_claims, contact_claims = [], [], [], []
    for identity in identities:
        person_id = new_id()
        people.append(
            Person(
                id=person_id,
                name=identity.name,
                birth_date=identity.birth_date,
                nik_enc=seal(identity.nik, table="people_person", column="nik_enc", row_id=person_id),
                family_card_enc=seal(
                    identity.family_card_number,
                    table="people_person",
                    column="family_card_enc",
                    row_id=person_id,
                ),
                family_card_index=blind_index("family_card", identity.family_card_number),
                province_code=identity.province_code,
                education=EDUCATION[identity.education],
                language=identity.language,
                created_at=at,
            )
        )
        nik_claims.append(NikClaim(index=blind_index("nik", identity.nik), person_id=person_id))
        for kind, value in (("phone", identity.phone), ("email", identity.email)):
            contact_id = new_id()
            contacts.append(
                ContactPoint(
                    id=contact_id,
                    person_id=person_id,
                    kind=kind,
                    value_enc=seal(value, table="people_contactpoint", column="value_enc", row_id=contact_id),
                    verified_at=at,
                )
            )
            contact_claims.append(ContactClaim(kind=kind, index=blind_index(kind, value), person_id=person_id))
    for made in (people, nik_claims, contacts, contact_claims):
        copy_in(made)
    return [person.id for person in people]


def request_sign_in_otp(*, phone: str, at: datetime, asker: Asker = NOBODY) -> None:
    """Send a sign-in code by SMS. A number that nobody registered gets the same answer, so that nobody can be looked up.

    Raises Refused: phone_format, otp_locked (until), otp_too_soon (seconds), otp_daily_limit.
    """
    number, person_id = _registered(phone)
    send_sign_in_code(phone=number, person_id=person_id, asker=asker, at=at)


def sign_in(*, phone: str, otp: str, at: datetime, asker: Asker = NOBODY) -> uuid.UUID:
    """The person who holds this phone and the code that `asker` asked for.

    Raises Refused: phone_format, otp_wrong (left), otp_expired, otp_locked.
    """
    number, person_id = _registered(phone)
    check_sign_in_code(phone=number, person_id=person_id, otp=otp, asker=asker, at=at)
    assert person_id is not None
    return person_id


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
