"""Where partners want to be told, what is to be told to whom, each attempt, and how far the audit trail was read.

Instants of delivery are wall time, because they are about machines: a sandbox's clock that jumps a month must not give a
partner's server up (ADR 0015). `happened_at` and what an operation stamps are programme time.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.kernel.models import (
    KeyedRow,
    OwnedReference,
    PersonRow,
    owned_foreign_key,
    owned_key,
    unindexed_foreign_key,
)
from prakerja.kernel.sealed import SealedField
from prakerja.webhooks.states import DELIVERY_STATES

DISABLED_REASONS = ["partner", "gone", "failing"]


class Endpoint(KeyedRow):
    """One per partner. Its id tells when it was made: what happened before is not told."""

    partner = models.OneToOneField("partners.Partner", on_delete=models.PROTECT, related_name="+")
    url = models.TextField()
    # Empty: every event.
    events = models.JSONField(default=list)
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)
    disabled_reason = models.TextField(blank=True)
    # Wall time: since when every attempt failed, how many these are, until when it is left alone, how many said 410.
    failing_since = models.DateTimeField(null=True)
    failure_count = models.IntegerField(default=0)
    rest_until = models.DateTimeField(null=True)
    gone_count = models.SmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(disabled_at=None, disabled_reason="")
                | Q(disabled_at__isnull=False, disabled_reason__in=DISABLED_REASONS),
                name="webhooks_endpoint_disabled",
            )
        ]


class Secret(KeyedRow):
    """The newest two of an endpoint live, so that a partner can rotate without a gap. Sealed: signing needs it back."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT)
    secret_enc = SealedField(bound_to=("partners_webhooksecret", "secret_enc"))
    # Of the call that asked for it: the same call again gets the same secret.
    idempotency_key = models.TextField(blank=True)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="webhooks_secret_idempotency",
            )
        ]


class Delivery(PersonRow):
    """One event for one endpoint. No body is kept: it is made from rows that never change, each time it is sent."""

    endpoint = unindexed_foreign_key("webhooks.Endpoint")
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

    endpoint = models.ForeignKey("webhooks.Endpoint", on_delete=models.PROTECT)
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
