"""What every message gateway does: takes one message and says whether it is on its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Channel = Literal["sms", "email"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The gateway has the message."""


@dataclass(frozen=True, slots=True)
class TemporaryFailure:
    """Not now: send again later under the same reference, which the gateway recognises. `reason` is a short code."""

    reason: str


@dataclass(frozen=True, slots=True)
class PermanentFailure:
    """Never: this address cannot be reached, or the gateway will not take the message. `reason` is a short code."""

    reason: str


Delivery = Accepted | TemporaryFailure | PermanentFailure


class MessageGateway(Protocol):
    """One sibling per partner; a gateway makes a network call, so it may not be called inside a transaction."""

    def send(
        self, *, reference: str, channel: Channel, to: str, text: str, at: datetime, subject: str | None = None
    ) -> Delivery:
        """Hand over one message.

        `reference` names the message for ever (its id): the same one is delivered once, however often it is sent. `to`
        is a telephone number or an e-mail address; `at` is programme time in UTC; `subject` is for e-mail.
        """
