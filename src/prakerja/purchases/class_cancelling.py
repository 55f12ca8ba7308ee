"""An institution calls a class off; the platforms that sold it are told, so that they take their transactions back."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.audit.operations import record
from prakerja.catalogue.queries import run_id_of
from prakerja.catalogue.schedules import RunState, cancel_run
from prakerja.kernel.db import requires_transaction
from prakerja.kernel.errors import Refused
from prakerja.purchases.events import CLASS_CANCELLED
from prakerja.purchases.models import Purchase
from prakerja.vouchers.operations import lock_vouchers


@requires_transaction
def cancel_class(*, institution_id: uuid.UUID, schedule_code: str, at: datetime) -> RunState:
    """Cancel an own class before it begins, and note it at every purchase that lives (rules.md 14.7).

    No money moves here: a platform voids what it sold, which pays the price back. Each note is what webhooks tell as
    class.cancelled. Raises Refused: run_unknown, run_begun, class_has_learners.
    """
    run = run_id_of(institution_id=institution_id, schedule_code=schedule_code)
    # Vouchers before seats, in the documented order; a redemption that waits for its voucher then looks at the class again.
    # They are found by their purchases, which know a class by an index.
    bought = Purchase.objects.filter(course_run_id=run, status="succeeded").values_list("voucher_id", flat=True)
    if "redeemed" in {voucher.status for voucher in lock_vouchers(voucher_ids=bought)}:
        raise Refused("class_has_learners")
    run_id, state = cancel_run(institution_id=institution_id, schedule_code=schedule_code, at=at)
    sold = Purchase.objects.filter(course_run_id=run_id, status="succeeded").order_by("id")
    for person_id, purchase_id in sold.values_list("person_id", "id"):
        record(
            action=CLASS_CANCELLED.action,
            at=at,
            person_id=person_id,
            actor=Actor.partner(institution_id),
            subject_kind="purchase",
            subject_id=purchase_id,
        )
    return state
