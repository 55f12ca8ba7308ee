"""Send what waits in the outbox: claim, talk to the gateway outside any transaction, write down what became of it.

There are two lanes, and what waits in one delays nothing in the other: one-time passwords, for which somebody sits before a
screen, and everything else, in which every wave and every sentence has its turn (`fair_claims`). Each hands over many messages side by side, so that a gateway that takes seconds for one keeps
the others waiting for those seconds and no longer.
"""

from __future__ import annotations

import functools
import queue
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from prakerja.kernel.threads import side_by_side
from prakerja.notifications import arrivals
from prakerja.notifications.fair_claims import Turns, next_to_send
from prakerja.notifications.gateways import (
    Busy,
    ManyAtOnce,
    MessageGateway,
    TemporaryFailure,
    gateway_of,
    number_of,
)
from prakerja.notifications.handing_over import Outgoing, note_handed_over, send, send_together
from prakerja.notifications.lanes import LANES, Lane, claim
from prakerja.notifications.letters import Letter, Resolver, StillWanted, write_letters
from prakerja.notifications.models import Message
from prakerja.notifications.news import News
from prakerja.notifications.settling import BUSY, settle
from prakerja.notifications.states import WAITING
from prakerja.notifications.templates import URGENT

BATCH = 100
# Wall seconds of one call: a gateway that is faster is given more at once, a slower one less. Whoever waits behind a call waits
# for no longer, and far less than what the gateway's answer is waited for.
_QUICK, _SLOW = 0.25, 1.0
# Calls that are written before the first of them leaves.
_CALLS_A_TURN = 2


def deliver_messages(
    *, at: datetime, resolve: Resolver, gateway: MessageGateway | None = None, wanted: StillWanted | None = None
) -> int:
    """Send at most 100 messages that wait at programme time `at`, one-time passwords first; returns how many were tried.

    For whoever is no worker: it returns when the gateway has answered. `gateway` defaults to the one in the settings. An
    accepted message loses its parameters (they may hold an OTP or a code); what failed comes back later (rules.md 12.27).
    Without `wanted` a code is sent until it expires, also one that was replaced.
    """
    tried = 0
    for lane in LANES:
        chosen = gateway or gateway_of(is_urgent=lane.is_urgent)
        letters = write_letters(claim(lane, Turns(), most=BATCH - tried, at=at), resolve=resolve, wanted=wanted, at=at)
        note_handed_over(letters, lane, chosen, at)
        outcomes = side_by_side(functools.partial(send, gateway=chosen), letters, width=lane.width)
        settle([Outgoing(*one) for one in zip(letters, outcomes, strict=True)], at)
        tried += len(letters)
    return tried


