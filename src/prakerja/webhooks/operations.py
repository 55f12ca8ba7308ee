"""The public verbs: collect and send (the worker), replay (a partner or an operator)."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.kernel.db import requires_transaction, transactional
from prakerja.kernel.errors import Refused
from prakerja.webhooks.collecting import DELIVERIES_KEPT, Collected, collect_events, next_settling, prune_deliveries
from prakerja.webhooks.models import Delivery, Endpoint, Replay
from prakerja.webhooks.sending import next_delivery, send_deliveries
from prakerja.webhooks.states import DELIVERY_STATES

__all__ = [
    "DELIVERIES_KEPT",
    "Collected",
    "collect_events",
    "next_delivery",
    "next_settling",
    "prune_deliveries",
    "replay",
    "replay_in_transaction",
    "send_deliveries",
]

# More at once would keep an endpoint busy for hours; who wants more asks again.
MOST = 10_000


@requires_transaction
def replay_in_transaction(
    *,
    partner_id: uuid.UUID,
    event_id: uuid.UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    failed_only: bool = False,
    idempotency_key: str = "",
    actor: Actor,
    wall: datetime,
    at: datetime,
) -> int:
    """Send recorded messages again, delivered or not; returns how many wait now, at most the 10,000 oldest.

    `event_id` names one message; else those whose event happened from `since` on and before `until` (programme time), with
    `failed_only` those that were given up. A message keeps its `webhook-id`. The same key again: the same answer, and
    nothing is sent. Raises Refused: webhook_unknown, message_unknown.
    """
    endpoint = Endpoint.objects.select_for_update(no_key=True).filter(partner_id=partner_id).first()
    if endpoint is None:
        raise Refused("webhook_unknown")
    if idempotency_key:
        asked = Replay.objects.filter(endpoint=endpoint, idempotency_key=idempotency_key).first()
        if asked is not None:
            return asked.count
    wanted = Delivery.objects.filter(endpoint=endpoint)
    if event_id is not None:
        wanted = wanted.filter(event_id=event_id)
    if since is not None:
        wanted = wanted.filter(happened_at__gte=since)
    if until is not None:
        wanted = wanted.filter(happened_at__lt=until)
    if failed_only:
        wanted = wanted.filter(status="failed")
    count = _queue_again(list(wanted.select_for_update(no_key=True).order_by("id")[:MOST]), wall)
    if event_id is not None and count == 0:
        raise Refused("message_unknown")
    Replay.objects.create(endpoint=endpoint, idempotency_key=idempotency_key, asked_at=at, count=count)
    record(
        action="webhook.replayed",
        at=at,
        actor=actor,
        subject_kind="partner",
        subject_id=partner_id,
        data={"count": count},
    )
    return count


replay = permitted("partner.webhook")(transactional(replay_in_transaction))


def _queue_again(deliveries: list[Delivery], wall: datetime) -> int:
    for delivery in deliveries:
        if delivery.status != "pending":
            delivery.status = DELIVERY_STATES.advance(current=delivery.status, verb="replay")
        delivery.queued_at = delivery.next_attempt_at = wall
        delivery.failure_count = 0
    Delivery.objects.bulk_update(
        deliveries, ["status", "queued_at", "next_attempt_at", "failure_count"], batch_size=500
    )
    return len(deliveries)
