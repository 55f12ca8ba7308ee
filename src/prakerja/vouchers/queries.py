"""Read codes: whose they are, and which wait for their end."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, Q

from prakerja.kernel.db import hot_row
from prakerja.kernel.errors import Refused
from prakerja.kernel.looks import Look, first_of
from prakerja.kernel.secrets import blind_index
from prakerja.vouchers.models import Voucher


class CodeRoute(NamedTuple):
    person_id: uuid.UUID
    voucher_id: uuid.UUID


def index_of_code(*, code: str) -> bytes:
    """The blind index by which a code is claimed and looked up."""
    return blind_index("voucher_code", code)


def route_of_code(*, code: str) -> CodeRoute:
    """Person and voucher behind a code. Raises Refused: code_unknown."""
    found = hot_row("SELECT person_id, voucher_id FROM vouchers_codeclaim WHERE index = %s", [index_of_code(code=code)])
    if found is None:
        raise Refused("code_unknown")
    return CodeRoute(*found)


def is_cancelled(*, person_id: uuid.UUID, voucher_id: uuid.UUID) -> bool:
    """Whether this code was taken back."""
    return Voucher.objects.filter(person_id=person_id, id=voucher_id, status="cancelled").exists()


_REMINDED_LATER = Q(status="issued", remind_at__lt=F("redeemable_until"))
_UNRECKONED = Q(status="issued", remind_at=None)


_first_unreckoned = first_of(lambda: Voucher.objects.filter(_UNRECKONED).order_by("issued_at").values_list("issued_at"))
_first_reminded = first_of(
    lambda: Voucher.objects.filter(_REMINDED_LATER).order_by("remind_at").values_list("remind_at")
)
# The exclusive end of the window that closes first over a code that nobody entered and whose class takes place.
next_expiry = first_of(
    lambda: (
        Voucher.objects.filter(status="issued", course_run__cancelled_at=None)
        .order_by("redeemable_until")
        .values_list("redeemable_until")
    )
)


# The first instant at which the owner of an unused code is reminded, or at which that is to be reckoned.
next_reminder = Look(lambda *instants: min(filter(None, instants), default=None), (_first_unreckoned, _first_reminded))


def reminders_left(*, at: datetime) -> int:
    """How many unused codes wait for a reminder, or to be reckoned, at `at`."""
    unreckoned = Voucher.objects.filter(_UNRECKONED, issued_at__lte=at).count()
    return unreckoned + Voucher.objects.filter(_REMINDED_LATER, remind_at__lte=at).count()


def expiries_left(*, at: datetime) -> int:
    """How many codes nobody entered although their window has closed at `at`."""
    return Voucher.objects.filter(status="issued", redeemable_until__lte=at, course_run__cancelled_at=None).count()
