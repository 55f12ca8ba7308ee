"""Read the trail."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from prakerja.audit.models import Record
from prakerja.audit.security import SECURITY_ACTIONS

# What a line may tell beside act and actor: counts and kinds, never a reason that somebody wrote.
_TOLD = ("wrong", "of", "named", "count", "known_browser", "registered", "wrong_today", "what", "locked", "verb")


@dataclass(frozen=True)
class SecurityEvent:
    """One act. `recorded_at` is wall time; `subject_id` only where the subject is a partner or an operator."""

    action: str
    recorded_at: datetime
    actor_kind: str
    subject_kind: str
    subject_id: uuid.UUID | None
    told: dict[str, Any]


def security_events(*, since: datetime, most: int, action: str = "") -> list[SecurityEvent]:
    """Acts about getting in since this instant of wall time, the newest first; of one action, or of all."""
    wanted = [action] if action else list(SECURITY_ACTIONS)
    found = Record.objects.filter(action__in=SECURITY_ACTIONS, recorded_at__gte=since).filter(action__in=wanted)
    return [
        SecurityEvent(
            action=one.action,
            recorded_at=one.recorded_at,
            actor_kind=one.actor_kind,
            subject_kind=one.subject_kind,
            subject_id=one.subject_id if one.subject_kind in ("partner", "operator") else None,
            told={name: one.data[name] for name in _TOLD if name in one.data},
        )
        for one in found.order_by("-recorded_at", "-id")[:most]
    ]


def security_counts(*, since: datetime) -> dict[str, int]:
    """How often each of these acts happened since this instant of wall time; those that did not are left out."""
    found = Record.objects.filter(action__in=SECURITY_ACTIONS, recorded_at__gte=since)
    counts = dict(found.values_list("action").annotate(Count("id")))
    return {action: counts[action] for action in SECURITY_ACTIONS if action in counts}
