"""What falls due in disbursements: in a sandbox, the three signatures of a drafted batch."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min

from prakerja.disbursements.batches import sandbox_sign_off
from prakerja.disbursements.models import PaymentBatch
from prakerja.disbursements.states import BATCH_STATES
from prakerja.kernel.due import DueTask
from prakerja.kernel.installation import is_sandbox


def next_sign_off() -> datetime | None:
    """When the oldest batch was drafted; None in production, where people sign."""
    if not is_sandbox():
        return None
    found: datetime | None = PaymentBatch.objects.filter(status__in=BATCH_STATES.group("UNSIGNED")).aggregate(
        first=Min("drafted_at")
    )["first"]
    return found


def sign_off(at: datetime) -> int:
    return sandbox_sign_off(at=at)


TASKS = [DueTask(name="sandbox_sign_off", next_due=next_sign_off, run=sign_off)]
