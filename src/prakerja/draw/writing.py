"""The published folder of a draw on its way: lists and results as files, rooted while they are written (draw.md 10).

A part is whole on the disk before the next is begun, and the same rows give the same bytes: whoever is killed writes them
again. PostgreSQL puts the lines together; here they are only hashed and written.
"""

from __future__ import annotations

import os
import shutil
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

from prakerja.draw.log import entries, seen_checkpoint
from prakerja.draw.models import Document, Draw, LogEntry, RandomValue, SignedNote
from prakerja.draw.models.steps import RECALL
from prakerja.draw.protocol.folder import Directory, Parts, write_file, write_lines
from prakerja.draw.protocol.rows import PART_ROWS
from prakerja.draw.protocol.texts import CERTIFICATE, absent_path, beacon_path, checkpoint_path, entry_path, void_name
from prakerja.kernel.db import copied_out, requires_transaction
from prakerja.kernel.progress import beside

# Hexadecimal digits pack to half their size however long one tries.
_PACKED = 1
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_COPIED = 1 << 20


# Whoever watches is told after so many rows.
_TOLD_EVERY = 10_000


class Written(NamedTuple):
    """What a list or results are: rows, bytes, hash and root."""

    rows: int
    size: int
    sha256: str
    root: bytes


def published_folder() -> Path:
    """Where the folders of draws lie: PRAKERJA_PUBLISHED, else beside the keys."""
    named = os.environ.get("PRAKERJA_PUBLISHED", "")
    return Path(named) if named else Path(os.environ["PRAKERJA_KEYS"]).parent / "published"


def folder_of(draw: Draw) -> Path:
    """The folder of one draw: `g22-1`."""
    return published_folder() / draw.name.replace("/", "-")


def zip_of(draw: Draw) -> Path:
    """The same folder in one file, beside it: a file of its own in the folder would have to be named by the manifest."""
    return published_folder() / f"{draw.name.replace('/', '-')}.zip"


def blocks_of(draw: Draw, name: str) -> Path:
    """What proofs of single rows of `list` or `results` are made with; beside the folder, for everybody can make it anew."""
    return published_folder() / f"{draw.name.replace('/', '-')}.{name}.blocks"


# `ORDER BY number` follows the order of the tickets' bytes, in which the list was numbered.
_LIST = """
SELECT encode(e.ticket, 'hex') || CASE WHEN e.mark <> '' THEN ' X ' || e.mark
       ELSE ' E ' || e.stratum || ' ' || coalesce(nullif(e.groups, ''), '-')
            || coalesce(' ' || encode(e.family, 'hex') || ' ' || e.allowance, ' - -') END
  FROM draw_entry e WHERE e.applicants_id = '{list}' ORDER BY e.number"""
_RESULTS = """
SELECT encode(e.ticket, 'hex') || ' ' || coalesce(o.position || ' ' || o.kind
       || CASE o.kind WHEN 'W' THEN ' ' || o.pool WHEN 'R' THEN ' ' || o.reserve ELSE '' END, '- X')
  FROM draw_entry e LEFT JOIN draw_outcome o ON o.draw_id = '{draw}' AND o.number = e.number
 WHERE e.applicants_id = '{list}' ORDER BY e.number"""


@requires_transaction
def write_list(*, draw: Draw) -> Written:
    """`list/…` of a draw, from the entries of its list."""
    return _write(draw, "list", _LIST.format(list=uuid.UUID(str(draw.applicants_id))))


@requires_transaction
def write_results(*, draw: Draw) -> Written:
    """`results/…` of a draw, from its outcomes."""
    statement = _RESULTS.format(list=uuid.UUID(str(draw.applicants_id)), draw=uuid.UUID(str(draw.id)))
    return _write(draw, "results", statement)


@requires_transaction
def _write(draw: Draw, name: str, statement: str) -> Written:
    path = folder_of(draw)
    shutil.rmtree(path / name, ignore_errors=True)
    path.mkdir(parents=True, exist_ok=True)
    parts = Parts(path, name, part_rows=PART_ROWS)
    with beside("draw_files", left=None if draw.applicants is None else draw.applicants.rows) as note:
        with copied_out([statement]) as lines:
            for number, line in enumerate(lines, 1):
                parts.add(line + b"\n")
                if not number % _TOLD_EVERY:
                    note(_TOLD_EVERY)
        parts.close()
        note(parts.rows % _TOLD_EVERY)
    write_file(published_folder(), blocks_of(draw, name).name, parts.blocks())
    return Written(parts.rows, parts.size, parts.sha256, parts.tree.root())


