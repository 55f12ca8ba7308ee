"""A receipt against a published list: who holds one stands there, or everybody can see that they were left out (draw.md 3)."""

from __future__ import annotations

import base64

from prakerja.draw.protocol.documents import WAVE, Commitment, read_draw
from prakerja.draw.protocol.folder import Files, Lines, content_of
from prakerja.draw.protocol.rows import PART_ROWS
from prakerja.draw.protocol.texts import receipt_text
from prakerja.draw.protocol.trust import Trust
from prakerja.proofs.notes import Note, NoteError


class ReceiptError(ValueError):
    """These bytes are no receipt that proves anything here."""


def row_of_receipt(*, files: Files, trust: Trust, content: bytes) -> str | None:
    """The row of the list whose ticket a receipt names, None where the list lacks it: then the list is wrong.

    The folder is one that `verify` found to hold. Raises ReceiptError (no receipt, another wave's, or signed by nobody whom
    `trust` names), FolderError.
    """
    try:
        note = Note.read(content)
        _, wave, encoded = note.text.split("\n")[:3]
        ticket = base64.b64decode(encoded, validate=True)
        signed = note.signatures(trust.receipts)
    except (NoteError, ValueError) as error:
        raise ReceiptError("this is no receipt by a key that you know") from error
    if (
        not signed
        or not WAVE.fullmatch(wave)
        or note.text != receipt_text(origin=trust.origin, wave=wave, ticket=ticket)
    ):
        raise ReceiptError("this is no receipt of this site")
    commitment = Commitment.read(content_of(files, "commitment.json"))
    if read_draw(commitment.draw)[0] != wave:
        raise ReceiptError(f"this is a receipt of {wave}, and a draw of another wave")
    begins = f"{ticket.hex()} ".encode()
    for line in Lines(files, "list", rows=commitment.listed.rows, part_rows=PART_ROWS):
        if line.startswith(begins):
            return line.decode().rstrip("\n")
    return None
