"""Rails: the partners that money is sent through, siblings behind one Protocol (base.py). Private to disbursements.

A new rail is a module here that implements `Rail`, a line in `RAILS`, its terms in `terms.py` and its row in the CHECK of
`disbursements_paymentinstruction` (a migration). A payment keeps the rail that it was drafted for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from django.conf import settings

from prakerja.disbursements.rails.base import (
    CallbackRefused,
    InquiryResult,
    NoStatement,
    Rail,
    ReferenceConflict,
    ReportedResult,
    StatementLine,
    Terms,
    TransferResult,
)
from prakerja.disbursements.rails.sandbox import SandboxBank
from prakerja.disbursements.rails.terms import TERMS, terms_of

RAILS: Mapping[str, Callable[[], Rail]] = MappingProxyType({"sandbox": SandboxBank.from_settings})


def rail_for_new_payments() -> str:
    """The rail that a payment drafted now will go by, and that accounts are asked about: the setting PAYOUT_RAIL."""
    name: str = settings.PAYOUT_RAIL
    return name


def open_rail(name: str) -> Rail:
    """The client of one rail. Its calls go to the network: never inside a transaction."""
    return RAILS[name]()


__all__ = [
    "RAILS",
    "TERMS",
    "CallbackRefused",
    "InquiryResult",
    "NoStatement",
    "Rail",
    "ReferenceConflict",
    "ReportedResult",
    "StatementLine",
    "Terms",
    "TransferResult",
    "open_rail",
    "rail_for_new_payments",
    "terms_of",
]
