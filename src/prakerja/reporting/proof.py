"""Prove the money: re-derive every balance from the transfers and every state from the rows that caused it.

Read-only, over all contexts. Each check is one statement that returns the rows that differ; no row means that it holds.
A check names what it proves, so that an auditor can read the list without reading SQL (docs/money.md).
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection, transaction

from prakerja.programmes.queries import schemes
from prakerja.reporting.ledger_checks import SIGNED, broken
from prakerja.reporting.proof_checks import CHECKS
from prakerja.reporting.rail_checks import RAIL_CHECKS, rail_lines

SHOWN = 20


@dataclass(frozen=True)
class Check:
    """`rows` is how many rows were looked at; `differences` are the first that do not fit, as name → value.

    `seconds` is how long it took, wall time: which checks grow faster than the rows is seen there.
    """

    name: str
    ok: bool
    rows: int
    differences: list[dict[str, Any]]
    seconds: float = 0.0


@dataclass(frozen=True)
class Proof:
    ok: bool
    checks: list[Check]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def prove(*, with_rails: bool = False) -> Proof:
    """Run every check over one snapshot of the database, so that work going on meanwhile is no difference.

    `with_rails`: every rail is asked first for all that it paid, over the network, and that is compared too.
    Raises NoStatement when one does not answer.
    """
    if not with_rails:
        return _prove((*CHECKS, _promised()))
    with rail_lines():
        return _prove((*CHECKS, _promised(), *RAIL_CHECKS))


def _prove(wanted: tuple[tuple[str, str, str], ...]) -> Proof:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        # A table is counted once, however many checks are about it: the snapshot is the same for all.
        counts: dict[str, int] = {}
        checks = [_run(cursor, name, counted, sql, counts) for name, counted, sql in wanted]
        checks.append(_signed(counts["checkpoints_leaf"]))
    return Proof(ok=all(check.ok for check in checks), checks=checks)


def _run(cursor: Any, name: str, counted: str, sql: str, counts: dict[str, int]) -> Check:
    began = time.monotonic()
    if counted not in counts:
        cursor.execute(f"SELECT count(*) FROM {counted}")
        counts[counted] = cursor.fetchone()[0]
    # Materialised, so that it is planned for all rows: with a LIMIT it would be for the first few, by an index row after row, and a
    # proof that holds has none.
    cursor.execute(f"WITH differences AS MATERIALIZED ({sql}) SELECT * FROM differences LIMIT {SHOWN}")
    names = [column.name for column in cursor.description]
    differences = [
        {
            key: value if isinstance(value, int | bool | None) else str(value)
            for key, value in zip(names, row, strict=True)
        }
        for row in cursor.fetchall()
    ]
    seconds = round(time.monotonic() - began, 3)
    return Check(name=name, ok=not differences, rows=counts[counted], differences=differences, seconds=seconds)


def _signed(leaves: int) -> Check:
    """The ledger's tree, computed anew over the same snapshot."""
    began = time.monotonic()
    differences = broken()
    seconds = round(time.monotonic() - began, 3)
    return Check(name=SIGNED, ok=not differences, rows=leaves, differences=differences[:SHOWN], seconds=seconds)


def _promised() -> tuple[str, str, str]:
    """Each award was given exactly its scheme's fund and reserve; the amounts come from the scheme's data."""
    values = ", ".join(f"('{key}'::uuid, {rules.training_fund}, {rules.reserve})" for key, rules in schemes().items())
    promised = f"(VALUES {values})" if values else "(SELECT NULL::uuid, 0, 0 WHERE false)"
    return (
        "each award reserves its scheme's whole benefit",
        "awards_award",
        f"""
        SELECT award.id AS award,
               coalesce(sum(t.amount) FILTER (WHERE t.kind = 'fund'), 0) AS fund, promised.fund AS promised_fund,
               coalesce(sum(t.amount) FILTER (WHERE t.kind = 'reserve'), 0) AS reserve,
               promised.reserve AS promised_reserve
          FROM awards_award award
          LEFT JOIN {promised} AS promised (scheme, fund, reserve) ON promised.scheme = award.scheme_version_id
          LEFT JOIN ledger_transfer t ON t.person_id = award.person_id AND t.event_id = award.id
         GROUP BY award.id, promised.fund, promised.reserve
        HAVING coalesce(sum(t.amount) FILTER (WHERE t.kind = 'fund'), 0) IS DISTINCT FROM promised.fund
            OR coalesce(sum(t.amount) FILTER (WHERE t.kind = 'reserve'), 0) IS DISTINCT FROM promised.reserve
        """,
    )
