"""What falls due in training: the price of a cancelled class, at once; the certificate, when its report has travelled."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min

from prakerja.kernel.db import transaction
from prakerja.kernel.due import DueTask
from prakerja.training.cancelled_classes import next_refund, refunds_left, run_refunds
from prakerja.training.completion import announce_certificate
from prakerja.training.models import Certificate


def next_certificate() -> datetime | None:
    found: datetime | None = Certificate.objects.filter(announced_at=None).aggregate(first=Min("visible_from"))["first"]
    return found


def announce_certificates(at: datetime) -> int:
    """Tell on the dashboard of each certificate that is visible now. Returns how many were told of."""
    waiting = Certificate.objects.filter(announced_at=None, visible_from__lte=at).values_list("person_id", "id")
    count = 0
    for person_id, certificate_id in list(waiting):
        with transaction():
            certificate = (
                Certificate.objects.select_for_update(no_key=True)
                .filter(person_id=person_id, id=certificate_id, announced_at=None)
                .first()
            )
            if certificate is not None:
                announce_certificate(certificate=certificate, at=at)
                count += 1
    return count


TASKS = [
    DueTask(name="refund cancelled classes", next_due=next_refund, run=run_refunds, left=refunds_left),
    DueTask(name="certificate_ready", next_due=next_certificate, run=announce_certificates),
]
