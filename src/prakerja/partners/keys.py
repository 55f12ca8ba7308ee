"""Keys come and go while their partner works on, and the rules of its calls change. Every step is audited."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.kernel.db import hot_row, requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.partners import epoch
from prakerja.partners.locking import lock_partner
from prakerja.partners.models import ApiCredential, Partner
from prakerja.partners.operations import NewCredential, mint_key

# Two are enough to rotate; every further one is tried at every call whose signature is wrong.
MAX_LIVE_KEYS = 4
# A key's last use is written at most this often.
USED_EVERY = timedelta(minutes=1)
_RULES = ("allowed_networks", "rate_limit_per_minute", "legacy_commit", "accepts_weaker_forms", "strong_forms")


@dataclass(frozen=True)
class Key:
    """What may be told of a key: never the key. Instants are UTC; `last_used_at` is wall time, to the minute."""

    key_id: uuid.UUID
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


def keys_of(*, code: str) -> tuple[Key, ...]:
    """Every key that a partner ever had, oldest first. Raises Refused: partner_unknown."""
    if not Partner.objects.filter(code=code).exists():
        raise Refused("partner_unknown", code=code)
    columns = ("id", "created_at", "revoked_at", "last_used_at")
    return tuple(
        Key(*found) for found in ApiCredential.objects.filter(partner__code=code).order_by("id").values_list(*columns)
    )


@permitted("partner.key")
def add_key(*, code: str, actor: Actor, at: datetime) -> NewCredential:
    """Give a partner one more live key, told here once. Raises Refused: not_permitted, partner_unknown, too_many_keys."""
    with transaction():
        partner = lock_partner(code=code)
        if ApiCredential.objects.filter(partner=partner, revoked_at=None).count() >= MAX_LIVE_KEYS:
            raise Refused("too_many_keys", code=code)
        sign_key = mint_key(partner=partner, at=at)
        epoch.advance()
        _note("partner.key_added", partner, at, actor, {})
    return NewCredential(partner.id, partner.code, sign_key)


@permitted("partner.key")
def revoke_key(*, code: str, key_id: uuid.UUID, actor: Actor, at: datetime) -> bool:
    """End a key: no call is answered with it from `epoch.READ_EVERY` seconds after this returns. False: ended before.

    The last living key may end too: a partner whose key leaked is better off silent. Raises Refused: not_permitted, partner_unknown,
    key_unknown (not one of this partner).
    """
    with transaction():
        partner = lock_partner(code=code)
        found = ApiCredential.objects.select_for_update(no_key=True).filter(partner=partner, id=key_id).first()
        if found is None:
            raise Refused("key_unknown")
        if found.revoked_at is not None:
            return False
        found.revoked_at = at
        found.save(update_fields=["revoked_at"])
        epoch.advance()
        _note("partner.key_revoked", partner, at, actor, {"key_id": str(key_id)})
    return True


@permitted("partner.change")
def set_rules(
    *,
    code: str,
    actor: Actor,
    at: datetime,
    allowed_networks: Sequence[str] | None = None,
    rate_limit_per_minute: int | None = None,
    legacy_commit: bool | None = None,
    accepts_weaker_forms: bool | None = None,
) -> dict[str, Any]:
    """Change how a partner may call; None leaves a rule as it is. Returns the rules that hold now.

    `allowed_networks` in CIDR, an empty list for any; `rate_limit_per_minute` is what one process of the door admits, 0
    for no limit; `accepts_weaker_forms` True lets it sign less than it was seen to sign (ADR 0003), False forgets
    what was seen until now, so that it is learnt anew. Raises Refused: not_permitted, partner_unknown, network_invalid (network), rate_invalid.
    """
    changes: dict[str, Any] = {}
    if allowed_networks is not None:
        changes["allowed_networks"] = sorted({_network(text) for text in allowed_networks})
    if rate_limit_per_minute is not None:
        if not 0 <= rate_limit_per_minute <= 10_000_000:
            raise Refused("rate_invalid")
        changes["rate_limit_per_minute"] = rate_limit_per_minute
    if legacy_commit is not None:
        changes["legacy_commit"] = legacy_commit
    if accepts_weaker_forms is not None:
        changes |= {"accepts_weaker_forms": accepts_weaker_forms, "strong_forms": []}
    with transaction():
        partner = lock_partner(code=code)
        before = {name: getattr(partner, name) for name in changes}
        for name, value in changes.items():
            setattr(partner, name, value)
        if changes:
            partner.save(update_fields=list(changes))
            epoch.advance()
            _note("partner.rules_changed", partner, at, actor, {"before": before, "after": changes})
    return {name: getattr(partner, name) for name in _RULES}


def note_strong_form(*, partner_id: uuid.UUID, form: str, at: datetime) -> None:
    """Remember that a partner signed the stronger form here: from now on it is held to it (ADR 0003).

    Called after a signature that was right; a second call for the same form changes nothing.
    """
    with transaction():
        partner = Partner.objects.select_for_update(no_key=True).get(id=partner_id)
        if form in partner.strong_forms or partner.accepts_weaker_forms:
            return
        partner.strong_forms = [*partner.strong_forms, form]
        partner.save(update_fields=["strong_forms"])
        epoch.advance()
        _note("partner.strong_form_seen", partner, at, Actor.partner(partner_id), {"form": form})


def note_use(*, key_id: uuid.UUID, wall: datetime) -> None:
    """Write when a key was used, unless another process did within the minute or the row is being changed: never waits."""
    hot_row(
        "UPDATE partners_apicredential SET last_used_at = %s WHERE id = ("
        "  SELECT id FROM partners_apicredential WHERE id = %s"
        "     AND (last_used_at IS NULL OR last_used_at <= %s) FOR NO KEY UPDATE SKIP LOCKED) RETURNING id",
        [wall, key_id, wall - USED_EVERY],
    )


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        raise Refused("network_invalid", network=text) from None


@requires_transaction
def _note(action: str, partner: Partner, at: datetime, actor: Actor, data: dict[str, Any]) -> None:
    record(
        action=action,
        at=at,
        actor=actor,
        subject_kind="partner",
        subject_id=partner.id,
        data=data,
    )
