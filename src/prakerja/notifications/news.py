"""What gateways say of messages afterwards, taken in by whoever sends; and what is looked at while nothing is said."""

from __future__ import annotations

import queue
import threading
import time
import uuid
from collections.abc import Callable, Container, Mapping
from datetime import datetime
from typing import Any

from prakerja.kernel.db import repeatable_transaction, transaction
from prakerja.notifications import arrivals, gateway_states
from prakerja.notifications.gateways import GatewayState, MessageGateway, TellsLater, Told, digits

# How many receipts may wait for their answers, and of how many parts a message usually is at most.
_MOST_EARLY, _PARTS = 2_000, 3
# News that are written down at once; how often (wall seconds) what waits for a word is looked at, and gateways are judged by it;
# for how long one that delivers nothing gets nothing; parts that are asked about at once.
_NEWS_AT_ONCE, _LOOK_EVERY, _JUDGE_EVERY, _DISTRUSTED, _QUESTIONS = 500, 1.0, 60.0, 300, 20
# What did not change is written down again after so many wall seconds: that the worker lives (`console.told`).
_STATES_AGAIN = 20.0
# Persons, kind → addresses, as `delivery.Resolver`.
_Resolver = Callable[[list[uuid.UUID], str], Mapping[uuid.UUID, Any]]


class News:
    """What gateways say later, taken in by whoever sends; and what is asked of them while nothing else is to be sent."""

    def __init__(
        self, gateway: MessageGateway, *, lane: str, is_urgent: bool, resolve: _Resolver, wake: Callable[[], None]
    ) -> None:
        self._gateway = gateway if isinstance(gateway, TellsLater) else None
        self._lane, self._is_urgent = lane, is_urgent
        self._resolve = resolve
        self._told: list[Told] = []
        # Of messages whose answer is still under way: they wait here, not acknowledged, until that is written down.
        self._early: list[Told] = []
        self._asked: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self._asking: threading.Thread | None = None
        self._wake = wake
        self._looked = self._judged = self._noted = -_JUDGE_EVERY
        # How the gateways were when that was written down last.
        self._states: list[GatewayState] = []
        if self._gateway is not None:
            self._gateway.on_news(wake)

    def take(self, *, at: datetime, in_hand: Container[int] = ()) -> None:
        """Write down what came, then acknowledge it; and what a worker that died had handed over.

        `in_hand`: what messages that the gateway has not answered yet are called (`number_of`).
        """
        gateway = self._gateway
        if gateway is not None:
            # What could not be written down, because the database is away, is kept until the next call.
            self._told, self._early = self._told + self._early, []
            while told := self._told or gateway.take_news(_NEWS_AT_ONCE):
                self._told = told = self._not_too_early(told, in_hand)
                if not told:
                    continue
                with transaction():
                    arrivals.take_told(told, at=at)
                self._told = []
                gateway.acknowledge(told)
        answers = []
        while not self._asked.empty():
            answers.append(self._asked.get())
        if answers:
            with repeatable_transaction():
                arrivals.take_told(answers, at=at, is_new=False)
        now = time.monotonic()
        if now - self._looked > _LOOK_EVERY:
            self._looked = now
            if not self._is_urgent:
                self._look(at)
            if gateway is not None and (self._has_new_states() or now - self._noted > _STATES_AGAIN):
                states = gateway.states()
                gateway_states.note(states, lane=self._lane, at=at)
                self._states, self._noted = states, now

    @property
    def is_stirring(self) -> bool:
        """Whether something is asked, was said, or is to be written down."""
        is_asking = self._asking is not None and self._asking.is_alive()
        return is_asking or bool(self._told or self._early) or not self._asked.empty() or self._has_new_states()

    def _has_new_states(self) -> bool:
        return self._gateway is not None and self._gateway.states() != self._states

    def _not_too_early(self, told: list[Told], in_hand: Container[int]) -> list[Told]:
        """Without those that wait for their answer. It costs a fraction of keeping them as receipts of nobody's."""
        found = []
        for one in told:
            first = [] if one.reference is None else [(one.reference - part) & 0xFFFF for part in range(_PARTS)]
            if len(self._early) < _MOST_EARLY and any(number in in_hand for number in first):
                self._early.append(one)
            else:
                found.append(one)
        return found

    def _look(self, at: datetime) -> None:
        arrivals.lose_sight(at=at, resolve=self._resolve)
        arrivals.end_unknown(at=at)
        while arrivals.look_at_strays(at=at) >= arrivals.AT_ONCE:
            pass
        now = time.monotonic()
        if self._gateway is not None and now - self._judged > _JUDGE_EVERY:
            self._judged = now
            for name in arrivals.gateways_that_deliver_nothing(at=at):
                self._gateway.distrust(name, seconds=_DISTRUSTED)

    def ask(self, *, at: datetime) -> None:
        """Ask about some parts without a receipt, in a thread: nobody waits for the answers."""
        gateway = self._gateway
        if gateway is None or self._is_urgent or (self._asking is not None and self._asking.is_alive()):
            return
        questions = arrivals.claim_questions(at=at, most=_QUESTIONS)
        addresses = self._resolve([one.person_id for one in questions], "phone") if questions else {}

        def ask() -> None:
            for one in questions:
                address = addresses.get(one.person_id)
                if address is None:
                    continue
                told = gateway.ask(gateway=one.gateway, message_id=one.gateway_id, phone=digits(address.value))
                if told is not None:
                    self._asked.put(told)
            self._wake()

        if questions:
            self._asking = threading.Thread(target=ask, daemon=True)
            self._asking.start()
