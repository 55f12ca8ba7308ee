"""Our own calls with which partners search what they did: a platform its purchases, an institution its redemptions."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

from prakerja.partner_api import extension_answers, extension_bodies
from prakerja.partner_api.endpoint import Call, endpoint
from prakerja.partner_api.envelope import stamp
from prakerja.partner_api.guide import Guide
from prakerja.purchases import search

_STATES = {"SUCCESS": "succeeded", "VOID": "voided"}
_NAMES = {stored: wire for wire, stored in _STATES.items()}


@endpoint(
    method="GET",
    path="/api/v1/partner/transactions",
    kind="platform",
    body=extension_bodies.TransactionSearch,
    algorithm="sha256",
    guide=Guide(
        title=_("Cari transaksi Anda"),
        about=_("Pembelian di platform Anda dari yang paling lama, menurut tanggal (waktu Jakarta) dan keadaannya."),
        data=extension_answers.FoundTransactionsData,
        refuses=("cursor_invalid",),
    ),
)
def transactions(call: Call[extension_bodies.TransactionSearch]) -> Any:
    body = call.body
    found = search.purchases_of(
        platform_id=call.client.partner_id,
        since=body.since,
        until=body.until,
        status=_STATES[body.status] if body.status else None,
        cursor=body.cursor,
        limit=body.limit,
    )
    items = [
        {
            "invoice_code": item["invoice_code"],
            "transaction_code": item["reference"],
            "amount": item["amount"],
            "status": _NAMES[item["status"]],
            "created_at": stamp(item["created_at"]),
            "voided_at": stamp(item["voided_at"]) if item["voided_at"] else None,
            "course_code": item["course_code"],
            "schedule_code": item["schedule_code"],
        }
        for item in found.items
    ]
    return {"items": items, "next_cursor": found.next_cursor}


@endpoint(
    method="GET",
    path="/api/v1/partner/redemptions",
    kind="institution",
    body=extension_bodies.RedemptionSearch,
    algorithm="sha256",
    guide=Guide(
        title=_("Cari kode yang ditukar di lembaga Anda"),
        about=_(
            "Kode yang sudah ditukar dari yang paling lama, menurut tanggal penukaran (waktu Jakarta), keadaannya, dan "
            "invoice_code dari status kode. required_assignments: tugas yang wajib menurut aturan gelombang peserta, 0 bila "
            "tidak ada."
        ),
        data=extension_answers.FoundRedemptionsData,
        refuses=("cursor_invalid",),
    ),
)
def redemptions(call: Call[extension_bodies.RedemptionSearch]) -> Any:
    body = call.body
    found = search.redemptions_of(
        institution_id=call.client.partner_id,
        since=body.since,
        until=body.until,
        status=body.status,
        invoice_code=body.invoice_code,
        cursor=body.cursor,
        limit=body.limit,
    )
    items = [item | {"redeemed_at": stamp(item["redeemed_at"])} for item in found.items]
    return {"items": items, "next_cursor": found.next_cursor}
