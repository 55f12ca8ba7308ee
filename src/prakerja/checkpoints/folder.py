"""The public log as a folder of static files (draw.md 14): documents, checkpoints with their witnesses, time stamps, the ledger's tiles.

Everything here can be written again from the database; what lies there already is left alone, for it never changes.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from prakerja.checkpoints.leaves import leaf_hashes
from prakerja.checkpoints.models import Day, Stamp
from prakerja.draw.log import entries, public_entries, seen_checkpoints
from prakerja.draw.protocol.folder import write_file
from prakerja.draw.protocol.texts import LEDGER, LEDGER_SIZE, checkpoint_path, day_path, entry_path, stamp_path
from prakerja.draw.writing import published_folder
from prakerja.kernel.db import row, transaction
from prakerja.proofs.merkle import HASH_BYTES, root_of
from prakerja.proofs.tiles import WIDTH, Tiled, hashes_of, new_tiles, tile_path

FOLDER = "books"
# "prk", "books".
_LOCK = 0x70726B_626F6F6B


def log_folder() -> Path:
    """Where it lies, beside the folders of draws."""
    return published_folder() / FOLDER


def write_log() -> None:
    """Documents, checkpoints and stamps of the log, as far as they may be known."""
    path = log_folder()
    with _alone():
        count = public_entries()
        for index, content in enumerate(entries()[:count]):
            _write(path, entry_path(index), content)
        for seen in seen_checkpoints(most=count):
            # A witness may have come meanwhile.
            _write(path, checkpoint_path(seen.size), seen.note)
        stamps = Stamp.objects.filter(checkpoint__size__lte=count).order_by("checkpoint", "stamped_at")
        for size, answer in stamps.values_list("checkpoint_id", "answer"):
            _write(path, stamp_path(size), bytes(answer))


def write_days() -> None:
    """The notes of all days, and the tiles up to the last."""
    path = log_folder()
    with _alone():
        days = list(Day.objects.order_by("day").values_list("day", "size", "root", "note"))
        _write_tiles(path, {size: bytes(root) for _, size, root, _ in days})
        for day, _, _, note in days:
            _write(path, day_path(day.isoformat()), bytes(note))


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One writer at a time, of all workers and commands: two would take each other's half-written file away."""
    with transaction():
        row("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        yield


def _written_size(path: Path, roots: Mapping[int, bytes]) -> int:
    """How large the tree is whose tiles lie there, if it was ever signed by this database; else 0, and they are removed.

    A database that came back from a copy may be younger than its folder.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        size = int((path / LEDGER_SIZE).read_text())
        if size and roots.get(size) == tiled(size).root():
            return size
    shutil.rmtree(path / LEDGER, ignore_errors=True)
    return 0


def _write_tiles(path: Path, roots: Mapping[int, bytes]) -> None:
    size, old = max(roots, default=0), _written_size(path, roots)
    if old >= size:
        return
    begin = old // WIDTH * WIDTH
    with leaf_hashes(begin=begin, end=size) as leaves:
        for level, index, width in new_tiles(old_size=old, size=size):
            hashes = list(islice(leaves, width)) if level == 0 else _over(path, level, index, width)
            write_file(path, f"{LEDGER}/{tile_path(level=level, index=index, width=width)}", b"".join(hashes))
            before = (old >> (8 * level)) - index * WIDTH
            if before > 0:
                # The same tile, not as full.
                shorter = path / LEDGER / tile_path(level=level, index=index, width=before)
                shorter.unlink(missing_ok=True)
                with contextlib.suppress(OSError):
                    shorter.parent.rmdir()
    # Written last: whoever is killed before writes the same tiles again.
    write_file(path, LEDGER_SIZE, str(size).encode())


def _over(path: Path, level: int, index: int, width: int) -> Iterator[bytes]:
    for one in range(index * WIDTH, index * WIDTH + width):
        below = path / LEDGER / tile_path(level=level - 1, index=one)
        yield root_of(hashes_of(below.read_bytes()))


def tiled(size: int) -> Tiled:
    """The ledger's tree of this size, read by its tiles."""
    path = log_folder() / LEDGER

    def read(level: int, index: int, width: int) -> Sequence[bytes]:
        whole = path / tile_path(level=level, index=index)
        if whole.exists():
            return hashes_of(whole.read_bytes())
        # Of a later day it may have more hashes.
        parts = whole.with_name(f"{whole.name}.p").iterdir()
        beside = sorted((one for one in parts if one.name.isdecimal()), key=lambda one: int(one.name))
        return hashes_of(beside[-1].read_bytes()[: max(width, 1) * HASH_BYTES])

    return Tiled(size, read)


def _write(path: Path, name: str, content: bytes) -> None:
    if not (path / name).exists() or (path / name).read_bytes() != content:
        write_file(path, name, content)
