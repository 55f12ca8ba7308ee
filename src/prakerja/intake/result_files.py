"""A list of results as a file: its rows, again and again, and what identifies it. Needs no database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from prakerja.intake.result_columns import BIRTH_IN_NIK, COLUMNS
from prakerja.intake.result_rows import ResultRow, result_row
from prakerja.lists import Contents, PeoplesList, read_list


def opened(path: Path) -> PeoplesList:
    """The list, with its header found. Raises BrokenList, OSError."""
    return read_list(path, columns=COLUMNS, agreement=BIRTH_IN_NIK)


class ResultFile:
    """The list, which can be gone through again and again, each time from its beginning."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._contents: Contents | None = None
        self._reading: PeoplesList | None = None

    def __iter__(self) -> Iterator[ResultRow]:
        with opened(self._path) as found:
            self._reading = found
            try:
                for row in found.rows(is_whole=self._contents is not None):
                    yield result_row(row)
            finally:
                # The next time opens it anew, and a workbook's texts are not held twice.
                self._reading = None
            self._contents = found.contents()

    def digest(self) -> str:
        """The file's own bytes as a hash: a list that was changed is another one."""
        with self._path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def part_read(self) -> float | None:
        """How much of it was read this time, from 0 to 1; None where nobody can know."""
        return self._reading.part_read() if self._reading is not None else None

    def contents(self) -> Contents:
        """What its lines are. An import that went on did not need all of them: then they are read for it."""
        if self._contents is None:
            for _ in self:
                pass
        assert self._contents is not None
        return self._contents
