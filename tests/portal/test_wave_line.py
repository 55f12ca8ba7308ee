"""More people tap than can be written down: each has a place, keeps it through any reload, and nobody takes another's."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client

from prakerja.draw.operations import make_list
from prakerja.intake import lining
from prakerja.intake.lining import BATCH, GRACE, PATIENCE, InLine, Place, join_in_turn
from prakerja.intake.models import Application, JoinLine, Wave
from prakerja.intake.queries import line_ends_at
from prakerja.kernel.clock import wall
from prakerja.kernel.errors import Refused
from tests.builders import operator
from tests.draw.drawing import LISTED, NAME, ruled
from tests.intake.joining import CLOSES, OPEN, registered, wave

Enter = Callable[[uuid.UUID], Client]
Move = Callable[[datetime], None]
pytestmark = pytest.mark.django_db(transaction=True)
# One join a second.
SLOW = 1


@pytest.fixture(autouse=True)
def _another_database() -> Iterator[None]:
    lining.forget_places()
    yield
    # Nor does the next file's wave of this number have a line.
    lining.forget_places()


def rush(number: int = 22) -> None:
    """So many came just before that the next place is minutes away."""
    JoinLine.objects.update_or_create(
        wave_id=wave_id(number), defaults={"next_at": wall() + timedelta(minutes=3), "last_place_at": wall()}
    )


def wave_id(number: int) -> uuid.UUID:
    return Wave.objects.get(number=number).id


def test_whoever_waits_keeps_their_place_without_a_script(enter: Enter, move: Move) -> None:
    wave()
    one, other = registered(1), registered(2)
    move(OPEN)
    rush()
    browser = enter(one)
    tapped = browser.post("/gelombang/22/gabung")
    assert (tapped.status_code, tapped["Location"]) == (302, "/gelombang/22/antrean")
    assert not Application.objects.exists()
    place = browser.cookies["portal_place"].value
    page = browser.get("/gelombang/22/antrean").text
    assert re.search(r'<meta http-equiv="refresh" content="20">', page)
    assert "Tempat Anda sudah tersimpan" in page
    assert "3 menit lagi" in page
    # Tapped and loaded again: the same place, and no other was taken.
    before = JoinLine.objects.get().next_at
    assert browser.post("/gelombang/22/gabung")["Location"] == "/gelombang/22/antrean"
    assert browser.cookies["portal_place"].value.split(":")[0] == place.split(":")[0]
    assert JoinLine.objects.get().next_at == before
    # Another one's place, and one that somebody made, are none.
    stranger = enter(other)
    for wrong in (place, place[:-2] + "xx", "x"):
        stranger.cookies["portal_place"] = wrong
        assert stranger.get("/gelombang/22/antrean")["Location"] == "/gelombang"


def test_when_the_turn_comes_a_tap_joins(enter: Enter, move: Move) -> None:
    wave()
    person_id = registered(1)
    move(OPEN)
    browser = enter(person_id)
    assert browser.post("/gelombang/22/gabung")["Location"] == "/gelombang/22"
    assert Application.objects.get().person_id == person_id
    assert JoinLine.objects.get().last_place_at is None
    assert browser.get("/gelombang/22/antrean")["Location"] == "/gelombang"


def test_places_come_in_the_order_of_arrival_over_several_doors_and_none_is_given_twice() -> None:
    """Each process holds some places; a rush is spread over time at the pace of all, and a quiet hour lets everybody in."""
    wave()
    now = wall()
    doors = [lining._Dealer() for _ in range(3)]
    pace = 10
    places = [
        doors[number % 3].place(person_id=uuid.uuid4(), wave=22, pace=pace, at=OPEN, now=now).turn_at
        for number in range(300)
    ]
    assert len(set(places)) == 300
    assert min(places) >= now
    # Nobody is later than by the places that other doors hold.
    late = [turn - now - timedelta(seconds=number / pace) for number, turn in enumerate(places)]
    assert max(late) <= timedelta(seconds=2 * BATCH / pace)
    for door in doors:
        mine = places[doors.index(door) :: 3]
        assert mine == sorted(mine)
    # Long after, the door is open at once.
    later = now + timedelta(hours=1)
    assert doors[0].place(person_id=uuid.uuid4(), wave=22, pace=pace, at=OPEN, now=later).turn_at == later


def test_a_wave_that_closes_does_not_shut_out_who_stood_in_line(enter: Enter, move: Move) -> None:
    two = operator("approver"), operator("authoriser")
    ruled(*two)
    one, late = registered(1), registered(2)
    now = wall()
    asked = CLOSES - timedelta(minutes=1)
    rush()
    with pytest.raises(InLine) as waiting:
        join_in_turn(person_id=one, wave_number=22, place=None, pace=SLOW, at=asked, now=now)
    place = waiting.value.place
    assert place.turn_at > now + PATIENCE
    with pytest.raises(InLine):
        join_in_turn(person_id=one, wave_number=22, place=place, pace=SLOW, at=CLOSES, now=now)
    # The draw's list waits for them.
    with pytest.raises(Refused, match="wave_line_stands"):
        make_list(draw_name=NAME, actor=two[0], at=LISTED)
    assert line_ends_at(wave_id=wave_id(22)) is not None
    after = CLOSES + timedelta(minutes=5)
    # Somebody who only came afterwards came too late, whatever place they hold.
    own = Place(22, late, now, after)
    with pytest.raises(Refused, match="wave_closed"):
        join_in_turn(person_id=late, wave_number=22, place=own, pace=SLOW, at=after, now=now)
    with pytest.raises(Refused, match="wave_closed"):
        join_in_turn(person_id=one, wave_number=22, place=place, pace=SLOW, at=after, now=place.turn_at + GRACE)
    assert join_in_turn(person_id=one, wave_number=22, place=place, pace=SLOW, at=after, now=place.turn_at)
    assert Application.objects.get().joined_at == asked
    JoinLine.objects.update(last_place_at=now - GRACE)
    assert make_list(draw_name=NAME, actor=two[0], at=LISTED) == 1
