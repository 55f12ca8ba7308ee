"""What an erasure takes of what a person told us when they registered (rules.md 11.5)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import msgspec

from prakerja.kernel.db import requires_transaction
from prakerja.kernel.secrets import seal, unseal
from prakerja.people.consents import end_consent
from prakerja.registrations.models import Document, Profile, Registration
from prakerja.registrations.rows import place


@requires_transaction
def wipe_needs(*, person_id: uuid.UUID, by: str, at: datetime) -> int:
    """Wipe what rests on a yes of its own: disability and wished help. `by` is the page, or "erasure". Returns 1 if there was any."""
    end_consent(person_id=person_id, purpose="special_needs", by=by, at=at)
    return _rewrite(person_id, {"disabilities": [], "help_wanted": ""})


@requires_transaction
def wipe_registration(*, person_id: uuid.UUID) -> int:
    """Erase where a person lives and the photos that they sent; returns how much went."""
    of = Registration.objects.filter(became=person_id).values("id")
    photos, _ = Document.objects.filter(registration_id__in=of).delete()
    return photos + _rewrite(person_id, {"district": "", "village": "", "street": ""})


@requires_transaction
def _rewrite(person_id: uuid.UUID, empty: dict[str, Any]) -> int:
    profile = Profile.objects.select_for_update(no_key=True).filter(person_id=person_id).first()
    if profile is None:
        return 0
    where = place("profile", "details_enc", profile.id)
    before = msgspec.json.decode(unseal(profile.details_enc, **where))
    after = before | empty
    if after == before:
        return 0
    profile.details_enc = seal(msgspec.json.encode(after).decode(), **where)
    profile.save(update_fields=["details_enc"])
    return 1
