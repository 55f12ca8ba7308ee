"""The blacklist: who may never be awarded again, by the NIK, so that a new account of the same person is found too."""

from __future__ import annotations

import uuid
from datetime import datetime

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
