"""A claimed message becomes a letter: its words and where it goes, or why it has none."""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from prakerja.kernel.secrets import unseal
from prakerja.notifications.gateways import (
    PermanentFailure,
)
from prakerja.notifications.lanes import KIND_OF_ADDRESS
from prakerja.notifications.models import Message
from prakerja.notifications.retrying import Kind, kind_of
from prakerja.notifications.templates import SENT_TO, render_message

# Nobody has to have an e-mail address (rules.md 3.6): SMS and dashboard say the same, and no operator is asked about it.
NO_EMAIL = "no_email"
# A code's message is called by the code: `otp:<id>` of a purchase, `otp:<id>:sms` of a challenge.
_CODE_ID = re.compile(r"otp:([0-9a-f-]{36})(?::|$)")
_LOG = logging.getLogger(__name__)


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
class Letter:
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


def write_letters(
    claimed: list[Message], *, resolve: Resolver, wanted: StillWanted | None, at: datetime
) -> list[Letter]:
    """What is said, to whom: everything that needs the database, before the threads that must not use it.

    A code that was used or replaced meanwhile is not sent: after an outage it would arrive behind the one that counts.
    """
    dead = _dead_codes(claimed, wanted, at)
    found = [Letter(message, failure=PermanentFailure("replaced")) for message in claimed if message.id in dead]
    claimed = [message for message in claimed if message.id not in dead]
    for channel, kind in KIND_OF_ADDRESS.items():
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


def _write(message: Message, address: Address | None, at: datetime) -> Letter:
    if message.parameters_enc is None:
        return Letter(message, failure=PermanentFailure("no_parameters"))
    try:
        parameters = _parameters(message)
        ends_at = _worthless_from(message, parameters)
        if ends_at is not None and at >= ends_at:
            # Who is told to hurry when it is over can do nothing but despair; who gets a dead code types it.
            is_code = kind_of(message.template) is Kind.CODE
            return Letter(message, failure=PermanentFailure("expired" if is_code else "deadline_passed"))
        if address is None and parameters.get(SENT_TO):
            # A first e-mail address, which is its owner's once they typed the code that goes there.
            address = _NewAddress(parameters[SENT_TO], parameters.get("language", "id"), "")
        if address is None:
            reason = NO_EMAIL if message.channel == "email" else "no_address"
            return Letter(message, failure=PermanentFailure(reason), ends_at=ends_at)
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
        return Letter(message, failure=PermanentFailure("cannot_be_written"))
    subject = words.title if message.channel == "email" else None
    # What tells an address that it is not used any more goes there, and not to the one that took its place.
    return Letter(
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
