"""One wave at a time: what a family has left is known once another draw's winners are awarded, and not before (draw.md 2)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from prakerja.draw.models import ApplicantList, Awarding, Draw
from prakerja.draw.states import AWARDING_STATES, DRAW_STATES
from prakerja.intake.queries import were_awarded_since
from prakerja.kernel.db import requires_transaction, row
from prakerja.kernel.errors import Refused

# Two lists are not fixed at the same moment, and no recall is decided beside one.
_LOCK = 0x7072616B_74726E


@requires_transaction
def require_turn(draw: Draw) -> None:
    """Refuse a list, a commitment or a recall while another wave's draw is on its way.

    It is from its commitment until its winners are awarded; while those of a recall of it are; and while a repetition waits with the
    list that it keeps. Raises Refused: other_draw_under_way (draw).
    """
    row("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    of_it = Awarding.objects.filter(draw=OuterRef("id"))
    awarded = of_it.filter(recall=0, status=AWARDING_STATES.target("finish"))
    void = Draw.objects.filter(applicants=OuterRef("applicants"), status=DRAW_STATES.target("make_void"))
    other = (
        Draw.objects.exclude(wave_id=draw.wave_id)
        .filter(
            Q(has_turn=True)
            | Q(status=DRAW_STATES.target("publish")) & ~Exists(awarded)
            | Exists(of_it.filter(status__in=AWARDING_STATES.group("UNDER_WAY")))
            | Q(status=DRAW_STATES.target("list"), applicants__isnull=False) & Exists(void)
        )
        .order_by("changed_at")
        .first()
    )
    if other is not None:
        raise Refused("other_draw_under_way", draw=other.name)


def is_stale(draw: Draw) -> bool:
    """Whether somebody was awarded since the list of a draw was begun: it does not know what their families have left.

    A repetition keeps its list whatever happened; nobody else had a turn meanwhile.
    """
    assert draw.applicants is not None
    is_kept = Draw.objects.filter(applicants=draw.applicants).exclude(id=draw.id).exists()
    return not is_kept and knows_too_little(draw.applicants)


def knows_too_little(making: ApplicantList, *, since: datetime | None = None) -> bool:
    """Whether a list was begun before the last awards; or before `since`, if that is said."""
    return were_awarded_since(at=making.begun_at) or (since is not None and making.begun_at < since)
