"""Payout providers: a folder of siblings behind one Protocol (base.py). Private to disbursements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from prakerja.disbursements.providers.base import (
    CallbackRefused,
    InquiryResult,
    PayoutProvider,
    ReferenceConflict,
    ReportedResult,
    TransferResult,
)
from prakerja.disbursements.providers.sandbox import SandboxBank

PROVIDERS: Mapping[str, Callable[[], PayoutProvider]] = MappingProxyType({"sandbox": SandboxBank.from_settings})

__all__ = [
    "PROVIDERS",
    "CallbackRefused",
    "InquiryResult",
    "PayoutProvider",
    "ReferenceConflict",
    "ReportedResult",
    "TransferResult",
]
