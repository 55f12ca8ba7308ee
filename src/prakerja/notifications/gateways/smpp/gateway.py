"""SMS by telephone companies that speak SMPP, the second while the first cannot be trusted."""

from __future__ import annotations

import threading
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

from prakerja.kernel.http import refuse_inside_transaction
from prakerja.notifications.gateways.base import (
    Accepted,
    Busy,
    Channel,
    Delivery,
    GatewayState,
    Handed,
    Part,
    PermanentFailure,
    TemporaryFailure,
    Told,
    Unknown,
)
from prakerja.notifications.gateways.smpp import pdus, receipts, texts
from prakerja.notifications.gateways.smpp.health import Health
from prakerja.notifications.gateways.smpp.pdus import Command, ShortMessage, Status, Tag, Unit
from prakerja.notifications.gateways.smpp.session import Answer, Company, Session

# Wall seconds that a message waits for the session; without one it is not sent, and comes back.
_WAITS_FOR_BIND = 2.0
_SENDER_KIND = (5, 0)
_NUMBER_KIND = (1, 1)
# The company keeps trying for so long: relative, the form that needs no zone of theirs. A code's is its life.
_VALID_DAYS, _VALID_CODE = "000002000000000R", "000000001500000R"
_THROTTLING = {Status.THROTTLED, Status.QUEUE_FULL}
# Nothing is wrong with the message: it goes to another company, or to the same one later.
_OF_THE_COMPANY = {Status.SYSTEM_ERROR, Status.TEMPORARY_APP_ERROR, Status.UNKNOWN_ERROR}
# This number or this text, for ever.
_OF_THE_MESSAGE = {Status.INVALID_DESTINATION, 0x50, 0x51, Status.SUBMIT_FAILED, 0x65, 0x66, 0x01}


@dataclass
class _Letter:
    """A message and its parts as units. `reference` is that of its first part."""

    message: Handed
    reference: int
    bodies: list[bytes] = field(default_factory=list)
    result: Delivery | None = None


class _Line:
    """One company: its session, what it answered, what it said later."""

    def __init__(self, company: Company, health: Health, *, is_urgent: bool, woken: Callable[[], None]) -> None:
        self.company, self.health = company, health
        self.news: deque[Told] = deque()
        self._woken = woken
        self.session = Session(company, bucket=health.bucket, is_urgent=is_urgent, heard=self._hear)
        self.accepted = self.refused = self.throttled = self.unanswered = self.receipts = 0

    def _hear(self, session: Session, unit: Unit) -> None:
        try:
            told = receipts.read_receipt(ShortMessage.read(unit.body), notation=self.notation)
        except pdus.Malformed:
            told = None
        if told is None:
            # An answer of somebody's phone, or nothing that can be read: nobody reads it, and it need not come again.
            session.acknowledge(unit)
            return
        self.receipts += 1
        self.news.append(
            Told(
                gateway=self.company.name,
                message_id=told.message_id,
                word=told.word,
                phone=told.phone,
                reference=told.reference,
                code=told.code,
                ticket=(session, unit),
            )
        )
        self._woken()

    @property
    def notation(self) -> receipts.IdNotation:
        """How the company writes ids in receipts."""
        return cast(receipts.IdNotation, self.company.ids)

    def submit(self, letters: Sequence[_Letter]) -> None:
        """Give every letter its outcome. One that never left has a TemporaryFailure and may be given to another company."""
        if not self.session.wait_until_bound(_WAITS_FOR_BIND):
            for letter in letters:
                letter.result = TemporaryFailure("not_bound")
            self.health.note(errors=len(letters))
            return
        bodies = [body for letter in letters for body in letter.bodies]
        answers = self.session.ask(Command.SUBMIT_SM, bodies)
        place = 0
        for letter in letters:
            mine = answers[place : place + len(letter.bodies)]
            place += len(letter.bodies)
            letter.result = self._outcome(letter, mine)

    def _outcome(self, letter: _Letter, answers: Sequence[Answer]) -> Delivery:
        parts = tuple(self._part(letter, number, answer) for number, answer in enumerate(answers))
        statuses = [answer.status for answer in answers]
        if all(status == Status.OK for status in statuses):
            self.accepted += 1
            self.health.note(taken=1)
            return Accepted(self.company.name, parts)
        if any(
            status == Status.OK or (status is None and answer.was_sent)
            for status, answer in zip(statuses, answers, strict=True)
        ):
            # Half a message, or one of which nobody knows: what stands of it may arrive.
            self.unanswered += 1
            self.health.note(errors=1)
            return Unknown(self.company.name, parts)
        first = next((status for status in statuses if status is not None), None)
        if first is None:
            self.health.note(errors=1)
            return TemporaryFailure("not_bound")
        if first in _THROTTLING:
            self.throttled += 1
            return Busy(self.health.throttled())
        self.refused += 1
        if first in _OF_THE_MESSAGE:
            self.health.note(taken=1)
            return PermanentFailure(f"sms_{first:x}")
        self.health.note(errors=1)
        return TemporaryFailure(f"sms_{first:x}")

    def _part(self, letter: _Letter, number: int, answer: Answer) -> Part:
        message_id = ""
        if answer.status == Status.OK:
            raw = answer.body.split(b"\0")[0].decode("latin-1")[:64]
            message_id = receipts.kept(raw, notation=self.notation)
        return Part(
            message_id=message_id,
            phone=receipts.digits(letter.message.to),
            reference=(letter.reference + number) & 0xFFFF,
            number=number + 1,
        )

    def state(self, *, is_chosen: bool) -> GatewayState:
        """For operators."""
        said = self.session.said
        if said == "bound" and self.health.rests():
            said = "throttles" if self.health.is_throttled() else "distrusted"
        return GatewayState(
            name=self.company.name,
            said=said,
            is_chosen=is_chosen,
            accepted=self.accepted,
            refused=self.refused,
            throttled=self.throttled,
            unanswered=self.unanswered,
            receipts=self.receipts,
        )


