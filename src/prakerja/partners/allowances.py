"""How many calls a client has left, counted once for all doors on all machines.

A door takes several at a time and asks again when they are used up, so that a call costs a question now and then and not one each.
The table is not logged: after a crash of the database every allowance is whole again, and nobody waits for the disk because of it.

Seconds are of the asking machine's clock. Where two machines' clocks differ, time passes as the one that is ahead says: what flows in
is never more than one clock's.
"""

from __future__ import annotations

import hashlib

from prakerja.kernel.db import hot_row, row

# Unix seconds after which a row that nobody asks for is not kept: every allowance is whole again long before.
KEPT_SECONDS = 2 * 24 * 3600.0
_MILLION = 1_000_000
_THERE = (
    "least(excluded.remaining + excluded.granted * 1000000, kept.remaining"
    " + (greatest(0, extract(epoch FROM excluded.counted_at - kept.counted_at)) * %s::float8 * 1000000)::bigint)"
)
_GRANTED = f"CASE WHEN {_THERE} >= 1000000 THEN least(excluded.granted, {_THERE} / 1000000) ELSE 0 END"
_TAKE = (
    "INSERT INTO partners_allowance AS kept (name, remaining, granted, counted_at) VALUES (%s, %s, %s, to_timestamp(%s))"
    f" ON CONFLICT (name) DO UPDATE SET granted = {_GRANTED}, remaining = {_THERE} - {_GRANTED} * 1000000,"
    " counted_at = greatest(kept.counted_at, excluded.counted_at) RETURNING granted, remaining"
)


def take(*, name: str, per_second: float, burst: float, most: int, seconds: float) -> tuple[int, float]:
    """Take up to `most` of what is there under this name; returns how many were taken, and what is left for others.

    `per_second` flow in until `burst`, at least 1, are there. `most` is from 1 to `burst`. A commit of its own.
    """
    granted = min(most, int(burst))
    left = int((burst - granted) * _MILLION)
    found = hot_row(_TAKE, [_hidden(name), left, granted, seconds, *[float(per_second)] * 5])
    assert found is not None
    return int(found[0]), int(found[1]) / _MILLION


def sweep(*, seconds: float) -> None:
    """Forget whoever has not been asked for; each door does it now and then."""
    row("DELETE FROM partners_allowance WHERE counted_at < to_timestamp(%s) RETURNING 1", [seconds - KEPT_SECONDS])


def _hidden(name: str) -> bytes:
    """A name may hold what a shop calls its visitor, which is nobody's business here."""
    return hashlib.sha256(name.encode()).digest()[:16]