class Sender:
    """What a worker sends one lane with: hands messages over as they come and writes down what came back, never waiting."""

    def __init__(
        self,
        lane: Lane,
        *,
        resolve: Resolver,
        gateway: MessageGateway | None = None,
        wanted: StillWanted | None = None,
    ) -> None:
        """`gateway` defaults to the one in the settings. `woken` is set whenever there may be something to do."""
        self.lane = lane
        self.woken = threading.Event()
        self._resolve = resolve
        self._wanted = wanted
        self._gateway = gateway or gateway_of(is_urgent=lane.is_urgent)
        self._news = News(self._gateway, lane=lane.name, is_urgent=lane.is_urgent, resolve=resolve, wake=self.woken.set)
        self._back: queue.SimpleQueue[_Call] = queue.SimpleQueue()
        self._unsettled: list[Outgoing] = []
        self._in_hand = 0
        # What they are called in receipts, and how many of each name.
        self._names: Counter[int] = Counter()
        self._calls = 0
        # How many messages go into one call; it begins with one, and grows with a gateway that is quick.
        self._at_once = 1
        self._turns = Turns()
        # Nothing waited any more at the last look: what is queued now leaves now.
        self.has_caught_up = False
        # Monotonic seconds; None while the gateway is not busy.
        self._rests_until: float | None = None

    @property
    def in_hand(self) -> int:
        """How many messages the gateway has not answered yet."""
        return self._in_hand

    @property
    def is_idle(self) -> bool:
        """Nothing waited at the last look, nothing is under way, and no gateway has anything to say."""
        return self.has_caught_up and not self._in_hand and self._back.empty() and not self._news.is_stirring

    def next_look(self) -> datetime | None:
        """The programme instant at which something that is written down already may be sent or looked at."""
        if self.lane.is_urgent:
            waiting = Message.objects.filter(status__in=WAITING, template__in=URGENT).order_by("send_after")
            return waiting.values_list("send_after", flat=True).first()
        instants = [next_to_send(), arrivals.next_look()]
        return min((instant for instant in instants if instant is not None), default=None)

    def turn(self, *, at: datetime) -> int:
        """Write down what came back, hand over what there is room for. Returns how many were handed over."""
        self.settle(at=at)
        self._news.take(at=at, in_hand=self._names)
        if self._rests():
            self.has_caught_up = False
            return 0
        # While some calls are out the others are filled a few at a time, so that the gateway never waits for our writing.
        calls = min(self.lane.width - self._calls, self.lane.width if self._at_once == 1 else _CALLS_A_TURN)
        room = calls * self._at_once
        claimed = claim(self.lane, self._turns, most=room, at=at)
        self.has_caught_up = calls > 0 and len(claimed) < room
        letters = write_letters(claimed, resolve=self._resolve, wanted=self._wanted, at=at)
        note_handed_over(letters, self.lane, self._gateway, at)
        for begun in range(0, len(letters), self._at_once):
            some = letters[begun : begun + self._at_once]
            self._in_hand += len(some)
            self._names.update(number_of(str(one.message.id)) for one in some)
            self._calls += 1
            # A daemon: a process that is told to stop does not wait for a gateway that says nothing.
            threading.Thread(target=self._hand_over, args=(some,), daemon=True).start()
        if claimed and self._calls < self.lane.width and not self.has_caught_up:
            self.woken.set()
        if self.has_caught_up:
            self._news.ask(at=at)
        return len(claimed)

    def settle(self, *, at: datetime) -> None:
        """Write down what came back. A database that is away loses nothing: it is written down at the next call."""
        while not self._back.empty():
            call = self._back.get()
            self._unsettled += call.outgoing
            self._in_hand -= len(call.outgoing)
            self._calls -= 1
            self._learn(call)
        settle(self._unsettled, at)
        for one in self._unsettled:
            self._forget(number_of(str(one.letter.message.id)))
        self._unsettled.clear()

    def _forget(self, name: int) -> None:
        self._names[name] -= 1
        if self._names[name] <= 0:
            del self._names[name]

    def _learn(self, call: _Call) -> None:
        """A quick answer to a full call makes the next ones larger; a slow one, none, or that it is too much, smaller."""
        was_unanswered = any(one.outcome == TemporaryFailure("no_answer") for one in call.outgoing)
        rests = [one.outcome.seconds for one in call.outgoing if isinstance(one.outcome, Busy)]
        if rests:
            self._rests_until = time.monotonic() + max(rests)
        if was_unanswered or rests or call.seconds > _SLOW:
            self._at_once = max(1, self._at_once // 2)
        elif call.is_together and call.seconds < _QUICK and len(call.outgoing) >= self._at_once:
            self._at_once = min(self.lane.at_once, self._at_once * 2)

    def _rests(self) -> bool:
        """Whether a busy gateway is to be left alone. Codes are not put off with the lane: each comes back by itself, soon,
        and until it is through nothing else takes its place.
        """
        if self.lane.is_urgent or self._rests_until is None:
            return False
        if time.monotonic() < self._rests_until:
            return True
        if Message.objects.filter(status="failed_temporary", template__in=URGENT, failure=BUSY).exists():
            return True
        self._rests_until = None
        return False

    def _hand_over(self, letters: list[Letter]) -> None:
        began = time.monotonic()
        found = send_together(letters, self._gateway)
        self._back.put(_Call(found, time.monotonic() - began, isinstance(self._gateway, ManyAtOnce)))
        self.woken.set()


@dataclass(frozen=True)
class _Call:
    """What became of the messages of one call, and the wall seconds that it took. `is_together`: the gateway takes several."""

    outgoing: list[Outgoing]
    seconds: float
    is_together: bool
