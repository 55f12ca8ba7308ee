"""Registered people and waves to join, for tests about joining."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from prakerja.intake.models import Wave
from prakerja.intake.operations import open_wave
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import transaction
from prakerja.people.policies import Identity
from prakerja.people.registered import register_person
from prakerja.programmes.operations import install_scheme
from prakerja.programmes.schemes import scheme_by_key
from prakerja.registrations.models import Profile
from prakerja.sittings.operations import begin_sitting, hand_in
from tests.builders import install

OPENS = datetime(2021, 10, 25, 12, 0, tzinfo=WIB)
CLOSES = datetime(2021, 10, 29, 0, 0, tzinfo=WIB)
OPEN = OPENS + timedelta(days=1)


def wave(number: int = 22, *, opens: datetime = OPENS, closes: datetime = CLOSES) -> Wave:
    install()
    with transaction():
        return open_wave(number=number, opens_at=opens, closes_at=closes, quota=100)


def registered(
    number: int, *, at: datetime = OPENS, card: int | None = None, tested: bool = True, **changes: Any
) -> uuid.UUID:
    """Somebody who registered at the portal and took the test; `changes` are of their profile, or `birth_date`."""
    person_id = uuid.uuid4()
    with transaction():
        register_person(
            person_id=person_id,
            identity=Identity(
                nik=f"990102170890{number:04d}",
                family_card_number=f"990101010115{number if card is None else card:04d}",
                name=f"Siti Rekaan {number}",
                birth_date=changes.pop("birth_date", date(1990, 8, 17)),
                phone=f"+62813555{number:05d}",
                email="",
                province_code="31",
                education="sma",
                language="id",
            ),
            at=at,
        )
        values = {"is_enrolled": False, "work_status": "seeking", "holds_excluded_post": False, **changes}
        Profile.objects.create(
            person_id=person_id,
            registered_at=at,
            proven_by="registry",
            regency_code="3171",
            details_enc=b"sealed elsewhere",
            **values,
        )
        version = install_scheme(scheme=scheme_by_key("2021"))
    if tested:
        begin_sitting(person_id=person_id, scheme_version_id=version.id, extra_time=False, at=at)
        hand_in(person_id=person_id, at=at)
    return person_id
