"""The movable clock: forward only, from one due instant to the next, still while nothing runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection

from prakerja.awards.models import Award
from prakerja.kernel import clock as kernel_clock
from prakerja.kernel import movable_clock
from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused
from prakerja.kernel.models import Clock
from prakerja.sandbox import clock
from tests import builders
from tests.waiting import LIMIT, finish

pytestmark = pytest.mark.django_db
START = datetime(2021, 9, 27, 8, tzinfo=WIB)
REVOKED_AT = datetime(2021, 10, 22, 0, 5, tzinfo=WIB)


@pytest.fixture
def _sandbox() -> Iterator[None]:
    builders.install()
    _stand_at(START)
    yield
    kernel_clock.forget()


def _stand_at(instant: datetime) -> None:
    Clock.objects.update(seen_at=instant - clock.HEARTBEAT)
    clock.resume()


@pytest.mark.usefixtures("_sandbox")
class TestMoving:
    def test_it_arrives(self) -> None:
        journey = clock.move_to(START + timedelta(days=1))
        assert journey.stopped_at == START + timedelta(days=1)
        assert timedelta(0) <= kernel_clock.now() - journey.stopped_at < timedelta(seconds=5)
        assert (journey.steps, journey.stuck) == ([], [])

    def test_it_never_goes_back(self) -> None:
        with pytest.raises(Refused, match="clock_backwards"):
            clock.move_to(START - timedelta(seconds=10))
        assert kernel_clock.now() >= START

    def test_what_falls_due_on_the_way_is_stamped_with_its_own_instant(self) -> None:
        award = builders.participant(builders.world()).award
        told = []
        journey = clock.move_to(
            REVOKED_AT + timedelta(days=30), on_step=lambda at, name, count: told.append((at, name, count))
        )
        assert (REVOKED_AT, "revoke", 1) in journey.steps
        assert told == journey.steps
        assert [at for at, _, _ in journey.steps] == sorted(at for at, _, _ in journey.steps)
        award = Award.objects.get(id=award.id)
        assert (award.status, award.ended_at) == ("revoked", REVOKED_AT)

    def test_it_stops_short_of_what_is_not_yet_due(self) -> None:
        award = builders.participant(builders.world()).award
        clock.move_to(REVOKED_AT - timedelta(minutes=1))
        assert Award.objects.get(id=award.id).status == "active"
        assert clock.next_due() == REVOKED_AT

    def test_two_moves_add_up(self) -> None:
        clock.advance(timedelta(hours=2))
        journey = clock.advance(timedelta(hours=3))
        assert timedelta(hours=5) <= journey.stopped_at - START < timedelta(hours=5, minutes=1)


@pytest.mark.usefixtures("_sandbox")
def test_it_stands_still_between_pause_and_resume() -> None:
    stood = kernel_clock.now()
    clock.pause()
    # A long night: the row is what it was, the wall clock has gone on by a day.
    Clock.objects.update(offset_us=Clock.objects.get().offset_us + 86_400_000_000)
    kernel_clock.forget()
    clock.resume()
    assert timedelta(0) <= kernel_clock.now() - stood < timedelta(seconds=5)


def test_only_a_sandbox_has_a_movable_clock() -> None:
    builders.install(is_sandbox=False)
    with pytest.raises(Refused, match="clock_not_movable"):
        clock.advance(timedelta(days=1))
    assert Clock.objects.get().offset_us == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_sandbox")
def test_moves_that_come_at_once_add_up() -> None:
    """Three advances of an hour, each told that it had moved the clock, moved it by less than three."""
    journeys: list[clock.Journey] = []
    barrier = threading.Barrier(3)

    def move() -> None:
        try:
            barrier.wait(LIMIT)
            journeys.append(clock.advance(timedelta(hours=1)))
        finally:
            connection.close()

    movers = [threading.Thread(target=move, name=f"mover {number}") for number in range(3)]
    for mover in movers:
        mover.start()
    for mover in movers:
        finish(mover)
    first, second, third = sorted(journeys, key=lambda journey: journey.started_at)
    assert first.stopped_at <= second.started_at
    assert second.stopped_at <= third.started_at
    assert [one.stopped_at - one.started_at for one in (first, second, third)] == [timedelta(hours=1)] * 3
    # Who puts the clock away now, with an older look at it, does not put it back.
    Clock.objects.update(offset_us=Clock.objects.get().offset_us + 3_600_000_000)
    movable_clock.note_seen(at=first.started_at)
    clock.resume()
    assert kernel_clock.now() >= third.stopped_at
