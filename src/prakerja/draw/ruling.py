"""The rules of a wave's draw: published before the wave opens, by two operators (draw.md 5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.draw.files import settle_files
from prakerja.draw.keys import origin
from prakerja.draw.log import log_document
from prakerja.draw.models import Draw
from prakerja.draw.planning import LEAD_S, keep_strata, rules_of, seat_plan, wave_ahead
from prakerja.draw.protocol.documents import DocumentError, Rules
from prakerja.draw.protocol.texts import document_text
from prakerja.draw.steps import (
    Prepared,
    advance_draw,
    confirm_step,
    keep_document,
    lock_draw,
    prepare_step,
    require_status,
    was_confirmed,
)
from prakerja.intake.operations import fix_quota
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id


def wave_code(number: int) -> str:
    """What documents call a wave."""
    return f"g{number}"


@permitted("draw.prepare")
def prepare_rules(
    *,
    wave_number: int,
    weights: Mapping[str, int] | None = None,
    actor: Actor,
    at: datetime,
    min_lead_s: int = LEAD_S,
) -> Prepared:
    """Write down how a wave will be drawn: its quota over the strata by their weights (rules.md 4.1), groups first.

    Strata and groups are those of `planning.set_strata`; `weights` (province → whole number) replaces the strata. The family cap is
    the scheme's. Until the wave opens another one may be prepared instead. Raises Refused: not_permitted, wave_unknown,
    wave_open_already, draw_elsewhere (status), strata_missing, rules_wrong (why).
    """
    with transaction():
        wave = wave_ahead(number=wave_number, at=at)
        name = f"{wave_code(wave.number)}/1"
        draw, is_new = Draw.objects.get_or_create(
            name=name,
            defaults={
                "id": new_id(),
                "wave_id": wave.wave_id,
                "number": 1,
                "origin": origin(),
                "made_at": at,
                "changed_at": at,
            },
        )
        if not is_new:
            draw = lock_draw(name=name)
        require_status(draw, "drafted")
        if weights is not None:
            keep_strata(wave=wave, weights=weights, groups=None, actor=actor, at=at)
        plan = seat_plan(wave_number=wave_number, at=at)
        if not plan.weights:
            raise Refused("strata_missing")
        try:
            rules = rules_of(wave=wave, weights=plan.weights, groups=plan.groups, at=at, min_lead_s=min_lead_s)
        except DocumentError as error:
            raise Refused("rules_wrong", why=str(error)) from error
        content = rules.spelled()
        text = document_text(origin=draw.origin, about=rules.wave, name="rules", content=content)
        terms = {
            "seats": rules.seats,
            "strata": len(rules.weights),
            "groups": len(rules.groups),
            "family_cap": rules.family_cap,
        }
        return prepare_step(
            draw=draw, step="rules", content=content, texts={"rules": text}, terms=terms, actor=actor, at=at
        )


@permitted("draw.confirm")
def confirm_rules(*, draw_name: str, digest: str, actor: Actor, at: datetime) -> None:
    """Publish the rules that another operator prepared, before the wave opens.

    Raises Refused: not_permitted, operator_needed, draw_unknown, draw_elsewhere (status), nothing_prepared, same_operator, step_changed,
    wave_open_already, quota_changed (the wave has another quota since: prepare them again).
    """
    with transaction():
        draw = lock_draw(name=draw_name)
        if not was_confirmed(draw=draw, step="rules", digest=digest, actor=actor):
            _take(draw, digest=digest, actor=actor, at=at)
    settle_files(draw_name=draw_name)


@requires_transaction
def _take(draw: Draw, *, digest: str, actor: Actor, at: datetime) -> None:
    require_status(draw, "drafted")
    taken = confirm_step(draw=draw, step="rules", digest=digest, actor=actor, at=at)
    rules = Rules.read(bytes(taken.content))
    wave = wave_ahead(number=int(rules.wave.removeprefix("g")), at=at)
    fix_quota(wave_id=wave.wave_id, seats=rules.seats, at=at)
    keep_document(draw=draw, name="rules", content=bytes(taken.content), at=at)
    log_document(content=bytes(taken.content), at=at)
    advance_draw(draw=draw, verb="rule", at=at)
