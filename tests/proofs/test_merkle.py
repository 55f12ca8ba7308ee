"""Merkle trees against the published vectors of RFC 6962, and against each other for every small size."""

from __future__ import annotations

import pytest

from prakerja.proofs.merkle import (
    EMPTY_ROOT,
    Levels,
    Tree,
    consistency_path,
    inclusion_path,
    is_consistent,
    is_included,
    leaf_hash,
    root_of,
)

# transparency-dev/merkle, testonly/constants.go.
LEAVES = [
    bytes.fromhex(one)
    for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = [leaf_hash(one) for one in LEAVES]
SIZES = range(1, 40)


def _leaves(size: int) -> list[bytes]:
    return [leaf_hash(bytes([number])) for number in range(size)]


def test_the_published_roots() -> None:
    assert root_of([]) == EMPTY_ROOT
    for size, expected in enumerate(ROOTS, 1):
        assert root_of(HASHES[:size]).hex() == expected
        assert Levels(HASHES[:size]).root().hex() == expected
    tree = Tree()
    for data, expected in zip(LEAVES, ROOTS, strict=True):
        tree.add(data)
        assert tree.root().hex() == expected


def test_the_published_proofs() -> None:
    assert [one.hex() for one in inclusion_path(HASHES, 5)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        ROOTS[3],
    ]
    assert [one.hex() for one in consistency_path(HASHES, 6)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        ROOTS[3],
    ]


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_of_every_tree_is_proven_by_its_own_path_only(size: int) -> None:
    leaves = _leaves(size)
    levels, root = Levels(leaves), root_of(leaves)
    for index, leaf in enumerate(leaves):
        path = levels.inclusion(index)
        told = {"leaf": leaf, "index": index, "size": size, "path": path, "root": root}
        assert is_included(**told)
        assert not is_included(**told | {"leaf": leaf_hash(b"another")})
        assert not is_included(**told | {"index": size})
        assert not is_included(**told | {"path": [*path, leaf]})
        assert not is_included(**told | {"root": root[:-1]})
        if path:
            assert not is_included(**told | {"path": path[:-1]})
            assert not is_included(**told | {"index": index ^ 1})


@pytest.mark.parametrize("size", SIZES)
def test_every_beginning_is_proven(size: int) -> None:
    leaves = _leaves(size)
    for old in range(1, size + 1):
        path = consistency_path(leaves, old)
        told = {"old_size": old, "old_root": root_of(leaves[:old]), "size": size, "root": root_of(leaves), "path": path}
        assert is_consistent(**told)
        assert not is_consistent(**told | {"old_root": leaf_hash(b"another")})
        assert not is_consistent(**told | {"path": [*path, leaves[0]]})
        assert not is_consistent(**told | {"old_size": 0})
        assert not is_consistent(**told | {"old_size": size + 1})
        if path:
            assert not is_consistent(**told | {"path": path[:-1]})
            assert not is_consistent(**told | {"root": leaf_hash(b"another")})


def test_equal_roots_of_a_wrong_length_prove_nothing() -> None:
    assert not is_consistent(old_size=2, old_root=b"short", size=2, root=b"short", path=[])
