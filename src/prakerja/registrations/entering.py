"""The way in: a phone and the code that was sent to it. What it opens is known only to whoever holds the phone.

A registered number, one whose owner registers just now and one of nobody get the same answers at the same pace; the code
then leads to the dashboard, to the task list, or to a new registration (ADR 0033).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.access.code_load import note_asked, note_used, note_wrong
from prakerja.access.sign_in_codes import Asker
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import blind_index, seal
from prakerja.kernel.typed import normal_phone
from prakerja.people.operations import request_sign_in_otp, sign_in_by_code
from prakerja.registrations.answers import Answers
from prakerja.registrations.models import Registration
from prakerja.registrations.rows import keep_answers, place
from prakerja.registrations.states import REGISTRATION_STATES


@dataclass(frozen=True)
class Entered:
    """Who came in: a person, or somebody who registers. Exactly one of the two."""

    person_id: uuid.UUID | None
    registration_id: uuid.UUID | None
    # Whether the code came by SMS: only that shows that they hold the phone.
    holds_phone: bool = True


def request_code(
    *, phone: str, begins: bool, language: str, asker: Asker, at: datetime, has_waited: bool = False
) -> None:
    """Send a code by SMS to whoever signs in, goes on registering or, when `begins`, begins to.

    `has_waited`: this browser was given a turn for this number, which has come. Raises Refused: phone_format, otp_locked (until),
    otp_too_soon (seconds), otp_daily_limit, codes_queued (turn_at), codes_queue_full (until).
    """
    if not has_waited:
        note_asked(asker=asker, at=at)
    wanted = begins or _live(phone) is not None
    request_sign_in_otp(phone=phone, asker=asker, at=at, stranger_language=language if wanted else "")


def request_code_by_email(*, phone: str, asker: Asker, at: datetime, has_waited: bool = False) -> None:
    """Send a code to the e-mail address of whoever signs in, if they have one; who registers has none yet.

    Raises Refused: as `request_code`.
    """
    if not has_waited:
        note_asked(asker=asker, at=at)
    request_sign_in_otp(phone=phone, asker=asker, at=at, channel="email")


def enter(*, phone: str, otp: str, language: str, asker: Asker, at: datetime) -> Entered:
    """Check the code and say whom it lets in; somebody whom nobody knows yet has a registration from now on.

    Raises Refused: phone_format, otp_wrong (left), otp_expired, otp_locked, otp_of_other_browser.
    """
    try:
        person_id, channel, wrong = sign_in_by_code(phone=phone, otp=otp, asker=asker, at=at)
    except Refused as refused:
        if refused.reason == "otp_wrong" or "wrong" in refused.details:
            note_wrong(asker=asker, at=at)
        raise
    note_used(asker=asker, at=at, wrong=wrong)
    if person_id is not None:
        return Entered(person_id, None, holds_phone=channel == "sms")
    return Entered(None, _begin(phone=phone, language=language, at=at))


def _live(phone: str) -> Registration | None:
    number = normal_phone(phone)
    if number is None:
        return None
    return Registration.objects.filter(
        phone_index=blind_index("phone", number), status__in=REGISTRATION_STATES.group("LIVE")
    ).first()


def _begin(*, phone: str, language: str, at: datetime) -> uuid.UUID:
    """The registration of this phone: the one that is there, or a new one. Two at once get one."""
    number = normal_phone(phone)
    if number is None:
        raise Refused("phone_format")
    registration_id = new_id()
    fresh = Registration(
        id=registration_id,
        phone_index=blind_index("phone", number),
        phone_enc=seal(number, **place("registration", "phone_enc", registration_id)),
        language=language,
        begun_at=at,
    )
    keep_answers(fresh, Answers(), at=at)
    with transaction():
        found = _live(number)
        if found is None:
            Registration.objects.bulk_create([fresh], ignore_conflicts=True)
            found = _live(number)
        assert found is not None
        Registration.objects.filter(id=found.id).update(touched_at=at, told_of_end_at=None, language=language)
    return found.id
