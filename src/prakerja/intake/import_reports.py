"""What an import of results tells while it goes: of single lines, of how far it is, and of what became of everybody."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Literal, Protocol

from prakerja.intake.result_rows import ResultRow


class Report(Protocol):
    """Who is told of lines that want an answer, in the order of the list.

    `finish` is the last word before anybody is awarded. It comes once more at the end, when somebody was rejected by what
    happened meanwhile.
    """

    def rejected(self, row: ResultRow, reason: str) -> None: ...
    def different(self, row: ResultRow, fields: tuple[str, ...], *, person_id: uuid.UUID, is_awarded: bool) -> None: ...
    def finish(self) -> None: ...


@dataclass(frozen=True)
class Progress:
    """How far an import is: rows that were `read`, people that were awarded. `total` is None while nobody can know it."""

    stage: Literal["reading", "awarding"]
    done: int
    total: int | None


@dataclass
class ImportOutcome:
    """What an import did; `awarded`, `already`, `different` and `rejected_rows` add up to the rows.

    `different` counts those who hold an award of this wave and stand in the list with other data than ours, which stays as
    it is; `awarded_different` are those of `awarded` of whom the same is true. Without a report the lines themselves are kept:
    in `rejected` with the reason, in `differing` with the names of what differs.
    """

    awarded: int = 0
    already: int = 0
    different: int = 0
    awarded_different: int = 0
    rejected_rows: int = 0
    rejected: list[tuple[ResultRow, str]] = field(default_factory=list)
    differing: list[tuple[ResultRow, tuple[str, ...]]] = field(default_factory=list)

    @property
    def lines(self) -> int:
        """How many lines were decided."""
        return self.awarded + self.already + self.different + self.rejected_rows


class Kept:
    """The report of whoever wants none: the lines are kept with the outcome."""

    def __init__(self, outcome: ImportOutcome) -> None:
        self._outcome = outcome

    def rejected(self, row: ResultRow, reason: str) -> None:
        self._outcome.rejected.append((row, reason))

    def different(self, row: ResultRow, fields: tuple[str, ...], *, person_id: uuid.UUID, is_awarded: bool) -> None:
        self._outcome.differing.append((row, fields))

    def finish(self) -> None:
        """Nothing is written down."""
