"""Send what waits in the outbox: claim, talk to the gateway outside any transaction, write down what became of it.

There are two lanes, and what waits in one delays nothing in the other: one-time passwords, for which somebody sits before a
screen, and everything else, in which every wave and every sentence has its turn (`fair_claims`). Each hands over many messages side by side, so that a gateway that takes seconds for one keeps
the others waiting for those seconds and no longer.
"""

from __future__ import annotations

import functools
import json
import logging
import queue
import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, Protocol, cast

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Greatest

from prakerja.kernel.db import repeatable_transaction, transaction
from prakerja.kernel.secrets import unseal
from prakerja.kernel.threads import side_by_side
from prakerja.notifications import arrivals
from prakerja.notifications.fair_claims import Turns, next_to_send
from prakerja.notifications.gateways import (
    Accepted,
    Busy,
    Channel,
    Delivery,
    Forgets,
    Handed,
    ManyAtOnce,
    MessageGateway,
    PermanentFailure,
    TemporaryFailure,
    Unknown,
    gateway_of,
    number_of,
)
from prakerja.notifications.models import Message
from prakerja.notifications.news import News
from prakerja.notifications.quiet_hours import leaves_at
from prakerja.notifications.retrying import Kind, kind_of, next_try, tries_of
from prakerja.notifications.states import MESSAGE_STATES, WAITING
from prakerja.notifications.templates import SENT_TO, URGENT, render_message

BATCH = 100
_KIND_OF_ADDRESS = {"sms": "phone", "email": "email"}
# Nobody has to have an e-mail address (rules.md 3.6): SMS and dashboard say the same, and no operator is asked about it.
_NO_EMAIL = "no_email"
# What no operator's "send again" would mend: there is nothing left to say, or it is too late for it.
_HOPELESS = ("no_parameters", "deadline_passed", "expired", "replaced", _NO_EMAIL)
# A code's message is called by the code: `otp:<id>` of a purchase, `otp:<id>:sms` of a challenge.
_CODE_ID = re.compile(r"otp:([0-9a-f-]{36})(?::|$)")
_BUSY = "busy"
# What a code waits for a busy gateway at most.
_CODE_RESTS = timedelta(seconds=2)
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lane:
    """Messages that are sent beside the others. At most `width` calls are in the gateway's hands at once, of at most `at_once`
    messages each where the gateway takes several.

    A claimed message belongs to its worker for the `lease`, programme time; a worker that died loses it to the next one. It
    is longer than any gateway takes. A gateway knows messages by their id, so that one sent twice is delivered once; where it
    `Forgets`, a message is written down as handed over before it leaves, for `handed`, and is claimed by nobody afterwards.
    """

    name: str
    is_urgent: bool
    width: int
    lease: timedelta
    at_once: int = 1
    handed: timedelta = timedelta(minutes=3)


CODES = Lane("codes", is_urgent=True, width=16, lease=timedelta(seconds=10))
OTHERS = Lane("others", is_urgent=False, width=8, lease=timedelta(minutes=2), at_once=200)
LANES = (CODES, OTHERS)
# Wall seconds of one call: a gateway that is faster is given more at once, a slower one less. Whoever waits behind a call waits
# for no longer, and far less than what the gateway's answer is waited for.
_QUICK, _SLOW = 0.25, 1.0
# Calls that are written before the first of them leaves.
_CALLS_A_TURN = 2


class _NewAddress(NamedTuple):
    value: str
    language: str
    province_code: str


class Address(Protocol):
    """Where a message goes, in which language and for whose clock; `value` is a phone number or an e-mail address."""

    @property
    def value(self) -> str: ...

    @property
    def language(self) -> str: ...

    @property
    def province_code(self) -> str: ...


# Contact points belong to people, a context above this one: whoever calls brings the look-up (persons, kind → addresses).
Resolver = Callable[[list[uuid.UUID], str], Mapping[uuid.UUID, Address]]
# Which of these one-time passwords (person and code's id) would still be taken; their owners stand above this context too.
Asked = list[tuple[uuid.UUID, uuid.UUID]]
StillWanted = Callable[[Asked, datetime], set[uuid.UUID]]


@dataclass(frozen=True)
class _Letter:
    """A claimed message with its words, or the reason why it has none. `ends_at`: it is worth nothing from then on."""

    message: Message
    text: str = ""
    subject: str | None = None
    to: str = ""
    failure: PermanentFailure | None = None
    ends_at: datetime | None = None

    @property
    def said(self) -> dict[str, str]:
        """Of its parameters the one that decides whether it may wait for the morning."""
        return {} if self.ends_at is None else {"deadline": self.ends_at.isoformat()}


