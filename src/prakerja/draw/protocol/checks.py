"""What a check of a published draw says: of each whether it holds, and what does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from prakerja.draw.protocol import documents as docs
from prakerja.draw.protocol.folder import FolderError
from prakerja.draw.protocol.ranking import RankingError
from prakerja.draw.protocol.rows import RowError
from prakerja.proofs import canonical, drand
from prakerja.proofs.notes import NoteError


class Failed(Exception):
    """A check that does not hold, in a sentence."""


class Check(NamedTuple):
    """V1 to V11, and R1 to R7 of a recall, with what it is about; `holds` None: not made, and why."""

    number: str
    about: str
    holds: bool | None
    detail: str


@dataclass
class Report:
    """What was checked, and what the folder is of."""

    checks: list[Check] = field(default_factory=list)
    draw: str = ""
    winners: int = 0
    unfilled: int = 0

    @property
    def holds(self) -> bool:
        """Nothing failed, and everything was reached."""
        return bool(self.checks) and all(one.holds is not False for one in self.checks)


# What somebody's files may raise: then they do not hold.
RETURNED = (
    Failed,
    FolderError,
    canonical.NotCanonical,
    docs.DocumentError,
    NoteError,
    RowError,
    RankingError,
    drand.BeaconError,
)


def need(condition: bool, sentence: str) -> None:
    """Raise Failed with this sentence, unless it is so."""
    if not condition:
        raise Failed(sentence)
