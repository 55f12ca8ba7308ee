"""A rail's callback, from its raw body to the payment it speaks of."""

from __future__ import annotations

from datetime import datetime

from prakerja.disbursements.payments import take_callback
from prakerja.disbursements.rails import CallbackRefused, open_rail, terms_of
from prakerja.programmes.schemes import wib_day

__all__ = ["CallbackRefused", "receive_callback"]


def receive_callback(*, rail: str, body: bytes, signature: str, wall: datetime, at: datetime) -> None:
    """Check signature (first, in constant time) and age of a callback, write it down, and ask its rail what is true.

    `wall` is wall time, `at` programme time. A recording that is sent again while it is fresh is harmless: a callback
    only makes us ask. Raises CallbackRefused (signature, stale, malformed) and Refused: reference_unknown.
    """
    terms = terms_of(rail=rail, on=wib_day(wall))
    reported = open_rail(rail).read_callback(body=body, signature=signature, wall=wall, longest_age=terms.callback_age)
    take_callback(rail=rail, reported=reported, at=at)
