"""A wave's deadline of the first purchase is moved: the new one stands in one row at once, and the awards follow in chunks.

While they follow, everything that looks at a deadline looks at both: nobody is revoked or reminded by the old one (`due.FOLLOWS`),
and whoever may still buy by the new one may buy (`check_purchase`). Whoever is killed goes on where they were; the worker does
when nobody else does. Each person is told when their own award has followed.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.awards.holding import move_deadlines
from prakerja.awards.models import Award, DeadlineMove
from prakerja.awards.states import AWARD_STATES
from prakerja.kernel.db import requires_transaction, row, transaction
from prakerja.kernel.due import in_chunks
from prakerja.kernel.ids import new_id
from prakerja.kernel.looks import Question

# Awards that follow in one transaction, locked meanwhile.
CHUNK = 500
_NEXT = "SELECT min(set_at) FROM awards_deadlinemove WHERE finished_at IS NULL"
_LEFT = "SELECT COALESCE(sum(greatest(people - moved, 0)), 0) FROM awards_deadlinemove WHERE finished_at IS NULL AND set_at <= %s"


@requires_transaction
def begin_deadline_move(
    *, wave_id: uuid.UUID, before: datetime, deadline: datetime, people: int, reason: str, actor: Actor, at: datetime
) -> None:
    """Another deadline stands for those of a wave who have not bought and whose deadline is `before`, from now on.

    `people`: how many that are, for whoever watches. The caller has looked ahead, and calls `follow_deadline_moves` afterwards.
    """
    if before == deadline:
        return
    DeadlineMove.objects.create(
        id=new_id(),
        wave_id=wave_id,
        before=before,
        deadline=deadline,
        people=people,
        reason=reason.strip(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        set_at=at,
    )


# Since when awards wait to follow a deadline that was moved; None when none do.
next_follow = Question(_NEXT)


def follows_left(at: datetime) -> int:
    """How many people's awards have not followed yet."""
    found = row(_LEFT, [at])
    return int(found[0]) if found else 0


def follow_deadline_moves(*, at: datetime, waits: bool = False, chunk: int = CHUNK) -> int:
    """Let the awards follow the deadlines that were moved, some hundreds in a transaction. Returns how many did.

    Two who do this at once do it one after another; with `waits` this one waits for the other, and returns when all have followed.
    """
    return in_chunks(lambda: _follow_some(at=at, waits=waits, most=chunk))


def _follow_some(*, at: datetime, waits: bool, most: int) -> int | None:
    with transaction():
        # One runner has a move at a time: its place in the list is written down with what it did.
        moves = DeadlineMove.objects.select_for_update(no_key=True, skip_locked=not waits)
        move = moves.filter(finished_at=None, set_at__lte=at).order_by("set_at", "id").first()
        if move is None:
            return None
        # By their ids, each met once: what a wave has is read once through, however many chunks it takes.
        chosen = Award.objects.filter(
            id__gt=move.reached,
            wave_id=move.wave_id,
            status__in=AWARD_STATES.group("LIVE"),
            first_purchase_at=None,
            purchase_deadline_at=move.before,
        )
        batch = list(chosen.select_for_update(no_key=True).order_by("id")[:most])
        if batch:
            actor = Actor(move.actor_kind, move.actor_id)
            move_deadlines(batch, deadline=move.deadline, reason=move.reason, actor=actor, at=at, set_at=move.set_at)
            move.reached, move.moved = batch[-1].id, move.moved + len(batch)
        if len(batch) < most:
            move.finished_at = at
        move.save(update_fields=["reached", "moved", "finished_at"])
    return len(batch)
