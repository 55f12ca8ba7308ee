"""Reads of the ledger's checkpoints for others: the last day, the public files, and the proof of one row."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from prakerja.checkpoints.folder import log_folder, tiled
from prakerja.checkpoints.leaves import is_owned, leaf_hashes, leaf_of
from prakerja.checkpoints.models import Day
from prakerja.draw.log import entries, public_entries, seen_checkpoints
from prakerja.draw.protocol.texts import day_path
from prakerja.kernel.errors import Refused
from prakerja.proofs.inclusion_notes import InclusionNote
from prakerja.proofs.merkle import Tree, inclusion_path, leaf_hash
from prakerja.proofs.notes import Note

__all__ = ["SignedDay", "broken_days", "days", "leaf_proof", "log_file", "own_row_proof"]


@dataclass(frozen=True)
class SignedDay:
    """A day's checkpoint: how many transfers and awards there were, and the root over them."""

    day: date
    size: int
    root: bytes
    at: datetime

    @property
    def path(self) -> str:
        """Its file in the log's folder."""
        return day_path(self.day.isoformat())


def days(*, most: int = 30) -> list[SignedDay]:
    """The latest days whose files are public, the last first."""
    found = Day.objects.exclude(published_at=None).order_by("-day")[:most]
    return [SignedDay(one.day, one.size, bytes(one.root), one.at) for one in found]


def log_file(*, name: str) -> Path | None:
    """A file of the public log by its name; None for what is none."""
    parts = name.split("/")
    if not all(part and not part.startswith(".") for part in parts):
        return None
    found = log_folder().joinpath(*parts)
    return found if found.is_file() else None


def leaf_proof(*, row_id: uuid.UUID) -> tuple[str, bytes] | None:
    """The lines of a transfer's or an award's leaf, and the proof (C2SP tlog-proof) that they are under the last checkpoint.

    None while no published checkpoint has it. For the owner alone: the lines say whose money it was.
    """
    found = leaf_of(row_id=row_id)
    last = Day.objects.exclude(published_at=None).order_by("-day").first()
    if found is None or last is None or found.index >= last.size:
        return None
    path = tiled(last.size).inclusion(found.index)
    return found.lines, InclusionNote(found.index, tuple(path), Note.read(bytes(last.note))).spelled()


@dataclass(frozen=True)
class OwnProof:
    """That a person's transfer or award is under a night's signed root; `content` is the file that anybody can check (draw.md 14).

    `witnesses`: how many saw the log with that night; 0 while its documents may not be read, for one before them tells a secret.
    """

    lines: tuple[str, ...]
    index: int
    day: date
    size: int
    root: bytes
    path: tuple[bytes, ...]
    witnesses: int
    content: bytes


def own_row_proof(*, person_id: uuid.UUID, row_id: uuid.UUID) -> OwnProof | None:
    """The proof of one's own row; None while no night was signed over it. Raises Refused: row_unknown (it is nobody's, or another's)."""
    if not is_owned(row_id=row_id, person_id=person_id):
        raise Refused("row_unknown")
    found = leaf_of(row_id=row_id)
    last = Day.objects.exclude(published_at=None).order_by("-day").first()
    if found is None or last is None or found.index >= last.size:
        return None
    path = tuple(tiled(last.size).inclusion(found.index))
    note = Note.read(bytes(last.note))
    log, witnesses = _in_the_log(int(last.entry_id))
    told = {
        "type": "prakerja-ledger-proof",
        "version": 1,
        "day": last.day.isoformat(),
        "lines": found.lines,
        "proof": InclusionNote(found.index, path, note).spelled().decode(),
        "log": log,
    }
    content = json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"
    lines = tuple(found.lines.splitlines())
    return OwnProof(lines, found.index, last.day, last.size, bytes(last.root), path, witnesses, content)


def _in_the_log(index: int) -> tuple[str | None, int]:
    """The proof that a document is in the public log, by the last checkpoint that enough witnesses saw, else by the last; and how many saw it."""
    count = public_entries()
    seen = [one for one in seen_checkpoints(most=count) if one.size > index]
    if not seen:
        return None, 0
    chosen = next((one for one in reversed(seen) if one.counts), seen[-1])
    path = inclusion_path([leaf_hash(one) for one in entries()[: chosen.size]], index)
    return InclusionNote(index, tuple(path), Note.read(chosen.note)).spelled().decode(), len(chosen.seen_at)


@dataclass(frozen=True)
class BrokenDay:
    """A signed day whose root is not that of the rows any more; `index`: of the first leaf that stands for nothing."""

    day: date
    size: int
    index: int | None


def broken_days() -> list[BrokenDay]:
    """Compute every leaf anew from the rows, and the root at every signed size: what no longer fits, the earliest first.

    Reads in the caller's transaction, in memory that does not grow.
    """
    signed = list(Day.objects.order_by("day").values_list("day", "size", "root"))
    tree, gone, broken, waiting = Tree(), None, [], iter(signed)
    now = next(waiting, None)

    def compare() -> None:
        """Hold the days of this size against the tree, and go on to the next day."""
        nonlocal now
        while now is not None and now[1] == tree.size:
            if gone is not None or tree.root() != bytes(now[2]):
                broken.append(BrokenDay(now[0], now[1], gone))
            now = next(waiting, None)

    compare()
    with leaf_hashes(begin=0, end=signed[-1][1] if signed else 0) as hashes:
        for hashed in hashes:
            if not hashed and gone is None:
                gone = tree.size
            tree.add_hash(hashed)
            if now is not None and now[1] == tree.size:
                compare()
    # There are fewer leaves than were signed.
    while now is not None:
        broken.append(BrokenDay(now[0], now[1], tree.size))
        now = next(waiting, None)
    return broken