@dataclass(frozen=True)
class _Outgoing:
    letter: _Letter
    outcome: Delivery


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
        letters = _written(_claim(lane, Turns(), most=BATCH - tried, at=at), resolve=resolve, wanted=wanted, at=at)
        _note_handed_over(letters, lane, chosen, at)
        outcomes = side_by_side(functools.partial(_send, gateway=chosen), letters, width=lane.width)
        _settle([_Outgoing(*one) for one in zip(letters, outcomes, strict=True)], at)
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
        self._unsettled: list[_Outgoing] = []
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
        claimed = _claim(self.lane, self._turns, most=room, at=at)
        self.has_caught_up = calls > 0 and len(claimed) < room
        letters = _written(claimed, resolve=self._resolve, wanted=self._wanted, at=at)
        _note_handed_over(letters, self.lane, self._gateway, at)
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
        _settle(self._unsettled, at)
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
        if Message.objects.filter(status="failed_temporary", template__in=URGENT, failure=_BUSY).exists():
            return True
        self._rests_until = None
        return False

    def _hand_over(self, letters: list[_Letter]) -> None:
        began = time.monotonic()
        found = _send_together(letters, self._gateway)
        self._back.put(_Call(found, time.monotonic() - began, isinstance(self._gateway, ManyAtOnce)))
        self.woken.set()


@dataclass(frozen=True)
class _Call:
    """What became of the messages of one call, and the wall seconds that it took. `is_together`: the gateway takes several."""

    outgoing: list[_Outgoing]
    seconds: float
    is_together: bool


def _claim(lane: Lane, turns: Turns, *, most: int, at: datetime) -> list[Message]:
    """Up to `most` messages of a lane that wait at `at`, the longest first; in the other lane each queue in its turn."""
    if most <= 0:
        return []
    if not lane.is_urgent:
        return turns.claim(most=most, at=at, until=at + lane.lease)
    waiting = Message.objects.filter(
        status__in=WAITING, send_after__lte=at, channel__in=list(_KIND_OF_ADDRESS), template__in=URGENT
    )
    with repeatable_transaction():
        messages = list(waiting.select_for_update(skip_locked=True).order_by("send_after")[:most])
        if not messages:
            return []
        Message.objects.filter(id__any_of=[message.id for message in messages]).update(
            status=MESSAGE_STATES.target("claim"),
            send_after=at + lane.lease,
            attempt_count=F("attempt_count") + 1,
            tries_began_at=Coalesce("tries_began_at", at),
        )
    for message in messages:
        message.attempt_count += 1
        message.tries_began_at = message.tries_began_at or at
    return messages


def _written(claimed: list[Message], *, resolve: Resolver, wanted: StillWanted | None, at: datetime) -> list[_Letter]:
    """What is said, to whom: everything that needs the database, before the threads that must not use it.

    A code that was used or replaced meanwhile is not sent: after an outage it would arrive behind the one that counts.
    """
    dead = _dead_codes(claimed, wanted, at)
    found = [_Letter(message, failure=PermanentFailure("replaced")) for message in claimed if message.id in dead]
    claimed = [message for message in claimed if message.id not in dead]
    for channel, kind in _KIND_OF_ADDRESS.items():
        messages = [message for message in claimed if message.channel == channel]
        addresses = resolve([message.person_id for message in messages], kind) if messages else {}
        found += [_write(message, addresses.get(message.person_id), at) for message in messages]
    return found


def _dead_codes(claimed: list[Message], wanted: StillWanted | None, at: datetime) -> set[uuid.UUID]:
    """Messages with a code that would not be taken any more."""
    codes = {
        message.id: (message.person_id, uuid.UUID(named[1]))
        for message in claimed
        if wanted is not None and (named := _CODE_ID.match(message.dedupe_key))
    }
    if wanted is None or not codes:
        return set()
    live = wanted(list(codes.values()), at)
    return {message_id for message_id, (_, code_id) in codes.items() if code_id not in live}


