"""The blacklist: who may never be awarded again, by the NIK, so that a new account of the same person is found too."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import connection

from prakerja.awards.models import Blacklist
from prakerja.kernel.db import requires_transaction
from prakerja.kernel.secrets import blind_index
from prakerja.people import queries as people


@requires_transaction
def blacklist_person(*, person_id: uuid.UUID, reason: str, at: datetime) -> None:
    """Exclude a person for life; the first reason stays (rules.md 8.1)."""
    Blacklist.objects.get_or_create(
        nik_index=blind_index("nik", people.nik_of(person_id=person_id)),
        defaults={"person_id": person_id, "reason": reason, "listed_at": at},
    )


@requires_transaction
def blacklist_people(*, person_ids: list[uuid.UUID], reason: str, at: datetime) -> None:
    """The same for many people, in one statement."""
    niks = people.niks_of(person_ids=person_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO awards_blacklist (nik_index, person_id, reason, listed_at)"
            " SELECT nik_index, person_id, %s, %s FROM unnest(%s::bytea[], %s::uuid[]) AS given (nik_index, person_id)"
            " ON CONFLICT DO NOTHING",
            [reason, at, [blind_index("nik", nik) for nik in niks.values()], list(niks)],
        )
