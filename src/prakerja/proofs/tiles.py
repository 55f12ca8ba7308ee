"""A Merkle tree as static files that anybody can fetch in part (C2SP tlog-tiles): 256 hashes a tile, tiles over tiles.

A tile of level 0 holds hashes of leaves; a hash of level k + 1 is the root of a full tile of level k. Full tiles never change,
and the last of each level lies beside them under the number of hashes that it has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from prakerja.proofs.merkle import HASH_BYTES, node_hash, root_of

WIDTH = 256
_NUMBER = re.compile(r"(?:x\d{3}/)*\d{3}")


def tile_path(*, level: int, index: int, width: int = WIDTH) -> str:
    """`tile/0/x001/067`, of one that is not full `tile/0/x001/067.p/12`."""
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = "/".join([f"x{one}" for one in groups[:-1]] + groups[-1:])
    return f"tile/{level}/{path}" + ("" if width == WIDTH else f".p/{width}")


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """Level, index and width of every tile of a tree of `size` leaves."""
    level, count = 0, size
    while count:
        for index in range(-(-count // WIDTH)):
            yield level, index, min(WIDTH, count - index * WIDTH)
        level, count = level + 1, count // WIDTH


def new_tiles(*, old_size: int, size: int) -> Iterator[tuple[int, int, int]]:
    """The same of those that a tree of `old_size` leaves does not have already, the lowest level first."""
    level, old, count = 0, old_size, size
    while count:
        for index in range(old // WIDTH, -(-count // WIDTH)):
            width = min(WIDTH, count - index * WIDTH)
            if old < index * WIDTH + width:
                yield level, index, width
        level, old, count = level + 1, old // WIDTH, count // WIDTH


def hashes_of(tile: bytes) -> list[bytes]:
    """The hashes in a tile. Raises ValueError."""
    if len(tile) % HASH_BYTES or not tile:
        raise ValueError("a tile holds whole hashes")
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]


# Level, index, width → the tile's hashes.
Read = Callable[[int, int, int], Sequence[bytes]]


class Tiled:
    """A tree of `size` leaves that is read by its tiles: roots and proofs, a few tiles each."""

    def __init__(self, size: int, read: Read) -> None:
        self.size = size
        self._read = read

    def inclusion(self, index: int) -> list[bytes]:
        """What proves that leaf `index` is in the tree: the siblings on its way up, the lowest first."""
        if not 0 <= index < self.size:
            raise IndexError(index)
        return self._path(index, 0, self.size)

    def root(self) -> bytes:
        return self._root(0, self.size)

    def _path(self, index: int, begin: int, end: int) -> list[bytes]:
        if end - begin == 1:
            return []
        split = begin + (1 << ((end - begin - 1).bit_length() - 1))
        if index < split:
            return [*self._path(index, begin, split), self._root(split, end)]
        return [*self._path(index, split, end), self._root(begin, split)]

    def _root(self, begin: int, end: int) -> bytes:
        """Of the leaves from `begin` on; `begin` is a multiple of the largest power of two of the span."""
        count = end - begin
        if count & (count - 1):
            split = begin + (1 << (count.bit_length() - 1))
            return node_hash(self._root(begin, split), self._root(split, end))
        level, height = divmod(count.bit_length() - 1, 8)
        first = begin >> (8 * level)
        tile = first // WIDTH
        width = min(WIDTH, (self.size >> (8 * level)) - tile * WIDTH)
        hashes = self._read(level, tile, width)
        at = first % WIDTH
        return root_of(hashes[at : at + (1 << height)])
