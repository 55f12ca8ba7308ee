"""What a participant is told when a certificate appears: that it is there, and what hangs on a review of it (rules.md 13.1)."""

from __future__ import annotations

from datetime import datetime

from prakerja.awards.queries import running_award
from prakerja.kernel.db import requires_transaction
from prakerja.ledger.queries import balance
from prakerja.notifications.operations import queue_message
from prakerja.programmes.schemes import CutoffKind, PurchaseCloses, cutoff_at
from prakerja.purchases.queries import first_voucher
from prakerja.training.facts import bought_code
from prakerja.training.models import Certificate, Completion


@requires_transaction
def tell_of_certificate(*, certificate: Certificate, at: datetime) -> None:
    """Tell by SMS and dashboard of a certificate and of the review that it waits for: one sentence for each thing that hangs on it.

    Only the first training's review leads to the incentive (rules.md 5.4); in a scheme whose next purchase waits for the
    review, each training's does. Where nothing hangs on it, only the certificate is told.
    """
    person_id = certificate.person_id
    completion = Completion.objects.get(person_id=person_id, id=certificate.completion_id)
    found = bought_code(person_id=person_id, voucher_id=completion.voucher_id)
    said = {"course_title": found.course_title}
    award = running_award(person_id=person_id)
    for_incentive = (
        award is not None
        and bool(balance(person_id=person_id, balance_id=award.reserve_id))
        and first_voucher(person_id=person_id, award_id=award.id) == completion.voucher_id
    )
    for_next = award is not None and found.rules.purchase_closes_on is PurchaseCloses.REVIEW
    closes_at = cutoff_at(scheme=found.rules, kind=CutoffKind.REVIEW) or cutoff_at(
        scheme=found.rules, kind=CutoffKind.COMPLETE
    )
    if (closes_at is not None and at >= closes_at) or not (for_incentive or for_next):
        template = ""
    elif for_incentive and for_next:
        template = "review_for_both"
    elif for_next:
        template = "review_for_next"
    elif closes_at is not None:
        template = "review_for_incentive_until"
        said["deadline"] = closes_at.isoformat()
    else:
        template = "review_for_incentive"
    queue_message(
        person_id=person_id,
        template="cert_ready",
        # With a review to give, one SMS says both.
        channels=("dashboard",) if template else ("sms", "dashboard"),
        parameters={"course_title": found.course_title},
        dedupe_key=f"cert_ready:{certificate.id}",
        at=at,
    )
    if template:
        queue_message(
            person_id=person_id,
            template=template,
            channels=("sms", "dashboard"),
            parameters=said,
            dedupe_key=f"review_needed:{certificate.id}",
            at=at,
        )
