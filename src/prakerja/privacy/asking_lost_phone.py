"""Whoever lost the phone that they sign in with asks that another be theirs: the new phone proven, two cards photographed.

Until operators answer, nothing here depends on whether the NIK is anybody's: the same pages and the same sentences.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.access.actors import SYSTEM
from prakerja.access.code_load import note_asked
from prakerja.access.sign_in_codes import Asker
from prakerja.access.stranger_codes import check_new_phone_code, send_new_phone_code
from prakerja.audit.operations import record
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import blind_index, seal, seal_bytes
from prakerja.kernel.typed import normal_digits, normal_lines, normal_phone
from prakerja.notifications.operations import queue_message
from prakerja.people.policies import nik_problem
from prakerja.people.queries import contact_of, person_id_by_contact, person_id_by_nik
from prakerja.privacy.lost_phone_policies import LONGEST_WORDS, MOST_OF_A_NIK, PHOTOS, lost_phone_terms
from prakerja.privacy.lost_phone_rows import lock_case, phone_of, place
from prakerja.privacy.models import LostPhoneCase, LostPhonePhoto
from prakerja.privacy.states import LOST_PHONE_STATES
from prakerja.registrations.photos import read_photo

_NOBODY = Asker()


def ask_for_new_phone(*, phone: str, language: str, at: datetime, asker: Asker = _NOBODY) -> uuid.UUID:
    """Begin, and send a code to the new phone, whoever's it is; returns the case, which only this browser may know.

    Raises Refused: phone_format, otp_daily_limit, codes_queue_full (until).
    """
    number = normal_phone(phone)
    if number is None:
        raise Refused("phone_format")
    note_asked(asker=asker, at=at, gives_turn=False)
    case_id = new_id()
    send_new_phone_code(phone=number, owner=case_id, language=language, at=at)
    with transaction():
        LostPhoneCase.objects.create(
            id=case_id,
            language=language,
            phone_index=blind_index("phone", number),
            phone_enc=seal(number, **place("phone_enc", case_id)),
            asked_at=at,
        )
    return case_id


def send_lost_phone_code(*, case_id: uuid.UUID, at: datetime) -> None:
    """Send another code to the same new phone. Raises Refused: lost_phone_unknown, otp_locked (until), otp_too_soon (seconds),
    otp_daily_limit."""
    case = LostPhoneCase.objects.filter(id=case_id, status="asked").first()
    if case is None:
        raise Refused("lost_phone_unknown")
    send_new_phone_code(phone=phone_of(case), owner=case_id, language=case.language, at=at)


def prove_new_phone(*, case_id: uuid.UUID, otp: str, at: datetime) -> None:
    """Use up the code. Only who typed it hears that somebody signs in with this phone already.

    Raises Refused: lost_phone_unknown, otp_locked (until), otp_expired, otp_wrong (left), lost_phone_taken.
    """
    case = LostPhoneCase.objects.filter(id=case_id, status="asked").first()
    if case is None:
        raise Refused("lost_phone_unknown")
    phone = phone_of(case)
    check_new_phone_code(phone=phone, owner=case_id, otp=otp, at=at)
    if person_id_by_contact(kind="phone", value=phone) is not None:
        raise Refused("lost_phone_taken")
    with transaction():
        case = lock_case(case_id)
        case.status = LOST_PHONE_STATES.advance(current=case.status, verb="prove")
        case.proven_at = at
        case.save(update_fields=["status", "proven_at"])


def keep_card_photo(*, case_id: uuid.UUID, kind: str, content: bytes, at: datetime) -> None:
    """Keep the photo of a card (`ktp` or `kk`); a newer one takes the place of the old.

    Raises Refused: lost_phone_unknown, and as `registrations.photos.read_photo`.
    """
    photo = read_photo(content)
    photo_id = new_id()
    sealed = seal_bytes(photo.content, **place("content_enc", photo_id, "lostphonephoto"))
    with transaction():
        case = _proven(case_id)
        LostPhonePhoto.objects.filter(case=case, kind=kind).delete()
        LostPhonePhoto.objects.create(id=photo_id, case=case, kind=kind, content_enc=sealed, taken_at=at)


def send_lost_phone_case(*, case_id: uuid.UUID, nik: str, words: str, at: datetime) -> str:
    """Send everything to the operators, and tell the old phone, the e-mail and the dashboard of the person with this NIK, if
    there is one, at once. Returns the number of the case.

    `words` (at most 500 characters) may be empty. Raises Refused: lost_phone_unknown, lost_phone_photos, nik_format,
    words_too_long, lost_phone_many (too many wait for this NIK, whether it is anybody's or not), lost_phone_open (one waits
    for this phone).
    """
    said, number = normal_lines(words).strip(), normal_digits(nik)
    if problem := nik_problem(number):
        raise Refused(problem)
    if len(said) > LONGEST_WORDS:
        raise Refused("words_too_long", most=LONGEST_WORDS)
    index = blind_index("nik", number)
    with transaction():
        case = _proven(case_id)
        if LostPhonePhoto.objects.filter(case=case).count() < len(PHOTOS):
            raise Refused("lost_phone_photos")
        live = LostPhoneCase.objects.filter(status__in=LOST_PHONE_STATES.group("LIVE"))
        if live.filter(nik_index=index).count() >= MOST_OF_A_NIK:
            raise Refused("lost_phone_many")
        if live.filter(phone_index=case.phone_index).exists():
            raise Refused("lost_phone_open")
        case.status = LOST_PHONE_STATES.advance(current=case.status, verb="send")
        case.nik_index, case.nik_enc = index, seal(number, **place("nik_enc", case_id))
        case.words_enc = seal(said, **place("words_enc", case_id)) if said else None
        case.about = _somebody(number)
        case.sent_at, case.answer_by = at, at + lost_phone_terms(at).answer_within
        case.save()
        record(
            action="lost_phone.asked",
            at=at,
            actor=SYSTEM,
            person_id=case.about,
            subject_kind="lost_phone_case",
            subject_id=case_id,
        )
        if case.about is not None:
            queue_message(
                person_id=case.about,
                template="lost_phone_asked",
                channels=("sms", "email", "dashboard"),
                parameters={"asked_at": at.isoformat()},
                dedupe_key=f"lost_phone_asked:{case_id}",
                at=at,
            )
    return number_of(case_id)


def number_of(case_id: uuid.UUID) -> str:
    """What people call the case by."""
    return case_id.hex[-8:].upper()


def _proven(case_id: uuid.UUID) -> LostPhoneCase:
    case = lock_case(case_id)
    if case.status != "proven":
        raise Refused("lost_phone_unknown")
    return case


def _somebody(nik: str) -> uuid.UUID | None:
    """Who signs in by a phone and has this NIK; whose data was erased has no phone and is nobody here."""
    person_id = person_id_by_nik(nik=nik)
    return person_id if person_id is not None and contact_of(person_id=person_id, kind="phone") else None
