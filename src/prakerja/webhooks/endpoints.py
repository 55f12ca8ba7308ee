"""A partner says where it wants to be told, and rotates the secrets that it checks with (Standard Webhooks)."""

from __future__ import annotations

import base64
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.kernel import ssrf_policy
from prakerja.kernel.db import requires_transaction, transactional
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import seal, unseal
from prakerja.partners.queries import trusted_origins
from prakerja.webhooks.events import NAMES
from prakerja.webhooks.models import Endpoint, Secret
from prakerja.webhooks.signatures import PREFIX

_SECRET_BYTES = 32
_LIVE_SECRETS = 2
# What a sealed secret is bound to, beside its row. The table had this name when the first ones were sealed, and a secret
# opens only with the words that it was sealed with.
_SEALED_AS = "partners_webhooksecret"


@dataclass(frozen=True)
class Webhook:
    """`events` are all that it is told of; `disabled_reason` is "", partner, gone or failing."""

    endpoint_id: uuid.UUID
    url: str
    events: tuple[str, ...]
    is_enabled: bool
    disabled_reason: str
    secret_count: int


@requires_transaction
def set_webhook_in_transaction(
    *,
    partner_id: uuid.UUID,
    url: str,
    events: Sequence[str] = (),
    is_enabled: bool = True,
    idempotency_key: str = "",
    actor: Actor,
    at: datetime,
) -> tuple[Webhook, str | None]:
    """Register or change a partner's endpoint; returns it, and the secret when it is the first one.

    `events` empty means all. Enabling it again forgets its failures; what waits is then sent. The address must be https
    of the public internet, or of an origin registered for a sandbox partner. Under `idempotency_key` the first secret is
    found again (`secret_of_key`). Raises Refused: webhook_url_invalid, webhook_address_forbidden, field_invalid (events).
    """
    if not set(events) <= set(NAMES):
        raise Refused("field_invalid", field="events")
    try:
        ssrf_policy.check(url, trusted_origins=trusted_origins(partner_id=partner_id), https_only=True)
    except ssrf_policy.AddressRefused as refusal:
        raise Refused("webhook_address_forbidden" if refusal.reason == "private" else "webhook_url_invalid") from None
    # Of two first registrations the unique key lets one in; the other waits here and changes what that one made.
    made = new_id()
    Endpoint.objects.bulk_create(
        [Endpoint(id=made, partner_id=partner_id, url=url, created_at=at)], ignore_conflicts=True
    )
    endpoint = Endpoint.objects.select_for_update(no_key=True).get(partner_id=partner_id)
    endpoint.url, endpoint.events = url, [name for name in NAMES if name in events]
    endpoint.disabled_at = None if is_enabled else (endpoint.disabled_at or at)
    endpoint.disabled_reason = "" if is_enabled else (endpoint.disabled_reason or "partner")
    _forgive(endpoint)
    endpoint.save()
    secret = _make_secret(endpoint=endpoint, idempotency_key=idempotency_key, at=at) if endpoint.id == made else None
    _record("webhook.set", endpoint, actor, at)
    return _described(endpoint), secret


@requires_transaction
def rotate_secret_in_transaction(*, partner_id: uuid.UUID, idempotency_key: str, actor: Actor, at: datetime) -> str:
    """Make one more secret; messages carry the signatures of the newest two. The same key again: the same secret.

    Raises Refused: webhook_unknown.
    """
    endpoint = Endpoint.objects.select_for_update(no_key=True).filter(partner_id=partner_id).first()
    if endpoint is None:
        raise Refused("webhook_unknown")
    there = secret_of_key(partner_id=partner_id, idempotency_key=idempotency_key) if idempotency_key else None
    if there is not None:
        return there
    secret = _make_secret(endpoint=endpoint, idempotency_key=idempotency_key, at=at)
    _record("webhook.secret_rotated", endpoint, actor, at)
    return secret


# A partner's own call comes inside the transaction of its first answer; an operator's is a verb of the table.
set_webhook = permitted("partner.webhook")(transactional(set_webhook_in_transaction))
rotate_secret = permitted("partner.webhook")(transactional(rotate_secret_in_transaction))


def secret_of_key(*, partner_id: uuid.UUID, idempotency_key: str) -> str | None:
    """The secret that was made by the call with this key, or None when that call made none."""
    found = Secret.objects.filter(endpoint__partner_id=partner_id, idempotency_key=idempotency_key).first()
    return _opened(found) if found is not None else None


def webhook_of_partner(*, partner_id: uuid.UUID) -> Webhook | None:
    """A partner's endpoint, or None when it registered none."""
    found = Endpoint.objects.filter(partner_id=partner_id).first()
    return _described(found) if found is not None else None


def live_secrets(*, endpoint_id: uuid.UUID) -> tuple[str, ...]:
    """The secrets that a message is signed with, newest first, each `whsec_` and base64."""
    live = Secret.objects.filter(endpoint_id=endpoint_id, retired_at=None).order_by("-id")
    return tuple(_opened(row) for row in live)


@requires_transaction
def disable_endpoint(*, endpoint: Endpoint, reason: str, at: datetime) -> None:
    """Stop telling a partner whose endpoint is gone or fails for days; what happens meanwhile waits."""
    endpoint.disabled_at, endpoint.disabled_reason = at, reason
    endpoint.save(update_fields=["disabled_at", "disabled_reason"])
    _record("webhook.disabled", endpoint, Actor.system(), at)


@requires_transaction
def _make_secret(*, endpoint: Endpoint, idempotency_key: str, at: datetime) -> str:
    secret = PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    made = new_id()
    Secret.objects.create(
        id=made,
        endpoint=endpoint,
        secret_enc=seal(secret, table=_SEALED_AS, column="secret_enc", row_id=made),
        idempotency_key=idempotency_key,
        created_at=at,
    )
    live = Secret.objects.filter(endpoint=endpoint, retired_at=None).order_by("-id").values_list("id", flat=True)
    Secret.objects.filter(id__in=list(live)[_LIVE_SECRETS:]).update(retired_at=at)
    return secret


def _opened(row: Secret) -> str:
    return unseal(row.secret_enc, table=_SEALED_AS, column="secret_enc", row_id=row.id)


def _forgive(endpoint: Endpoint) -> None:
    endpoint.failing_since = endpoint.rest_until = None
    endpoint.failure_count = endpoint.gone_count = 0


def _described(endpoint: Endpoint) -> Webhook:
    return Webhook(
        endpoint_id=endpoint.id,
        url=endpoint.url,
        events=tuple(endpoint.events) or NAMES,
        is_enabled=endpoint.disabled_at is None,
        disabled_reason=endpoint.disabled_reason,
        secret_count=Secret.objects.filter(endpoint=endpoint, retired_at=None).count(),
    )


@requires_transaction
def _record(action: str, endpoint: Endpoint, actor: Actor, at: datetime) -> None:
    record(
        action=action,
        at=at,
        actor=actor,
        subject_kind="partner",
        subject_id=endpoint.partner_id,
        data={"is_enabled": endpoint.disabled_at is None, "reason": endpoint.disabled_reason},
    )
