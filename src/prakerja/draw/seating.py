"""Ranks and seats of a whole wave, set-based: everybody in line by one sort, then pool by pool without a look at each row.

A phase takes, of each pool, as many rows in line as it has seats; bars those who are one too many of their family; and takes as
many further ones, until nobody is barred any more. That is the walk of draw.md 8: barring only frees seats, so a row that was
taken is lost only to a better one of its own family, and a row that was barred stays so.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.db import connection

from prakerja.draw.protocol.hashes import rank_prefix
from prakerja.draw.protocol.seats import NATIONAL, Phase, Plan
from prakerja.kernel.db import requires_transaction, row, rows

# This connection's own tables, gone with the transaction. A rank's digits are compared as bytes; no language has a say.
_LINE = """
CREATE TEMPORARY TABLE draw_line ON COMMIT DROP AS
SELECT number, stratum, groups, family, allowance,
       (row_number() OVER (ORDER BY sha256('\\x{prefix}'::bytea || ticket), ticket))::integer AS position
  FROM draw_entry WHERE applicants_id = '{list}' AND mark = ''"""
_TABLES = (
    "CREATE UNIQUE INDEX ON draw_line (position)",
    # Of two numbers: as a text first it took four times as long. Strata that are the same number are told apart by `_ask`.
    "CREATE INDEX ON draw_line ((stratum::integer), position)",
    "CREATE TEMPORARY TABLE draw_taken (position integer PRIMARY KEY, pool text, family bytea, allowance smallint) ON COMMIT DROP",
    "CREATE TEMPORARY TABLE draw_asked (position integer PRIMARY KEY, pool text, family bytea, allowance smallint, "
    "is_barred boolean) ON COMMIT DROP",
    "ANALYZE draw_line (stratum, position)",
)
_ASK = """
WITH asked AS (
INSERT INTO draw_asked (position, pool, family, allowance, is_barred)
SELECT l.position, %(pool)s, l.family, l.allowance, false
  FROM draw_line l
 WHERE l.position > %(after)s {stratum} {group}
   AND NOT EXISTS (SELECT 1 FROM draw_taken t WHERE t.position = l.position)
 ORDER BY l.position LIMIT %(count)s
RETURNING position)
SELECT count(*), coalesce(max(position), 0) FROM asked"""
# Of a family's rows that were asked and not barred, those beyond what the phases before left of the allowance.
_BAR = """
WITH barred AS (
UPDATE draw_asked a SET is_barred = true
  FROM (SELECT position, allowance, coalesce(taken, 0) + row_number() OVER (PARTITION BY family ORDER BY position) AS place
          FROM draw_asked
          LEFT JOIN (SELECT family, count(*) AS taken FROM draw_taken WHERE family IS NOT NULL GROUP BY family) t USING (family)
         WHERE family IS NOT NULL AND NOT is_barred) f
 WHERE f.position = a.position AND f.place > f.allowance
RETURNING a.pool)
SELECT pool, count(*) FROM barred GROUP BY pool"""
_TAKE = """
WITH gone AS (DELETE FROM draw_asked RETURNING position, pool, family, allowance, is_barred)
INSERT INTO draw_taken (position, pool, family, allowance)
SELECT position, pool, family, allowance FROM gone WHERE NOT is_barred"""
# In the order of its key: each row is the next of its index.
_KEEP = """
INSERT INTO draw_outcome (draw_id, number, position, kind, pool, reserve)
SELECT %(draw)s, number, position, kind, coalesce(pool, ''),
       CASE WHEN kind = 'R' THEN count(*) FILTER (WHERE kind = 'R') OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) END
  FROM (SELECT l.number, l.position, t.pool,
               CASE WHEN t.position IS NOT NULL THEN 'W' WHEN l.family IS NULL OR coalesce(f.taken, 0) < l.allowance THEN 'R'
                    ELSE 'K' END AS kind
          FROM draw_line l
          LEFT JOIN draw_taken t ON t.position = l.position
          LEFT JOIN (SELECT family, count(*) AS taken FROM draw_taken WHERE family IS NOT NULL GROUP BY family) f
            ON f.family = l.family) decided
 ORDER BY number"""


# Whoever has not had a seat and may still take one, in the places that they were drawn, with what is left of their family's
# allowance: released seats count against it only if the rules say so.
_LINE_AGAIN = """
CREATE TEMPORARY TABLE draw_line ON COMMIT DROP AS
SELECT e.number, e.stratum, e.groups, e.family, (e.allowance - coalesce(used.seats, 0))::smallint AS allowance, o.position
  FROM draw_entry e
  JOIN draw_outcome o ON o.draw_id = '{draw}' AND o.number = e.number
  LEFT JOIN (SELECT held.family, count(*) AS seats
               FROM draw_entry held
               JOIN draw_outcome won ON won.draw_id = '{draw}' AND won.number = held.number
               LEFT JOIN draw_recalled again ON again.draw_id = '{draw}' AND again.number = held.number
              WHERE held.applicants_id = '{list}' AND held.family IS NOT NULL
                AND (won.kind = 'W' OR again.number IS NOT NULL)
                AND ({counts} OR NOT EXISTS (SELECT 1 FROM draw_back back WHERE back.number = held.number))
              GROUP BY held.family) used ON used.family = e.family
 WHERE e.applicants_id = '{list}' AND e.mark = '' AND o.kind <> 'W'
   AND NOT EXISTS (SELECT 1 FROM draw_recalled r WHERE r.draw_id = '{draw}' AND r.number = e.number)
   AND NOT EXISTS (SELECT 1 FROM draw_declined d WHERE d.number = e.number)"""


@dataclass(frozen=True)
class _Asked:
    """How many were asked, and the last of them in line."""

    count: int
    last: int


@dataclass(frozen=True)
class Seated:
    """What came of a draw, counted."""

    winners: int
    unfilled: int


@requires_transaction
def seat_all(
    *,
    draw_id: uuid.UUID,
    list_id: uuid.UUID,
    seed: bytes,
    plan: Plan,
    note: Callable[[int], None] = lambda _: None,
) -> Seated:
    """Rank everybody on a list and fill every pool; the outcomes are kept. The same list and seed give the same, always.

    `note` hears of how many more are done: everybody who stands in line now, then every seat that is taken.
    """
    # A statement that makes a table takes no parameters; these are a hash and an identifier of ours.
    _stand_in_line(_LINE.format(prefix=rank_prefix(seed).hex(), list=uuid.UUID(str(list_id))))
    standing = row("SELECT count(*) FROM draw_line")
    note(int(standing[0]) if standing else 0)
    unfilled = _walk(plan, plan.seats, note)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE draw_taken")
        cursor.execute(_KEEP, {"draw": draw_id})
    found = row("SELECT count(*) FROM draw_taken")
    return Seated(int(found[0]) if found else 0, unfilled)


@requires_transaction
def seat_again(
    *, draw_id: uuid.UUID, list_id: uuid.UUID, plan: Plan, seats: Mapping[str, int], released_counts: bool
) -> tuple[int, int]:
    """Fill seats that came back, by the same places and phases (draw.md 9): how many got one, and how many seats stay.

    The tables `draw_back` and `draw_declined` of this transaction hold the numbers of all seats that came back, and of who does not want one;
    who gets which is in its tables `draw_taken` and `draw_line` then.
    """
    words = {"draw": uuid.UUID(str(draw_id)), "list": uuid.UUID(str(list_id)), "counts": str(released_counts).lower()}
    _stand_in_line(_LINE_AGAIN.format(**words))
    unfilled = _walk(plan, {pool: seats.get(pool, 0) for pool in plan.seats})
    found = row("SELECT count(*) FROM draw_taken")
    return int(found[0]) if found else 0, unfilled


@requires_transaction
def _stand_in_line(statement: str) -> None:
    with connection.cursor() as cursor:
        # One sort of millions of rows, and then none: it may have memory of its own.
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute(statement)
        for table in _TABLES:
            cursor.execute(table)


@requires_transaction
def _walk(plan: Plan, given: Mapping[str, int], note: Callable[[int], None] = lambda _: None) -> int:
    """Fill the pools, phase by phase; how many seats nobody took. `note` hears how many are taken more."""
    seats = dict(given)
    for phase in plan.phases:
        filled = _fill(phase, {pool: seats[pool] for pool in _pools(phase, plan)}, plan)
        note(sum(filled.values()))
        for pool, count in filled.items():
            seats[pool] -= count
        if phase is not plan.phases[-1]:
            for stratum in plan.quotas:
                pool = phase.pool(stratum)
                seats[phase.flows_to(stratum)] += seats[pool]
                seats[pool] = 0
    return seats[NATIONAL]


def _pools(phase: Phase, plan: Plan) -> Iterator[str]:
    return iter(dict.fromkeys(phase.pool(stratum) for stratum in plan.quotas))


@requires_transaction
def _fill(phase: Phase, seats: dict[str, int], plan: Plan) -> dict[str, int]:
    """Fill the pools of a phase; how many seats of each were taken."""
    strata = {phase.pool(stratum): stratum for stratum in plan.quotas}
    last = dict.fromkeys(seats, 0)
    taken = dict.fromkeys(seats, 0)
    missing = dict(seats)
    while any(missing.values()):
        for pool, count in missing.items():
            if count:
                asked = _ask(phase, pool, strata[pool], after=last[pool], count=count)
                taken[pool] += asked.count
                # Nobody is left in line where fewer came than were asked for.
                last[pool] = asked.last if asked.count == count else _BEYOND
        missing = dict.fromkeys(seats, 0)
        for pool, count in rows(_BAR):
            taken[pool] -= count
            missing[pool] = 0 if last[pool] == _BEYOND else count
    with connection.cursor() as cursor:
        cursor.execute(_TAKE)
    return taken


# After everybody in line.
_BEYOND = 2**31 - 1


@requires_transaction
def _ask(phase: Phase, pool: str, stratum: str, *, after: int, count: int) -> _Asked:
    statement = _ASK.format(
        stratum=""
        if phase.is_national
        else "AND l.stratum::integer = %(stratum)s::text::integer AND l.stratum = %(stratum)s::text",
        group="AND strpos(l.groups, %(group)s) > 0" if phase.group else "",
    )
    asked = {"pool": pool, "stratum": stratum, "group": phase.group, "after": after, "count": count}
    found = row(statement, asked)
    return _Asked(*found) if found else _Asked(0, 0)
