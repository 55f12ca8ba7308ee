"""A wave of invented people that is drawn, published and decided about, for tests of what follows."""

from __future__ import annotations

import uuid
from datetime import timedelta

from prakerja.access.actors import Actor
from prakerja.draw import operations as draws
from prakerja.draw.models import Draw
from prakerja.intake.operations import withdraw_application
from prakerja.kernel.db import rows, transaction
from prakerja.reporting.draw_checks import DRAW_CHECKS
from prakerja.sandbox.building import fund_programme
from tests.draw.crowd import crowd
from tests.draw.drawing import DRAWN, NAME, PUBLISHED, committed, drawn, listed, published, ruled
from tests.intake.joining import OPEN

DECREE = "SK 22/2021"
ANNOUNCED = PUBLISHED + timedelta(hours=6)


def drawn_wave(two: tuple[Actor, Actor], *, people: int = 200, quota: int = 100, leave: int = 0) -> None:
    """A wave of invented people, drawn and published, and the money for its awards.

    The first `leave` of the winners, in the order of their ids, withdrew before anybody could read that they had won.
    """
    ruled(*two, quota=quota)
    with transaction():
        fund_programme(at=OPEN)
    crowd(wave=Draw.objects.get().wave, count=people, at=OPEN)
    listed(two[0])
    committed(*two)
    drawn(*two)
    for person in sorted(winners(), key=str)[:leave]:
        withdraw_application(person_id=person, wave_number=22, at=DRAWN)
    published(*two)


def decided(two: tuple[Actor, Actor]) -> None:
    prepared = draws.prepare_awards(
        draw_name=NAME, decree_number=DECREE, announced_at=ANNOUNCED, actor=two[0], at=PUBLISHED
    )
    draws.confirm_awards(draw_name=NAME, digest=prepared.digest, actor=two[1], at=PUBLISHED)


def winners() -> set[uuid.UUID]:
    draw = Draw.objects.get(name=NAME)
    return {
        person
        for (person,) in rows(
            "SELECT e.person_id FROM draw_outcome o JOIN draw_entry e ON e.number = o.number AND e.applicants_id = %s "
            "WHERE o.draw_id = %s AND o.kind = 'W'",
            [draw.applicants_id, draw.id],
        )
    }


def differences() -> dict[str, int]:
    """The checks of the proof about draws that do not hold, each with how many rows differ."""
    return {name: len(found) for name, _, sql in DRAW_CHECKS if (found := rows(sql.replace("%", "%%")))}
