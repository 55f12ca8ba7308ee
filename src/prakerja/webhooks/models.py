"""What is to be told to whom, each attempt, and how far the audit trail was read.

Instants are wall time but for `happened_at`: they are about machines (ADR 0015).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.kernel.models import KeyedRow, OwnedReference, PersonRow, owned_foreign_key, owned_key, reference
from prakerja.webhooks.states import DELIVERY_STATES


class Delivery(PersonRow):
    """One event for one endpoint. No body is kept: it is made from rows that never change, each time it is sent."""

    endpoint = reference("partners.WebhookEndpoint")
    # The audit record that tells of it; `webhook-id` is made from it.
    event_id = models.UUIDField()
    event = models.TextField()
    purchase = owned_foreign_key("purchases.Purchase")
    # Programme time.
    happened_at = models.DateTimeField()
    status = models.TextField(default="pending")
    # When it was recorded or replayed last: three days later it is given up.
    queued_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True)
    attempt_count = models.IntegerField(default=0)
    # Those since it was queued: what the next wait is reckoned from.
    failure_count = models.SmallIntegerField(default=0)

    class Meta:
        constraints = [
            owned_key("webhooks_delivery", "person"),
            OwnedReference(name="webhooks_delivery_purchase_owned", field="purchase", to="purchases_purchase"),
            models.UniqueConstraint(fields=["person", "endpoint", "event_id"], name="webhooks_delivery_once"),
            models.CheckConstraint(condition=Q(status__in=DELIVERY_STATES.states()), name="webhooks_delivery_status"),
            models.CheckConstraint(
                condition=Q(status="pending", next_attempt_at__isnull=False)
                | (~Q(status="pending") & Q(next_attempt_at=None)),
                name="webhooks_delivery_waits",
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="webhooks_delivery_waiting", condition=Q(status="pending")),
            models.Index(fields=["endpoint", "id"], name="webhooks_delivery_log"),
        ]


class Attempt(PersonRow):
    """One call of an endpoint. `outcome` is `delivered` or why it was not; nothing of the answer is kept."""

    delivery = owned_foreign_key("webhooks.Delivery")
    number = models.IntegerField()
    attempted_at = models.DateTimeField()
    http_status = models.SmallIntegerField(null=True)
    outcome = models.TextField()
    duration_ms = models.IntegerField()

    class Meta:
        constraints = [
            owned_key("webhooks_attempt", "person"),
            OwnedReference(name="webhooks_attempt_delivery_owned", field="delivery", to="webhooks_delivery"),
            models.UniqueConstraint(fields=["person", "delivery", "number"], name="webhooks_attempt_once"),
        ]


class Cursor(models.Model):
    """How far the audit trail was read: one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    # Everything up to here was read once, and everything up to `swept` when nobody could still add to it.
    seen = models.UUIDField()
    swept = models.UUIDField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="webhooks_cursor_one_row")]


class Replay(KeyedRow):
    """A partner or an operator asked to be told again."""

    endpoint = models.ForeignKey("partners.WebhookEndpoint", on_delete=models.PROTECT)
    # The same key again gets the same answer; empty for an operator.
    idempotency_key = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="webhooks_replay_idempotency",
            )
        ]
