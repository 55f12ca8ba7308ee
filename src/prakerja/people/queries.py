"""Read persons. Sealed values are opened here and nowhere above."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from prakerja.kernel.db import rows
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import blind_index, unseal
from prakerja.people.models import ContactClaim, ContactPoint, NikClaim, Person


@dataclass(frozen=True)
class Addressee:
    """Where and in which language a message goes, and by whose clock its limits are written too.

    `value` is a phone number in E.164 or an e-mail address, `province_code` two digits.
    """

    value: str
    language: str
    province_code: str


def person_id_by_contact(*, kind: str, value: str) -> uuid.UUID | None:
    """Who holds this normalised phone number or e-mail address."""
    return (
        ContactClaim.objects.filter(kind=kind, index=blind_index(kind, value))
        .values_list("person_id", flat=True)
        .first()
    )


def person_id_by_nik(*, nik: str) -> uuid.UUID | None:
    """Who holds this NIK."""
    return NikClaim.objects.filter(index=blind_index("nik", nik)).values_list("person_id", flat=True).first()


def contact_of(*, person_id: uuid.UUID, kind: str) -> str | None:
    """The live phone number or e-mail address of a person, opened."""
    point = ContactPoint.objects.filter(person_id=person_id, kind=kind, retired_at=None).first()
    if point is None:
        return None
    return unseal(point.value_enc, table="people_contactpoint", column="value_enc", row_id=point.id)


def has_shown_contact(*, person_id: uuid.UUID, kind: str) -> bool:
    """Whether this person showed that their present phone or e-mail address is theirs; a list may have brought another's."""
    return ContactPoint.objects.filter(
        person_id=person_id, kind=kind, retired_at=None, verified_at__isnull=False
    ).exists()


def addressees_of(*, person_ids: list[uuid.UUID], kind: str) -> dict[uuid.UUID, Addressee]:
    """Live contact points of many persons at once, for the outbox. `kind` is phone or email."""
    points = ContactPoint.objects.filter(person_id__in=person_ids, kind=kind, retired_at=None).select_related("person")
    return {
        point.person_id: Addressee(
            value=unseal(point.value_enc, table="people_contactpoint", column="value_enc", row_id=point.id),
            language=point.person.language,
            province_code=point.person.province_code,
        )
        for point in points
    }


def name_of(*, person_id: uuid.UUID) -> str:
    """What this person is called. Raises Refused: person_unknown."""
    found = Person.objects.values_list("name", flat=True).filter(id=person_id).first()
    if found is None:
        raise Refused("person_unknown")
    return found


def niks_of(*, person_ids: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The NIKs of many people, opened: for the blacklist, which knows them by their blind index."""
    sealed = rows("SELECT id, nik_enc FROM people_person WHERE id = ANY(%s)", [person_ids])
    return {person: unseal(nik, table="people_person", column="nik_enc", row_id=person) for person, nik in sealed}


def province_of(*, person_id: uuid.UUID) -> str:
    """The two digits of the province where this person registered; "" when there is no such person."""
    return Person.objects.values_list("province_code", flat=True).filter(id=person_id).first() or ""


def nik_of(*, person_id: uuid.UUID) -> str:
    """The NIK, opened: for the name inquiry at a payout provider and the owner's own ticket only. Raises Person.DoesNotExist."""
    sealed = Person.objects.values_list("nik_enc", flat=True).get(id=person_id)
    return unseal(sealed, table="people_person", column="nik_enc", row_id=person_id)
