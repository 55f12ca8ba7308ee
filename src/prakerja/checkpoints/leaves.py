"""Give every committed transfer and award its leaf, and say what leaves hold (draw.md 14).

Reads: awards_award, intake_decree, intake_wave, ledger_account, ledger_transfer.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from prakerja.kernel.db import copied_out, requires_transaction, row, transaction
from prakerja.kernel.ids import first_id_of

# One sequencer at a time: an index is given to one row.
LOCK = 0x7072616B_6C6561
# Ids say when a row was made, not when it was committed. Nothing that writes money is open for so long.
LONGEST_OPEN = timedelta(days=1)
AT_ONCE = 50_000
_KINDS = (("transfer", "ledger_transfer"), ("award", "awards_award"))
# By key, which is that of time: what is older than every transaction that may still be open has its leaf.
_SEQUENCE = """
WITH waiting AS MATERIALIZED (
  SELECT made.id FROM {table} made
   WHERE made.id > %(after)s AND NOT EXISTS (SELECT 1 FROM checkpoints_leaf leaf WHERE leaf.row_id = made.id)
   ORDER BY made.id LIMIT %(most)s),
given AS (
  INSERT INTO checkpoints_leaf (index, kind, row_id, salt)
  SELECT %(next)s + row_number() OVER (ORDER BY id) - 1, '{kind}', id,
         substring(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) FROM 1 FOR 16)
    FROM waiting RETURNING 1)
SELECT (SELECT count(*) FROM given), (SELECT id FROM waiting ORDER BY id DESC LIMIT 1)"""
# The lines of a leaf. None of them can hold a line feed: ids, words of ours, codes of accounts, numbers, instants.
_INSTANT = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
_TRANSFER = f"""concat('prakerja-v1:transfer', E'\\n', t.id, E'\\n', t.event_id, E'\\n', t.kind, E'\\n', debit.code, E'\\n', credit.code,
         E'\\n', t.amount, E'\\n', {_INSTANT.format("t.at")}, E'\\n', encode(leaf.salt, 'hex'), E'\\n')"""
_AWARD = f"""concat('prakerja-v1:award', E'\\n', a.id, E'\\n', wave.number, E'\\n', decree.number, E'\\n', a.scheme_version_id, E'\\n',
         {_INSTANT.format("a.awarded_at")}, E'\\n', encode(leaf.salt, 'hex'), E'\\n')"""
# A leaf whose row is gone has no lines.
_LINES = f"""
  SELECT leaf.index, leaf.row_id, CASE WHEN t.id IS NOT NULL THEN {_TRANSFER} WHEN a.id IS NOT NULL THEN {_AWARD} END AS lines
    FROM checkpoints_leaf leaf
    LEFT JOIN ledger_transfer t ON leaf.kind = 'transfer' AND t.id = leaf.row_id
    LEFT JOIN ledger_account debit ON debit.id = t.debit_id
    LEFT JOIN ledger_account credit ON credit.id = t.credit_id
    LEFT JOIN awards_award a ON leaf.kind = 'award' AND a.id = leaf.row_id
    LEFT JOIN intake_wave wave ON wave.id = a.wave_id
    LEFT JOIN intake_decree decree ON decree.id = a.decree_id"""
_HASHES = f"""
SELECT coalesce(encode(sha256('\\x00'::bytea || convert_to(held.lines, 'UTF8')), 'hex'), '')
  FROM ({_LINES} WHERE leaf.index >= {{begin}} AND leaf.index < {{end}}) held ORDER BY held.index"""
# Whoever asks for all of them at once gets them in runs: a run is sorted in memory.
_RUN = 1_000_000


def sequence_rows(*, since: datetime | None) -> int:
    """Give a leaf to whatever is committed and has none, in transactions of its own; returns how many.

    `since`: the machine's time when that was last done, None for the first time.
    """
    given = 0
    for kind, table in _KINDS:
        after: uuid.UUID | None = uuid.UUID(int=0) if since is None else first_id_of(since - LONGEST_OPEN)
        while after is not None:
            with transaction():
                count, after = _sequence_some(kind=kind, table=table, after=after)
            given += count
    return given


@requires_transaction
def _sequence_some(*, kind: str, table: str, after: uuid.UUID) -> tuple[int, uuid.UUID | None]:
    row("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    parameters = {"after": after, "most": AT_ONCE, "next": count_leaves()}
    found = row(_SEQUENCE.format(table=table, kind=kind), parameters)
    assert found is not None
    return int(found[0]), found[1]


def count_leaves() -> int:
    """How many leaves there are: one more than the last index."""
    found = row("SELECT coalesce(max(index) + 1, 0) FROM checkpoints_leaf")
    assert found is not None
    return int(found[0])


@contextmanager
def leaf_hashes(*, begin: int, end: int) -> Iterator[Iterator[bytes]]:
    """The hashes of the leaves from `begin` on, `end` exclusive, computed from what they stand for; b"" where that is gone."""
    runs = (_HASHES.format(begin=first, end=min(end, first + _RUN)) for first in range(begin, end, _RUN))
    with copied_out(runs) as lines:
        yield (bytes.fromhex(line.decode()) for line in lines)


@dataclass(frozen=True)
class OwnLeaf:
    """Where a row stands in the tree, and the lines of which its leaf is the hash."""

    index: int
    lines: str


def leaf_of(*, row_id: uuid.UUID) -> OwnLeaf | None:
    """The leaf of a transfer or an award; None while it has none."""
    found = row(f"SELECT held.index, held.lines FROM ({_LINES} WHERE leaf.row_id = %s) held", [row_id])
    return None if found is None or found[1] is None else OwnLeaf(int(found[0]), str(found[1]))


# Whose money it was, whether or not the row has a leaf yet.
_OWNED = """
SELECT EXISTS (SELECT 1 FROM ledger_transfer WHERE id = %(row)s AND person_id = %(person)s)
    OR EXISTS (SELECT 1 FROM awards_award WHERE id = %(row)s AND person_id = %(person)s)"""


def is_owned(*, row_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    """Whether a transfer or an award is this person's."""
    found = row(_OWNED, {"row": row_id, "person": person_id})
    return bool(found and found[0])
