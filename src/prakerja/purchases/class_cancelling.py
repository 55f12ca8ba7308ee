"""An institution calls a class off; the platforms that sold it are told, so that they take their transactions back."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.audit.operations import record
from prakerja.catalogue.models import CourseRun
from prakerja.catalogue.schedules import RunState, cancel_run
from prakerja.kernel.db import requires_transaction
from prakerja.kernel.errors import Refused
from prakerja.purchases.models import Purchase
from prakerja.vouchers.models import Voucher


@requires_transaction
def cancel_class(*, institution_id: uuid.UUID, schedule_code: str, at: datetime) -> RunState:
    """Cancel an own class before it begins, and note it at every purchase that lives (rules.md 14.7).

    No money moves here: a platform voids what it sold, which pays the price back. Each note is what webhooks tell as
    class.cancelled. Raises Refused: run_unknown, run_begun, class_has_learners.
    """
    run = CourseRun.objects.filter(course__institution_id=institution_id, code=schedule_code).first()
    # Vouchers before seats, in the documented order; a redemption that waits for its voucher then looks at the class again.
    # They are found by their purchases, which know a class by an index.
    purchases = Purchase.objects.filter(course_run=run, status="succeeded")
    bought = Voucher.objects.select_for_update(no_key=True).filter(
        id__in=purchases.values("voucher_id"), status__in=("issued", "redeemed")
    )
    if "redeemed" in {voucher.status for voucher in bought.order_by("id")}:
        raise Refused("class_has_learners")
    run_id, state = cancel_run(institution_id=institution_id, schedule_code=schedule_code, at=at)
    sold = Purchase.objects.filter(course_run_id=run_id, status="succeeded").order_by("id")
    for person_id, purchase_id in sold.values_list("person_id", "id"):
        record(
            action="purchase.class_cancelled",
            at=at,
            person_id=person_id,
            actor_kind="partner",
            actor_id=str(institution_id),
            subject_kind="purchase",
            subject_id=purchase_id,
        )
    return state
