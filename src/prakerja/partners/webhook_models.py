"""Where a partner wants to be told what happened, and the secrets that what it is told is signed with.

Times of delivery are wall time, because they are about machines: a sandbox's clock that jumps a month must not give a
partner's server up (ADR 0015).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from prakerja.kernel.models import KeyedRow

DISABLED_REASONS = ["partner", "gone", "failing"]


class WebhookEndpoint(KeyedRow):
    """One per partner. Its id tells when it was made: what happened before is not told."""

    partner = models.OneToOneField("partners.Partner", on_delete=models.PROTECT)
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
                name="partners_webhookendpoint_disabled",
            )
        ]


class WebhookSecret(KeyedRow):
    """The newest two of an endpoint live, so that a partner can rotate without a gap. Sealed: signing needs it back."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT)
    secret_enc = models.BinaryField()
    # Of the call that asked for it: the same call again gets the same secret.
    idempotency_key = models.TextField(blank=True)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="partners_webhooksecret_idempotency",
            )
        ]
