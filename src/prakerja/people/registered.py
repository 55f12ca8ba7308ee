"""One person comes to exist by registering: claimed first, so that of two who want the same NIK, phone or address one wins."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from prakerja.kernel.db import requires_transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import blind_index, seal
from prakerja.people.models import ContactClaim, ContactPoint, NikClaim, Person
from prakerja.people.policies import EDUCATION, Identity


@requires_transaction
def register_person(*, person_id: uuid.UUID, identity: Identity, at: datetime) -> None:
    """Make a person of a proven identity; an `email` of "" is none. Phone and address were confirmed by codes.

    What is unique across people is claimed first, in one order (NIK, phone, e-mail), and a claim that somebody else holds is
    refused: the caller's transaction ends with it. Raises Refused: nik_claimed, phone_claimed, email_claimed (holder).
    """
    nik_index = blind_index("nik", identity.nik)
    NikClaim.objects.bulk_create([NikClaim(index=nik_index, person_id=person_id)], ignore_conflicts=True)
    holder = NikClaim.objects.values_list("person_id", flat=True).get(index=nik_index)
    if holder != person_id:
        raise Refused("nik_claimed", holder=holder)
    contacts = [("phone", identity.phone), *([("email", identity.email)] if identity.email else [])]
    for kind, value in contacts:
        index = blind_index(kind, value)
        ContactClaim.objects.bulk_create(
            [ContactClaim(id=new_id(), kind=kind, index=index, person_id=person_id)], ignore_conflicts=True
        )
        holder = ContactClaim.objects.values_list("person_id", flat=True).get(kind=kind, index=index)
        if holder != person_id:
            raise Refused(f"{kind}_claimed", holder=holder)
    place: dict[str, Any] = {"table": "people_person", "row_id": person_id}
    Person.objects.create(
        id=person_id,
        name=identity.name,
        birth_date=identity.birth_date,
        nik_enc=seal(identity.nik, column="nik_enc", **place),
        family_card_enc=seal(identity.family_card_number, column="family_card_enc", **place),
        family_card_index=blind_index("family_card", identity.family_card_number),
        province_code=identity.province_code,
        education=EDUCATION[identity.education],
        language=identity.language,
        created_at=at,
    )
    points = [(kind, value, new_id()) for kind, value in contacts]
    ContactPoint.objects.bulk_create(
        [
            ContactPoint(
                id=point_id,
                person_id=person_id,
                kind=kind,
                value_enc=seal(value, table="people_contactpoint", column="value_enc", row_id=point_id),
                verified_at=at,
            )
            for kind, value, point_id in points
        ]
    )
