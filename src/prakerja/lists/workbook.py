"""Excel workbooks (.xlsx), row by row: read as a stream, because a wave has hundreds of thousands of them."""

from __future__ import annotations

import contextlib
import itertools
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from types import TracebackType
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from prakerja.lists.columns import TITLE_LINES, Column, Header, header_of, known, least, spread
from prakerja.lists.problems import BrokenList
from prakerja.lists.values import Number

# Unpacked. A workbook of 800,000 people has half of it; a file that was made to burst has thousands of times more.
MOST_BYTES = 1 << 30
_PIECE = 1 << 20
_LONGEST_ROW = 1 << 26
# A sheet as it is stored: `<row r="5" hidden="1"><c r="A5"><v>…`, maybe with a prefix before each name.
_ROW = re.compile(rb"<(?:[\w.-]+:)?row(?:\s[^>]*)?/?>")
_ROW_END = re.compile(rb"</(?:[\w.-]+:)?row>")
_ROW_NUMBER = re.compile(rb"""\sr=["'](\d+)["']""")
_HIDDEN = re.compile(rb"""\shidden=["'](?:1|true)["']""")
_VALUE = re.compile(rb"<(?:[\w.-]+:)?(?:v|t)[\s>]")
# How a sign is stored that XML does not keep: a line end of a programme's export is `_x000D_`.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BROKEN = (
    zipfile.BadZipFile,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    OSError,
)


class WorkbookList:
    """A workbook whose header was found on one of its visible sheets. `lines` counts rows that were read, down to the last."""

    encoding = "utf-8-sig"
    separator = ","

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        # Not above: doors import what reads lists, and need no workbook for it.
        from openpyxl.utils.exceptions import InvalidFileException

        from prakerja.lists.shared_texts import open_workbook

        _require_workbook(path)
        self._path = path
        self.lines = 0
        with _quietly():
            try:
                self._workbook = open_workbook(path)
            except (*_BROKEN, InvalidFileException):
                raise BrokenList("workbook_broken") from None
        try:
            self._sheet, self.header = self._find_header(columns)
            self.above = self.header.line
        except BaseException:
            self._workbook.close()
            raise

    def __enter__(self) -> WorkbookList:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._workbook.close()

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row below the header with its number. Raises BrokenList: workbook_broken."""
        for number, cells in self._cells(self._sheet):
            self.lines = number
            if number > self.header.line:
                yield number, cells

    def part_read(self) -> None:
        """Nobody knows how many rows a sheet has before they were read."""
        return

    def date_of(self, serial: str) -> str:
        """The day behind a number of days, as Excel keeps dates; the number itself when there is no such day."""
        from openpyxl.utils.datetime import from_excel

        try:
            found = from_excel(float(serial), self._workbook.epoch)
        except (ValueError, OverflowError):
            return serial
        return _text(found) if isinstance(found, date) else serial

    def _find_header(self, columns: Sequence[Column]) -> tuple[Any, Header]:
        found = []
        is_empty = True
        if not self._workbook.worksheets:
            # Of a kind of .xlsx that hardly any program writes ("strict").
            raise BrokenList("workbook_broken")
        for sheet in self._workbook.worksheets:
            if sheet.sheet_state != "visible":
                continue
            best, place, line = 0, 0, [""]
            filled = 0
            for number, cells in self._cells(sheet):
                filled += any(cell.strip() for cell in cells)
                if filled > TITLE_LINES:
                    break
                written = spread(cells, columns)
                if (hits := known(written, columns)) > best:
                    best, place, line = hits, number, written
            is_empty = is_empty and not filled
            if best >= least(columns):
                found.append((sheet, place, line))
        if is_empty:
            raise BrokenList("empty")
        if not found:
            raise BrokenList("header_missing", searched=TITLE_LINES, wanted=",".join(column.name for column in columns))
        if len(found) > 1:
            raise BrokenList("several_sheets", sheets=", ".join(str(sheet.title) for sheet, _, _ in found))
        sheet, place, line = found[0]
        header = header_of(place, line, columns)
        self._require_all_shown(sheet, below=header.line)
        return sheet, header

    def _require_all_shown(self, sheet: Any, *, below: int) -> None:
        """Whoever was filtered out on the screen stands in the file all the same. Raises BrokenList: rows_hidden."""
        try:
            with zipfile.ZipFile(self._path) as packed, packed.open(sheet._worksheet_path) as written:
                hidden = [number for number in _hidden_rows(written) if number > below]
        except _BROKEN:
            raise BrokenList("workbook_broken") from None
        if hidden:
            raise BrokenList("rows_hidden", line=hidden[0], hits=len(hidden), sheet=str(sheet.title))

    def _cells(self, sheet: Any) -> Iterator[tuple[int, list[str]]]:
        # What the sheet says of its own size is often wrong, and rows behind it would be passed over.
        sheet.reset_dimensions()
        rows = sheet.iter_rows(values_only=True)
        for number in itertools.count(1):
            with _quietly():
                try:
                    values = next(rows)
                except StopIteration:
                    return
                except _BROKEN:
                    raise BrokenList("workbook_broken") from None
            yield number, [_text(value) for value in values]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int):
        return Number(value)
    if isinstance(value, float):
        return Number(int(value) if value.is_integer() else value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value))


def _hidden_rows(written: IO[bytes]) -> Iterator[int]:
    """The numbers of rows that are not shown and hold something, from a sheet as it is stored, piece by piece."""
    text, number = b"", 0
    while True:
        piece = written.read(_PIECE)
        text += piece
        if len(text) > _LONGEST_ROW:
            raise ValueError("a row without an end")
        done = 0
        for row in _ROW.finditer(text):
            is_empty = row[0].endswith(b"/>")
            end = None if is_empty else _ROW_END.search(text, row.end())
            if end is None and not is_empty:
                break
            done = row.end() if end is None else end.end()
            said = _ROW_NUMBER.search(row[0])
            number = int(said[1]) if said else number + 1
            if end is not None and _HIDDEN.search(row[0]) and _VALUE.search(text, row.end(), end.start()):
                yield number
        text = text[done:]
        if not piece:
            return


def _require_workbook(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            names = set(packed.namelist())
            size = sum(item.file_size for item in packed.infolist())
    except (zipfile.BadZipFile, EOFError, ValueError):
        raise BrokenList("workbook_broken") from None
    if ("xl/workbook.xml" not in names and "[Content_Types].xml" not in names) or "xl/workbook.bin" in names:
        raise BrokenList("other_workbook")
    if not any(name.startswith("xl/") for name in names):
        raise BrokenList("other_workbook")
    if size > MOST_BYTES:
        raise BrokenList("workbook_too_large", size=size >> 20)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """openpyxl warns of decorations that it does not keep; they are not ours to keep."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
