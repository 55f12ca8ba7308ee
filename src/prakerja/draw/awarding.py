"""What follows from a published draw: two operators decide decree and moment, and at that moment its winners are awarded.

Nothing is chosen here any more. The moment is decided ahead; when it comes the wave is announced, and everybody whom the draw
gave a seat is awarded in chunks that commit, by the worker or by whoever calls `award_drawn`. Whoever is killed is followed by
the other, which goes on after the last chunk. Those who were recalled are awarded the same way (`recalling`).

Reads: people_person.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db.models import QuerySet

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.draw.models import Awarding, Draw, Dropped, Step
from prakerja.draw.models.steps import RECALL
from prakerja.draw.protocol.documents import Result
from prakerja.draw.states import AWARDING_STATES
from prakerja.draw.steps import (
    Prepared,
    confirm_step,
    document,
    lock_draw,
    prepare_step,
    require_status,
    was_confirmed,
)
from prakerja.intake.drawn_results import pack_winners
from prakerja.intake.operations import (
    Announced,
    Announcement,
    Winner,
    Winners,
    alone,
    announced,
    award_winners,
    begin_drawn_results,
    finish_drawn_results,
    hold_cards,
    is_alone,
    release_cards,
    require_announceable,
)
from prakerja.kernel.db import copy_rows, requires_transaction, rows, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.looks import first_of
from prakerja.kernel.progress import Meter
from prakerja.kernel.side_processes import SideProcesses, spare_processors

# So many are awarded in one transaction: well below a second, in which nobody else waits for them.
CHUNK = 2_000
# Below it, other processes take longer to begin than the work.
_WORTH_PROCESSES = 4_000
_ACTOR = Actor.system("draw")


@permitted("draw.prepare")
def prepare_awards(
    *, draw_name: str, decree_number: str, announced_at: datetime, actor: Actor, at: datetime
) -> Prepared:
    """Propose the decree and the moment at which the winners of a published draw are told and awarded; nothing happens yet.

    Raises Refused: not_permitted, operator_needed, draw_unknown, draw_elsewhere (status), awards_decided (status), announcement_not_ahead,
    wave_announced, decree_missing, decree_exists (number), deadline_not_ahead (what, deadline), budget_too_low (needed, available).
    """
    with transaction():
        draw = lock_draw(name=draw_name)
        require_status(draw, "published")
        _require_undecided(draw, 0)
        result = document(draw_id=draw.id, name="result")
        winners = Result.read(result).winners.count
        terms = require_terms(
            announcement=announcement_of(draw, decree_number, announced_at, people=winners, recall=0),
            is_short_deadline_confirmed=True,
            at=at,
        )
        content = json.dumps({"result": sha256(result).hexdigest(), **terms}, sort_keys=True).encode()
        return prepare_step(draw=draw, step="award", content=content, texts={}, terms=terms, actor=actor, at=at)


@permitted("draw.confirm")
def confirm_awards(
    *, draw_name: str, digest: str, actor: Actor, at: datetime, is_short_deadline_confirmed: bool = False
) -> None:
    """Decide what another operator proposed: at its moment the wave is announced and its winners are awarded.

    With fewer than 7 full days until something ends for a winner, `is_short_deadline_confirmed` says that `actor` stands for it. Said again it
    changes nothing. Raises Refused: not_permitted, operator_needed, draw_unknown, draw_elsewhere (status), nothing_prepared, same_operator,
    step_changed, awards_decided (status), announcement_not_ahead (propose another moment), deadline_close (what, deadline, days_left, needed), and
    as `prepare_awards`.
    """
    with transaction():
        draw = lock_draw(name=draw_name)
        if was_confirmed(draw=draw, step="award", digest=digest, actor=actor):
            return
        require_status(draw, "published")
        _require_undecided(draw, 0)
        taken = confirm_step(draw=draw, step="award", digest=digest, actor=actor, at=at)
        decide(
            draw=draw,
            terms=taken.terms,
            recall=0,
            unfilled=Result.read(document(draw_id=draw.id, name="result")).unfilled,
            actor=actor,
            is_short_deadline_confirmed=is_short_deadline_confirmed,
            at=at,
        )


def require_terms(
    *, announcement: Announcement, is_short_deadline_confirmed: bool, at: datetime, besides: uuid.UUID | None = None
) -> dict[str, Any]:
    """What two operators decide, as they read it. Raises Refused: announcement_not_ahead, and as `intake.require_announceable`.

    A decree that was decided is taken, also before its moment, but by the announcement itself (`besides`).
    """
    taken = Awarding.objects.filter(decree_number=announcement.decree_number).exclude(status="cancelled")
    if besides is not None:
        taken = taken.exclude(id=besides)
    if taken.exists():
        raise Refused("decree_exists", number=announcement.decree_number)
    if announcement.announced_at < at:
        raise Refused("announcement_not_ahead")
    deadline = require_announceable(
        announcement=announcement, is_short_deadline_confirmed=is_short_deadline_confirmed, at=at
    )
    return {
        "decree": announcement.decree_number,
        "announced_at": announcement.announced_at.isoformat(),
        "deadline": deadline.isoformat(),
        "people": announcement.people,
    }


@requires_transaction
def decide(
    *,
    draw: Draw,
    terms: dict[str, Any],
    recall: int,
    unfilled: int,
    actor: Actor,
    is_short_deadline_confirmed: bool,
    at: datetime,
) -> None:
    """Keep what two operators decided; the clock begins it."""
    announcement = announcement_of(
        draw, terms["decree"], datetime.fromisoformat(terms["announced_at"]), people=terms["people"], recall=recall
    )
    require_terms(announcement=announcement, is_short_deadline_confirmed=is_short_deadline_confirmed, at=at)
    found = Awarding.objects.create(
        id=new_id(),
        draw=draw,
        recall=recall,
        decree_number=announcement.decree_number,
        announced_at=announcement.announced_at,
        people=announcement.people,
        unfilled=unfilled,
        decided_by=actor.id,
        decided_at=at,
    )
    # Of a draw's winners they are held since its commitment; of a recall from here on.
    hold_cards(wave_id=draw.wave_id, at=at)
    record_awards("draw.awards_decided", draw, found, actor=actor, at=at)


@requires_transaction
def release_step(*, draw: Draw, step: str, at: datetime) -> None:
    """A step that was taken back may be prepared anew; who confirmed it stays written."""
    Step.objects.filter(draw=draw, step=step, replaced_at=None).update(replaced_at=at)


def announcement_of(
    draw: Draw, decree_number: str, announced_at: datetime, *, people: int, recall: int
) -> Announcement:
    return Announcement(
        wave_number=draw.wave.number,
        decree_number=decree_number.strip(),
        announced_at=announced_at,
        people=people,
        # Before lists were refused beside a draw, one may have announced the wave: the winners come after it, as a recall does.
        is_first=recall == 0 and draw.wave.announced_at is None,
    )


@requires_transaction
def _require_undecided(draw: Draw, recall: int) -> None:
    found = Awarding.objects.filter(draw=draw, recall=recall).exclude(status="cancelled").first()
    if found is not None:
        raise Refused("awards_decided", status=found.status)


def award_drawn(
    *, draw_name: str, at: datetime, chunk: int = CHUNK, progress: Callable[[int, int], None] | None = None
) -> int:
    """Award whom a draw chose, if the moment has come, all of them at once, or go on with it; returns how many were awarded now.

    The worker does the same by itself, some at a time. `progress` is told how many have been looked at, of how many, after each chunk.
    Raises Refused: nothing_decided, announcement_ahead (announced_at), import_running, import_unfinished (wave, decree, by, awarded, left), and
    what `intake.require_announceable` says against beginning.
    """
    found = _due().filter(draw__name=draw_name).first()
    if found is None:
        raise Refused("nothing_decided")
    if at < found.announced_at:
        raise Refused("announcement_ahead", announced_at=found.announced_at)
    done = 0
    with alone(), SideProcesses(spare_processors()) as beside:
        if found.status in AWARDING_STATES.sources("begin"):
            with transaction():
                _begin(found, at=at)
        results = _results(found)
        looked_at, total = results.awarded, results.people
        meter = Meter("award who was drawn", count_left=lambda: total - looked_at)
        pieces = _chunks(found, results, chunk)
        for piece, packed in beside.each(pack_winners, pieces, is_long=total - looked_at >= _WORTH_PROCESSES):
            with transaction():
                done += _award(found, results, piece, packed, at=at)
            looked_at += len(piece.people)
            meter.note(len(piece.people))
            if progress is not None:
                progress(looked_at, total)
        with transaction():
            _finish(found, results, at=at)
        meter.end()
    return done


def award_some(*, at: datetime) -> int | None:
    """Some of those whose moment has come; None when nobody's has, or somebody else is awarding."""
    for found in _due().filter(announced_at__lte=at):
        if found.status not in AWARDING_STATES.sources("begin"):
            return _award_more(found, at=at)
        try:
            with transaction():
                if not is_alone():
                    return None
                _begin(found, at=at)
        except Refused as refusal:
            # Operators see why, and it is tried again; nobody behind it waits for that.
            Awarding.objects.filter(id=found.id).update(refusal=refusal.reason)
            continue
        return 0
    return None


