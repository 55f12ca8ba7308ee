"""Text files with separators, line by line: what Excel, LibreOffice and other people's programs save as CSV."""

from __future__ import annotations

import csv
import io
import itertools
import os
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TextIO

from prakerja.lists.columns import SEPARATORS, TITLE_LINES, Column, Header, header_of, known, least, spread, trimmed
from prakerja.lists.encodings import encoding_of
from prakerja.lists.problems import BrokenList

LONGEST_LINE = 100_000
# So many lines below the header show with which separator the data is written.
_SAMPLE = 30


class DelimitedList:
    """A text file whose header was found. `lines` counts those that were read so far, `above` those down to the header."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        self._columns = columns
        self.encoding = encoding_of(path)
        self._file: TextIO = path.open(encoding=self.encoding, newline="")
        self.lines = 0
        # Lines that were looked at and not yet given out.
        self._waiting: deque[str] = deque()
        try:
            said = self._said_separator()
            self.header, self.separator = self._find_header(said)
            self.above = self.header.line
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> DelimitedList:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._file.close()

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row below the header with the line on which it begins. Raises BrokenList: quote_open, quote_stray,
        line_too_long, encoding (line)."""
        taken: list[str] = []

        def given() -> Iterator[str]:
            while (line := self._next()) is not None:
                taken.append(line)
                if len(taken) > 1 and self._looks_whole(line):
                    # A quote that was opened by mistake would swallow this row and those after it, without a word.
                    raise self._open_quote(taken)
                yield line

        reader = csv.reader(given(), delimiter=self.separator, skipinitialspace=True, strict=True)
        while True:
            taken.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise self._broken(error, taken) from None
            yield self.lines - len(taken) + 1, cells

    def part_read(self) -> float:
        """How much of the file was read, from 0 to 1; a few lines ahead of what was given out."""
        if self._file.closed:
            return 1.0
        size = os.fstat(self._file.fileno()).st_size
        return self._file.buffer.tell() / size if size else 1.0

    def _looks_whole(self, line: str) -> bool:
        """Whether the line inside a quote could be a row of its own: then the quote is no line end in a cell."""
        cells = line.split(self.separator)
        return len(cells) >= max(2, len(trimmed(self.header.cells)) - 1)

    def _open_quote(self, taken: list[str]) -> BrokenList:
        """The quote that the first of these lines opens in its last cell."""
        fields = _cells(taken[0], self.separator)
        return BrokenList("quote_open", line=self.lines - len(taken) + 1, column=self._label(len(fields)))

    def _broken(self, error: csv.Error, taken: list[str]) -> BrokenList:
        line = self.lines - len(taken) + 1
        if "field larger" in str(error):
            return BrokenList("line_too_long", line=line, most=LONGEST_LINE)
        if len(taken) > 1 or "unexpected end" in str(error):
            return self._open_quote(taken)
        return BrokenList("quote_stray", line=line, column=self._label(_stray_quote(taken[0], self.separator)))

    def _label(self, column: int) -> str:
        cells = self.header.cells
        return cells[column - 1].strip() if column <= len(cells) and cells[column - 1].strip() else str(column)

    def _next(self) -> str | None:
        line = self._waiting.popleft() if self._waiting else self._read()
        self.lines += line is not None
        return line

    def _read(self) -> str | None:
        try:
            line = self._file.readline(LONGEST_LINE + 1)
        except UnicodeError:
            raise BrokenList("encoding", line=self.lines + len(self._waiting) + 1) from None
        if len(line) > LONGEST_LINE:
            raise BrokenList("line_too_long", line=self.lines + len(self._waiting) + 1, most=LONGEST_LINE)
        return line or None

    def _look(self, most: int) -> list[str]:
        """The next lines, which stay to be read."""
        while len(self._waiting) < most and (line := self._read()) is not None:
            self._waiting.append(line)
        return list(itertools.islice(self._waiting, most))

    def _said_separator(self) -> str:
        """`sep=;` on the first line, as Excel writes and reads it; "" when nobody said."""
        for line in self._look(1):
            said = line.strip("\r\n").strip().strip('"').lower()
            if (said.startswith("sep=") and len(said) == 5) or said == "sep=":
                self._next()
                return said[4:] or "\t"
        return ""

    def _find_header(self, said: str) -> tuple[Header, str]:
        best, place, cells, separator = (0, False), 0, [""], ","
        looked_at = self._look(TITLE_LINES * 4)
        if not any(line.strip() for line in looked_at):
            raise BrokenList("empty")
        filled = 0
        for number, line in enumerate(looked_at):
            filled += bool(line.strip())
            if filled > TITLE_LINES:
                break
            for candidate in (said,) if said else SEPARATORS:
                split = _cells(line, candidate)
                written = spread(split, self._columns)
                # Of a list with one column that is wanted, any separator finds it: the one that the line has is meant.
                hits = known(written, self._columns), written == split
                if hits[0] and hits > best:
                    best, place, cells, separator = hits, number, written, candidate
        wanted = ",".join(column.name for column in self._columns)
        if best[0] < least(self._columns):
            raise BrokenList("header_missing", searched=TITLE_LINES, wanted=wanted)
        for _ in range(place + 1):
            self._next()
        header = header_of(self.lines, cells, self._columns)
        return header, said or self._separator_of_data(header, separator)

    def _separator_of_data(self, header: Header, separator: str) -> str:
        """The data's own separator: a header that was pasted above it may have another."""
        sample = [line for line in self._look(_SAMPLE) if line.strip()]
        needed = max(header.places.values()) + 1
        # Enough cells for what is wanted, and then for all that the header names.
        fits = {
            candidate: tuple(
                sum(1 for line in sample if len(_cells(line, candidate)) >= least_cells)
                for least_cells in (needed, header.width)
            )
            for candidate in (separator, *SEPARATORS)
        }
        best = max(fits, key=lambda candidate: (fits[candidate], candidate == separator))
        return best if fits[best] > fits[separator] else separator


def _cells(line: str, separator: str) -> list[str]:
    """One line by itself, forgivingly: only for looking."""
    try:
        return next(csv.reader(io.StringIO(line, newline=""), delimiter=separator, skipinitialspace=True), [])
    except csv.Error:
        return line.split(separator)


def _stray_quote(line: str, separator: str) -> int:
    """The column in which something follows a closing quote."""
    column, is_quoted, is_closed, is_begin = 1, False, False, True
    for sign in line:
        if is_quoted:
            is_quoted = sign != '"'
            is_closed = not is_quoted
        elif sign == separator:
            column, is_closed, is_begin = column + 1, False, True
        elif is_closed and sign == '"':
            is_quoted, is_closed = True, False
        elif is_closed:
            break
        elif is_begin and sign == '"':
            is_quoted, is_begin = True, False
        elif sign != " ":
            is_begin = False
    return column
