"""What somebody who registers wrote and sent, for an operator who decides about it and says why. Nothing is opened otherwise."""

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
from prakerja.people.revealing import require_why
from prakerja.registrations.models import Case
from prakerja.registrations.photos import open_photo
from prakerja.registrations.rows import answers_of, phone_of, place


@dataclass(frozen=True)
class CaseDocuments:
    """What was written and sent; "" and None where there is nothing. Never logged, never kept."""

    name: str
    nik: str
    family_card_number: str
    birth_date: date | None
    phone: str
    words: str
    ktp: bytes | None
    kk: bytes | None


@permitted("registration.reveal")
def reveal_case(*, case_id: uuid.UUID, why: str, actor: Actor, at: datetime) -> CaseDocuments:
    """Open the identity, the words and the photos of a case, and write down who saw them and why.

    `why` has 10 to 500 characters. Raises Refused: not_permitted, reason_missing, case_unknown.
    """
    reason = require_why(why)
    with transaction():
        case = Case.objects.filter(id=case_id).select_related("registration").first()
        if case is None:
            raise Refused("case_unknown")
        registration = case.registration
        answers = answers_of(registration)
        found = CaseDocuments(
            name=answers.name,
            nik=answers.nik,
            family_card_number=answers.family_card_number,
            birth_date=answers.birth_date,
            phone=phone_of(registration) if registration.phone_enc is not None else "",
            words=unseal(case.words_enc, **place("case", "words_enc", case.id)) if case.words_enc else "",
            ktp=open_photo(registration_id=registration.id),
            kk=open_photo(registration_id=registration.id, kind="kk"),
        )
        record(
            action="registration.revealed",
            at=at,
            actor=actor,
            subject_kind="registration",
            subject_id=registration.id,
            data={"fields": ["nik", "family_card_number", "birth_date", "phone", "words", "ktp", "kk"]},
            why=reason,
        )
    return found
