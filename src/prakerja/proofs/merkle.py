"""Merkle trees as RFC 6962 defines them: one root stands for a list, and a few hashes prove that a line is in it.

A tree of n leaves is split at the largest power of two below n; a leaf and a node are hashed under different first bytes, so
that nobody can pass one off as the other. `Tree` takes leaves one after the other and keeps about one hash for each level.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
HASH_BYTES = 32


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf that holds `data`."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over two others."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """Takes hashes of leaves in their order; `root` at any time. Memory does not grow with the list."""

    def __init__(self) -> None:
        self.size = 0
        # The roots of full trees of falling size, the largest first.
        self._full: list[bytes] = []

    @property
    def full(self) -> bytes:
        """All that it keeps: the roots of full trees of falling size. `resumed` goes on from them."""
        return b"".join(self._full)

    @classmethod
    def resumed(cls, *, size: int, full: bytes) -> Tree:
        """The tree that had `size` leaves and kept `full`. Raises ValueError where these do not fit."""
        if len(full) != HASH_BYTES * size.bit_count():
            raise ValueError("a tree keeps a root for each power of two in its size")
        found = cls()
        found.size = size
        found._full = [full[at : at + HASH_BYTES] for at in range(0, len(full), HASH_BYTES)]
        return found

    def add(self, data: bytes) -> None:
        """One more leaf, by what it holds."""
        self.add_hash(sha256(b"\x00" + data).digest())

    def add_hash(self, hashed: bytes) -> None:
        """One more leaf, by its hash."""
        full, count = self._full, self.size
        while count & 1:
            hashed = sha256(b"\x01" + full.pop() + hashed).digest()
            count >>= 1
        full.append(hashed)
        self.size += 1

    def root(self) -> bytes:
        """The root over what was added so far."""
        if not self._full:
            return EMPTY_ROOT
        root = self._full[-1]
        for left in reversed(self._full[:-1]):
            root = node_hash(left, root)
        return root


class BlockTree(Tree):
    """A tree that keeps the root of every full block of leaves, of which a proof begins without the whole list at hand.

    Blocks are a power of two, so that the tree over their roots (and the last, which may be smaller) is the tree over all leaves.
    """

    def __init__(self, block_leaves: int) -> None:
        super().__init__()
        if block_leaves & (block_leaves - 1) or block_leaves < 1:
            raise ValueError("a block is a power of two")
        self.block_leaves = block_leaves
        self.roots: list[bytes] = []
        self._block = Tree()

    def add_hash(self, hashed: bytes) -> None:
        self._block.add_hash(hashed)
        self.size += 1
        if self._block.size == self.block_leaves:
            self._close()

    def add(self, data: bytes) -> None:
        self.add_hash(sha256(b"\x00" + data).digest())

    def root(self) -> bytes:
        """The root over what was added so far."""
        return root_of(self.block_roots())

    def block_roots(self) -> list[bytes]:
        """The roots of all blocks, the last of which may be smaller."""
        return [*self.roots, self._block.root()] if self._block.size else list(self.roots)

    def _close(self) -> None:
        self.roots.append(self._block.root())
        self._block = Tree()


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over hashes of leaves."""
    tree = Tree()
    for one in leaves:
        tree.add_hash(one)
    return tree.root()


class Levels:
    """A whole tree in memory, 64 bytes a leaf: for lists of which many inclusion proofs are wanted.

    A last node without a sibling goes up unchanged, which gives the same hashes as the splits of RFC 6962.
    """

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self._levels = [bytearray(b"".join(leaves))]
        if len(self._levels[0]) % HASH_BYTES:
            raise ValueError("a hash has 32 bytes")
        while len(self._levels[-1]) > HASH_BYTES:
            self._levels.append(_upper(self._levels[-1]))

    @property
    def size(self) -> int:
        return len(self._levels[0]) // HASH_BYTES

    def root(self) -> bytes:
        """The root of the whole tree."""
        return bytes(self._levels[-1]) or EMPTY_ROOT

    def inclusion(self, index: int) -> list[bytes]:
        """What proves that leaf `index` is in the tree: the siblings on its way up, the lowest first."""
        if not 0 <= index < self.size:
            raise IndexError(index)
        found = []
        for level in self._levels[:-1]:
            at = (index ^ 1) * HASH_BYTES
            if at < len(level):
                found.append(bytes(level[at : at + HASH_BYTES]))
            index >>= 1
        return found


def _upper(level: bytearray) -> bytearray:
    upper = bytearray()
    pair = 2 * HASH_BYTES
    for at in range(0, len(level), pair):
        two = level[at : at + pair]
        upper += sha256(b"\x01" + two).digest() if len(two) == pair else two
    return upper


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The same for one proof over a short list."""
    return Levels(leaves).inclusion(index)


def is_included(*, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` proves that the leaf with hash `leaf` is number `index` (from 0) of the `size` leaves under `root`."""
    if not 0 <= index < size or any(len(one) != HASH_BYTES for one in (leaf, root, *path)):
        return False
    at, last, found = index, size - 1, leaf
    for one in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(one, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, one)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def consistency_path(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """What proves that the tree over the first `old_size` leaves is the beginning of the tree over all of them."""
    if not 0 < old_size <= len(leaves):
        raise ValueError("a tree is consistent with a smaller one that has leaves")
    return list(_consistency(leaves, old_size, is_whole=True))


def _consistency(leaves: Sequence[bytes], old: int, *, is_whole: bool) -> Iterator[bytes]:
    size = len(leaves)
    if old == size:
        if not is_whole:
            yield root_of(leaves)
        return
    split = 1 << ((size - 1).bit_length() - 1)
    if old <= split:
        yield from _consistency(leaves[:split], old, is_whole=is_whole)
        yield root_of(leaves[split:])
    else:
        yield from _consistency(leaves[split:], old - split, is_whole=False)
        yield root_of(leaves[:split])


def is_consistent(*, old_size: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that the tree of `old_size` leaves is the beginning of the tree of `size` leaves."""
    if not 0 < old_size <= size or any(len(one) != HASH_BYTES for one in (old_root, root, *path)):
        return False
    if old_size == size:
        return old_root == root and not path
    if not path:
        return False
    # A full tree is a node of the larger one: its root is where the proof begins.
    steps = [old_root, *path] if old_size & (old_size - 1) == 0 else list(path)
    at, last = old_size - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = steps[0]
    for one in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(one, before), node_hash(one, after)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, one)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == root
