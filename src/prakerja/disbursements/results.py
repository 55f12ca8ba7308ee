"""What rails answer and call back, for the contexts and doors above: rails themselves are private to us."""

from __future__ import annotations

from datetime import datetime

from prakerja.disbursements.rails import (
    CallbackRefused,
    InquiryResult,
    ReportedResult,
    TransferResult,
    open_rail,
    terms_of,
)
from prakerja.kernel.clock import WIB

__all__ = ["CallbackRefused", "InquiryResult", "ReportedResult", "TransferResult", "read_result"]


def read_result(*, rail: str, body: bytes, signature: str, wall: datetime) -> ReportedResult:
    """Check the signature of a callback by its raw body, then its age at `wall` (wall time), and read it.

    :raises CallbackRefused: `signature` when it is not the rail's, `stale` when it is too old, `malformed` otherwise.
    """
    terms = terms_of(rail=rail, on=wall.astimezone(WIB).date())
    return open_rail(rail).read_callback(body=body, signature=signature, wall=wall, longest_age=terms.callback_age)