def _award_more(found: Awarding, *, at: datetime) -> int | None:
    results = _results(found)
    piece = next(_chunks(found, results, CHUNK), None)
    packed = b"" if piece is None else pack_winners(piece)
    with transaction():
        if not is_alone():
            return None
        if piece is None:
            _finish(found, results, at=at)
            return 0
        return _award(found, results, piece, packed, at=at)


# The moment at which somebody is to be awarded.
next_awarding = first_of(lambda: _due().select_related(None).values_list("announced_at"))


def awards_left(at: datetime) -> int:
    """How many are still to be awarded of those whose moment has come."""
    left = 0
    for one in _due().filter(announced_at__lte=at):
        results = announced(draw=results_name(one))
        left += one.people if results is None else results.people - results.awarded
    return left


def awarded_of(found: Awarding, *, dropped: int) -> int:
    """How many of a round have their award by now; `dropped` of it got none."""
    if found.status == AWARDING_STATES.target("finish"):
        return found.people - dropped
    results = announced(draw=results_name(found))
    return 0 if results is None else results.awarded


def _due() -> QuerySet[Awarding]:
    """What is decided and not through; what has begun comes first."""
    under_way = Awarding.objects.filter(status__in=AWARDING_STATES.group("UNDER_WAY"))
    return under_way.select_related("draw", "draw__wave").order_by("status", "announced_at")


