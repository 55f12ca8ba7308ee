"""What an import wants of a list: its columns, by what they hold, and how their headers are recognised."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from prakerja.lists.problems import BrokenList

# identity: 16 digits; code: a short number; word: one of a few.
Kind = Literal["identity", "text", "date", "phone", "email", "code", "word"]
# Above it people write what the list is; the header is looked for in so many lines that are not empty.
TITLE_LINES = 30
SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Column:
    """One column. `also` are other headers that mean it; `words` are what may be written for what is stored."""

    name: str
    kind: Kind = "text"
    also: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    def is_called(self, header: str) -> bool:
        """Whether a header means this column, however it is written."""
        return plain(header) in {plain(name) for name in (self.name, *self.also)}


@dataclass(frozen=True)
class Header:
    """Where each column stands. `cells` is the line as it was written."""

    line: int
    cells: tuple[str, ...]
    places: Mapping[str, int]

    @property
    def width(self) -> int:
        """How many cells a row has, from the first to the last that the header names."""
        return len(self.cells)

    def label(self, name: str) -> str:
        """What the list itself calls a column."""
        return self.cells[self.places[name]].strip()


def plain(header: str) -> str:
    """A header without case, blanks, underscores and dots: `Family Card Number` is `family_card_number`."""
    return re.sub(r"[\W_]+", "", header.casefold())


def trimmed(cells: Sequence[str]) -> list[str]:
    """The cells without the empty ones at the end."""
    kept = list(cells)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def known(cells: Sequence[str], columns: Sequence[Column]) -> int:
    """How many columns a line names: the header is the line that names most."""
    names = {plain(cell) for cell in cells if cell.strip()}
    return sum(1 for column in columns if names & {plain(name) for name in (column.name, *column.also)})


def spread(cells: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """A header that was pasted into one cell, in as many cells as it names; any other line as it is."""
    filled = [(place, cell) for place, cell in enumerate(cells) if cell.strip()]
    if len(filled) != 1:
        return list(cells)
    place, cell = filled[0]
    for separator in SEPARATORS:
        parts = cell.split(separator)
        if known(parts, columns) >= least(columns):
            return [*cells[:place], *parts]
    return list(cells)


def least(columns: Sequence[Column]) -> int:
    """So many columns must a line name to be taken for the header."""
    return min(3, len(columns))


def header_of(line: int, cells: Sequence[str], columns: Sequence[Column]) -> Header:
    """The header in a line. Raises BrokenList: columns_missing, column_twice."""
    written = tuple(trimmed(cells))
    places: dict[str, int] = {}
    for column in columns:
        found = [place for place, cell in enumerate(written) if column.is_called(cell)]
        exact = [place for place in found if plain(written[place]) == plain(column.name)]
        if len(found) > 1 and len(exact) != 1:
            raise BrokenList("column_twice", line=line, column=column.name, cells=", ".join(written[p] for p in found))
        if found:
            places[column.name] = exact[0] if exact else found[0]
    missing = [column.name for column in columns if column.name not in places]
    if missing:
        raise BrokenList(
            "columns_missing",
            line=line,
            missing=", ".join(missing),
            found=", ".join(cell.strip() for cell in written if cell.strip()),
            wanted=",".join(column.name for column in columns),
        )
    return Header(line, written, places)
