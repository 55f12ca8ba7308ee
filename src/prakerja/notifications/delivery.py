"""Send what waits in the outbox: claim a batch, talk to the gateway outside any transaction, write down what became of it."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol, cast

from django.conf import settings
from django.db.models import F

from prakerja.kernel.db import transaction
from prakerja.kernel.secrets import unseal
from prakerja.notifications.gateways import (
    GATEWAYS,
    Accepted,
    Delivery,
    MessageGateway,
    PermanentFailure,
    TemporaryFailure,
)
from prakerja.notifications.models import Message
from prakerja.notifications.states import MESSAGE_STATES, WAITING
from prakerja.notifications.templates import (
    POINTLESS_AFTER_DEADLINE,
    URGENT,
    UnknownTemplate,
    render_message,
)

BATCH = 100
# A claimed message belongs to its worker for this long of programme time; a worker that died loses it to the next one.
# The gateway knows messages by their id, so that one sent twice is delivered once.
LEASE = timedelta(minutes=2)
_MOST_ATTEMPTS = 10
_FIRST_WAIT = timedelta(seconds=15)
_LONGEST_WAIT = timedelta(hours=1)
_KIND_OF_ADDRESS = {"sms": "phone", "email": "email"}
_LOG = logging.getLogger(__name__)


class Address(Protocol):
    """Where a message goes and in which language; `value` is a phone number or an e-mail address."""

    @property
    def value(self) -> str: ...

    @property
    def language(self) -> str: ...


# Contact points belong to people, a context above this one: whoever calls brings the look-up (persons, kind → addresses).
Resolver = Callable[[list[uuid.UUID], str], Mapping[uuid.UUID, Address]]


@dataclass(frozen=True)
class _Outgoing:
    message: Message
    outcome: Delivery


def deliver_messages(*, at: datetime, resolve: Resolver, gateway: MessageGateway | None = None) -> int:
    """Send one batch of at most 100 messages that wait at programme time `at`; returns how many left the queue or failed.

    `gateway` defaults to the one in the settings. An accepted message loses its parameters (they may hold an OTP or a
    code); a temporary failure comes back later, at most ten times.
    """
    claimed = _claim(at)
    if not claimed:
        return 0
    chosen = gateway or GATEWAYS[settings.MESSAGE_GATEWAY]()
    done = []
    for channel, kind in _KIND_OF_ADDRESS.items():
        messages = [message for message in claimed if message.channel == channel]
        addresses = resolve([message.person_id for message in messages], kind) if messages else {}
        done += [
            _Outgoing(message, _send(message, addresses.get(message.person_id), chosen, at)) for message in messages
        ]
    _settle(done, at)
    return len(done)


def _claim(at: datetime) -> list[Message]:
    """Up to a batch that waits at `at`: one-time passwords first, however long the rest has waited."""
    waiting = Message.objects.filter(status__in=WAITING, send_after__lte=at, channel__in=list(_KIND_OF_ADDRESS))
    with transaction():
        unclaimed = waiting.select_for_update(skip_locked=True).order_by("send_after")
        messages = list(unclaimed.filter(template__in=URGENT)[:BATCH])
        if len(messages) < BATCH:
            taken = [message.id for message in messages]
            messages += unclaimed.exclude(id__in=taken)[: BATCH - len(messages)]
        Message.objects.filter(id__in=[message.id for message in messages]).update(
            status=MESSAGE_STATES.target("claim"), send_after=at + LEASE, attempt_count=F("attempt_count") + 1
        )
    for message in messages:
        message.attempt_count += 1
    return messages


def _send(message: Message, address: Address | None, gateway: MessageGateway, at: datetime) -> Delivery:
    if address is None:
        return PermanentFailure("no_address")
    if message.parameters_enc is None:
        return PermanentFailure("no_parameters")
    sealed = unseal(message.parameters_enc, table="notifications_message", column="parameters_enc", row_id=message.id)
    parameters = json.loads(sealed)
    if message.template in POINTLESS_AFTER_DEADLINE and at >= datetime.fromisoformat(parameters["deadline"]):
        # Who is told to hurry when it is over can do nothing but despair.
        return PermanentFailure("deadline_passed")
    try:
        words = render_message(
            template=message.template,
            channel=message.channel,
            parameters=parameters,
            language=address.language,
        )
    except (UnknownTemplate, KeyError) as error:
        _LOG.error("message %s (%s) cannot be written: %r", message.id, message.template, error)
        return PermanentFailure("cannot_be_written")
    return gateway.send(
        reference=str(message.id),
        channel=cast(Literal["sms", "email"], message.channel),
        to=address.value,
        text=words.text,
        # The instant that it tells of; the queue's own delays are ours.
        at=message.created_at,
        subject=words.title if message.channel == "email" else None,
    )


def _settle(done: Iterable[_Outgoing], at: datetime) -> None:
    delivered, failed = [], []
    with transaction():
        for outgoing in done:
            message, outcome = outgoing.message, outgoing.outcome
            if isinstance(outcome, Accepted):
                delivered.append(message.id)
            elif isinstance(outcome, TemporaryFailure) and message.attempt_count < _MOST_ATTEMPTS:
                wait = min(_FIRST_WAIT * 2 ** (message.attempt_count - 1), _LONGEST_WAIT)
                Message.objects.filter(id=message.id, status="sending").update(
                    status=MESSAGE_STATES.target("put_off"), send_after=at + wait
                )
            else:
                failed.append(message.id)
                _LOG.warning("message %s (%s) is given up: %s", message.id, message.template, outcome.reason)
        Message.objects.filter(id__in=delivered, status="sending").update(
            status=MESSAGE_STATES.target("deliver"), sent_at=at, parameters_enc=None
        )
        Message.objects.filter(id__in=failed, status="sending").update(
            status=MESSAGE_STATES.target("give_up"), parameters_enc=None
        )
