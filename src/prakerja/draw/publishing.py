"""The folder is complete: sealed by a manifest that two operators sign, with what the awards will rest on (draw.md 10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.draw.files import mend_rows, rows_are_whole, settle_files
from prakerja.draw.log import log_document, seen_checkpoint
from prakerja.draw.models import Draw
from prakerja.draw.protocol.documents import Manifest
from prakerja.draw.protocol.folder import Directory, entry_of, write_file
from prakerja.draw.protocol.texts import document_text
from prakerja.draw.statistics import statistics_of
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
from prakerja.draw.writing import folder_of, write_folder
from prakerja.intake.operations import end_withdrawals
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.progress import beside

_SEALS = ("manifest.json", "manifest.note")


@permitted("draw.prepare")
def prepare_publication(
    *, draw_name: str, actor: Actor, at: datetime, progress: Callable[[int, int], None] | None = None
) -> Prepared:
    """Complete the folder of a draw, with statistics, and a manifest of its files to be signed.

    Files of list and results that are not what was signed are written anew first. `progress` is told how many files are hashed, of how many. Raises Refused: not_permitted, draw_unknown,
    draw_elsewhere (status), result_unwitnessed, rows_differ (name; the database has other rows than were signed).
    """
    with transaction():
        draw = lock_draw(name=draw_name)
        require_status(draw, "drawn")
        _require_witnesses(draw, at)
        path = folder_of(draw)
        for name in _SEALS:
            (path / name).unlink(missing_ok=True)
        write_folder(draw_name=draw_name)
        with beside("draw_publish", left=len(_named(path))) as note:
            # What is sealed is what was signed before: whatever somebody did to the files ends here.
            mend_rows(draw)
            write_file(path, "stats.json", statistics_of(draw=draw))
            content = _manifest(draw, note, progress).spelled()
        text = document_text(origin=draw.origin, about=draw.name, name="manifest", content=content)
        terms = {"files": len(Manifest.read(content).files), "manifest": sha256(content).hexdigest()}
        return prepare_step(
            draw=draw, step="publish", content=content, texts={"manifest": text}, terms=terms, actor=actor, at=at
        )


@permitted("draw.confirm")
def confirm_publication(*, draw_name: str, digest: str, actor: Actor, at: datetime) -> None:
    """Publish a draw as it lies there: from now on anybody can check it, and its winners may be awarded.

    Raises Refused: not_permitted, operator_needed, draw_unknown, draw_elsewhere (status), nothing_prepared, same_operator, step_changed,
    folder_changed (the files are not those that were prepared: prepare it again).
    """
    with transaction():
        draw = lock_draw(name=draw_name)
        if not was_confirmed(draw=draw, step="publish", digest=digest, actor=actor):
            _take(draw, digest=digest, actor=actor, at=at)
    settle_files(draw_name=draw_name)


@requires_transaction
def _take(draw: Draw, *, digest: str, actor: Actor, at: datetime) -> None:
    require_status(draw, "drawn")
    taken = confirm_step(draw=draw, step="publish", digest=digest, actor=actor, at=at)
    content = bytes(taken.content)
    if _manifest(draw).spelled() != content or not rows_are_whole(draw):
        raise Refused("folder_changed")
    keep_document(draw=draw, name="manifest", content=content, at=at)
    advance_draw(draw=draw, verb="publish", at=at)
    # Whoever left now would leave a result that they can read.
    end_withdrawals(wave_id=draw.wave_id, at=at)


@requires_transaction
def _require_witnesses(draw: Draw, at: datetime) -> None:
    index = log_document(content=document(draw_id=draw.id, name="result"), at=at)
    if not seen_checkpoint(size=index + 1).counts:
        raise Refused("result_unwitnessed")


def _manifest(
    draw: Draw,
    note: Callable[[int], None] = lambda _: None,
    progress: Callable[[int, int], None] | None = None,
) -> Manifest:
    path = folder_of(draw)
    names, found = _named(path), {}
    for name in names:
        found[name] = entry_of(Directory(path), name)
        note(1)
        if progress is not None:
            progress(len(found), len(names))
    return Manifest(draw=draw.name, files=found)


def _named(path: Path) -> list[str]:
    """The files that a manifest names."""
    return [name for name in Directory(path).names() if name not in _SEALS]
