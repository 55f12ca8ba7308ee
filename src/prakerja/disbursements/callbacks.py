"""A rail's callback as it comes in: signature first, then its age, then what it says. No row is read before all fit."""

from __future__ import annotations

from datetime import datetime

from prakerja.disbursements.rails import CallbackRefused, ReportedResult, open_rail, terms_of
from prakerja.programmes.schemes import wib_day

__all__ = ["CallbackRefused", "read_callback"]


def read_callback(*, rail: str, body: bytes, signature: str, wall: datetime) -> ReportedResult:
    """Check the signature of the raw body (in constant time) and its age at `wall` (wall time), and read it.

    A recording that is sent again while it is fresh is harmless: a callback only makes us ask (`take_callback`).
    Raises CallbackRefused: signature, stale, malformed.
    """
    terms = terms_of(rail=rail, on=wib_day(wall))
    return open_rail(rail).read_callback(body=body, signature=signature, wall=wall, longest_age=terms.callback_age)
