"""Whoever was not drawn learns it once the winners are awarded: their place in line, where the line ended, and why.

The application keeps one reason: of an excluded row the first of its codes, KK_PENUH where the family's allowance was used up,
else KUOTA_PENUH; of a winner who was dropped what kept them out. All the rest stands on the dashboard and in the draw's folder.

Reads: intake_application.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from prakerja.draw.models import Awarding
from prakerja.intake.eligibility import Reason
from prakerja.intake.operations import TurnedDown, let_rest_be_told, lock_waiting, turn_down
from prakerja.intake.policies import QUOTA_FULL
from prakerja.kernel.db import requires_transaction, row, rows, transaction
from prakerja.kernel.due import CHUNK
from prakerja.kernel.looks import first_of

# By person: reason, template and parameters.
_Told = dict[uuid.UUID, tuple[str, str, Mapping[str, Any]]]
_UNTOLD = {"status": "done", "recall": 0, "told_at": None}

_ROWS = """
SELECT e.person_id, e.codes, e.stratum, o.kind, o.position, d.reason
  FROM draw_entry e
  LEFT JOIN draw_outcome o ON o.draw_id = %(draw)s AND o.number = e.number
  LEFT JOIN draw_dropped d ON d.draw_id = %(draw)s AND d.number = e.number
 WHERE e.applicants_id = %(list)s AND e.person_id = ANY(%(people)s)"""


# Nobody changes what was drawn, so it is reckoned once.
@lru_cache(maxsize=8)
def cut_offs(*, draw_id: uuid.UUID, list_id: uuid.UUID) -> dict[str, int]:
    """By stratum, the place in line of the last who got a seat there that was not reserved for a group, or one of the open seats
    of all; 0 where nobody did.

    Whoever stands behind it and is eligible was not reached.
    """
    found = dict(
        rows(
            "SELECT o.pool, max(o.position) FROM draw_outcome o WHERE o.draw_id = %s AND o.kind = 'W' GROUP BY o.pool",
            [draw_id],
        )
    )
    strata = [
        stratum
        for (stratum,) in rows(
            "SELECT DISTINCT stratum FROM draw_entry WHERE applicants_id = %s AND mark = ''", [list_id]
        )
    ]
    return {stratum: max(found.get(stratum, 0), found.get("*", 0)) for stratum in strata}


# The moment since which somebody is to be told.
next_telling = first_of(lambda: Awarding.objects.filter(**_UNTOLD).order_by("ended_at").values_list("ended_at"))


def tellings_left(at: datetime) -> int:
    """How many are still to be told."""
    found = row(
        "SELECT count(*) FROM draw_awarding w JOIN draw_draw d ON d.id = w.draw_id JOIN draw_entry e ON e.applicants_id = d.applicants_id "
        "JOIN intake_application a ON a.person_id = e.person_id AND a.id = e.application_id "
        "WHERE w.status = 'done' AND w.recall = 0 AND w.told_at IS NULL AND w.ended_at <= %s AND a.status = 'waiting'",
        [at],
    )
    return int(found[0]) if found else 0


def tell_some(*, at: datetime, chunk: int = CHUNK) -> int | None:
    """Some of those who were not drawn, each told by SMS and on the dashboard; None when nobody waits."""
    with transaction():
        found = (
            Awarding.objects.select_related("draw", "draw__wave", "draw__applicants")
            .filter(ended_at__lte=at, **_UNTOLD)
            .order_by("ended_at")
            .first()
        )
        if found is None:
            return None
        draw = found.draw
        assert draw.applicants_id is not None
        waiting, about = _next(found, chunk)
        if not about:
            if _somebody_waits(found):
                # Another worker is telling them.
                return None
            # Nobody is left, or those who are left stand in no list: they are told what is known.
            found.told_at = at
            found.save(update_fields=["told_at"])
            let_rest_be_told(wave_id=draw.wave_id, at=at)
            return 0
        turn_down(
            told=[TurnedDown(person, waiting[person], *words) for person, words in about.items()],
            at=at,
        )
        return len(about)


@requires_transaction
def _next(found: Awarding, chunk: int) -> tuple[dict[uuid.UUID, uuid.UUID], _Told]:
    """The next who wait, and what those of them are told who stand in the list; whoever stands in none bars nobody behind them."""
    after = uuid.UUID(int=0)
    while waiting := lock_waiting(wave_id=found.draw.wave_id, most=chunk, after=after):
        about = _about(found, [person for person, _ in waiting])
        if about:
            return dict(waiting), about
        after = waiting[-1][1]
    return {}, {}


@requires_transaction
def _somebody_waits(found: Awarding) -> bool:
    waiting = row(
        "SELECT 1 FROM intake_application a JOIN draw_entry e ON e.person_id = a.person_id AND e.application_id = a.id "
        "WHERE a.wave_id = %s AND a.status = 'waiting' AND e.applicants_id = %s LIMIT 1",
        [found.draw.wave_id, found.draw.applicants_id],
    )
    return waiting is not None


@requires_transaction
def _about(found: Awarding, people: list[uuid.UUID]) -> _Told:
    """By person: reason, template and parameters."""
    draw = found.draw
    assert draw.applicants is not None
    ends = cut_offs(draw_id=draw.id, list_id=draw.applicants.id)
    told: _Told = {}
    of = {"draw": draw.id, "list": draw.applicants.id, "people": people}
    for person, codes, stratum, kind, position, dropped in rows(_ROWS, of):
        wave: dict[str, Any] = {"wave": draw.wave.number}
        if position is None or dropped is not None:
            told[person] = (dropped or codes.split()[0], "wave_not_selected", wave)
            continue
        place = {**wave, "place": position, "of": draw.applicants.eligible, "last": ends[stratum]}
        if kind == "K":
            told[person] = (str(Reason.KK_PENUH), "wave_not_drawn_family", place)
        elif kind == "R":
            told[person] = (QUOTA_FULL, "wave_not_drawn", place)
    return told
