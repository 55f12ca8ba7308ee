"""What we ask a civil registry, and what it may say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What one question came to."""

    MATCH = "match"
    # It knows the NIK, and some of what was written beside it differs.
    MISMATCH = "mismatch"
    # It knows no such NIK.
    UNKNOWN = "unknown"
    DEAD = "dead"
    # Two people stand under this NIK.
    DOUBLE = "double"
    # It knows the NIK and does not keep it any more: moved away, or not recorded anew.
    MOVED = "moved"
    # The questions of this day are used up.
    QUOTA = "quota"
    # It is there and cannot answer now: busy, or outside its hours.
    BUSY = "busy"
    # No answer came in time, or none that says anything.
    SILENT = "silent"
    # It does not let us ask: our own sign-in, address or form is wrong.
    REFUSED = "refused"


# Nothing was learned; the same question may be asked again.
UNANSWERED = frozenset((Outcome.QUOTA, Outcome.BUSY, Outcome.SILENT, Outcome.REFUSED))


@dataclass(frozen=True)
class Asked:
    """An identity as it was written down. It stands in no log and no representation."""

    nik: str
    family_card_number: str
    name: str
    birth_date: date

    def __repr__(self) -> str:
        return "Asked(…)"


@dataclass(frozen=True)
class Verdict:
    """`fields` that differ are names of `Asked`; `code` is the registry's own; `score` that of the name, 0 to 100."""

    outcome: Outcome
    fields: tuple[str, ...] = ()
    code: str = ""
    score: int | None = None


class CivilRegistry(Protocol):
    """Answers one question. It raises nothing: what goes wrong on the way is an outcome."""

    def compare(self, asked: Asked, *, wait: float) -> Verdict:
        """Compare an identity; `wait` wall seconds for the whole answer."""
        ...
