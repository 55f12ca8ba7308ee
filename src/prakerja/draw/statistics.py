"""What a draw looks like in numbers (draw.md 12): luck, which must be everybody's alike, and what each pool filled. Whole numbers."""

from __future__ import annotations

from typing import Any

from django.db import connection

from prakerja.draw.models import Draw
from prakerja.draw.planning import letters
from prakerja.draw.protocol.documents import Rules
from prakerja.draw.protocol.hashes import rank_prefix
from prakerja.draw.protocol.seats import plan_of
from prakerja.draw.steps import document
from prakerja.kernel.components import program_version
from prakerja.kernel.db import requires_transaction, rows
from prakerja.proofs import canonical

# u, the place between 0 and 1 that a rank's first 52 bits name; and of every row where it stands in line.
_LUCK = """
CREATE TEMPORARY TABLE draw_luck ON COMMIT DROP AS
SELECT o.position, o.kind, o.pool, e.stratum, e.application_id, get_byte(r.rank, 0) AS first_byte,
       (('x' || substr(encode(r.rank, 'hex'), 1, 13))::bit(52)::bigint)::double precision / 4503599627370496 AS u
  FROM draw_outcome o
  JOIN draw_entry e ON e.number = o.number AND e.applicants_id = '{list}'
 CROSS JOIN LATERAL (SELECT sha256('\\x{prefix}'::bytea || e.ticket) AS rank) r
 WHERE o.draw_id = '{draw}'"""
_CHI = "SELECT first_byte, count(*) FROM draw_luck GROUP BY 1"
_GAP = "SELECT count(*), coalesce(max(greatest(position / n - u, u - (position - 1) / n)), 0) FROM draw_luck, (SELECT greatest(count(*), 1)::double precision AS n FROM draw_luck) whole"
# Identifiers are made in the order of time, so neighbours in their order joined one after the other.
_NEIGHBOURS = """
SELECT coalesce(corr(u, before), 0) FROM (SELECT u, lag(u) OVER (ORDER BY application_id) AS before FROM draw_luck) line"""
_STRATA = "SELECT stratum, count(*), count(*) FILTER (WHERE kind = 'W'), avg(u) FROM draw_luck GROUP BY 1 ORDER BY 1"
_POOLS = "SELECT pool, count(*), max(position) FROM draw_luck WHERE kind = 'W' GROUP BY 1"
_MILLION = 1_000_000
# Of fewer a mean says something of single people.
_FEW = 30


@requires_transaction
def statistics_of(*, draw: Draw) -> bytes:
    """The document `stats.json`. Fractions are millionths; only `u` of provinces is left out where fewer than thirty stand."""
    assert draw.seed is not None
    plan = plan_of(Rules.read(document(draw_id=draw.id, name="rules")))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS draw_luck")
        cursor.execute(_LUCK.format(list=draw.applicants_id, draw=draw.id, prefix=rank_prefix(bytes(draw.seed)).hex()))
    ((count, gap),) = rows(_GAP)
    ((neighbours,),) = rows(_NEIGHBOURS)
    expected = count / 256
    bytes_found = dict(rows(_CHI))
    chi = sum((bytes_found.get(one, 0) - expected) ** 2 / expected for one in range(256)) if count else 0.0
    filled = {pool: (winners, last) for pool, winners, last in rows(_POOLS)}
    told: dict[str, Any] = {
        "type": "prakerja-draw-statistics",
        "version": 1,
        "draw": draw.name,
        "program": program_version(),
        "eligible": count,
        "first_byte_chi_squared": _millionths(chi),
        "largest_gap_times_root_n": _millionths(gap * count**0.5),
        "neighbours_correlation_times_root_n": _millionths(neighbours * count**0.5),
        # What the letters of list and rules mean.
        "groups": {code: roster for roster, code in letters(wave_id=draw.wave_id).items()},
        "pools": {
            pool: {"seats": seats, "winners": filled.get(pool, (0, 0))[0], "last_position": filled.get(pool, (0, 0))[1]}
            for pool, seats in plan.seats.items()
        },
        "strata": {
            stratum: {
                "eligible": eligible,
                "winners": winners,
                "mean_luck": _millionths(luck) if eligible >= _FEW else None,
            }
            for stratum, eligible, winners, luck in rows(_STRATA)
        },
    }
    return canonical.spelled(told)


def _millionths(value: float) -> int:
    return round(value * _MILLION)