def results_name(one: Awarding) -> str:
    """What intake calls the results: the draw, and which recall of it."""
    return one.draw.name if not one.recall else f"{one.draw.name} {RECALL}{one.recall}"


def _results(found: Awarding) -> Announced:
    results = announced(draw=results_name(found))
    # The row and the state are written in one transaction.
    assert results is not None
    return results


@requires_transaction
def _begin(found: Awarding, *, at: datetime) -> None:
    """The moment has come: the wave is announced. Who waits for the row finds that it has begun."""
    locked = Awarding.objects.select_for_update(no_key=True).get(id=found.id)
    if locked.status not in AWARDING_STATES.sources("begin"):
        return
    name = "result" if not found.recall else f"{RECALL}{found.recall}"
    begin_drawn_results(
        announcement=announcement_of(
            found.draw, found.decree_number, found.announced_at, people=found.people, recall=found.recall
        ),
        draw=results_name(found),
        digest=sha256(document(draw_id=found.draw_id, name=name)).hexdigest(),
        actor=_ACTOR,
        at=at,
    )
    locked.status = AWARDING_STATES.advance(current=locked.status, verb="begin")
    locked.refusal = ""
    locked.save(update_fields=["status", "refusal"])


# In the order of the list, which is that of the tickets' bytes: no row comes first for who or when it is.
_WINNERS = """
SELECT o.number + 1, e.person_id, p.name
  FROM draw_outcome o
  JOIN draw_entry e ON e.applicants_id = %(list)s AND e.number = o.number
  JOIN people_person p ON p.id = e.person_id
 WHERE o.draw_id = %(draw)s AND o.kind = 'W' AND o.number >= %(after)s
 ORDER BY o.number LIMIT %(chunk)s"""
_RECALLED = """
SELECT o.number + 1, e.person_id, p.name
  FROM draw_recalled o
  JOIN draw_entry e ON e.applicants_id = %(list)s AND e.number = o.number
  JOIN people_person p ON p.id = e.person_id
 WHERE o.draw_id = %(draw)s AND o.recall = %(recall)s AND o.number >= %(after)s
 ORDER BY o.number LIMIT %(chunk)s"""


def _chunks(found: Awarding, results: Announced, chunk: int) -> Iterator[Winners]:
    after = results.awarded_until
    of = {"list": found.draw.applicants_id, "draw": found.draw_id, "recall": found.recall, "chunk": chunk}
    while page := rows(_RECALLED if found.recall else _WINNERS, {**of, "after": after}):
        people = tuple(Winner(*one) for one in page)
        yield Winners(people, after, results.told)
        after = people[-1].number


@requires_transaction
def _award(found: Awarding, results: Announced, piece: Winners, packed: bytes, *, at: datetime) -> int:
    """Award a chunk; how many of it got an award. Nobody, when somebody else was faster."""
    dropped = award_winners(results=results, chunk=piece, packed=packed, at=at)
    if dropped is None:
        return 0
    copy_rows(
        Dropped,
        ("id", "draw_id", "number", "recall", "reason", "dropped_at"),
        ((new_id(), found.draw_id, line - 1, found.recall, why, at) for line, why in dropped),
    )
    return len(piece.people) - len(dropped)


@requires_transaction
def _finish(found: Awarding, results: Announced, *, at: datetime) -> None:
    locked = Awarding.objects.select_for_update(no_key=True).get(id=found.id)
    if locked.status not in AWARDING_STATES.sources("finish"):
        return
    finish_drawn_results(results=results, actor=_ACTOR, at=at)
    locked.status = AWARDING_STATES.advance(current=locked.status, verb="finish")
    locked.ended_at = at
    locked.save(update_fields=["status", "ended_at"])
    release_cards(wave_id=found.draw.wave_id)
    record_awards("draw.awards_made", found.draw, locked, actor=_ACTOR, at=at)


@requires_transaction
def record_awards(action: str, draw: Draw, found: Awarding, *, actor: Actor, at: datetime, why: str = "") -> None:
    record(
        action=action,
        at=at,
        actor=actor,
        subject_kind="draw",
        subject_id=draw.id,
        why=why,
        data={
            "draw": draw.name,
            "recall": found.recall,
            "decree": found.decree_number,
            "announced_at": found.announced_at.isoformat(),
            "people": found.people,
        },
    )
