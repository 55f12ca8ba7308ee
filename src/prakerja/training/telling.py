"""What participants are told when certificates appear: that they are there, and what hangs on a review (rules.md 13.1).

Reads: awards_award, catalogue_course, catalogue_courserun, purchases_purchase, vouchers_voucher.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from prakerja.awards.queries import running_awards
from prakerja.kernel.db import requires_transaction, rows
from prakerja.ledger.queries import balances
from prakerja.notifications.operations import Notice, queue_many
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import CutoffKind, PurchaseCloses, Scheme, cutoff_at
from prakerja.purchases.queries import first_vouchers
from prakerja.training.models import Certificate

_BOUGHT = """
SELECT completion.id, completion.voucher_id, course.title, award.scheme_version_id
  FROM training_completion completion
  JOIN vouchers_voucher voucher ON voucher.person_id = completion.person_id AND voucher.id = completion.voucher_id
  JOIN catalogue_courserun run ON run.id = voucher.course_run_id
  JOIN catalogue_course course ON course.id = run.course_id
  JOIN purchases_purchase purchase
    ON purchase.person_id = completion.person_id AND purchase.voucher_id = completion.voucher_id
  JOIN awards_award award ON award.person_id = purchase.person_id AND award.id = purchase.award_id
 WHERE completion.person_id = ANY(%s) AND completion.id = ANY(%s)"""


@requires_transaction
def tell_of_certificates(*, certificates: Sequence[Certificate], at: datetime) -> None:
    """Tell by SMS and dashboard of certificates and of the reviews that they wait for: one sentence for each thing that hangs on one.

    Only the first training's review leads to the incentive (rules.md 5.4); in a scheme whose next purchase waits for the
    review, each training's does. Where nothing hangs on it, only the certificate is told.
    """
    people = [certificate.person_id for certificate in certificates]
    found = rows(_BOUGHT, [people, [certificate.completion_id for certificate in certificates]])
    bought = {completion_id: (voucher_id, title, rules) for completion_id, voucher_id, title, rules in found}
    held = running_awards(person_ids=people)
    reserves = balances(balance_ids=[award.reserve_id for award in held.values()])
    firsts = first_vouchers(held=[(award.person_id, award.id) for award in held.values()])
    told: dict[str, list[Notice]] = {}
    alone, with_review = [], []
    for certificate in certificates:
        voucher_id, title, scheme_version_id = bought[certificate.completion_id]
        rules = scheme(scheme_version_id=scheme_version_id)
        award = held.get(certificate.person_id)
        template, said = _review(
            rules=rules,
            for_incentive=award is not None and bool(reserves[award.reserve_id]) and firsts.get(award.id) == voucher_id,
            for_next=award is not None and rules.purchase_closes_on is PurchaseCloses.REVIEW,
            at=at,
        )
        notice = Notice(certificate.person_id, {"course_title": title}, f"cert_ready:{certificate.id}")
        if template:
            with_review.append(notice)
            said = {"course_title": title} | said
            told.setdefault(template, []).append(Notice(certificate.person_id, said, f"review_needed:{certificate.id}"))
        else:
            alone.append(notice)
    # With a review to give, one SMS says both.
    for channels, notices in ((("dashboard",), with_review), (("sms", "dashboard"), alone)):
        queue_many(template="cert_ready", channels=channels, notices=notices, at=at, may_be_known=True)
    for template, notices in told.items():
        queue_many(template=template, channels=("sms", "dashboard"), notices=notices, at=at, may_be_known=True)


def _review(*, rules: Scheme, for_incentive: bool, for_next: bool, at: datetime) -> tuple[str, dict[str, Any]]:
    """The template that asks for a review, with what it says besides the course; "" where nothing hangs on one."""
    closes_at = cutoff_at(scheme=rules, kind=CutoffKind.REVIEW) or cutoff_at(scheme=rules, kind=CutoffKind.COMPLETE)
    if (closes_at is not None and at >= closes_at) or not (for_incentive or for_next):
        return "", {}
    if for_incentive and for_next:
        return "review_for_both", {}
    if for_next:
        return "review_for_next", {}
    if closes_at is not None:
        return "review_for_incentive_until", {"deadline": closes_at.isoformat()}
    return "review_for_incentive", {}
