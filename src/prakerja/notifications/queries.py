"""Read the outbox."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.notifications.models import Message
from prakerja.notifications.states import MESSAGE_STATES


def has_sms_on_its_way(*, person_id: uuid.UUID, at: datetime) -> bool:
    """Whether an SMS to this person should have left by `at` and has not arrived."""
    return Message.objects.filter(
        person_id=person_id, channel="sms", status__in=MESSAGE_STATES.group("LEAVING"), send_after__lte=at
    ).exists()
