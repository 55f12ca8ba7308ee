"""The texts of notes, and the names of what stands in a published folder (draw.md 6, 10)."""

from __future__ import annotations

from hashlib import sha256

import msgspec

from prakerja.draw.protocol.documents import Source
from prakerja.proofs import canonical
from prakerja.proofs.notes import Checkpoint, to_base64

DOCUMENTS = ("rules", "commitment", "result")
LOG_CHECKPOINTS, LOG_ENTRIES = "log/checkpoints", "log/entries"
LOG_STAMPS, LEDGER = "log/stamps", "ledger"
LEDGER_DAYS, LEDGER_SIZE = "ledger/days", "ledger/size"
CERTIFICATE = "beacon/nist.pem"
# So many witnesses see a checkpoint before it counts, and attest that an optional source was absent.
WITNESSES = 2
# So many operators sign whatever is published.
SIGNERS = 2


def document_text(*, origin: str, about: str, name: str, content: bytes) -> str:
    """What is signed of a document: whose it is, what it is called, its hash. `about`: the draw, of rules the wave."""
    return f"{origin}/draw/{about}\n{name}\n{to_base64(sha256(content).digest())}\n"


def tree_text(*, origin: str, draw: str, name: str, size: int, root: bytes) -> str:
    """The checkpoint of the list or the results of a draw."""
    return Checkpoint(f"{origin}/draw/{draw}/{name}", size, root).text()


def log_origin(origin: str) -> str:
    """What the log of documents is called."""
    return f"{origin}/documents"


def receipt_origin(origin: str) -> str:
    """What receipts are called, and the key that signs them."""
    return f"{origin}/receipt"


def ledger_origin(origin: str) -> str:
    """What the ledger's tree is called, and the key that signs it every day."""
    return f"{origin}/ledger"


def receipt_text(*, origin: str, wave: str, ticket: bytes) -> str:
    """What is signed of a ticket when its owner asks: that it must stand in the wave's list (draw.md 3)."""
    return f"{receipt_origin(origin)}\n{wave}\n{to_base64(ticket)}\n"


def absent_text(*, origin: str, draw: str, number: int, source: Source) -> str:
    """What witnesses sign when an optional source was absent; its second line is a word, so it is never a checkpoint."""
    named = canonical.spelled(msgspec.to_builtins(source))
    return document_text(origin=origin, about=draw, name=f"absent-{number}", content=named)


def day_entry(*, day: str, note: bytes) -> bytes:
    """What the log of documents holds of the ledger's checkpoint of a day: a day without transfers is an entry too."""
    return f"{day}\n".encode() + note


def day_path(day: str) -> str:
    """The ledger's checkpoint of a day, signed."""
    return f"{LEDGER_DAYS}/{day}.note"


def stamp_path(size: int) -> str:
    """The time stamp of the log's checkpoint of this size."""
    return f"{LOG_STAMPS}/{size:06d}.tsr"


def beacon_path(number: int) -> str:
    """What a source gave."""
    return f"beacon/{number}.json"


def absent_path(number: int) -> str:
    """That a source was absent, by witnesses."""
    return f"beacon/{number}.absent.note"


def void_name(number: int) -> str:
    """The note of the void that ended draw `number` of the same wave: two operators signed it, or nothing was ended."""
    return f"void-{number}"


def entry_path(index: int) -> str:
    """A document of the log."""
    return f"{LOG_ENTRIES}/{index:06d}.json"


def checkpoint_path(size: int) -> str:
    """A checkpoint of the log, signed and cosigned."""
    return f"{LOG_CHECKPOINTS}/{size:06d}.note"
