"""A step that was prepared and that nobody shall confirm: an operator takes it back, and the draw stands as before."""

from __future__ import annotations

from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.draw.models import Draw, Step
from prakerja.draw.steps import lock_draw
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused


@permitted("draw.take_back")
def take_back_step(*, draw_name: str, step: str, digest: str, actor: Actor, at: datetime) -> None:
    """Let nobody confirm what waits any more; what was prepared may be prepared again (draw.md 2).

    Whoever prepared it stops half way, or whoever reads it sends it back. `digest` is what they saw. Raises Refused: not_permitted,
    draw_unknown, nothing_prepared (confirmed, taken back or never prepared), step_changed (another one waits by now).
    """
    with transaction():
        draw = lock_draw(name=draw_name)
        replace_waiting(draw=draw, step=step, digest=digest, at=at)
        record(
            action=f"draw.{step}_taken_back",
            at=at,
            actor=actor,
            subject_kind="draw",
            subject_id=draw.id,
            data={"draw": draw.name, "digest": digest.strip().lower()},
        )


@requires_transaction
def replace_waiting(*, draw: Draw, step: str, digest: str, at: datetime) -> None:
    """What waits is no longer to be confirmed. Raises Refused: nothing_prepared, step_changed."""
    waiting = (
        Step.objects.select_for_update(no_key=True)
        .filter(draw=draw, step=step, confirmed_at=None, replaced_at=None)
        .first()
    )
    if waiting is None:
        raise Refused("nothing_prepared")
    if waiting.digest != digest.strip().lower():
        raise Refused("step_changed")
    waiting.replaced_at = at
    waiting.save(update_fields=["replaced_at"])
