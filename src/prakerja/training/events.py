"""What partners are told of training. Written by `redeem.sql`, and by `completion` and `deriving`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from prakerja.audit.events import PartnerEvent
from prakerja.audit.events import marked as _

VOUCHER_REDEEMED = PartnerEvent(
    action="voucher.redeemed",
    name="voucher.redeemed",
    title=_("Kode ditukar di lembaga"),
    tells={"redeemed_at": datetime},
)
# The completion's own row may change or go, so the message reads what the audit record says (`webhooks.payloads`).
COMPLETION_ACCEPTED = PartnerEvent(
    action="training.completed",
    name="completion.accepted",
    title=_("Penyelesaian diterima"),
    tells={"completed_date": date, "source": Literal["reported", "derived"]},
)
COMPLETION_CORRECTED = PartnerEvent(
    action="training.completion_corrected",
    name="completion.corrected",
    title=_("Laporan penyelesaian diperbaiki"),
    tells={"completed_date": date},
)
COMPLETION_WITHDRAWN = PartnerEvent(
    action="training.completion_withdrawn",
    name="completion.withdrawn",
    title=_("Laporan penyelesaian ditarik"),
    tells={"withdrawn_at": datetime},
)
