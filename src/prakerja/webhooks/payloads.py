"""What a message says: made from rows that never change, so that every attempt says the same.

Never a NIK, a phone, a card number or a name. The code is told to the platform alone, in the one event that issues it, and
while the scheme lets platforms show codes (decisions.md 2).

Reads: audit_record, awards_award, catalogue_course, catalogue_courserun, partners_partner, programmes_schemeversion, purchases_purchase,
training_completion, vouchers_voucher.
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from prakerja.kernel.db import row
from prakerja.kernel.secrets import unseal
from prakerja.webhooks.events import BY_NAME
from prakerja.webhooks.models import Delivery

# What every message tells of a platform's own sale, and what no institution is told.
OF_ITS_SALE = ("transaction_code", "amount", "institution_code")
OF_THE_PLATFORM = frozenset((*OF_ITS_SALE, "voucher_code"))

_FACTS = """
SELECT purchase.invoice_code, purchase.reference, purchase.amount, purchase.voided_at, voucher.id, voucher.code_enc,
       voucher.redeemed_at, scheme.code_shown_by, course.code, run.code, institution.code,
       record.data ->> 'completed_date', completion.source, record.data ->> 'withdrawn_at', run.cancelled_at,
       endpoint.partner_id = purchase.platform_id
  FROM purchases_purchase purchase
  JOIN vouchers_voucher voucher ON voucher.person_id = purchase.person_id AND voucher.id = purchase.voucher_id
  JOIN awards_award award ON award.person_id = purchase.person_id AND award.id = purchase.award_id
  JOIN programmes_schemeversion scheme ON scheme.id = award.scheme_version_id
  JOIN catalogue_courserun run ON run.id = purchase.course_run_id
  JOIN catalogue_course course ON course.id = purchase.course_id
  JOIN partners_partner institution ON institution.id = voucher.institution_id
  JOIN webhooks_endpoint endpoint ON endpoint.id = %s
  JOIN audit_record record ON record.id = %s
  LEFT JOIN training_completion completion ON record.subject_kind = 'completion'
        AND completion.person_id = purchase.person_id AND completion.id = record.subject_id
 WHERE purchase.person_id = %s AND purchase.id = %s
"""


def message_id(*, event_id: uuid.UUID) -> str:
    """`webhook-id`: the same for every attempt and every replay of an event, so that a receiver knows a repeat."""
    return f"evt_{event_id.hex}"


def message_body(*, delivery: Delivery) -> bytes:
    """The JSON of a message: type, timestamp (programme time, as every date of the contract) and data."""
    found = row(_FACTS, [delivery.endpoint_id, delivery.event_id, delivery.person_id, delivery.purchase_id])
    if found is None:
        raise RuntimeError("a delivery without its purchase")
    (invoice, reference, amount, voided_at, voucher_id, code_enc, redeemed_at, shown_by, *codes) = found
    course, run, institution, completed_date, source, withdrawn_at, class_cancelled_at, is_platform = codes
    facts: dict[str, Any] = {
        "transaction_code": reference,
        "amount": amount,
        "institution_code": institution,
        "redeemed_at": _stamp(redeemed_at),
        "voided_at": _stamp(voided_at),
        "class_cancelled_at": _stamp(class_cancelled_at),
        "completed_date": completed_date,
        "source": source,
        "withdrawn_at": _stamp(datetime.fromisoformat(withdrawn_at)) if withdrawn_at is not None else None,
    }
    tells = (*OF_ITS_SALE, *BY_NAME[delivery.event].tells)
    if is_platform and "voucher_code" in tells:
        is_shown = shown_by == "platform"
        opened = unseal(code_enc, table="vouchers_voucher", column="code_enc", row_id=voucher_id) if is_shown else None
        facts["voucher_code"] = opened
    data: dict[str, Any] = {"invoice_code": invoice, "course_code": course, "schedule_code": run}
    data |= {member: facts[member] for member in tells if is_platform or member not in OF_THE_PLATFORM}
    message = {"type": delivery.event, "timestamp": _stamp(delivery.happened_at), "data": data}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def _stamp(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if instant is not None else None
