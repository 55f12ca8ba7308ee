"""How many: of a list by reason, of a draw by province against the quotas of its rules. Reads only, each one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from prakerja.draw.models import Document, Draw
from prakerja.draw.protocol.documents import Rules
from prakerja.draw.protocol.seats import Plan, plan_of
from prakerja.draw.states import DRAW_STATES
from prakerja.kernel.db import rows


@dataclass(frozen=True)
class Stratum:
    """A province in a draw: its quota by the rules, who is eligible there, who won (`winners` None before the draw).

    Winners may be more than the quota, for seats that nobody took elsewhere flow to everybody (draw.md 8).
    """

    code: str
    quota: int
    eligible: int
    winners: int | None


@dataclass(frozen=True)
class DrawFigures:
    """`excluded`: how many rows of the list have this reason; one row may have several. `outcomes`: W, R and K of the draw."""

    name: str
    status: str
    rows: int | None = None
    eligible: int | None = None
    excluded: Mapping[str, int] = field(default_factory=dict)
    outcomes: Mapping[str, int] = field(default_factory=dict)
    strata: tuple[Stratum, ...] = ()


_REASONS = """
SELECT code, count(*) FROM draw_entry, unnest(string_to_array(codes, ' ')) AS code
 WHERE applicants_id = %s AND codes <> '' GROUP BY code ORDER BY count(*) DESC, code"""
_ELIGIBLE = "SELECT stratum, count(*) FROM draw_entry WHERE applicants_id = %s AND mark = '' GROUP BY stratum"
_OUTCOMES = """
SELECT e.stratum, o.kind, count(*) FROM draw_outcome o
  JOIN draw_entry e ON e.applicants_id = %s AND e.number = o.number
 WHERE o.draw_id = %s GROUP BY e.stratum, o.kind"""
# What was prepared and nobody confirmed is no result yet.
_DRAWN = DRAW_STATES.group("RESULTED")


def draw_figures(*, wave_number: int) -> DrawFigures | None:
    """The figures of a wave's latest draw; None when it has none."""
    draw = Draw.objects.select_related("applicants").filter(wave__number=wave_number).order_by("-number").first()
    if draw is None:
        return None
    plan = _plan(draw)
    quotas = {} if plan is None else dict(plan.quotas)
    listed = draw.applicants
    if listed is None:
        strata = tuple(Stratum(code, quota, 0, None) for code, quota in sorted(quotas.items()))
        return DrawFigures(draw.name, draw.status, strata=strata)
    eligible = dict(rows(_ELIGIBLE, [listed.id]))
    found = rows(_OUTCOMES, [listed.id, draw.id]) if draw.status in _DRAWN else []
    winners = {stratum: count for stratum, kind, count in found if kind == "W"}
    outcomes: dict[str, int] = {}
    for _, kind, count in found:
        outcomes[kind] = outcomes.get(kind, 0) + count
    return DrawFigures(
        name=draw.name,
        status=draw.status,
        rows=listed.rows,
        eligible=listed.eligible,
        excluded=dict(rows(_REASONS, [listed.id])),
        outcomes=outcomes,
        strata=tuple(
            Stratum(
                code,
                quotas.get(code, 0),
                eligible.get(code, 0),
                winners.get(code, 0) if draw.status in _DRAWN else None,
            )
            for code in sorted(quotas | eligible)
        ),
    )


def _plan(draw: Draw) -> Plan | None:
    content = Document.objects.filter(draw=draw, name="rules").values_list("content", flat=True).first()
    return None if content is None else plan_of(Rules.read(bytes(content)))