class Smpp:
    """A gateway for SMS alone: `companies` in the order in which they are trusted, one session with each.

    `health` is shared by all gateways of a process that speak to the same company: what one lane learns the other knows.
    """

    def __init__(self, companies: Sequence[Company], *, health: Sequence[Health], is_urgent: bool) -> None:
        self._is_urgent = is_urgent
        self._wakes: list[Callable[[], None]] = []
        self._lines = [
            _Line(company, one, is_urgent=is_urgent, woken=self._wake)
            for company, one in zip(companies, health, strict=True)
        ]
        self._lock = threading.Lock()

    def close(self) -> None:
        """End the sessions."""
        for line in self._lines:
            line.session.close()

    def forgets(self, channel: Channel) -> bool:
        """See Forgets: submit_sm carries no reference that a company would know again."""
        return True

    def send(
        self, *, reference: str, channel: Channel, to: str, text: str, at: datetime, subject: str | None = None
    ) -> Delivery:
        """See MessageGateway."""
        message = Handed(reference=reference, channel=channel, to=to, text=text, at=at, subject=subject)
        return self.send_many([message])[0]

    def send_many(self, messages: Sequence[Handed]) -> list[Delivery]:
        """See ManyAtOnce. What the first company did not take is given to the next at once, where that is certain."""
        refuse_inside_transaction()
        letters = [_Letter(message, number_of(message.reference)) for message in messages]
        left = letters
        for line in self._in_order():
            for letter in left:
                self._write(letter, line.company)
            line.submit([letter for letter in left if letter.bodies])
            left = [letter for letter in left if isinstance(letter.result, TemporaryFailure | Busy)]
            if not left:
                break
        return [letter.result or TemporaryFailure("not_bound") for letter in letters]

    def _in_order(self) -> list[_Line]:
        """The companies to be tried: those that are trusted, or all when none is."""
        trusted = [line for line in self._lines if not line.health.rests()]
        if not trusted:
            return self._lines
        # One that throttles is left alone, and told nothing more, while another takes messages.
        return trusted

    def _write(self, letter: _Letter, company: Company) -> None:
        message = letter.message
        try:
            parts = texts.parts_of(message.text, reference=letter.reference)
        except texts.TooLong:
            letter.result, letter.bodies = PermanentFailure("sms_too_long"), []
            return
        more = {}
        if company.instant_tag:
            more[company.instant_tag] = message.at.astimezone(UTC).isoformat().encode()
        letter.bodies = [
            ShortMessage(
                source=company.sender,
                source_kind=_SENDER_KIND,
                destination=receipts.digits(message.to),
                destination_kind=_NUMBER_KIND,
                text=body,
                esm_class=parts.esm_class,
                data_coding=parts.data_coding,
                registered_delivery=1,
                validity=_VALID_CODE if self._is_urgent else _VALID_DAYS,
                tags={Tag.USER_MESSAGE_REFERENCE: ((letter.reference + number) & 0xFFFF).to_bytes(2, "big")} | more,
            ).body()
            for number, body in enumerate(parts.bodies)
        ]

    def on_news(self, wake: Callable[[], None]) -> None:
        """See TellsLater. A command that sends a few and ends does not listen: what it took away, the worker would never hear."""
        self._wakes.append(wake)
        for line in self._lines:
            line.session.listen()

    def _wake(self) -> None:
        for wake in self._wakes:
            wake()

    def take_news(self, most: int) -> list[Told]:
        """See TellsLater."""
        found: list[Told] = []
        for line in self._lines:
            while line.news and len(found) < most:
                found.append(line.news.popleft())
        return found

    def acknowledge(self, told: Sequence[Told]) -> None:
        """See TellsLater."""
        for one in told:
            if one.ticket is not None:
                session, unit = cast(tuple[Session, Unit], one.ticket)
                session.acknowledge(unit)

    def ask(self, *, gateway: str, message_id: str, phone: str) -> Told | None:
        """See TellsLater: query_sm."""
        refuse_inside_transaction()
        line = next((line for line in self._lines if line.company.name == gateway), None)
        if line is None or not line.session.wait_until_bound(_WAITS_FOR_BIND):
            return None
        body = pdus.query_body(message_id=message_id, source=line.company.sender, source_kind=_SENDER_KIND)
        (answer,) = line.session.ask(Command.QUERY_SM, [body])
        if answer.status != Status.OK:
            return None
        try:
            reader = pdus.Reader(answer.body)
            reader.text(65)
            reader.text(17)
            word = receipts.word_of_state(reader.byte())
        except pdus.Malformed:
            return None
        if word is None:
            return None
        return Told(gateway, message_id, word, phone, None, "sms_undeliverable" if word == "failed" else "")

    def distrust(self, gateway: str, *, seconds: int) -> None:
        """See TellsLater."""
        for line in self._lines:
            if line.company.name == gateway and len(self._lines) > 1:
                line.health.distrust(seconds)

    def states(self) -> list[GatewayState]:
        """See TellsLater."""
        chosen = self._in_order()[0]
        return [line.state(is_chosen=line is chosen) for line in self._lines]


def number_of(reference: str) -> int:
    """What we call the first part of a message: sixteen bits of its id, the same whenever it is asked."""
    try:
        return uuid.UUID(reference).int & 0xFFFF
    except ValueError:
        return sum(reference.encode()) & 0xFFFF
