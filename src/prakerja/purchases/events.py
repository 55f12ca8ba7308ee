"""What partners are told of purchases. Written by `authorise.sql`, `void` and `class_cancelling`."""

from __future__ import annotations

from datetime import datetime

from prakerja.audit.events import PartnerEvent
from prakerja.audit.events import marked as _

VOUCHER_ISSUED = PartnerEvent(
    action="purchase.authorised",
    name="voucher.issued",
    title=_("Kode terbit: pelatihan dibeli"),
    tells={"voucher_code": str | None},
)
TRANSACTION_VOIDED = PartnerEvent(
    action="purchase.voided",
    name="transaction.voided",
    title=_("Transaksi dibatalkan"),
    tells={"voided_at": datetime},
)
CLASS_CANCELLED = PartnerEvent(
    action="purchase.class_cancelled",
    name="class.cancelled",
    title=_("Kelas dibatalkan"),
    tells={"class_cancelled_at": datetime},
)
