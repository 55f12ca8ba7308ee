"""The proof of one row of a published folder, made from a thousand rows and not from millions (draw.md 10)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from prakerja.draw.protocol.folder import BLOCK_ROWS
from prakerja.draw.protocol.rows import PART_ROWS, part_path
from prakerja.proofs.merkle import Levels, leaf_hash

_OFFSET, _ROOT = 8, 32
_SIZE = _OFFSET + _ROOT


def prove_row(
    *, path: Path, folder: str, blocks: bytes, number: int, part_rows: int = PART_ROWS
) -> tuple[bytes, list[bytes]]:
    """Row `number` (from 0) of `list` or `results` without its newline, and the hashes beside its way up, the lowest first.

    `blocks` is what `Parts.blocks` said when the rows were written. Raises IndexError: there is no such row.
    """
    block, place = divmod(number, BLOCK_ROWS)
    if not 0 <= block < len(blocks) // _SIZE:
        raise IndexError(number)
    with (path / part_path(folder, number // part_rows)).open("rb") as file:
        file.seek(int.from_bytes(blocks[block * _SIZE : block * _SIZE + _OFFSET], "big"))
        lines = [line[:-1] for _ in range(BLOCK_ROWS) if (line := file.readline(256))]
    below = Levels(leaf_hash(one) for one in lines).inclusion(place)
    return lines[place], [*below, *_tops(blocks).inclusion(block)]


@lru_cache(maxsize=8)
def _tops(blocks: bytes) -> Levels:
    return Levels(blocks[at + _OFFSET : at + _SIZE] for at in range(0, len(blocks), _SIZE))
