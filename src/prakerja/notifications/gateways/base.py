"""What every message gateway does: takes a message, or several in one call, and says of each whether it is on its way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

Channel = Literal["sms", "email"]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an SMS: how the gateway calls it, and what a receipt must name to be its own.

    `message_id` is empty when no answer came; `phone` is the digits of its number, `reference` what we called it (0-65535).
    """

    message_id: str
    phone: str = field(repr=False)
    reference: int
    number: int = 1


@dataclass(frozen=True, slots=True)
class Accepted:
    """The gateway has the message. `parts` are those of which it will say later what became of them; none when it never does."""

    gateway: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """It was handed over and nothing came back: it may have arrived. For gateways that would deliver the same message twice."""

    gateway: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class TemporaryFailure:
    """Not now: send again later under the same reference, which the gateway recognises. `reason` is a short code."""

    reason: str


@dataclass(frozen=True, slots=True)
class Busy:
    """It takes no more messages, whichever, for so many seconds (wall). That is no try of this one."""

    seconds: int = 1


@dataclass(frozen=True, slots=True)
class PermanentFailure:
    """Never: this address cannot be reached, or the gateway will not take the message. `reason` is a short code."""

    reason: str


Delivery = Accepted | Unknown | Busy | TemporaryFailure | PermanentFailure


@dataclass(frozen=True, slots=True)
class Handed:
    """One of several messages of a call; each field is the parameter of `MessageGateway.send` of that name."""

    reference: str
    channel: Channel
    to: str
    text: str
    at: datetime
    subject: str | None = None


class MessageGateway(Protocol):
    """One sibling per partner; a gateway makes a network call, so it may not be called inside a transaction."""

    def send(
        self, *, reference: str, channel: Channel, to: str, text: str, at: datetime, subject: str | None = None
    ) -> Delivery:
        """Hand over one message.

        `reference` names the message for ever (its id): the same one is delivered once, however often it is sent, unless the
        gateway is one that `Forgets`. `to` is a telephone number or an e-mail address; `at` is programme time in UTC; `subject` is for e-mail.
        """


@runtime_checkable
class ManyAtOnce(Protocol):
    """What a gateway also does that takes several messages in one call: a wave's are too many for a call each."""

    def send_many(self, messages: Sequence[Handed]) -> list[Delivery]:
        """Hand over some messages, as `send` does; what became of each, in their order."""


@runtime_checkable
class Forgets(Protocol):
    """What a gateway also says that does not know a message again: the same one given twice is delivered twice.

    So it is written down before it is handed over, and what got no answer is `Unknown`.
    """

    def forgets(self, channel: Channel) -> bool:
        """Whether messages of this channel go where nobody knows them again."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a gateway said later of a part: `delivered`, `failed` with a short code, or `under_way` still.

    `message_id` may be empty where `reference` says which part it is. `ticket` is what it takes to acknowledge it.
    """

    gateway: str
    message_id: str
    word: Literal["delivered", "failed", "under_way"]
    phone: str = field(repr=False)
    reference: int | None
    code: str
    ticket: object = None


@dataclass(frozen=True, slots=True)
class GatewayState:
    """How a gateway is, for operators. Counts are those of this process since it began."""

    name: str
    said: str
    is_chosen: bool
    accepted: int
    refused: int
    throttled: int
    unanswered: int
    receipts: int


@runtime_checkable
class TellsLater(Protocol):
    """What a gateway also does that says of a message afterwards whether it arrived."""

    def on_news(self, wake: Callable[[], None]) -> None:
        """`wake` is called when there is something to take; it must not wait."""

    def take_news(self, most: int) -> list[Told]:
        """What came since the last call. It comes again from a new session unless it is acknowledged."""

    def acknowledge(self, told: Sequence[Told]) -> None:
        """These are kept."""

    def ask(self, *, gateway: str, message_id: str, phone: str) -> Told | None:
        """Ask what became of a part; None when there is no answer."""

    def distrust(self, gateway: str, *, seconds: int) -> None:
        """Give nothing to this gateway for so many wall seconds while there is another that takes messages."""

    def states(self) -> list[GatewayState]:
        """How its gateways are."""
