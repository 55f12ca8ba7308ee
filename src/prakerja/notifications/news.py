"""What gateways say of messages afterwards, taken in by whoever sends; and what is looked at while nothing is said."""

from __future__ import annotations

import queue
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from prakerja.kernel.db import repeatable_transaction, transaction
from prakerja.notifications import arrivals, gateway_states
from prakerja.notifications.gateways import MessageGateway, TellsLater, Told, digits

# News that are written down at once; how often (wall seconds) what waits for a word is looked at, and gateways are judged by it;
# for how long one that delivers nothing gets nothing; parts that are asked about at once.
_NEWS_AT_ONCE, _LOOK_EVERY, _JUDGE_EVERY, _DISTRUSTED, _QUESTIONS = 500, 1.0, 60.0, 300, 20
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
        self._asked: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self._asking: threading.Thread | None = None
        self._wake = wake
        self._looked = self._judged = -_JUDGE_EVERY
        if self._gateway is not None:
            self._gateway.on_news(wake)

    def take(self, *, at: datetime) -> None:
        """Write down what came, then acknowledge it; and what a worker that died had handed over."""
        gateway = self._gateway
        if gateway is not None:
            # What could not be written down, because the database is away, is kept until the next call.
            while told := self._told or gateway.take_news(_NEWS_AT_ONCE):
                self._told = told
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
            if gateway is not None:
                gateway_states.note(gateway.states(), lane=self._lane, at=at)

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
