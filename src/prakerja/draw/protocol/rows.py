"""How a row of the list and of the results is written, and in which files they lie (draw.md 4, 9)."""

from __future__ import annotations

import re
from dataclasses import dataclass

PART_ROWS = 65_536
# A ticket, then: eligible with stratum, groups, and label and allowance of a crowded family card; or excluded, with a mark.
_ROW = re.compile(
    rb"([0-9a-f]{64}) (?:E ([0-9]{1,8}) (-|[A-Z]{1,26}) (?:- -|([0-9a-f]{64}) ([1-9]))|X ([0-9a-f]{32}))\n"
)


class RowError(ValueError):
    """A row that the list cannot have."""


@dataclass(frozen=True, slots=True)
class Row:
    """One application. `mark` alone stands for an excluded one; `groups` are letters, `family` a label or None."""

    ticket: bytes
    stratum: str = ""
    groups: str = ""
    family: bytes | None = None
    allowance: int = 0
    mark: str = ""

    @property
    def is_eligible(self) -> bool:
        return not self.mark

    def spelled(self) -> bytes:
        """The row with its newline."""
        if self.mark:
            return f"{self.ticket.hex()} X {self.mark}\n".encode()
        family = f"{self.family.hex()} {self.allowance}" if self.family is not None else "- -"
        return f"{self.ticket.hex()} E {self.stratum} {self.groups or '-'} {family}\n".encode()

    @classmethod
    def read(cls, line: bytes) -> Row:
        """Read a row with its newline. Raises RowError."""
        found = _ROW.fullmatch(line)
        if found is None:
            raise RowError("a row of the list cannot be read")
        ticket, stratum, letters, family, allowance, mark = found.groups()
        if mark is not None:
            return cls(bytes.fromhex(ticket.decode()), mark=mark.decode())
        groups = "" if letters == b"-" else letters.decode()
        if list(groups) != sorted(set(groups)):
            raise RowError("groups are letters that ascend")
        label = None if family is None else bytes.fromhex(family.decode())
        return cls(
            bytes.fromhex(ticket.decode()), stratum.decode(), groups, label, int(allowance) if family is not None else 0
        )


def part_path(folder: str, number: int) -> str:
    """The file of a folder's part: `list/00000.txt`."""
    return f"{folder}/{number:05d}.txt"


def part_count(rows: int) -> int:
    """How many files hold so many rows; one exists always."""
    return max(1, -(-rows // PART_ROWS))
