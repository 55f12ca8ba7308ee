"""Read the log of what a partner was told."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.kernel.db import row
from prakerja.kernel.errors import Refused
from prakerja.kernel.pages import Page, place_as_identifier
from prakerja.webhooks.models import Attempt, Delivery
from prakerja.webhooks.payloads import message_id


@dataclass(frozen=True)
class AttemptLine:
    """`attempted_at` is wall time; `http_status` None when there was no answer."""

    attempted_at: datetime
    http_status: int | None
    outcome: str
    duration_ms: int


@dataclass(frozen=True)
class DeliveryLine:
    """`happened_at` is programme time, `next_attempt_at` wall time and None when nothing is to come."""

    message_id: str
    event: str
    happened_at: datetime
    status: str
    next_attempt_at: datetime | None
    attempts: tuple[AttemptLine, ...]


def deliveries(*, partner_id: uuid.UUID, status: str | None, cursor: str | None, limit: int) -> Page[DeliveryLine]:
    """What a partner was told or is to be told, newest first, with at most the last ten attempts of each.

    Raises Refused: cursor_invalid.
    """
    found = Delivery.objects.filter(endpoint__partner_id=partner_id).order_by("-id")
    if status is not None:
        found = found.filter(status=status)
    if cursor is not None:
        found = found.filter(id__lt=place_as_identifier(cursor))
    page = list(found[: limit + 1])
    attempts: dict[uuid.UUID, list[AttemptLine]] = {delivery.id: [] for delivery in page[:limit]}
    people = {delivery.person_id for delivery in page[:limit]}
    for attempt in Attempt.objects.filter(person_id__in=people, delivery_id__in=list(attempts)).order_by("number"):
        line = AttemptLine(attempt.attempted_at, attempt.http_status, attempt.outcome, attempt.duration_ms)
        attempts[attempt.delivery_id].append(line)
    items = tuple(
        DeliveryLine(
            message_id=message_id(event_id=delivery.event_id),
            event=delivery.event,
            happened_at=delivery.happened_at,
            status=delivery.status,
            next_attempt_at=delivery.next_attempt_at,
            attempts=tuple(attempts[delivery.id][-10:]),
        )
        for delivery in page[:limit]
    )
    return Page(items, page[limit - 1].id.hex if len(page) > limit else None)


def event_id_of(*, message: str) -> uuid.UUID:
    """The event behind a `webhook-id`. Raises Refused: message_unknown."""
    name, _, text = message.partition("_")
    if name != "evt" or len(text) != 32:
        raise Refused("message_unknown")
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Refused("message_unknown") from None


def waiting_deliveries(*, most: int) -> tuple[int, datetime | None]:
    """How many messages to partners wait (counted up to `most`), and the wall instant at which the first is due."""
    found = row(
        "SELECT count(*), min(next_attempt_at) FROM (SELECT next_attempt_at FROM webhooks_delivery"
        " WHERE status = 'pending' ORDER BY next_attempt_at LIMIT %s) few",
        [most],
    )
    assert found is not None
    return int(found[0]), found[1]
