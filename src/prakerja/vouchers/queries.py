"""Read codes: whose they are, and which wait for their end."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import NamedTuple

from django.db.models import Min

from prakerja.kernel.db import hot_row
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import blind_index
from prakerja.vouchers.models import Voucher


class CodeRoute(NamedTuple):
    person_id: uuid.UUID
    voucher_id: uuid.UUID


def route_of_code(*, code: str) -> CodeRoute:
    """Person and voucher behind a code. Raises Refused: code_unknown."""
    found = hot_row(
        "SELECT person_id, voucher_id FROM vouchers_codeclaim WHERE index = %s", [blind_index("voucher_code", code)]
    )
    if found is None:
        raise Refused("code_unknown")
    return CodeRoute(*found)


def is_cancelled(*, person_id: uuid.UUID, voucher_id: uuid.UUID) -> bool:
    """Whether this code was taken back."""
    return Voucher.objects.filter(person_id=person_id, id=voucher_id, status="cancelled").exists()


def next_expiry() -> datetime | None:
    """The exclusive end of the window that closes first over a code that nobody entered."""
    found: datetime | None = Voucher.objects.filter(status="issued").aggregate(first=Min("redeemable_until"))["first"]
    return found


def overdue_vouchers(*, at: datetime) -> list[CodeRoute]:
    """Codes that nobody entered although their window has closed at `at`."""
    waiting = Voucher.objects.filter(status="issued", redeemable_until__lte=at)
    return [CodeRoute(*found) for found in waiting.values_list("person_id", "id")]
