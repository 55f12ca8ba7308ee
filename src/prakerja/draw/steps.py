"""A step is prepared by one operator and confirmed by another, who says what they confirm; both sign the same texts."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from prakerja.access.actors import Actor
from prakerja.access.permitting import operator_names, require_operator
from prakerja.audit.operations import record
from prakerja.draw.keys import operator_signer
from prakerja.draw.models import Document, Draw, SignedNote, Step
from prakerja.draw.states import DRAW_STATES
from prakerja.kernel.db import requires_transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.proofs.notes import Note

# So much of a digest is shown, and typed by whoever confirms.
DIGEST_DIGITS = 16
FILES_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class Prepared:
    """What waits for another operator: `digest` is what they say when they confirm it; `back_asked_by` wants it taken back."""

    draw: str
    step: str
    digest: str
    prepared_by: str
    prepared_at: datetime
    terms: Mapping[str, Any]
    back_asked_by: str = ""


@requires_transaction
def lock_draw(*, name: str) -> Draw:
    """The draw of this name, locked. Raises Refused: draw_unknown."""
    found = Draw.objects.select_for_update(no_key=True).filter(name=name).first()
    if found is None:
        raise Refused("draw_unknown")
    return found


def require_status(draw: Draw, status: str) -> None:
    """Raise Refused: draw_elsewhere (status: where it is), unless the draw is where a step begins."""
    if draw.status != status:
        raise Refused("draw_elsewhere", status=draw.status)


@requires_transaction
def prepare_step(
    *,
    draw: Draw,
    step: str,
    content: bytes,
    texts: Mapping[str, str],
    terms: Mapping[str, Any],
    actor: Actor,
    at: datetime,
) -> Prepared:
    """Write a step down with the signatures of whoever prepares it; what they prepared before is replaced.

    Raises Refused: operator_needed, step_waits (digest, by: the other operator's address; it is confirmed, or taken back by a verb of its own).
    """
    require_operator(who=actor)
    replace_own(draw=draw, step=step, actor=actor, at=at)
    signer = operator_signer(actor=actor, at=at)
    told = json.dumps([draw.name, step, dict(texts), dict(terms)], sort_keys=True).encode()
    digest = sha256(told + content).hexdigest()[:DIGEST_DIGITS]
    Step.objects.create(
        id=new_id(),
        draw=draw,
        step=step,
        digest=digest,
        content=content,
        terms=dict(terms),
        texts=dict(texts),
        lines={name: signer.line(text) for name, text in texts.items()},
        prepared_by=actor.id,
        prepared_at=at,
    )
    _record(f"draw.{step}_prepared", draw=draw, digest=digest, terms=terms, actor=actor, at=at)
    return Prepared(draw.name, step, digest, actor.id, at, terms)


@requires_transaction
def replace_own(*, draw: Draw, step: str, actor: Actor, at: datetime) -> None:
    """Let nobody confirm any more what this operator prepared of a step. Raises Refused: step_waits (digest, by; another prepared it)."""
    waiting = Step.objects.filter(draw=draw, step=step, confirmed_at=None, replaced_at=None)
    of_another = waiting.exclude(prepared_by=actor.id).first()
    if of_another is not None:
        names = operator_names(ids=[of_another.prepared_by])
        raise Refused("step_waits", digest=of_another.digest, by=names.get(of_another.prepared_by, "–"))
    waiting.update(replaced_at=at)


@requires_transaction
def confirm_step(*, draw: Draw, step: str, digest: str, actor: Actor, at: datetime) -> Step:
    """Another operator confirms what waits, with their own signatures; the notes are kept with both.

    Raises Refused: operator_needed, nothing_prepared, same_operator, step_changed (what waits is not what they say).
    """
    require_operator(who=actor)
    waiting = (
        Step.objects.select_for_update(no_key=True)
        .filter(draw=draw, step=step, confirmed_at=None, replaced_at=None)
        .first()
    )
    if waiting is None:
        raise Refused("nothing_prepared")
    if waiting.prepared_by == actor.id:
        raise Refused("same_operator")
    if waiting.digest != digest.strip().lower():
        raise Refused("step_changed")
    signer = operator_signer(actor=actor, at=at)
    for name, text in waiting.texts.items():
        note = Note(text, (waiting.lines[name], signer.line(text)))
        SignedNote.objects.create(id=new_id(), draw=draw, name=name, content=note.spelled(), made_at=at)
    waiting.confirmed_by, waiting.confirmed_at = actor.id, at
    waiting.save(update_fields=["confirmed_by", "confirmed_at"])
    _record(f"draw.{step}_confirmed", draw=draw, digest=waiting.digest, terms=waiting.terms, actor=actor, at=at)
    return waiting


@requires_transaction
def was_confirmed(*, draw: Draw, step: str, digest: str, actor: Actor) -> bool:
    """Whether this operator confirmed the same step before: whoever was cut off says it again, and the folder is written."""
    return Step.objects.filter(
        draw=draw, step=step, digest=digest.strip().lower(), confirmed_by=actor.id, replaced_at=None
    ).exists()


@requires_transaction
def advance_draw(*, draw: Draw, verb: str, at: datetime, **values: Any) -> None:
    """Take a draw a step on."""
    draw.status = DRAW_STATES.advance(current=draw.status, verb=verb)
    draw.has_turn = True if draw.status in DRAW_STATES.group("UNDER_WAY") else None
    draw.changed_at = at
    for name, value in values.items():
        setattr(draw, name, value)
    draw.save(update_fields=["status", "has_turn", "changed_at", *values])


@requires_transaction
def keep_document(*, draw: Draw, name: str, content: bytes, at: datetime) -> None:
    """A document of a draw, as the bytes that were signed."""
    Document.objects.create(id=new_id(), draw=draw, name=name, content=content, made_at=at)
    # Whoever signed writes the file as well; if they are killed before, the worker does.
    draw.files_due_at = at + FILES_AFTER
    draw.save(update_fields=["files_due_at"])


def document(*, draw_id: uuid.UUID, name: str) -> bytes:
    """The bytes of a document of a draw."""
    return bytes(Document.objects.values_list("content", flat=True).get(draw_id=draw_id, name=name))


@requires_transaction
def _record(action: str, *, draw: Draw, digest: str, terms: Mapping[str, Any], actor: Actor, at: datetime) -> None:
    record(
        action=action,
        at=at,
        actor=actor,
        subject_kind="draw",
        subject_id=draw.id,
        data={"draw": draw.name, "digest": digest, **terms},
    )
