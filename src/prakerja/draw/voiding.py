"""A draw that cannot end is made void by a rule that was there before, and repeated with the same list (draw.md 7)."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.draw.committing import appears
from prakerja.draw.drawing import was_witnessed
from prakerja.draw.log import log_document
from prakerja.draw.models import Document, Draw, RandomValue, SignedNote, Step
from prakerja.draw.protocol import documents as docs
from prakerja.draw.protocol.texts import document_text
from prakerja.draw.randomness import is_public
from prakerja.draw.steps import (
    Prepared,
    advance_draw,
    confirm_step,
    document,
    keep_document,
    lock_draw,
    prepare_step,
    require_status,
    was_confirmed,
)
from prakerja.draw.writing import write_folder
from prakerja.intake.operations import release_cards
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id

REASONS: dict[str, Literal["source", "secret", "list"]] = {"source": "source", "secret": "secret", "list": "list"}


@permitted("draw.prepare")
def prepare_void(*, draw_name: str, reason: str, actor: Actor, at: datetime) -> Prepared:
    """Propose to end a draw without a result: a required `source` 7 days late, the `secret` untold 72 hours after the last
    source, or a wrong `list` before the first source.

    A result that somebody does not like is no reason: what is there to be seen ends nothing. Raises Refused: not_permitted,
    draw_unknown, draw_elsewhere (status), void_reason_unknown, void_not_due (since: from when it may be), result_known (ranks were
    computed), source_there (drand answers with the round), source_silent (why: drand cannot be asked), secret_held (the program
    holds the secret, and two witnesses saw the commitment: it can be drawn).
    """
    if reason not in REASONS:
        raise Refused("void_reason_unknown")
    if reason == "source":
        _require_absent(draw_name, at)
    with transaction():
        draw = lock_draw(name=draw_name)
        require_status(draw, "committed")
        _require_due(draw, reason, at)
        content = document(draw_id=draw.id, name="commitment")
        void = docs.Void(
            draw=draw.name,
            commitment=sha256(content).hexdigest(),
            reason=REASONS[reason],
            voided_at=docs.instant_text(at),
        )
        told = void.spelled()
        text = document_text(origin=draw.origin, about=draw.name, name="void", content=told)
        return prepare_step(
            draw=draw, step="void", content=told, texts={"void": text}, terms={"reason": reason}, actor=actor, at=at
        )


@permitted("draw.confirm")
def confirm_void(*, draw_name: str, digest: str, actor: Actor, at: datetime) -> str:
    """End the draw, for good, and begin its repetition; returns the name of that one.

    It keeps rules and list; after a wrong list the list is made anew. Said again it changes nothing. Raises Refused: not_permitted, draw_unknown,
    draw_elsewhere (status), nothing_prepared, same_operator, step_changed, void_not_due (since), result_known, source_there,
    source_silent (why), secret_held.
    """
    if _waiting_reason(draw_name) == "source":
        _require_absent(draw_name, at)
    with transaction():
        draw = lock_draw(name=draw_name)
        if was_confirmed(draw=draw, step="void", digest=digest, actor=actor):
            repeated = _repetition(draw)
        else:
            repeated = _end(draw, digest=digest, actor=actor, at=at)
    write_folder(draw_name=draw_name)
    write_folder(draw_name=repeated)
    return repeated


@requires_transaction
def _end(draw: Draw, *, digest: str, actor: Actor, at: datetime) -> str:
    require_status(draw, "committed")
    taken = confirm_step(draw=draw, step="void", digest=digest, actor=actor, at=at)
    content = bytes(taken.content)
    reason = docs.Void.read(content).reason
    _require_due(draw, reason, at)
    keep_document(draw=draw, name="void", content=content, at=at)
    log_document(content=content, at=at)
    advance_draw(draw=draw, verb="make_void", at=at)
    if reason == "list":
        # The repetition makes its own; with the same list it counts on the same cards.
        release_cards(wave_id=draw.wave_id)
    return _repeat(draw, keeps_list=reason != "list", at=at)


@requires_transaction
def _repetition(draw: Draw) -> str:
    """The name of the draw that follows one which ended without a result."""
    return Draw.objects.values_list("name", flat=True).get(wave_id=draw.wave_id, number=draw.number + 1)


def _waiting_reason(draw_name: str) -> str:
    """Why the draw would end by what waits now, "" where nothing does."""
    waiting = Step.objects.filter(draw__name=draw_name, step="void", confirmed_at=None, replaced_at=None).first()
    return "" if waiting is None else docs.Void.read(bytes(waiting.content)).reason


def _require_absent(draw_name: str, at: datetime) -> None:
    """Nobody has to enter a round that is public: so it is drand who is asked, outside any transaction."""
    content = Document.objects.filter(draw__name=draw_name, draw__status="committed", name="commitment").first()
    if content is None:
        # Whoever locks the draw says what it is.
        return
    last = docs.Commitment.read(bytes(content.content)).sources[-1]
    if at < appears(last) + timedelta(seconds=docs.MISSING_AFTER_S):
        # It is not asked for what is not due.
        return
    if isinstance(last, docs.DrandSource) and is_public(last):
        raise Refused("source_there")


@requires_transaction
def _require_due(draw: Draw, reason: str, at: datetime) -> None:
    if draw.seed is not None:
        # The result is in the database, if nowhere else: whoever saw it must not be able to have another.
        raise Refused("result_known")
    content = document(draw_id=draw.id, name="commitment")
    commitment = docs.Commitment.read(content)
    sources = commitment.sources
    last = appears(sources[-1])
    if reason == "list":
        if at >= appears(sources[0]):
            raise Refused("void_not_due", since=None)
        return
    is_there = RandomValue.objects.get(draw=draw, number=len(sources) - 1).value is not None
    wait = docs.MISSING_AFTER_S if reason == "source" else docs.SILENT_AFTER_S
    since = last + timedelta(seconds=wait)
    if at < since or (reason == "source" and is_there) or (reason == "secret" and not is_there):
        raise Refused("void_not_due", since=since)
    # A secret that the program holds is never missing: it may stay untold only where nothing may be drawn.
    if reason == "secret" and was_witnessed(content=content, commitment=commitment):
        raise Refused("secret_held")


@requires_transaction
def _repeat(draw: Draw, *, keeps_list: bool, at: datetime) -> str:
    wave, number = docs.read_draw(draw.name)
    made = Draw.objects.create(
        id=new_id(),
        wave_id=draw.wave_id,
        number=number + 1,
        name=f"{wave}/{number + 1}",
        origin=draw.origin,
        status="listed" if keeps_list else "ruled",
        applicants_id=draw.applicants_id if keeps_list else None,
        made_at=at,
        changed_at=at,
    )
    rules = document(draw_id=draw.id, name="rules")
    keep_document(draw=made, name="rules", content=rules, at=at)
    _keep_note(draw, made, at)
    return made.name


@requires_transaction
def _keep_note(draw: Draw, repeated: Draw, at: datetime) -> None:
    """The rules' note says the wave and not the draw: it is the repetition's as well."""
    note = SignedNote.objects.get(draw=draw, name="rules")
    SignedNote.objects.create(id=new_id(), draw=repeated, name="rules", content=bytes(note.content), made_at=at)