def write_folder(*, draw_name: str) -> Path:
    """Every document, note, value and checkpoint that there is of a draw, as files: what the database says is what lies there."""
    draw = Draw.objects.get(name=draw_name)
    path = folder_of(draw)
    # A recall comes after the folder was sealed and has one of its own.
    for name, content in _ours(Document, draw).values_list("name", "content"):
        write_file(path, f"{name}.json", bytes(content))
    for name, content in _ours(SignedNote, draw).values_list("name", "content"):
        write_file(path, f"{name}.note", bytes(content))
    # What ended the draws before it, by the two who signed that: who checks a repetition asks for it.
    ended = SignedNote.objects.filter(draw__wave_id=draw.wave_id, draw__number__lt=draw.number, name="void")
    for number, content in ended.values_list("draw__number", "content"):
        write_file(path, f"{void_name(number)}.note", bytes(content))
    for one in RandomValue.objects.filter(draw=draw):
        if one.kept is not None:
            write_file(path, beacon_path(one.number), bytes(one.kept))
        if one.certificate is not None:
            write_file(path, CERTIFICATE, bytes(one.certificate))
        if one.absent_note is not None:
            write_file(path, absent_path(one.number), bytes(one.absent_note))
    _write_log(draw, path)
    return path


def pack_folder(*, draw_name: str) -> Path:
    """Put the folder of a draw into one zip, whole or not at all; the same folder gives the same bytes."""
    draw = Draw.objects.get(name=draw_name)
    return _pack(folder_of(draw), zip_of(draw))


def _pack(path: Path, target: Path) -> Path:
    beside = target.with_name(f".{target.name}.part")
    files = Directory(path)
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=_PACKED) as packed:
        for name in files.names():
            about = zipfile.ZipInfo(name, _NO_TIME)
            about.compress_type, about.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with files.open(name) as file, packed.open(about, "w", force_zip64=False) as into:
                shutil.copyfileobj(file, into, _COPIED)
    with beside.open("rb") as file:
        os.fsync(file.fileno())
    beside.replace(target)
    return target


def _ours(model: type[Document] | type[SignedNote], draw: Draw) -> Any:
    return model.objects.filter(draw=draw).exclude(name__startswith=RECALL)


def recall_folder(draw: Draw, name: str) -> Path:
    """The folder of a recall (`recall-1`), beside that of its draw, which was sealed before: `g22-1-recall-1`."""
    return folder_of(draw).with_name(f"{folder_of(draw).name}-{name}")


def write_recall(*, draw: Draw, recall: int, lists: Mapping[str, AbstractContextManager[Iterator[bytes]]]) -> Path:
    """The folder of a recall: the document, its note, the lines that its hashes are of, and the log."""
    name = f"{RECALL}{recall}"
    path = recall_folder(draw, name)
    write_file(path, "recall.json", bytes(Document.objects.get(draw=draw, name=name).content))
    write_file(path, "recall.note", bytes(SignedNote.objects.get(draw=draw, name=name).content))
    for one, read in lists.items():
        with read as lines:
            write_lines(path, f"{one}.txt", (line + b"\n" for line in lines))
    _write_recall_log(draw, name)
    return path


def write_recall_logs(*, draw: Draw) -> None:
    """The log in the folders of a draw's recalls, and their zips: witnesses saw it meanwhile."""
    for name in Document.objects.filter(draw=draw, name__startswith=RECALL).values_list("name", flat=True):
        if recall_folder(draw, name).is_dir():
            _write_recall_log(draw, name)


def recall_log(*, content: bytes) -> tuple[list[str], int]:
    """The names of the log's documents up to this one of a recall, and how many they are."""
    index = LogEntry.objects.values_list("index", flat=True).get(content=content)
    return [entry_path(one) for one in range(index + 1)], index + 1


def _write_recall_log(draw: Draw, name: str) -> None:
    path = recall_folder(draw, name)
    names, size = recall_log(content=bytes(Document.objects.get(draw=draw, name=name).content))
    for entry, content in zip(names, entries(), strict=False):
        write_file(path, entry, content)
    seen = seen_checkpoint(size=size)
    if seen.counts:
        write_file(path, checkpoint_path(size), seen.note)
    _pack(path, path.with_name(f"{path.name}.zip"))


def _write_log(draw: Draw, path: Path) -> None:
    """Every document of the log up to the last of this draw, and the checkpoints that count: after its commitment, and over all."""
    ours = {bytes(one) for one in _ours(Document, draw).values_list("content", flat=True)}
    logged = entries()
    last = max((index for index, content in enumerate(logged) if content in ours), default=-1)
    for index, content in enumerate(logged[: last + 1]):
        write_file(path, entry_path(index), content)
    sizes = {last + 1, *(index + 1 for index, content in enumerate(logged) if content in ours)} - {0}
    is_sealed = Document.objects.filter(draw=draw, name="manifest").exists()
    for size in sizes:
        seen = seen_checkpoint(size=size)
        # A witness who comes after the manifest was signed comes too late for this folder.
        if seen.counts and not (is_sealed and (path / checkpoint_path(size)).exists()):
            write_file(path, checkpoint_path(size), seen.note)
