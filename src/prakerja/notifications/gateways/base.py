"""What every message gateway does: takes a message, or several in one call, and says of each whether it is on its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

Channel = Literal["sms", "email"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The gateway has the message."""


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


Delivery = Accepted | Busy | TemporaryFailure | PermanentFailure


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

        `reference` names the message for ever (its id): the same one is delivered once, however often it is sent. `to`
        is a telephone number or an e-mail address; `at` is programme time in UTC; `subject` is for e-mail.
        """


@runtime_checkable
class ManyAtOnce(Protocol):
    """What a gateway also does that takes several messages in one call: a wave's are too many for a call each."""

    def send_many(self, messages: Sequence[Handed]) -> list[Delivery]:
        """Hand over some messages, as `send` does; what became of each, in their order."""
