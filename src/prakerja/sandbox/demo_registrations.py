"""The people of the world `g21` who register and join: somebody at every stage of it, brought there by the real operations.

Which word the demo's registry has for whom is told by the last four digits of the NIK (`examples/world`).
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from PIL import Image, ImageDraw, ImageFont

from prakerja.access.sign_in_codes import Asker
from prakerja.intake.operations import join_wave
from prakerja.intake.queries import wave
from prakerja.kernel.clock import parse_instant
from prakerja.people.queries import person_id_by_contact
from prakerja.registrations.operations import (
    ask_human,
    ask_registry,
    enter,
    request_code,
    save_photo,
    save_step,
    submit_registration,
)
from prakerja.registrations.policies import DECLARATIONS
from prakerja.sandbox.peeking import stranger_otp
from prakerja.sittings.operations import answer_question, begin_sitting, hand_in
from prakerja.sittings.queries import own_sitting


@dataclass(frozen=True)
class DemoRegistrant:
    name: str
    nik: str
    phone: str
    # A key of STAGES.
    stage: str
    province_code: str = "33"
    # "" for one of their own.
    family_card: str = ""


# Begun; the family card differs; sent while the registry was silent; a human looks; registered; has taken the test and may join;
# has joined the open wave; joined wave 21 and was not selected; joined three and was selected in none.
STAGES = (
    "registering", "registry_differs", "registry_waits", "registry_case", "registered", "tested", "joined", "not_selected",
    "thrice_not_selected",
)  # fmt: skip
REGISTRANTS = (
    DemoRegistrant("Putri Lestari", "9901021708980001", "+6281321000131", "registering"),
    DemoRegistrant("Agus Firmansyah", "9901030509959051", "+6281321000132", "registry_differs"),
    DemoRegistrant("Laras Kusuma", "9901045203979053", "+6281321000133", "registry_waits"),
    DemoRegistrant("Joko Pamungkas", "9901051106889011", "+6281321000134", "registry_case"),
    DemoRegistrant("Dewi Anggraini", "9901064412990101", "+6281321000135", "registered"),
    DemoRegistrant("Sari Wulandari", "9901075507960111", "+6281321000136", "tested"),
    DemoRegistrant("Hendra Saputro", "9901082302930121", "+6281321000137", "joined"),
    DemoRegistrant("Nia Rahmadani", "9901095811940131", "+6281321000138", "not_selected"),
    DemoRegistrant(
        "Raden Roro Kusumaningtyas Wulandari Sastrodiningrat",
        "9901106612900141",
        "+6281321000139",
        "thrice_not_selected",
    ),
)
# While wave 21 was open, and the two waves before the one that was drawn.
_EARLIER = parse_instant("2021-09-17T10:00")
_BEFORE = {18: parse_instant("2021-08-17T10:00"), 19: parse_instant("2021-08-27T10:00")}
_JOINED_WAVES = {"joined": 22, "not_selected": 21, "thrice_not_selected": 18}
_REGENCIES = {"33": "3374", "34": "3471"}


def make_demo_registrants(*, at: datetime) -> None:
    """Make everybody but the earlier ones, with the first step an hour before `at`."""
    for person in REGISTRANTS:
        if not person.stage.endswith("not_selected"):
            _live(person, at=at - timedelta(hours=1))


def make_earlier_applicants() -> None:
    """Make whoever joined the waves whose results are out when the demo begins."""
    for person in REGISTRANTS:
        if person.stage == "not_selected":
            _live(person, at=_EARLIER)
        if person.stage == "thrice_not_selected":
            _live(person, at=_BEFORE[18])
            person_id = person_id_by_contact(kind="phone", value=person.phone)
            assert person_id is not None
            join_wave(person_id=person_id, wave_number=19, at=_BEFORE[19])
            join_wave(person_id=person_id, wave_number=21, at=_EARLIER)


def _live(person: DemoRegistrant, *, at: datetime) -> None:
    """Everything that this person did, from `at` on, within an hour."""
    if STAGES.index(person.stage) < STAGES.index("tested"):
        _register(person, at=at)
        return
    live_until_joined(person, wave_number=_JOINED_WAVES.get(person.stage, 22), at=at)


def live_until_joined(person: DemoRegistrant, *, wave_number: int, at: datetime) -> None:
    """Somebody registers, takes the test and, unless they stop there, joins a wave, from `at` on, within an hour."""
    _register(person, at=at)
    person_id = person_id_by_contact(kind="phone", value=person.phone)
    assert person_id is not None
    _take_test(person_id, wave_number=wave_number, at=at + timedelta(minutes=20))
    if person.stage in _JOINED_WAVES:
        join_wave(person_id=person_id, wave_number=wave_number, at=at + timedelta(minutes=40))


def _take_test(person_id: uuid.UUID, *, wave_number: int, at: datetime) -> None:
    """Answer every question, the right way where there is one, half a minute each, and hand in."""
    found = wave(number=wave_number)
    assert found is not None
    begin_sitting(person_id=person_id, scheme_version_id=found.scheme_version_id, extra_time=False, at=at)
    sitting = own_sitting(person_id=person_id, at=at)
    assert sitting is not None
    for number, question in enumerate(sitting.questions, 1):
        at += timedelta(seconds=30)
        choice = question.choices - 1 if question.right is None else question.right
        answer_question(person_id=person_id, number=number, choice=choice, at=at)
    hand_in(person_id=person_id, at=at)


def _register(person: DemoRegistrant, *, at: datetime) -> None:
    asker = Asker(browser=uuid.uuid4().hex)
    request_code(phone=person.phone, begins=True, language="id", asker=asker, at=at)
    otp = stranger_otp(phone=person.phone)
    entered = enter(phone=person.phone, otp=otp, language="id", asker=asker, at=at).registration_id
    assert entered is not None
    registration_id = entered

    def answer(step: str, **typed: str) -> None:
        save_step(registration_id=registration_id, step=step, typed=typed, language="id", at=at)

    day = int(person.nik[6:8])
    answer("consent", agree_identity="yes")
    answer("nik", nik=person.nik)
    if person.stage == "registering":
        return
    answer("family_card", family_card_number=person.family_card or f"99{person.nik[2:]}")
    answer("name", name=person.name)
    answer(
        "birth_date",
        birth_day=str(day - 40 if day > 40 else day),
        birth_month=person.nik[8:10],
        birth_year=f"{19 if person.nik[10:12] > '21' else 20}{person.nik[10:12]}",
    )
    ask_registry(registration_id=registration_id, at=at, by_person=True)
    if person.stage == "registry_differs":
        return
    save_photo(registration_id=registration_id, content=card_picture(name=person.name), at=at)
    if person.stage == "registry_case":
        ask_human(registration_id=registration_id, words="Saya masih hidup; KTP saya ada di foto.", at=at)
        return
    _answer_the_rest(answer, province_code=person.province_code)
    submit_registration(registration_id=registration_id, at=at)


def _answer_the_rest(answer: Callable[..., None], *, province_code: str) -> None:
    answer("email", has_email="no")
    answer("province", province_code=province_code)
    answer("regency", regency_code=_REGENCIES[province_code])
    answer("address", district="Candisari", village="Jatingaleh", street="Jalan Rekaan 7, RT 03/RW 05")
    answer("education", education="sma")
    answer("school", is_enrolled="no")
    answer("work", work_status="seeking")
    answer("post", holds_excluded_post="no")
    answer("needs")
    answer("declarations", **{f"declare_{what}": "yes" for what in DECLARATIONS})


def card_picture(*, name: str) -> bytes:
    """A picture of a card that nobody can take for one, as JPEG."""
    picture = Image.new("RGB", (1000, 630), "#cfe3f0")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size=34)
    for number, line in enumerate(("KARTU REKAAN – BUKAN KTP", "PROVINSI 99", name.upper(), "CONTOH UNTUK DEMO") * 2):
        pen.text((50, 40 + 68 * number), line, fill="#102030", font=font)
    out = io.BytesIO()
    picture.save(out, format="JPEG", quality=85)
    return out.getvalue()
