"""The line before a wave's door: when more people tap than can be written down, each has a place, and keeps it.

A place is an instant: from then on its holder may join. All doors take places from one row, a few at a time, so that a quiet hour costs
a small write for some tens of joins and a rush is one line, in the order in which people came. Nobody's place is lost by a reload, a
closed browser window or a process that dies; whoever stood in line before the wave closed may still join when it is their turn. Places
are instants of wall time: the machine's pace is no matter of the programme's clock. The order of joining decides nothing (rules.md 3.5).
"""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from prakerja.intake.applying import join_by_session, join_wave
from prakerja.intake.models import Wave
from prakerja.kernel.db import repeatable_transaction, requires_transaction, row
from prakerja.kernel.errors import Refused
from prakerja.kernel.split import is_split

# A rush of so much is simply taken: nobody waits before a page for less.
PATIENCE = timedelta(seconds=2)
# Whose turn has come has at least so long for the tap, also when the wave closes meanwhile.
GRACE = timedelta(minutes=15)
# Places that a process takes at once, and how old they may be before it takes others.
BATCH = 32
_FRESH = timedelta(seconds=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
# Of so many who wait a process knows the place by heart.
_REMEMBERED = 50_000

_TAKE = """
INSERT INTO intake_joinline AS line (wave_id, next_at)
VALUES (%(wave)s, %(now)s + %(span)s)
ON CONFLICT (wave_id) DO UPDATE
   SET next_at = greatest(line.next_at, %(now)s) + %(span)s,
       last_place_at = CASE WHEN greatest(line.next_at, %(now)s) + %(span)s > %(now)s + %(patience)s
                            THEN greatest(line.next_at, %(now)s) + %(span)s ELSE line.last_place_at END
RETURNING next_at"""


@dataclass(frozen=True)
class Place:
    """Somebody's place before a wave: `turn_at` in wall time, `asked_at` in the programme's: when they tapped first."""

    wave: int
    person_id: uuid.UUID
    turn_at: datetime
    asked_at: datetime


class InLine(Exception):
    """It is not their turn yet."""

    def __init__(self, place: Place) -> None:
        super().__init__("in line")
        self.place = place


class _Dealer:
    """The places that this process took and has not given out, by wave; and what it gave to whom."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # When they were taken; the next place; how many are left.
        self._held: dict[int, tuple[datetime, datetime, int]] = {}
        self._given: OrderedDict[tuple[int, uuid.UUID], Place] = OrderedDict()

    def place(self, *, person_id: uuid.UUID, wave: int, pace: int, at: datetime, now: datetime) -> Place:
        """The next place of the line, or the one that this person was given before."""
        with self._lock:
            known = self._given.get((wave, person_id))
            # A turn long past is no place any more: they joined, or went away.
            if known is not None and now < known.turn_at + GRACE:
                return known
            turn_at = self._next(wave, pace, now)
            found = Place(wave, person_id, turn_at, at)
            if turn_at > now + PATIENCE:
                self._given[wave, person_id] = found
                if len(self._given) > _REMEMBERED:
                    self._given.popitem(last=False)
            return found

    def is_open(self, *, wave: int, now: datetime) -> bool:
        """Whether nobody waits, as far as this process knows without asking. Takes no place."""
        with self._lock:
            taken_at, turn_at, left = self._held.get(wave, (now, now, 0))
            return left > 0 and now - taken_at <= _FRESH and turn_at <= now + PATIENCE

    def count(self, *, wave: int, pace: int) -> None:
        """Somebody went in through an open door: the next place is theirs."""
        with self._lock:
            taken_at, turn_at, left = self._held.get(wave, (_LONG_AGO, _LONG_AGO, 0))
            if left:
                self._held[wave] = (taken_at, turn_at + timedelta(seconds=1) / pace, left - 1)

    def forget(self) -> None:
        """Hold no places and know nobody's."""
        with self._lock:
            self._held.clear()
            self._given.clear()

    def _next(self, wave: int, pace: int, now: datetime) -> datetime:
        step = timedelta(seconds=1) / pace
        taken_at, turn_at, left = self._held.get(wave, (now, now, 0))
        if not left or now - taken_at > _FRESH:
            taken_at, turn_at, left = now, _take_places(wave=wave, count=BATCH, step=step, now=now), BATCH
        self._held[wave] = (taken_at, turn_at + step, left - 1)
        return turn_at


_DEALER = _Dealer()


def forget_places() -> None:
    """Let go of the places that this process holds: its database is another one now."""
    _DEALER.forget()


def _take_places(*, wave: int, count: int, step: timedelta, now: datetime) -> datetime:
    """So many places of a wave's line; the first of them. What a crash forgets of it is a place given twice."""
    with repeatable_transaction():
        return _take(wave=wave, span=count * step, now=now) - count * step


@requires_transaction
def _take(*, wave: int, span: timedelta, now: datetime) -> datetime:
    wave_id = Wave.objects.filter(number=wave).values_list("id", flat=True).first()
    if wave_id is None:
        raise Refused("wave_unknown", wave=wave)
    found = row(_TAKE, {"wave": wave_id, "now": now, "span": span, "patience": PATIENCE})
    assert found is not None
    next_at: datetime = found[0]
    return next_at


def join_in_turn(
    *, person_id: uuid.UUID, wave_number: int, place: Place | None, pace: int, at: datetime, now: datetime
) -> str:
    """Join a wave when it is one's turn; returns the ticket. `pace`: joins a second for all doors together; `now` is wall time.

    `place` is the one that they were given, if any; another person's or wave's counts as none. Raises InLine with the place to come
    back with; Refused as `join_wave`.
    """
    if place is None or (place.wave, place.person_id) != (wave_number, person_id):
        place = _DEALER.place(person_id=person_id, wave=wave_number, pace=pace, at=at, now=now)
        if place.turn_at > now + PATIENCE:
            raise InLine(place)
    elif place.turn_at > now:
        raise InLine(place)
    try:
        return join_wave(person_id=person_id, wave_number=wave_number, at=at)
    except Refused as refused:
        # Whoever stood in line while the wave was open did not come too late.
        if refused.reason != "wave_closed" or now >= place.turn_at + GRACE or place.asked_at >= at:
            raise
    return join_wave(person_id=person_id, wave_number=wave_number, at=place.asked_at)


def join_at_once(*, session_key: str, wave_number: int, pace: int, at: datetime, now: datetime) -> bool:
    """Join a wave before whose door nobody waits, in one trip; returns whether whoever is signed in with this session has joined.

    False: nothing was done, and no place taken; a stranger who taps costs nobody a place. `join_in_turn` says why, or joins by steps.
    """
    if is_split() or not _DEALER.is_open(wave=wave_number, now=now):
        return False
    joined = join_by_session(key=session_key, wave_number=wave_number, at=at)
    if joined:
        _DEALER.count(wave=wave_number, pace=pace)
    return joined