def _write(message: Message, address: Address | None, at: datetime) -> _Letter:
    if message.parameters_enc is None:
        return _Letter(message, failure=PermanentFailure("no_parameters"))
    try:
        parameters = _parameters(message)
        ends_at = _worthless_from(message, parameters)
        if ends_at is not None and at >= ends_at:
            # Who is told to hurry when it is over can do nothing but despair; who gets a dead code types it.
            is_code = kind_of(message.template) is Kind.CODE
            return _Letter(message, failure=PermanentFailure("expired" if is_code else "deadline_passed"))
        if address is None and parameters.get(SENT_TO):
            # A first e-mail address, which is its owner's once they typed the code that goes there.
            address = _NewAddress(parameters[SENT_TO], parameters.get("language", "id"), "")
        if address is None:
            reason = _NO_EMAIL if message.channel == "email" else "no_address"
            return _Letter(message, failure=PermanentFailure(reason), ends_at=ends_at)
        words = render_message(
            template=message.template,
            channel=message.channel,
            parameters=parameters,
            language=address.language,
            province_code=address.province_code,
        )
    except Exception as error:
        # A fault of this one message: the others must not wait behind it. Its kind alone, because its words may be secret.
        _LOG.error("message %s (%s) cannot be written: %s", message.id, message.template, type(error).__name__)
        return _Letter(message, failure=PermanentFailure("cannot_be_written"))
    subject = words.title if message.channel == "email" else None
    # What tells an address that it is not used any more goes there, and not to the one that took its place.
    return _Letter(
        message, text=words.text, subject=subject, to=parameters.get(SENT_TO) or address.value, ends_at=ends_at
    )


def _parameters(message: Message) -> dict[str, Any]:
    sealed = bytes(message.parameters_enc or b"")
    found: dict[str, Any] = json.loads(
        unseal(sealed, table="notifications_message", column="parameters_enc", row_id=message.id)
    )
    return found


def _worthless_from(message: Message, parameters: Mapping[str, Any]) -> datetime | None:
    kind = kind_of(message.template)
    if kind is Kind.CODE:
        return message.created_at + timedelta(minutes=int(parameters["minutes"]))
    return datetime.fromisoformat(parameters["deadline"]) if kind is Kind.REMINDER else None


def _send_together(letters: list[_Letter], gateway: MessageGateway) -> list[_Outgoing]:
    """Hand over some messages in one call where the gateway takes several."""
    written = [letter for letter in letters if letter.failure is None]
    if not isinstance(gateway, ManyAtOnce) or len(written) < 2:
        return [_Outgoing(letter, _send(letter, gateway)) for letter in letters]
    unwritten = [_Outgoing(letter, letter.failure) for letter in letters if letter.failure is not None]
    try:
        outcomes = gateway.send_many([_handed(letter) for letter in written])
    except Exception:
        # Perhaps of one of them: the others must not be tried for days with it.
        _LOG.exception("%d messages together met a fault; they are handed over one by one", len(written))
        outcomes = [_send(letter, gateway) for letter in written]
    return unwritten + [_Outgoing(*one) for one in zip(written, outcomes, strict=True)]


def _send(letter: _Letter, gateway: MessageGateway) -> Delivery:
    if letter.failure is not None:
        return letter.failure
    handed = _handed(letter)
    try:
        return gateway.send(
            reference=handed.reference,
            channel=handed.channel,
            to=handed.to,
            text=handed.text,
            at=handed.at,
            subject=handed.subject,
        )
    except Exception:
        # A fault of ours at the gateway's door: the others must not wait behind it.
        _LOG.exception("message %s (%s) met a fault", letter.message.id, letter.message.template)
        return TemporaryFailure("fault")


def _handed(letter: _Letter) -> Handed:
    return Handed(
        reference=str(letter.message.id),
        channel=cast(Literal["sms", "email"], letter.message.channel),
        to=letter.to,
        text=letter.text,
        # The instant that it tells of; the queue's own delays are ours.
        at=letter.message.created_at,
        subject=letter.subject,
    )


def _note_handed_over(letters: list[_Letter], lane: Lane, gateway: MessageGateway, at: datetime) -> None:
    """Where a gateway would not know them again: from here on they may have arrived, whatever becomes of us.

    Unlike a claim this waits for the disk: the machine's death must not make anybody believe that nothing left.
    """
    if not isinstance(gateway, Forgets):
        return
    leaving = [
        one.message.id for one in letters if one.failure is None and gateway.forgets(cast(Channel, one.message.channel))
    ]
    if leaving:
        with transaction():
            _in(leaving, "hand_over").update(status=MESSAGE_STATES.target("hand_over"), send_after=at + lane.handed)


def _settle(done: Iterable[_Outgoing], at: datetime) -> None:
    done = list(done)
    if not done:
        return
    # What is lost of it when the machine dies is handed over again, which the gateway sees by the reference; what was handed over
    # to one that forgets is of unknown fate then. The disk is left to those who wait for it: a wave's messages are a commit every
    # few milliseconds.
    with repeatable_transaction():
        _settle_accepted([one for one in done if isinstance(one.outcome, Accepted)], at)
        for one in done:
            if isinstance(one.outcome, Busy):
                _put_off_busy(one.letter, one.outcome, at)
            elif isinstance(one.outcome, Unknown):
                _settle_unknown(one.letter, one.outcome, at)
            elif not isinstance(one.outcome, Accepted):
                _settle_failure(one.letter, one.outcome, at)


