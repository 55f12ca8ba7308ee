"""Two lanes, so that what waits in one delays nothing in the other; and what a worker claims of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.db.models.functions import Coalesce

from prakerja.kernel.db import repeatable_transaction
from prakerja.notifications.fair_claims import Turns
from prakerja.notifications.models import Message
from prakerja.notifications.states import MESSAGE_STATES, WAITING
from prakerja.notifications.templates import URGENT

# What leaves by a gateway, and which of a person's addresses it needs.
KIND_OF_ADDRESS = {"sms": "phone", "email": "email"}


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


def claim(lane: Lane, turns: Turns, *, most: int, at: datetime) -> list[Message]:
    """Up to `most` messages of a lane that wait at `at`, the longest first; in the other lane each queue in its turn."""
    if most <= 0:
        return []
    if not lane.is_urgent:
        return turns.claim(most=most, at=at, until=at + lane.lease)
    waiting = Message.objects.filter(
        status__in=WAITING, send_after__lte=at, channel__in=list(KIND_OF_ADDRESS), template__in=URGENT
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
