"""Excel workbooks (.xlsx), row by row: read as a stream, because a wave has hundreds of thousands of them."""

from __future__ import annotations

import contextlib
import itertools
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from types import TracebackType
from typing import Any
from xml.etree.ElementTree import ParseError

from prakerja.lists.columns import TITLE_LINES, Column, Header, header_of, known, least, spread
from prakerja.lists.problems import BrokenList
from prakerja.lists.values import Number

# Unpacked. A workbook of 800,000 people has half of it; a file that was made to burst has thousands of times more.
MOST_BYTES = 1 << 30
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
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException

        _require_workbook(path)
        self.lines = 0
        with _quietly():
            try:
                self._workbook = load_workbook(path, read_only=True, data_only=True, keep_links=False)
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
        return sheet, header_of(place, line, columns)

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
    return value.isoformat() if isinstance(value, date | time) else str(value)


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
