"""Damage that no single row shows: the whole column suffered, and each of its values still looks right.

Eight people of eight were awarded under numbers whose last digit Excel had made 0. So the columns are counted while the rows
go by, and a list is refused as a whole when nearly all of it tells the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from prakerja.lists.columns import Column, Header
from prakerja.lists.problems import BrokenList
from prakerja.lists.values import SCIENTIFIC, Number

_DIGITS = 16
# By chance every tenth number ends with 0: three of three are one in a thousand, and more than that is Excel.
_FEWEST = 3
_NEARLY_ALL = 0.8
# Numbers in a workbook are of double precision: above it every other one becomes its neighbour.
_EXACT = 2**53
_EMAIL = re.compile(r"\S+@\S+\.\S+")
_CODE = re.compile(r"[0-9]{1,4}")
_IDENTITY = re.compile(r"[0-9]{16}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[-/]\w{1,9}[-/]\d{2,4}")

_WORDS = ("kata-kata", "words")
_ANOTHER = ("sel lain", "another cell")


@dataclass(frozen=True)
class Agreement:
    """What two columns say of the same thing; `holds` is None where one of them says nothing."""

    column: str
    other: str
    holds: Callable[[Mapping[str, str]], bool | None]


@dataclass
class _Numbers:
    """Of one column of 16-digit numbers."""

    rows: int = 0
    zeros: int = 0
    stored: int = 0
    # The first line whose number a spreadsheet cannot hold to its last digit.
    inexact: int = 0
    stored_zeros: int = 0
    first: int = 0
    lengths: Counter[int] = field(default_factory=Counter)
    short: int = 0


class Damage:
    """Looks at every row of a list; `require_whole` says at any time whether what it saw may be believed."""

    def __init__(self, columns: Sequence[Column], header: Header, agreement: Agreement | None) -> None:
        self._columns = columns
        self._agreement = agreement
        self._header = header
        self._numbers = {column.name: _Numbers() for column in columns if column.kind == "identity"}
        self._rows = 0
        self._shifted = 0
        self._shift: tuple[int, str, tuple[str, str]] | None = None
        # Rows that lack one column only, by the column, and rows that have little else.
        self._lacking: Counter[str] = Counter()
        self._last_lack: dict[str, int] = {}
        self._first_lack: dict[str, int] = {}
        self._scraps: set[str] = set()
        self._dates = 0
        self._disagreeing = 0
        self._first_disagreeing = 0
        self._last_line = 0
        self._first_line = 0

    def note(self, line: int, values: Mapping[str, str], raw: Mapping[str, str], *, fits: bool) -> None:
        """Look at one row. `raw` are the cells of the columns as they stood; `fits` says that the row is as wide as the header.

        Raises BrokenList: scientific (line, column, value).
        """
        self._rows += 1
        self._first_line = self._first_line or line
        self._last_line = line
        for column in self._columns:
            cell = raw[column.name].strip()
            if column.kind in ("identity", "phone", "code") and SCIENTIFIC.fullmatch(cell):
                raise BrokenList("scientific", line=line, column=self._header.label(column.name), value=cell)
        for name, numbers in self._numbers.items():
            _count(numbers, line, values[name], is_stored=isinstance(raw[name], Number))
        self._note_shift(line, values, fits=fits)
        self._note_gaps(line, values)
        self._note_agreement(line, values)

    def require_whole(self, *, is_end: bool) -> None:
        """Raises BrokenList: columns_shifted, stored_as_number, last_digit_lost, digits_lost, dates_disagree, and at the end cells_moved."""
        if self._shift is not None and _nearly(self._shifted, self._rows):
            line, column, seen = self._shift
            raise BrokenList(
                "columns_shifted", line=line, column=column, seen=seen, hits=self._shifted, rows=self._rows
            )
        suspicious = [name for name, numbers in self._numbers.items() if _nearly(numbers.zeros, numbers.rows)]
        together = sum(self._numbers[name].zeros for name in suspicious)
        for name, numbers in self._numbers.items():
            if numbers.inexact:
                raise BrokenList("stored_as_number", line=numbers.inexact, column=self._header.label(name))
            of_stored = is_end and 0 < numbers.stored == numbers.stored_zeros
            if of_stored or (name in suspicious and together >= _FEWEST):
                raise BrokenList(
                    "last_digit_lost",
                    column=self._header.label(name),
                    hits=numbers.zeros,
                    rows=numbers.rows,
                    line=numbers.first,
                )
        for name, numbers in self._numbers.items():
            length, hits = numbers.lengths.most_common(1)[0] if numbers.lengths else (0, 0)
            if hits >= _FEWEST and _nearly(hits, self._rows):
                raise BrokenList(
                    "digits_lost",
                    column=self._header.label(name),
                    hits=hits,
                    rows=self._rows,
                    length=length,
                    line=numbers.short,
                )
        if self._disagreeing >= _FEWEST and _nearly(self._disagreeing, self._dates):
            assert self._agreement is not None
            raise BrokenList(
                "dates_disagree",
                column=self._header.label(self._agreement.column),
                other=self._header.label(self._agreement.other),
                hits=self._disagreeing,
                rows=self._dates,
                line=self._first_disagreeing,
            )
        if is_end:
            self._require_unmoved()

    def _require_unmoved(self) -> None:
        """A column whose cells were pushed down ends in a row of its own; one whose cells moved up lacks its last."""
        for name in self._scraps:
            if name in self._first_lack:
                raise BrokenList("cells_moved", line=self._first_lack[name], column=self._header.label(name))
        for name, count in self._lacking.items():
            if count == 1 and self._last_lack[name] == self._last_line and self._rows >= _FEWEST:
                raise BrokenList("cells_moved", line=self._last_line, column=self._header.label(name))

    def _note_shift(self, line: int, values: Mapping[str, str], *, fits: bool) -> None:
        seen = [(column.name, what) for column in self._columns if (what := _misplaced(column, values[column.name]))]
        # A note or a signature below the list has a cell or two, and is no row that slipped.
        is_note = sum(1 for value in values.values() if value) < _FEWEST
        if (not fits and not is_note) or (len(seen) >= 2 and any(what is not _WORDS for _, what in seen)):
            self._shifted += 1
            if self._shift is None:
                name, what = seen[0] if seen else (self._columns[-1].name, _ANOTHER)
                self._shift = (line, self._header.label(name), what)

    def _note_gaps(self, line: int, values: Mapping[str, str]) -> None:
        lacking = [column.name for column in self._columns if not values[column.name]]
        if len(self._columns) == 1:
            # A column alone cannot be moved against others.
            return
        if len(lacking) == 1:
            self._lacking[lacking[0]] += 1
            self._last_lack[lacking[0]] = line
            self._first_lack.setdefault(lacking[0], line)
        elif len(lacking) == len(self._columns) - 1:
            # One filled cell in an empty row: what was pushed out at the end of a column.
            for column in self._columns:
                if values[column.name] and _looks_like(column, values[column.name]):
                    self._scraps.add(column.name)

    def _note_agreement(self, line: int, values: Mapping[str, str]) -> None:
        agrees = None if self._agreement is None else self._agreement.holds(values)
        if agrees is not None:
            self._dates += 1
            if not agrees:
                self._disagreeing += 1
                self._first_disagreeing = self._first_disagreeing or line


def _nearly(hits: int, rows: int) -> bool:
    return rows > 0 and hits >= _NEARLY_ALL * rows


def _count(numbers: _Numbers, line: int, value: str, *, is_stored: bool) -> None:
    if not value.isascii() or not value.isdigit():
        return
    if len(value) == _DIGITS:
        numbers.rows += 1
        numbers.stored += is_stored
        if is_stored and int(value) >= _EXACT:
            numbers.inexact = numbers.inexact or line
        if value.endswith("0"):
            numbers.first = numbers.first or line
            numbers.zeros += 1
            numbers.stored_zeros += is_stored
    elif len(value) < _DIGITS:
        numbers.lengths[len(value)] += 1
        numbers.short = numbers.short or line


def _misplaced(column: Column, value: str) -> tuple[str, str] | None:
    """What stands in this column and looks like another one's: Indonesian and English."""
    if column.kind != "email" and _EMAIL.fullmatch(value):
        return "alamat email", "an e-mail address"
    if column.kind != "identity" and _IDENTITY.fullmatch(value):
        return "nomor 16 digit", "a number of 16 digits"
    if column.kind != "date" and _DATE.fullmatch(value):
        return "tanggal", "a date"
    if column.kind in ("identity", "date", "code") and value.replace(" ", "").isalpha():
        return _WORDS
    return None


def _looks_like(column: Column, value: str) -> bool:
    if column.kind == "phone":
        return sum(sign.isdigit() for sign in value) >= 9
    if column.kind == "word":
        return value in column.words.values()
    patterns = {"identity": _IDENTITY, "email": _EMAIL, "date": _DATE, "code": _CODE}
    # Words could be anything: a note below the list, a place, a name.
    return column.kind != "text" and patterns[column.kind].fullmatch(value) is not None
