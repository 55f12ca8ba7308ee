"""Read lost phones: where a browser stands, what waits for operators, what its owner may object to."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.access.stranger_codes import EmailCodeState, new_phone_code_state
from prakerja.people.queries import name_of
from prakerja.privacy.lost_phone_rows import phone_of
from prakerja.privacy.models import LostPhoneCase, LostPhonePhoto
from prakerja.privacy.states import LOST_PHONE_STATES


@dataclass(frozen=True)
class OwnLostPhone:
    """Where whoever asks stands; nothing here says whether there is a person. `phone` is the new one."""

    case_id: uuid.UUID
    status: str
    phone: str
    photos: frozenset[str]


@dataclass(frozen=True)
class LostPhoneDocuments:
    """What was written and sent; "" and None where there is nothing. Never logged, never kept."""

    nik: str
    phone: str
    words: str
    ktp: bytes | None
    kk: bytes | None


@dataclass(frozen=True)
class LostPhoneLine:
    """A case for operators. `about` is nil when nobody has the NIK. Instants are programme time."""

    case_id: uuid.UUID
    status: str
    about: uuid.UUID | None
    person_name: str
    sent_at: datetime
    answer_by: datetime
    proposed_by: str
    reason: str
    changes_at: datetime | None
    answer: str

    @property
    def is_waiting(self) -> bool:
        """Whether an operator has something to do."""
        return self.status in LOST_PHONE_STATES.group("WAITING")

    @property
    def is_live(self) -> bool:
        """Whether it can still be stopped."""
        return self.status in LOST_PHONE_STATES.group("LIVE")


def own_lost_phone(*, case_id: uuid.UUID) -> OwnLostPhone | None:
    """What this browser began and has not sent."""
    case = LostPhoneCase.objects.filter(id=case_id, status__in=LOST_PHONE_STATES.group("UNSENT")).first()
    if case is None:
        return None
    photos = LostPhonePhoto.objects.filter(case=case).values_list("kind", flat=True)
    return OwnLostPhone(case_id, case.status, phone_of(case), frozenset(photos))


def lost_phone_code_state(*, own: OwnLostPhone, at: datetime) -> EmailCodeState:
    """Where the code of the new phone stands."""
    return new_phone_code_state(phone=own.phone, owner=own.case_id, at=at)


def waiting_lost_phones(*, most: int) -> list[LostPhoneLine]:
    """Those that wait for an operator or for their day, whose answer is due first, at most `most`."""
    found = LostPhoneCase.objects.filter(status__in=LOST_PHONE_STATES.group("LIVE")).order_by("answer_by", "id")
    return [_line(case) for case in found[:most]]


def lost_phone_line(*, case_id: uuid.UUID) -> LostPhoneLine | None:
    """One that was sent."""
    case = LostPhoneCase.objects.filter(id=case_id, sent_at__isnull=False).first()
    return None if case is None else _line(case)


def lost_phone_about(*, person_id: uuid.UUID) -> datetime | None:
    """When somebody asked for another phone for this person, as long as it can be stopped; None when nobody did."""
    live = LostPhoneCase.objects.filter(about=person_id, status__in=LOST_PHONE_STATES.group("LIVE"))
    return live.order_by("sent_at").values_list("sent_at", flat=True).first()


def _line(case: LostPhoneCase) -> LostPhoneLine:
    assert case.sent_at is not None
    assert case.answer_by is not None
    return LostPhoneLine(
        case_id=case.id,
        status=case.status,
        about=case.about,
        person_name=name_of(person_id=case.about) if case.about else "",
        sent_at=case.sent_at,
        answer_by=case.answer_by,
        proposed_by=case.proposed_by,
        reason=case.reason,
        changes_at=case.changes_at,
        answer=case.answer,
    )
