"""One file that proves that a line is in a published list (C2SP tlog-proof): index, path and the signed checkpoint."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from prakerja.proofs.merkle import is_included, leaf_hash
from prakerja.proofs.notes import Checkpoint, Note, NoteError, Signature, Verifier, from_base64, to_base64

_HEAD = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class InclusionNote:
    """The leaf of number `index` (from 0), its way up to the root, and the note of the checkpoint that names the root."""

    index: int
    path: tuple[bytes, ...]
    note: Note

    def spelled(self) -> bytes:
        lines = [_HEAD, f"index {self.index}", *map(to_base64, self.path), "", ""]
        return "\n".join(lines).encode() + self.note.spelled()

    @classmethod
    def read(cls, content: bytes) -> InclusionNote:
        """Read such a file strictly. Raises NoteError."""
        head, _, rest = content.partition(b"\n\n")
        try:
            first, second, *path = head.decode("ascii").split("\n")
        except ValueError as error:
            raise NoteError("no proof") from error
        if first != _HEAD or not re.fullmatch(r"index (0|[1-9][0-9]{0,18})", second):
            raise NoteError("no proof")
        return cls(int(second[6:]), tuple(from_base64(one) for one in path), Note.read(rest))

    def prove(self, data: bytes, known: Iterable[Verifier]) -> tuple[Checkpoint, list[Signature]]:
        """The checkpoint of the list in which a line with `data` stands, and who signed it. Raises NoteError."""
        signed = self.note.signatures(known)
        checkpoint = Checkpoint.read(self.note.text)
        if not is_included(
            leaf=leaf_hash(data), index=self.index, size=checkpoint.size, path=self.path, root=checkpoint.root
        ):
            raise NoteError("the line is not in the list")
        return checkpoint, signed
