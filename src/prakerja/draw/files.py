"""The folders of draws hold what the database says, whoever was killed and whatever was touched (draw.md 10)."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.draw.models import Document, Draw
from prakerja.draw.protocol.documents import Commitment, Listed, Result, Resulted
from prakerja.draw.protocol.folder import Directory, FolderError
from prakerja.draw.protocol.rows import PART_ROWS, part_path
from prakerja.draw.steps import lock_draw
from prakerja.draw.writing import (
    Written,
    folder_of,
    pack_folder,
    write_folder,
    write_list,
    write_recall_logs,
    write_results,
)
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.looks import first_of

_CHUNK = 1 << 20


@permitted("draw.prepare")
def rewrite_files(*, draw_name: str, actor: Actor, at: datetime) -> list[str]:
    """Write the folder of a draw anew from the database; returns which of `list` and `results` were not what was signed.

    Nothing that was signed changes. Raises Refused: not_permitted, draw_unknown, rows_differ (name; the database itself has other rows
    than were signed).
    """
    with transaction():
        draw = lock_draw(name=draw_name)
        mended = mend_rows(draw)
        record(
            action="draw.files_rewritten",
            at=at,
            actor=actor,
            subject_kind="draw",
            subject_id=draw.id,
            data={"draw": draw.name, "mended": mended},
        )
    settle_files(draw_name=draw_name)
    return mended


def settle_files(*, draw_name: str) -> None:
    """Write documents, notes and the log as files, of a published draw the zip too; then nothing of it is due any more."""
    draw = Draw.objects.get(name=draw_name)
    write_folder(draw_name=draw_name)
    if draw.status == "published":
        pack_folder(draw_name=draw_name)
        write_recall_logs(draw=draw)
    # What was signed meanwhile is due still.
    Draw.objects.filter(id=draw.id, files_due_at=draw.files_due_at).update(files_due_at=None)


# The moment from which on a folder is to be written.
next_files = first_of(
    lambda: Draw.objects.exclude(files_due_at=None).order_by("files_due_at").values_list("files_due_at")
)


def settle_one(*, at: datetime) -> int | None:
    """Write the folder that has been due for longest, as whoever was killed would have; None when none is."""
    found = Draw.objects.filter(files_due_at__lte=at).order_by("files_due_at", "name").first()
    if found is None:
        return None
    with transaction():
        draw = lock_draw(name=found.name)
        try:
            mend_rows(draw)
        except Refused as refusal:
            # Nobody can write what the database does not have; the other folders do not wait for it.
            draw.files_due_at = None
            draw.save(update_fields=["files_due_at"])
            record(
                action="draw.files_differ",
                at=at,
                actor=Actor.system("draw"),
                subject_kind="draw",
                subject_id=draw.id,
                data={"draw": draw.name, **refusal.details},
            )
            return 1
    settle_files(draw_name=found.name)
    return 1


@requires_transaction
def mend_rows(draw: Draw) -> list[str]:
    """Write `list` and `results` anew where the files are not those that were signed; which these were.

    Raises Refused: rows_differ (name).
    """
    mended = []
    for name, told in _signed(draw).items():
        if _is_whole(draw, name, told):
            continue
        written = write_list(draw=draw) if name == "list" else write_results(draw=draw)
        if written != Written(told.rows, told.size, told.sha256, bytes.fromhex(told.root)):
            raise Refused("rows_differ", name=name)
        mended.append(name)
    return mended


def rows_are_whole(draw: Draw) -> bool:
    """Whether the files of `list` and `results` are those that were signed."""
    return all(_is_whole(draw, name, told) for name, told in _signed(draw).items())


def _signed(draw: Draw) -> dict[str, Listed | Resulted]:
    """What was signed of `list` and `results`, as far as the draw is."""
    documents = dict(Document.objects.filter(draw=draw).values_list("name", "content"))
    found: dict[str, Listed | Resulted] = {}
    if "commitment" in documents:
        found["list"] = Commitment.read(bytes(documents["commitment"])).listed
    if "result" in documents:
        found["results"] = Result.read(bytes(documents["result"])).results
    return found


def _is_whole(draw: Draw, name: str, told: Listed | Resulted) -> bool:
    files = Directory(folder_of(draw))
    parts = [part_path(name, number) for number in range(max(1, -(-told.rows // PART_ROWS)))]
    try:
        if [one for one in files.names() if one.startswith(f"{name}/")] != parts:
            return False
        hashed = sha256()
        for part in parts:
            with files.open(part) as file:
                while piece := file.read(_CHUNK):
                    hashed.update(piece)
    except (FolderError, OSError):
        return False
    return hashed.hexdigest() == told.sha256
