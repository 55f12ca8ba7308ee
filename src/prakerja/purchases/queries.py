"""Read purchases, scoped to the platform that made them.

Reads: awards_award, catalogue_course, catalogue_courserun, partners_partner, people_person, programmes_schemeversion,
vouchers_voucher.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from prakerja.kernel.db import hot_row, row, rows
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import unseal
from prakerja.partners.places import Place
from prakerja.purchases.models import PaymentIntent, Purchase


@dataclass(frozen=True)
class PaymentStatus:
    """`amount` in rupiah; `status` succeeded or voided; `created_at` UTC programme time."""

    created_at: datetime
    invoice_code: str
    reference: str
    amount: int
    status: str
    name: str


@dataclass(frozen=True)
class Transaction:
    """A payment with what its buyer needs to know. `voucher_code` is None where the dashboard alone shows it.

    Instants are UTC; `redeemable_until` is exclusive.
    """

    payment: PaymentStatus
    voucher_code: str | None
    voucher_status: str
    redeemable_from: datetime
    redeemable_until: datetime
    course_code: str
    schedule_code: str
    course_title: str
    mode: str
    # Where a class is taught that is not online, as far as it was filed.
    place: Place | None
    institution_code: str
    institution_name: str
    how_to_redeem: str
    class_cancelled_at: datetime | None


_TRANSACTION = """
SELECT purchase.authorised_at, purchase.invoice_code, purchase.reference, purchase.amount, purchase.status, person.name,
       voucher.id, voucher.code_enc, voucher.status, scheme.code_shown_by, course.code, run.code, course.title,
       institution.code, institution.name, institution.how_to_redeem, run.cancelled_at, voucher.redeemable_from,
       voucher.redeemable_until, course.mode, institution.address, institution.city, institution.province_code
  FROM purchases_invoiceclaim claim
  JOIN purchases_purchase purchase ON purchase.person_id = claim.person_id AND purchase.id = claim.purchase_id
  JOIN people_person person ON person.id = purchase.person_id
  JOIN vouchers_voucher voucher ON voucher.person_id = purchase.person_id AND voucher.id = purchase.voucher_id
  JOIN awards_award award ON award.person_id = purchase.person_id AND award.id = purchase.award_id
  JOIN programmes_schemeversion scheme ON scheme.id = award.scheme_version_id
  JOIN catalogue_courserun run ON run.id = purchase.course_run_id
  JOIN catalogue_course course ON course.id = purchase.course_id
  JOIN partners_partner institution ON institution.id = voucher.institution_id
 WHERE claim.platform_id = %s AND claim.invoice_code = %s
"""

_COURSE_OF_INTENT = """
SELECT course.code
  FROM purchases_paymentintent intent
  JOIN catalogue_courserun run ON run.id = intent.course_run_id
  JOIN catalogue_course course ON course.id = run.course_id
 WHERE intent.person_id = %s AND intent.id = %s
"""


def payment_status(*, platform_id: uuid.UUID, invoice_code: str) -> PaymentStatus:
    """The state of this platform's own invoice (contract.md 2.4). Raises Refused: invoice_unknown."""
    return transaction_of_platform(platform_id=platform_id, invoice_code=invoice_code).payment


def transaction_of_platform(*, platform_id: uuid.UUID, invoice_code: str) -> Transaction:
    """This platform's own transaction with its code, for its buyer's order page (decisions.md 2).

    The code is there while the scheme says that the platform shows it (2021). Raises Refused: invoice_unknown.
    """
    found = row(_TRANSACTION, [platform_id, invoice_code])
    if found is None:
        raise Refused("invoice_unknown")
    *status, voucher_id, code_enc, voucher_status, shown_by = found[:10]
    course_code, run_code, title, inst, inst_name, how, cancelled_at, opens_at, ends_at = found[10:19]
    mode, place = found[19], Place(*found[20:23])
    code = None
    if shown_by == "platform":
        code = unseal(code_enc, table="vouchers_voucher", column="code_enc", row_id=voucher_id)
    return Transaction(
        payment=PaymentStatus(*status),
        voucher_code=code,
        voucher_status=voucher_status,
        redeemable_from=opens_at,
        redeemable_until=ends_at,
        course_code=course_code,
        schedule_code=run_code,
        course_title=title,
        mode=mode,
        place=place if mode != "online" and place.city else None,
        institution_code=inst,
        institution_name=inst_name,
        how_to_redeem=how,
        class_cancelled_at=cancelled_at,
    )


def course_of_intent(*, person_id: uuid.UUID, intent_id: uuid.UUID) -> str:
    """The code of the course that an intended purchase is of; "" when there is no such intent."""
    found = hot_row(_COURSE_OF_INTENT, [person_id, intent_id])
    return str(found[0]) if found else ""


def platform_user(*, person_id: uuid.UUID, institution_id: uuid.UUID) -> str:
    """The shop account of a person's newest purchase at this institution; "" when there is none."""
    bought = Purchase.objects.filter(person_id=person_id, course__institution_id=institution_id, status="succeeded")
    return bought.order_by("-authorised_at").values_list("intent__platform_user", flat=True).first() or ""


def first_voucher(*, person_id: uuid.UUID, award_id: uuid.UUID) -> uuid.UUID | None:
    """The code of the first training of an award, which alone leads to the incentive (rules.md 5.4).

    One that was voided is none; where the scheme says so, one whose code ended unused is none either (rules.md 12.34).
    """
    return first_vouchers(held=[(person_id, award_id)]).get(award_id)


_FIRST = """
SELECT DISTINCT ON (purchase.award_id) purchase.award_id, purchase.voucher_id
  FROM unnest(%s::uuid[], %s::uuid[]) AS given (person_id, award_id)
  JOIN purchases_purchase purchase ON purchase.person_id = given.person_id AND purchase.award_id = given.award_id
                                  AND purchase.status = 'succeeded'
  JOIN vouchers_voucher voucher ON voucher.person_id = purchase.person_id AND voucher.id = purchase.voucher_id
  JOIN awards_award award ON award.person_id = purchase.person_id AND award.id = purchase.award_id
  JOIN programmes_schemeversion scheme ON scheme.id = award.scheme_version_id
 WHERE voucher.status <> 'expired' OR scheme.data->'incentive'->>'first_training' = 'BOUGHT'
 ORDER BY purchase.award_id, purchase.authorised_at, purchase.number"""


def first_vouchers(*, held: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> dict[uuid.UUID, uuid.UUID]:
    """`first_voucher` of many, as (person, award), by award; an award without a purchase is not in it."""
    return dict(rows(_FIRST, [[person_id for person_id, _ in held], [award_id for _, award_id in held]]))


def spent(*, person_id: uuid.UUID, award_id: uuid.UUID) -> int:
    """Rupiah of the trainings that were bought and not voided."""
    bought = Purchase.objects.filter(person_id=person_id, award_id=award_id, status="succeeded")
    return bought.aggregate(total=Sum("amount"))["total"] or 0


def live_intents(*, asked: list[tuple[uuid.UUID, uuid.UUID]], at: datetime) -> set[uuid.UUID]:
    """Which of these intents (person and intent) still wait for their OTP at `at`: asked before its SMS leaves."""
    people, ids = {person for person, _ in asked}, [intent for _, intent in asked]
    waiting = PaymentIntent.objects.filter(person_id__in=people, id__in=ids, status="otp_sent", expires_at__gt=at)
    return set(waiting.values_list("id", flat=True))
