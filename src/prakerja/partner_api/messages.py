"""What webhooks say, for the published files only: `webhooks/payloads.py` makes the messages, a test compares the two.

A platform reads more of its own sale than an institution does; what only a platform reads may be missing.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from prakerja.partner_api.answers import Data, Instant, Rupiah


class Facts(Data, kw_only=True):
    """What every message tells of its purchase."""

    invoice_code: str
    course_code: str
    schedule_code: str
    transaction_code: str | UnsetType = UNSET
    amount: Rupiah | UnsetType = UNSET
    institution_code: str | UnsetType = UNSET


class VoucherIssued(Facts, kw_only=True):
    voucher_code: str | UnsetType | None = UNSET


class VoucherRedeemed(Facts, kw_only=True):
    redeemed_at: Instant


class TransactionVoided(Facts, kw_only=True):
    voided_at: Instant


class ClassCancelled(Facts, kw_only=True):
    class_cancelled_at: Instant


class CompletionAccepted(Facts, kw_only=True):
    completed_date: date
    source: Literal["reported", "derived"]


# By the name of the event, as partners are told it.
MESSAGES: dict[str, type[msgspec.Struct]] = {
    "voucher.issued": VoucherIssued,
    "voucher.redeemed": VoucherRedeemed,
    "transaction.voided": TransactionVoided,
    "class.cancelled": ClassCancelled,
    "completion.accepted": CompletionAccepted,
}
