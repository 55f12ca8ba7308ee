"""One list, whatever it was made with: its rows as the import wants them, and what it consists of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from prakerja.lists.columns import Column, Header, known, least, plain
from prakerja.lists.damage import Agreement, Damage
from prakerja.lists.delimited import DelimitedList
from prakerja.lists.problems import BrokenList
from prakerja.lists.values import ERRORS, Number, value_of
from prakerja.lists.workbook import WorkbookList

# Rows between two looks at what they tell together: a list of a whole wave that was damaged is refused early.
_LOOK = 5_000
# What a sheet holds, today's and that of .xls: whoever opens a longer list in Excel and saves it loses the rest.
_FULL_SHEETS = (65_536, 1_048_576)
_PACKED = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_DOCUMENTS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff")


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `cells` are its cells as they stood, `values` what they mean, by the columns' names.

    `problem` says why it cannot be one of the list's rows whatever it means: cells_too_many, cells_too_few, cell_error; or "".
    """

    line: int
    cells: tuple[str, ...]
    values: dict[str, str]
    problem: str


@dataclass(frozen=True)
class Contents:
    """What the lines of a list are: they add up to `lines`, always."""

    lines: int
    rows: int
    empty: int
    # Title, `sep=` and header.
    above: int
    # Further lines of cells that hold several.
    continued: int


@dataclass(frozen=True)
class Shape:
    """What a file of leftovers has of its list: header, what stands between the cells, encoding."""

    header: Header
    separator: str
    encoding: str


class PeoplesList:
    """A list whose header was found. Read once, from top to bottom; memory does not grow with its rows."""

    def __init__(
        self, source: DelimitedList | WorkbookList, columns: Sequence[Column], agreement: Agreement | None
    ) -> None:
        self._source = source
        self._columns = columns
        self._agreement = agreement
        self._rows = self._empty = 0
        self._first_names = {plain(name) for name in (columns[0].name, *columns[0].also)}
        self._stack = ExitStack()

    @property
    def header(self) -> Header:
        return self._source.header

    @property
    def shape(self) -> Shape:
        """What outlives the list when it is closed. A workbook is written on as text with commas."""
        return Shape(self._source.header, self._source.separator, self._source.encoding)

    def part_read(self) -> float | None:
        """How much of the file was read so far, from 0 to 1; None where nobody can know."""
        return self._source.part_read()

    def __enter__(self) -> PeoplesList:
        self._stack.enter_context(self._source)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._stack.close()

    def rows(self, *, is_whole: bool = False) -> Iterator[Row]:
        """Every row that is not empty. Raises BrokenList while it goes and at the end: whoever takes rows gives them back then.

        `is_whole`: the same list was read to its end before, and what its rows tell together is known.
        """
        damage = Damage(self._columns, self.header, self._agreement)
        last = 0
        for line, cells in self._source.rows():
            if not any(cell.strip() for cell in cells):
                self._empty += 1
                continue
            self._rows += 1
            last = line
            if self._is_header(cells):
                raise BrokenList("header_again", line=line)
            row = self._row(line, cells)
            if is_whole:
                yield row
                continue
            raw = {column.name: row.cells[self.header.places[column.name]] for column in self._columns}
            damage.note(line, row.values, raw, fits=row.problem in ("", "cell_error"))
            if self._rows % _LOOK == 0:
                damage.require_whole(is_end=False)
            yield row
        if not self._rows:
            raise BrokenList("no_rows", line=self.header.line)
        if is_whole:
            return
        if last in _FULL_SHEETS:
            raise BrokenList("sheet_full", line=last)
        damage.require_whole(is_end=True)

    def _is_header(self, cells: list[str]) -> bool:
        """Whether this is the header once more. Its first cell decides nearly always, for a list has many rows."""
        first = self._columns[0]
        place = self.header.places[first.name]
        if place >= len(cells) or plain(cells[place]) not in self._first_names:
            return False
        return known(cells, self._columns) >= max(least(self._columns), len(self._columns) // 2)

    def contents(self) -> Contents:
        """What was read so far; once the rows are through, the whole list."""
        lines, above = self._source.lines, self._source.above
        return Contents(lines, self._rows, self._empty, above, lines - above - self._rows - self._empty)

    def _row(self, line: int, cells: list[str]) -> Row:
        width = self.header.width
        needed = max(self.header.places.values()) + 1
        padded = cells + [""] * (width - len(cells))
        values = {column.name: self._value(padded[self.header.places[column.name]], column) for column in self._columns}
        problem = ""
        if isinstance(self._source, DelimitedList):
            # A separator inside a cell pushes all that follows one column on.
            problem = "cells_too_many" if any(cell.strip() for cell in cells[width:]) else problem
            problem = "cells_too_few" if len(cells) < needed else problem
        if not problem and any(padded[place].strip() in ERRORS for place in self.header.places.values()):
            problem = "cell_error"
        return Row(line, tuple(padded), values, problem)

    def _value(self, cell: str, column: Column) -> str:
        if column.kind == "date" and isinstance(cell, Number) and isinstance(self._source, WorkbookList):
            return self._source.date_of(cell)
        return value_of(cell, column)


def read_list(path: Path, *, columns: Sequence[Column], agreement: Agreement | None = None) -> PeoplesList:
    """Open a list and find its header; `agreement` are two columns that tell the same. Close it by `with`.

    Raises BrokenList: what it is when it is no list, and what is wrong with its header; OSError.
    """
    with path.open("rb") as file:
        begin = file.read(512)
    if not begin:
        raise BrokenList("empty")
    if begin.startswith(_OLD_WORKBOOK):
        raise BrokenList("old_workbook")
    if begin.startswith(_DOCUMENTS):
        raise BrokenList("document")
    if begin.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):
        raise BrokenList("page")
    source = WorkbookList(path, columns) if begin.startswith(_PACKED) else DelimitedList(path, columns)
    return PeoplesList(source, columns, agreement)
