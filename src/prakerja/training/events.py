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
COMPLETION_ACCEPTED = PartnerEvent(
    action="training.completed",
    name="completion.accepted",
    title=_("Penyelesaian diterima"),
    tells={"completed_date": date, "source": Literal["reported", "derived"]},
)
