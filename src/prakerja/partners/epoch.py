"""How a door learns that what it remembers of partners is old: one counted row, read ten times a second and process.

Neither a notification, which a door may miss and which comes after the command has returned, nor a query for every call.
"""

from __future__ import annotations

from prakerja.kernel.db import hot_row, requires_transaction, row

# Seconds of wall time for which a door may go on with what it read last. A revoked key works on for at most this long;
# `prakerja partner key revoke` waits for it before it says that it is done.
READ_EVERY = 0.1


def number() -> int:
    """How often a partner or key has changed."""
    found = hot_row("SELECT number FROM partners_epoch", [])
    return int(found[0]) if found else 0


@requires_transaction
def advance() -> None:
    """Make every door read its partners again once this transaction is committed."""
    row(
        "INSERT INTO partners_epoch (id, number) VALUES (1, 1) "
        "ON CONFLICT (id) DO UPDATE SET number = partners_epoch.number + 1 RETURNING number"
    )
