"""A row is proved from its block alone, wherever blocks and parts end."""

from __future__ import annotations

from pathlib import Path

import pytest

from prakerja.draw.protocol.folder import BLOCK_ROWS, Parts
from prakerja.draw.protocol.proving import prove_row
from prakerja.proofs.merkle import Tree, is_included, leaf_hash

PART = 2 * BLOCK_ROWS


@pytest.mark.parametrize("rows", [1, 2, 1023, 1024, 1025, 2047, 2048, 2049, 3 * 1024, 5 * 1024 + 7])
def test_a_proof_of_a_row_leads_to_the_root_of_all(tmp_path: Path, rows: int) -> None:
    parts, plain = Parts(tmp_path, "list", part_rows=PART), Tree()
    # Rows of different lengths, so that no place in a file follows from a number.
    lines = [f"{number}{' x' * (number % 3)}".encode() for number in range(rows)]
    for line in lines:
        parts.add(line + b"\n")
        plain.add(line)
    parts.close()
    root = plain.root()
    assert (parts.tree.root(), parts.tree.size) == (root, rows)
    for number in {0, rows // 2, rows - 1, *(at for at in (1023, 1024, 2047, 2048, 3071) if at < rows)}:
        line, path = prove_row(path=tmp_path, folder="list", blocks=parts.blocks(), number=number, part_rows=PART)
        assert line == lines[number]
        assert is_included(leaf=leaf_hash(line), index=number, size=rows, path=path, root=root)
    with pytest.raises(IndexError):
        prove_row(path=tmp_path, folder="list", blocks=parts.blocks(), number=rows + BLOCK_ROWS, part_rows=PART)
