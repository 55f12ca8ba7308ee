"""Queue what must be told, in the transaction that makes it true; the worker sends it after the commit."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from prakerja.kernel.db import copy_rows, requires_transaction
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import seal
from prakerja.notifications.models import Message, SmsPart
from prakerja.notifications.quiet_hours import leaves_at
from prakerja.notifications.states import MESSAGE_STATES

CHANNEL_WAKE = "notifications_message"


@dataclass(frozen=True)
class Notice:
    """What one person is told."""

    person_id: uuid.UUID
    parameters: dict[str, Any]
    dedupe_key: str


class Aside(NamedTuple):
    """A message about which an operator decided."""

    person_id: uuid.UUID
    message_id: uuid.UUID


def seal_parameters(*, message_id: uuid.UUID, parameters: dict[str, Any]) -> bytes:
    """The sealed form of a message's parameters (they may hold an OTP or a code); bound to the row."""
    text = msgspec.json.encode(parameters).decode()
    return seal(text, table="notifications_message", column="parameters_enc", row_id=message_id)


@requires_transaction
def queue_message(
    *,
    person_id: uuid.UUID,
    template: str,
    channels: tuple[str, ...],
    parameters: dict[str, Any],
    dedupe_key: str,
    at: datetime,
) -> None:
    """Queue one message per channel (`sms`, `email`, `dashboard`). The same dedupe key is told once, ever, per channel.

    An SMS of the night leaves in the morning (`quiet_hours`). The address is looked up when the message leaves. Parameters are plain values: texts, rupiah, ISO instants.
    """
    notice = Notice(person_id, parameters, dedupe_key)
    Message.objects.bulk_create(_messages(notice, template, channels, at), ignore_conflicts=True)
    wake_worker()


# As `_records` gives them.
_COLUMNS = (
    "id", "person_id", "template", "channel", "parameters_enc", "status", "created_at", "send_after", "sent_at",
    "attempt_count", "failure", "dedupe_key", "queue",
)  # fmt: skip


@requires_transaction
def queue_many(
    *,
    template: str,
    channels: tuple[str, ...],
    notices: Iterable[Notice],
    at: datetime,
    may_be_known: bool = False,
    queue: str = "",
) -> None:
    """The same for a whole list, by COPY, as it is read, its SMS of the night in the morning too: dedupe keys are new, and one that is known fails the transaction.

    `may_be_known`: a known one is told once, as by `queue_message`. `queue`: what they wait with, and nobody else behind them; the
    same for all who are concerned at once (a wave's deadline), because each queue is asked for by name.
    """
    records = (record for notice in notices for record in _records(notice, template, channels, at, queue))
    if copy_rows(Message, _COLUMNS, records, skip_known=may_be_known):
        wake_worker()


def _records(
    notice: Notice, template: str, channels: tuple[str, ...], at: datetime, queue: str
) -> Iterator[tuple[Any, ...]]:
    """A row for each channel, as `_messages` makes it."""
    text = msgspec.json.encode(notice.parameters).decode()
    for channel in channels:
        message_id = new_id()
        sealed = seal(text, table="notifications_message", column="parameters_enc", row_id=message_id)
        status, sent_at = ("delivered", at) if channel == "dashboard" else ("queued", None)
        leaves = leaves_at(template=template, channel=channel, parameters=notice.parameters, at=at)
        key = f"{notice.dedupe_key}:{channel}"
        yield message_id, notice.person_id, template, channel, sealed, status, at, leaves, sent_at, 0, "", key, queue


def _messages(notice: Notice, template: str, channels: tuple[str, ...], at: datetime) -> list[Message]:
    rows = []
    for channel in channels:
        message_id = new_id()
        rows.append(
            Message(
                id=message_id,
                person_id=notice.person_id,
                template=template,
                channel=channel,
                parameters_enc=seal_parameters(message_id=message_id, parameters=notice.parameters),
                # A dashboard message is delivered by being there.
                status="delivered" if channel == "dashboard" else "queued",
                created_at=at,
                send_after=leaves_at(template=template, channel=channel, parameters=notice.parameters, at=at),
                sent_at=at if channel == "dashboard" else None,
                dedupe_key=f"{notice.dedupe_key}:{channel}",
            )
        )
    return rows


@requires_transaction
def requeue_undelivered(*, person_id: uuid.UUID | None, template: str, at: datetime, most: int) -> list[Aside]:
    """Put up to `most` messages that were set aside back into the queue, as new; returns which.

    Of one person or template only, where named. The caller has asked who may, and writes down who did.
    """
    found = _undelivered(person_id=person_id, template=template, most=most)
    Message.objects.filter(id__any_of=[one.message_id for one in found]).update(
        status=MESSAGE_STATES.target("send_again"), send_after=at, tries_began_at=None
    )
    wake_worker()
    return found


@requires_transaction
def let_undelivered_go(*, person_id: uuid.UUID | None, template: str, most: int) -> list[Aside]:
    """Give up to `most` messages that were set aside up for good and wipe what they say; returns which. As above."""
    found = _undelivered(person_id=person_id, template=template, most=most)
    Message.objects.filter(id__any_of=[one.message_id for one in found]).update(
        status=MESSAGE_STATES.target("let_go"), parameters_enc=None
    )
    return found


@requires_transaction
def wipe_messages(*, person_id: uuid.UUID) -> int:
    """Wipe what was said to a person, on the dashboard too, inside the work that erases their data; returns how many messages.

    What was set aside is let go. What is on its way leaves, and is wiped then. By which receipts it would be known goes with it.
    """
    SmsPart.objects.filter(person_id=person_id).delete()
    aside = Message.objects.filter(person_id=person_id, status__in=MESSAGE_STATES.sources("let_go"))
    count = aside.update(status=MESSAGE_STATES.target("let_go"), parameters_enc=None)
    said = Message.objects.filter(person_id=person_id, parameters_enc__isnull=False)
    return count + said.exclude(status__in=MESSAGE_STATES.group("WAITING")).update(parameters_enc=None)


def _undelivered(*, person_id: uuid.UUID | None, template: str, most: int) -> list[Aside]:
    chosen = Message.objects.filter(status__in=MESSAGE_STATES.sources("send_again"))
    if person_id is not None:
        chosen = chosen.filter(person_id=person_id)
    if template:
        chosen = chosen.filter(template=template)
    # Whoever decides at the same time decides about others.
    locked = chosen.select_for_update(no_key=True, skip_locked=True).order_by("id")[:most]
    return [Aside(message.person_id, message.id) for message in locked]


def wake_worker() -> None:
    """Tell the worker that something waits; delivered by PostgreSQL when the transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL_WAKE}")


_last_wake = 0.0


def wake_throttled() -> None:
    """Wake the worker after a hot call, ten times a second at most: every NOTIFY queues at one lock of the server."""
    global _last_wake
    moment = time.monotonic()
    if moment - _last_wake > 0.1:
        _last_wake = moment
        wake_worker()