def _settle_accepted(done: list[_Outgoing], at: datetime) -> None:
    """A gateway took them. What it says is kept until a receipt came: what did not arrive can be sent again; a code cannot."""
    groups: dict[tuple[str, bool], list[_Outgoing]] = {}
    for one in done:
        accepted = cast(Accepted, one.outcome)
        is_kept = bool(accepted.parts) and one.letter.message.template not in URGENT
        groups.setdefault((accepted.gateway, is_kept), []).append(one)
    for (gateway, is_kept), some in groups.items():
        chosen = _in([one.letter.message.id for one in some], "send")
        taken: dict[str, Any] = {"status": MESSAGE_STATES.target("send"), "sent_at": at, "failure": ""}
        if gateway:
            taken["gateway"] = gateway
        chosen.update(**taken, **({} if is_kept else {"parameters_enc": None}))
    arrivals.note_parts((_taken(one) for one in done), at=at)


def _settle_unknown(letter: _Letter, outcome: Unknown, at: datetime) -> None:
    """It waits for its receipt, and nobody sends it again before its time (rules.md 12.39)."""
    lost = _in([letter.message.id], "lose_sight").update(
        status=MESSAGE_STATES.target("lose_sight"),
        send_after=at + arrivals.waits_at(at).unknown,
        failure=arrivals.UNKNOWN,
        gateway=outcome.gateway,
    )
    if lost:
        arrivals.note_parts([_taken(_Outgoing(letter, outcome))], at=at)


def _taken(one: _Outgoing) -> arrivals.Taken:
    outcome = cast(Accepted | Unknown, one.outcome)
    return arrivals.Taken(one.letter.message.person_id, one.letter.message.id, outcome.gateway, outcome.parts)


def _put_off_busy(letter: _Letter, outcome: Busy, at: datetime) -> None:
    """It was not its turn yet: that is no try, and it waits no longer than the gateway asks.

    The first is counted all the same: who could not be told until it was too late is known by it (`queries._PUT_OFF`).
    """
    message = letter.message
    rest = timedelta(seconds=outcome.seconds)
    following = at + (min(rest, _CODE_RESTS) if message.template in URGENT else rest)
    _in([message.id], "put_off").update(
        status=MESSAGE_STATES.target("put_off"),
        send_after=leaves_at(template=message.template, channel=message.channel, parameters=letter.said, at=following),
        attempt_count=Greatest(F("attempt_count") - 1, 1),
        failure=_BUSY,
    )


def _settle_failure(letter: _Letter, outcome: TemporaryFailure | PermanentFailure, at: datetime) -> None:
    message = letter.message
    tries = tries_of(template=message.template, at=at)
    following = (
        next_try(
            tries=tries,
            attempts=message.attempt_count,
            began_at=message.tries_began_at or at,
            ends_at=letter.ends_at,
            at=at,
        )
        if isinstance(outcome, TemporaryFailure)
        else None
    )
    chosen, why = _in_our_hands(message.id), _code(outcome.reason)
    if following is not None:
        # What could not be sent in the evening wakes nobody at night either.
        following = leaves_at(template=message.template, channel=message.channel, parameters=letter.said, at=following)
        chosen.update(status=MESSAGE_STATES.target("put_off"), send_after=following, failure=why)
        return
    if outcome.reason != _NO_EMAIL:
        _LOG.warning("message %s (%s) is not sent: %s", message.id, message.template, why)
    if tries.keep_trying is None or outcome.reason in _HOPELESS:
        chosen.update(status=MESSAGE_STATES.target("give_up"), parameters_enc=None, failure=why)
    else:
        chosen.update(status=MESSAGE_STATES.target("set_aside"), failure=why)


def _code(reason: str) -> str:
    """Why, as it is kept and shown: a gateway's own words could name a telephone number."""
    return reason if re.fullmatch(r"[a-z0-9_]{1,40}", reason) and not re.search(r"\d{6}", reason) else "refused"


def _in(message_ids: list[uuid.UUID], verb: str) -> QuerySet[Message]:
    return Message.objects.filter(id__any_of=message_ids, status__in=MESSAGE_STATES.sources(verb))


def _in_our_hands(message_id: uuid.UUID) -> QuerySet[Message]:
    """A message whose outcome we know: claimed or handed over, by us."""
    return Message.objects.filter(id=message_id, status__in=MESSAGE_STATES.group("OURS"))
