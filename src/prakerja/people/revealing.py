"""What is sealed of a person, for an operator who says why. Nothing is opened for a page in any other way."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import unseal
from prakerja.people import queries
from prakerja.people.models import Person

FEWEST_CHARACTERS = 10
MOST_CHARACTERS = 500


@dataclass(frozen=True)
class PersonalData:
    """What identifies a person and how they are reached; "" where there is nothing. Never logged, never kept."""

    name: str
    nik: str
    family_card_number: str
    birth_date: date
    phone: str
    email: str


def require_why(why: str) -> str:
    """The reason on one line. Raises Refused: reason_missing (fewer than 10 characters, or more than 500)."""
    reason = " ".join(why.split())
    if not FEWEST_CHARACTERS <= len(reason) <= MOST_CHARACTERS:
        raise Refused("reason_missing")
    return reason


@permitted("person.reveal")
def reveal(*, person_id: uuid.UUID, why: str, actor: Actor, at: datetime) -> PersonalData:
    """Open a person's identity numbers and contact points, and write down who saw them and why.

    `why` has 10 to 500 characters. Raises Refused: not_permitted, reason_missing, person_unknown.
    """
    reason = require_why(why)
    with transaction():
        person = Person.objects.filter(id=person_id).first()
        if person is None:
            raise Refused("person_unknown")
        found = PersonalData(
            name=person.name,
            nik=queries.nik_of(person_id=person_id),
            family_card_number=unseal(
                person.family_card_enc, table="people_person", column="family_card_enc", row_id=person_id
            ),
            birth_date=person.birth_date,
            phone=queries.contact_of(person_id=person_id, kind="phone") or "",
            email=queries.contact_of(person_id=person_id, kind="email") or "",
        )
        record(
            action="person.revealed",
            at=at,
            actor=actor,
            person_id=person_id,
            subject_kind="person",
            subject_id=person_id,
            data={"fields": ["nik", "family_card_number", "birth_date", "phone", "email"]},
            why=reason,
        )
    return found
