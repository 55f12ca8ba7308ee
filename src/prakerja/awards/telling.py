"""Who is told of an award's change, and what the trail keeps of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from prakerja.access.actors import Actor
from prakerja.audit.operations import record
from prakerja.awards.models import Award
from prakerja.kernel.db import requires_transaction
from prakerja.notifications.operations import queue_message


@requires_transaction
def tell_participant(
    *,
    award: Award,
    template: str,
    channels: tuple[str, ...] = ("sms", "dashboard"),
    parameters: Mapping[str, Any] | None = None,
    key: str = "",
    at: datetime,
) -> None:
    """Tell the person, once for each `key` of this award (the template's name, where it is told once anyway)."""
    queue_message(
        person_id=award.person_id,
        template=template,
        channels=channels,
        parameters=dict(parameters or {}),
        dedupe_key=f"{key or template}:{award.id}",
        at=at,
    )


@requires_transaction
def record_award_action(
    *, award: Award, action: str, actor: Actor, at: datetime, data: Mapping[str, Any] | None = None
) -> None:
    record(
        action=action,
        at=at,
        person_id=award.person_id,
        actor=actor,
        subject_kind="award",
        subject_id=award.id,
        data=dict(data or {}),
    )
