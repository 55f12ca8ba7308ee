"""An announcement that was decided may be changed until it begins, by two: taken back, or given another decree or another moment.

That is also the way out for one that was refused when its moment came: its decree was used meanwhile, or a deadline of it had passed.
"""

from __future__ import annotations

import json
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.draw.awarding import announcement_of, record_awards, release_step, require_terms
from prakerja.draw.models import Awarding, Draw, Step
from prakerja.draw.states import AWARDING_STATES
from prakerja.draw.steps import Prepared, confirm_step, lock_draw, prepare_step, was_confirmed
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused


@permitted("draw.take_back")
def cancel_awards(*, draw_name: str, reason: str, actor: Actor, at: datetime) -> bool:
    """Take a decision back before its moment; another one may be proposed, and the draw stays as it is. Returns whether it is taken back.

    Two operators do it: the first asks and says why, and until another one says the same the decision stands and its moment comes. What the
    second says is kept beside it. Raises Refused: not_permitted, operator_needed, reason_missing, draw_unknown, nothing_decided, awards_begun
    (whom the draw chose gets what it gave them).
    """
    if actor.kind != "operator":
        raise Refused("operator_needed")
    if not reason.strip():
        raise Refused("reason_missing")
    with transaction():
        draw = lock_draw(name=draw_name)
        found = (
            Awarding.objects.select_for_update(no_key=True)
            .filter(draw=draw, recall=0)
            .exclude(status="cancelled")
            .first()
        )
        if found is None:
            raise Refused("nothing_decided")
        if found.status not in AWARDING_STATES.sources("cancel"):
            raise Refused("awards_begun")
        if found.cancel_asked_by in ("", actor.id):
            found.cancel_asked_by, found.cancel_asked_at, found.cancel_reason = actor.id, at, reason.strip()
            found.save(update_fields=["cancel_asked_by", "cancel_asked_at", "cancel_reason"])
            record_awards("draw.awards_cancel_asked", draw, found, actor=actor, at=at, why=reason.strip())
            return False
        found.status = AWARDING_STATES.advance(current=found.status, verb="cancel")
        found.ended_at, found.end_reason = at, reason.strip()
        found.save(update_fields=["status", "ended_at", "end_reason"])
        release_step(draw=draw, step="award", at=at)
        record_awards("draw.awards_cancelled", draw, found, actor=actor, at=at, why=reason.strip())
    return True


@permitted("draw.prepare")
def prepare_terms(
    *, draw_name: str, decree_number: str, announced_at: datetime, actor: Actor, at: datetime
) -> Prepared:
    """Propose another decree or another moment for what is decided and has not begun, of the winners or of a recall. Who gets a seat stays.

    Raises Refused: not_permitted, operator_needed, draw_unknown, nothing_decided, awards_begun, and as `awarding.prepare_awards`.
    """
    with transaction():
        draw = lock_draw(name=draw_name)
        found = _decided(draw)
        terms = require_terms(
            announcement=announcement_of(draw, decree_number, announced_at, people=found.people, recall=found.recall),
            is_short_deadline_confirmed=True,
            at=at,
            besides=found.id,
        )
        terms = {**terms, "recall": found.recall}
        if Step.objects.filter(draw=draw, step="terms", replaced_at=None).exclude(confirmed_at=None).exists():
            release_step(draw=draw, step="terms", at=at)
        content = json.dumps(terms, sort_keys=True).encode()
        return prepare_step(draw=draw, step="terms", content=content, texts={}, terms=terms, actor=actor, at=at)


@permitted("draw.confirm")
def confirm_terms(
    *, draw_name: str, digest: str, actor: Actor, at: datetime, is_short_deadline_confirmed: bool = False
) -> None:
    """Decide what another operator proposed. Said again it changes nothing.

    Raises Refused: not_permitted, operator_needed, draw_unknown, nothing_prepared, same_operator, step_changed, nothing_decided, awards_begun,
    and as `awarding.confirm_awards`.
    """
    with transaction():
        draw = lock_draw(name=draw_name)
        if was_confirmed(draw=draw, step="terms", digest=digest, actor=actor):
            return
        found = _decided(draw)
        taken = confirm_step(draw=draw, step="terms", digest=digest, actor=actor, at=at)
        if taken.terms["recall"] != found.recall:
            raise Refused("step_changed")
        announcement = announcement_of(
            draw,
            taken.terms["decree"],
            datetime.fromisoformat(taken.terms["announced_at"]),
            people=found.people,
            recall=found.recall,
        )
        require_terms(
            announcement=announcement,
            is_short_deadline_confirmed=is_short_deadline_confirmed,
            at=at,
            besides=found.id,
        )
        found.decree_number, found.announced_at = announcement.decree_number, announcement.announced_at
        found.refusal = ""
        found.save(update_fields=["decree_number", "announced_at", "refusal"])
        record_awards("draw.awards_redecided", draw, found, actor=actor, at=at)


@requires_transaction
def _decided(draw: Draw) -> Awarding:
    """What is decided of a draw and not begun. Raises Refused: nothing_decided, awards_begun."""
    found = (
        Awarding.objects.select_for_update(no_key=True)
        .filter(draw=draw, status__in=AWARDING_STATES.group("UNDER_WAY"))
        .first()
    )
    if found is None:
        raise Refused("nothing_decided")
    if found.status not in AWARDING_STATES.sources("cancel"):
        raise Refused("awards_begun")
    return found
