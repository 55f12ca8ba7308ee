"""A registration's row: found, locked, its answers opened and sealed again."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from prakerja.kernel.db import requires_transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import seal, unseal
from prakerja.registrations.answers import Answers, decode, encode
from prakerja.registrations.models import Registration


def place(table: str, column: str, row_id: uuid.UUID) -> dict[str, Any]:
    """Where a sealed value stands."""
    return {"table": f"registrations_{table}", "column": column, "row_id": row_id}


@requires_transaction
def lock_registration(registration_id: uuid.UUID) -> Registration:
    """The row, locked. Raises Refused: registration_unknown."""
    found = Registration.objects.select_for_update(no_key=True).filter(id=registration_id).first()
    if found is None:
        raise Refused("registration_unknown")
    return found


@requires_transaction
def lock_draft(registration_id: uuid.UUID) -> Registration:
    """The row, locked, as long as its owner may still write. Raises Refused: registration_unknown, registration_sent."""
    found = lock_registration(registration_id)
    if found.status != "drafting":
        raise Refused("registration_sent")
    return found


def answers_of(registration: Registration) -> Answers:
    """What was answered so far."""
    if registration.answers_enc is None:
        return Answers()
    return decode(unseal(registration.answers_enc, **place("registration", "answers_enc", registration.id)))


def phone_of(registration: Registration) -> str:
    """The phone that was shown to be theirs."""
    assert registration.phone_enc is not None
    return unseal(registration.phone_enc, **place("registration", "phone_enc", registration.id))


def keep_answers(registration: Registration, answers: Answers, *, at: datetime) -> None:
    """Put the answers on a locked row, which the caller saves."""
    registration.answers_enc = seal(encode(answers), **place("registration", "answers_enc", registration.id))
    registration.touched_at, registration.told_of_end_at = at, None
