"""Letters leave by a gateway, one by one or many in a call; outside of any transaction."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from django.db.models import QuerySet

from prakerja.kernel.db import transaction
from prakerja.notifications.gateways import (
    Channel,
    Delivery,
    Forgets,
    Handed,
    ManyAtOnce,
    MessageGateway,
    TemporaryFailure,
)
from prakerja.notifications.lanes import Lane
from prakerja.notifications.letters import Letter
from prakerja.notifications.models import Message
from prakerja.notifications.states import MESSAGE_STATES

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outgoing:
    letter: Letter
    outcome: Delivery


def send_together(letters: list[Letter], gateway: MessageGateway) -> list[Outgoing]:
    """Hand over some messages in one call where the gateway takes several."""
    written = [letter for letter in letters if letter.failure is None]
    if not isinstance(gateway, ManyAtOnce) or len(written) < 2:
        return [Outgoing(letter, send(letter, gateway)) for letter in letters]
    unwritten = [Outgoing(letter, letter.failure) for letter in letters if letter.failure is not None]
    try:
        outcomes = gateway.send_many([_handed(letter) for letter in written])
    except Exception:
        # Perhaps of one of them: the others must not be tried for days with it.
        _LOG.exception("%d messages together met a fault; they are handed over one by one", len(written))
        outcomes = [send(letter, gateway) for letter in written]
    return unwritten + [Outgoing(*one) for one in zip(written, outcomes, strict=True)]


def send(letter: Letter, gateway: MessageGateway) -> Delivery:
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


def _handed(letter: Letter) -> Handed:
    return Handed(
        reference=str(letter.message.id),
        channel=cast(Literal["sms", "email"], letter.message.channel),
        to=letter.to,
        text=letter.text,
        # The instant that it tells of; the queue's own delays are ours.
        at=letter.message.created_at,
        subject=letter.subject,
    )


def note_handed_over(letters: list[Letter], lane: Lane, gateway: MessageGateway, at: datetime) -> None:
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
            may_step(leaving, "hand_over").update(
                status=MESSAGE_STATES.target("hand_over"), send_after=at + lane.handed
            )


def may_step(message_ids: list[uuid.UUID], verb: str) -> QuerySet[Message]:
    """Those of them that may take this step still: somebody else may have written down another one."""
    return Message.objects.filter(id__any_of=message_ids, status__in=MESSAGE_STATES.sources(verb))
