"""What anybody may see of draws: how far each is, its documents and statistics, and its files (draw.md 2, 10).

Until a draw is published only what its commitment fixed is shown: rules, list and log, and never what the folder holds of the
result already.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from prakerja.draw.committing import appears
from prakerja.draw.models import Document, Draw, LogEntry, RandomValue
from prakerja.draw.models.steps import RECALL
from prakerja.draw.planning import letters
from prakerja.draw.protocol.documents import (
    Commitment,
    FileEntry,
    Manifest,
    Result,
    Rules,
    Void,
    kind_of,
    read_instant,
)
from prakerja.draw.protocol.rows import part_count, part_path
from prakerja.draw.protocol.texts import checkpoint_path, entry_path, void_name
from prakerja.draw.states import DRAW_STATES
from prakerja.draw.writing import folder_of, recall_folder, recall_log, zip_of

# All of a recall's files in one.
RECALL_ZIP = "semua.zip"
_OF_A_RECALL = ("recall.json", "recall.note", "released.txt", "declined.txt", "awarded.txt")
# What is there before anybody decided that it is said.
_UNSAID = ("drafted",)
# Published draws, as they were read.
_KEPT: dict[uuid.UUID, PublicDraw] = {}
_MOST_KEPT = 256
_FIXED = DRAW_STATES.group("FIXED")


@dataclass(frozen=True)
class NamedSource:
    """A source that was named before it gave anything: what it is, when it gives its value, the round of drand.

    `is_settled`: its value is there and proven, or two witnesses said that it was absent.
    """

    kind: str
    appears: datetime
    round: int | None
    is_settled: bool


@dataclass(frozen=True)
class PublicDraw:
    """A draw as anybody may see it. `stats` are the members of `stats.json`, {} before it is published.

    `zip_bytes` is the size of the whole folder in one file, None while there is none.
    """

    id: uuid.UUID
    name: str
    wave: int
    number: int
    status: str
    origin: str
    rules: Rules | None
    commitment: Commitment | None
    commitment_sha256: str
    result: Result | None
    void: Void | None
    sources: tuple[NamedSource, ...]
    drawn_at: datetime | None
    stats: Mapping[str, Any]
    # What the letters of the rules' groups mean: letter → roster; it stays from the publication of the rules on.
    letters: Mapping[str, str]
    zip_bytes: int | None

    @property
    def slug(self) -> str:
        """The name of its folder and zip: `g22-1`."""
        return self.name.replace("/", "-")


@dataclass(frozen=True)
class PublicFile:
    """A file of a draw. `sha256` is its hash by the manifest, "" while there is none; only then may it be kept for ever."""

    path: Path
    size: int
    sha256: str


def public_draws(*, wave_number: int | None = None) -> list[PublicDraw]:
    """The draws of a wave, or of all, that anybody may know of; the latest first."""
    found = Draw.objects.exclude(status__in=_UNSAID).select_related("wave").order_by("-wave__number", "-number")
    if wave_number is not None:
        found = found.filter(wave__number=wave_number)
    return [_seen(one) for one in found]


def public_draw(*, wave_number: int, number: int) -> PublicDraw | None:
    """One draw, or None where nobody said anything of it yet."""
    found = _found(wave_number, number)
    return None if found is None else _seen(found)


def public_files(*, wave_number: int, number: int) -> Mapping[str, FileEntry | None]:
    """The files of a draw that anybody may read, by name; what the manifest says of each, None while there is none."""
    found = _found(wave_number, number)
    return {} if found is None else _files(found)


def public_recalls(*, wave_number: int, number: int) -> list[str]:
    """The files of seats that came back and were given on, by name: `recall-1/recall.json`, and the tickets of each list."""
    found = _found(wave_number, number)
    return [] if found is None else _recalls(found)


def public_file(*, wave_number: int, number: int, name: str) -> PublicFile | None:
    """One of them, or None: what is not on the list is not looked for on the disk."""
    found = _found(wave_number, number)
    if found is None:
        return None
    files, path = _files(found), folder_of(found)
    if name in files:
        path, told = path / name, files[name]
    elif name in _recalls(found):
        recall, _, file = name.partition("/")
        folder = recall_folder(found, recall)
        path, told = folder.with_name(f"{folder.name}.zip") if file == RECALL_ZIP else folder / file, None
    else:
        return None
    if not path.is_file():
        return None
    return PublicFile(path, path.stat().st_size, told.sha256 if told is not None else "")


def public_zip(*, wave_number: int, number: int) -> PublicFile | None:
    """The whole folder of a published draw in one file, or None where it is not there (yet)."""
    found = _found(wave_number, number)
    if found is None or found.status != "published":
        return None
    path = zip_of(found)
    if not path.is_file():
        return None
    manifest = _manifest(found.id)
    return PublicFile(path, path.stat().st_size, manifest.sha256)


def _found(wave_number: int, number: int) -> Draw | None:
    found = Draw.objects.select_related("wave").filter(wave__number=wave_number, number=number)
    return found.exclude(status__in=_UNSAID).first()


def _seen(draw: Draw) -> PublicDraw:
    if draw.id in _KEPT:
        return _KEPT[draw.id]
    found = _shown(draw)
    if found.zip_bytes is not None and len(_KEPT) < _MOST_KEPT:
        # It is published, and whole on the disk: it never changes again.
        _KEPT[draw.id] = found
    return found


@lru_cache(maxsize=64)
def _manifest(draw_id: uuid.UUID) -> Manifest:
    return Manifest.read(bytes(Document.objects.get(draw_id=draw_id, name="manifest").content))


def _shown(draw: Draw) -> PublicDraw:
    contents = {name: bytes(content) for name, content in _documents(draw)}
    rules = Rules.read(contents["rules"]) if "rules" in contents else None
    is_fixed, is_out = draw.status in _FIXED, draw.status == "published"
    commitment = Commitment.read(contents["commitment"]) if is_fixed else None
    result = Result.read(contents["result"]) if is_out else None
    return PublicDraw(
        id=draw.id,
        name=draw.name,
        wave=draw.wave.number,
        number=draw.number,
        status=draw.status,
        origin=draw.origin,
        rules=rules,
        commitment=commitment,
        commitment_sha256="" if commitment is None else commitment.sha256,
        result=result,
        void=Void.read(contents["void"]) if "void" in contents else None,
        sources=() if commitment is None else _named_sources(draw, commitment),
        drawn_at=None if result is None else read_instant(result.drawn_at),
        letters={code: roster for roster, code in letters(wave_id=draw.wave_id).items()} if rules is not None else {},
        stats=_stats(draw) if is_out else MappingProxyType({}),
        zip_bytes=zip_of(draw).stat().st_size if is_out and zip_of(draw).is_file() else None,
    )


def _named_sources(draw: Draw, commitment: Commitment) -> tuple[NamedSource, ...]:
    told = RandomValue.objects.filter(draw=draw).exclude(value=None, absent_note=None)
    settled = set(told.values_list("number", flat=True))
    return tuple(
        NamedSource(kind_of(one), appears(one), getattr(one, "round", None), number in settled)
        for number, one in enumerate(commitment.sources)
    )


def _documents(draw: Draw) -> list[tuple[str, Any]]:
    names = ("rules", "commitment", "result", "void")
    return list(Document.objects.filter(draw=draw, name__in=names).values_list("name", "content"))


def _recalls(draw: Draw) -> list[str]:
    if draw.status != "published":
        return []
    confirmed = Document.objects.filter(draw=draw, name__startswith=RECALL).order_by("made_at")
    found = []
    for name, content in confirmed.values_list("name", "content"):
        entries, size = recall_log(content=bytes(content))
        files = [*_OF_A_RECALL, *entries]
        # Once two witnesses saw it.
        if (recall_folder(draw, name) / checkpoint_path(size)).is_file():
            files.append(checkpoint_path(size))
        found += [f"{name}/{file}" for file in (*files, RECALL_ZIP)]
    return found


def _stats(draw: Draw) -> Mapping[str, Any]:
    path = folder_of(draw) / "stats.json"
    return MappingProxyType(json.loads(path.read_bytes()) if path.is_file() else {})


def _files(draw: Draw) -> Mapping[str, FileEntry | None]:
    if draw.status == "published":
        return {**_manifest(draw.id).files, "manifest.json": None, "manifest.note": None}
    found = ["rules.json", "rules.note"] if draw.status in ("ruled", "listed", *_FIXED) else []
    if draw.status in _FIXED:
        content = bytes(Document.objects.get(draw=draw, name="commitment").content)
        rows = Commitment.read(content).listed.rows
        found += ["commitment.json", "commitment.note", "list.note"]
        found += [f"{void_name(number)}.note" for number in range(1, draw.number)]
        found += [part_path("list", number) for number in range(part_count(rows))]
        # The log's later documents may tell the secret of a draw that is not published yet.
        index = LogEntry.objects.values_list("index", flat=True).get(content=content)
        found += [entry_path(one) for one in range(index + 1)] + [checkpoint_path(index + 1)]
    if draw.status == "void":
        found += ["void.json", "void.note"]
    return dict.fromkeys(found)
