"""A step that was prepared and that nobody shall confirm: it is taken back, and the draw stands as before.

Of what another prepared that takes two: one operator alone could otherwise keep a draw from ever going on.
"""

from __future__ import annotations

from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.draw.models import Draw, Step
from prakerja.draw.steps import lock_draw
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.second_person import TakingBack, taking_back


@permitted("draw.take_back")
def take_back_step(*, draw_name: str, step: str, digest: str, actor: Actor, at: datetime) -> bool:
    """Let nobody confirm what waits any more; what was prepared may be prepared again (draw.md 2). Returns whether that is so now.

    Whoever prepared it takes it back alone. What another prepared, two take back: the first asks, and whoever prepared it or anybody else does
    it; until then it may still be confirmed. `digest` is what they saw. Raises Refused: not_permitted, operator_needed, draw_unknown,
    nothing_prepared (confirmed, taken back or never prepared), step_changed (another one waits by now).
    """
    if actor.kind != "operator":
        raise Refused("operator_needed")
    with transaction():
        draw = lock_draw(name=draw_name)
        waiting = _waiting(draw=draw, step=step, digest=digest)
        found = taking_back(prepared_by=waiting.prepared_by, asked_by=waiting.back_asked_by, who=actor.id)
        is_back = found is TakingBack.DONE
        if is_back:
            waiting.replaced_at = at
            waiting.save(update_fields=["replaced_at"])
        elif found is TakingBack.ASKED:
            waiting.back_asked_by, waiting.back_asked_at = actor.id, at
            waiting.save(update_fields=["back_asked_by", "back_asked_at"])
        else:
            return False
        record(
            action=f"draw.{step}_taken_back" if is_back else f"draw.{step}_asked_back",
            at=at,
            actor=actor,
            subject_kind="draw",
            subject_id=draw.id,
            data={"draw": draw.name, "digest": waiting.digest},
        )
    return is_back


@requires_transaction
def replace_waiting(*, draw: Draw, step: str, digest: str, at: datetime) -> None:
    """What waits is no longer to be confirmed. Raises Refused: nothing_prepared, step_changed."""
    waiting = _waiting(draw=draw, step=step, digest=digest)
    waiting.replaced_at = at
    waiting.save(update_fields=["replaced_at"])


@requires_transaction
def _waiting(*, draw: Draw, step: str, digest: str) -> Step:
    waiting = (
        Step.objects.select_for_update(no_key=True)
        .filter(draw=draw, step=step, confirmed_at=None, replaced_at=None)
        .first()
    )
    if waiting is None:
        raise Refused("nothing_prepared")
    if waiting.digest != digest.strip().lower():
        raise Refused("step_changed")
    return waiting
