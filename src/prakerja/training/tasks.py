"""What falls due in training: the price of a cancelled class, at once; the certificate, when its report has travelled."""

from __future__ import annotations

from datetime import datetime

from prakerja.kernel.due import DueTask, do_due_many, left_of
from prakerja.kernel.looks import least_of
from prakerja.training.cancelled_classes import next_refund, refunds_left, run_refunds
from prakerja.training.completion import announce_many

TELL = """
SELECT certificate.person_id, certificate.id, certificate.visible_from AS due_at
  FROM training_certificate certificate
 WHERE certificate.announced_at IS NULL"""


def announce_certificates(at: datetime) -> int:
    """Tell on the dashboard of each certificate that is visible now. Returns how many were told of."""
    return do_due_many(TELL, at=at, work=lambda items: announce_many(items=items, at=at), is_stored=True)


TASKS = [
    DueTask(name="refund cancelled classes", next_due=next_refund, run=run_refunds, left=refunds_left),
    DueTask(
        name="certificate_ready",
        next_due=least_of(TELL),
        run=announce_certificates,
        left=lambda at: left_of(TELL, at=at),
    ),
]
