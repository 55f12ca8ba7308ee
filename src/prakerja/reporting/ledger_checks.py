"""The ledger is the one whose checkpoints were signed (draw.md 14): the checks of the proof about its tree."""

from __future__ import annotations

from typing import Any

from prakerja.checkpoints.queries import broken_days

# What was made a day before the last checkpoint was signed, and committed, has its leaf by then. An id begins with its time.
_MADE_BEFORE = """
(SELECT (lpad(to_hex((extract(epoch FROM wall_at - interval '1 day') * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid AS id
   FROM checkpoints_day ORDER BY day DESC LIMIT 1)"""

LEDGER_CHECKS = (
    (
        "the leaves of the ledger's tree are numbered from 0 without a gap",
        "checkpoints_leaf",
        "SELECT count(*) AS leaves, min(index) AS first, max(index) AS last FROM checkpoints_leaf "
        "HAVING count(*) <> coalesce(max(index) + 1, 0) OR min(index) <> 0",
    ),
    (
        "every transfer and award of before the last checkpoint has its leaf",
        "checkpoints_leaf",
        f"SELECT made.id FROM (SELECT id FROM ledger_transfer UNION ALL SELECT id FROM awards_award) made "
        f"JOIN {_MADE_BEFORE} before ON made.id < before.id "
        "LEFT JOIN checkpoints_leaf leaf ON leaf.row_id = made.id WHERE leaf.row_id IS NULL",
    ),
)
SIGNED = "every signed day of the ledger is the root of the transfers and awards as they are now"


def broken() -> list[dict[str, Any]]:
    """The signed days that no longer fit, for the check `SIGNED`: it is no statement, for a tree is none."""
    return [{"day": str(one.day), "size": one.size, "gone": one.index} for one in broken_days()]
