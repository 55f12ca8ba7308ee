"""The file of what an import did not take: the list's own columns, line and reason beside them, safe to open in Excel."""

from __future__ import annotations

import contextlib
import csv
import errno
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TextIO

from prakerja.lists.columns import plain
from prakerja.lists.reader import Shape

_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class Leftovers:
    """Opened before anything is stored, so that a name that is too long or a folder that is full stops the import and not its report.

    `beside` are our own columns; those of an earlier file of leftovers, which was corrected and is imported again, are replaced.
    """

    def __init__(self, path: Path, *, shape: Shape, beside: Sequence[str]) -> None:
        """Make the file, readable by its owner only. An earlier one of its name stays until `finish`. Raises OSError."""
        self.path = path
        self.count = 0
        header = shape.header
        self._width = header.width
        ours = {plain(name) for name in beside}
        self._kept = [place for place, cell in enumerate(header.cells) if plain(cell) not in ours]
        self._is_new = not path.exists()
        if not self._is_new and not path.is_file():
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
        # Whether this name can be written at all is seen now, not when the import is through.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        self._working = path.with_name(f".{secrets.token_hex(8)}.part")
        descriptor = os.open(self._working, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        # Excel takes a file without a mark for Windows-1252; a list that came as plain UTF-8 stays so.
        self._file: TextIO = os.fdopen(
            descriptor, "w", encoding="utf-8" if shape.encoding == "utf-8" else "utf-8-sig", newline=""
        )
        self._writer = csv.writer(self._file, delimiter=shape.separator)
        self._write([header.cells[place] for place in self._kept], beside)

    def add(self, cells: Sequence[str], beside: Sequence[str]) -> None:
        """One row with what is said beside it. Raises OSError."""
        self.count += 1
        # What stood behind the last column of the header is kept behind ours.
        self._write([cells[place] for place in self._kept], [*beside, *cells[self._width :]])

    def finish(self) -> None:
        """Write everything down to the disk, under its name; without rows there is no file. Raises OSError.

        What is added afterwards is there when it is called again.
        """
        self._file.flush()
        os.fsync(self._file.fileno())
        if self.count:
            if self._working.exists():
                self._working.replace(self.path)
        else:
            self.path.unlink(missing_ok=True)
        self._is_new = False

    def __enter__(self) -> Leftovers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Close. When the import was refused, everything is as it was before."""
        # What could not be written was said by `add` or `finish`, or the import is given up already.
        with contextlib.suppress(OSError):
            self._file.close()
        self._working.unlink(missing_ok=True)
        if self._is_new:
            self.path.unlink(missing_ok=True)

    def _write(self, cells: Sequence[str], beside: Sequence[str]) -> None:
        self._writer.writerow([*map(no_formula, cells), *map(no_formula, beside)])


def no_formula(cell: str) -> str:
    """The cell as Excel shows it and never runs it: what begins like a formula gets a quote, which our reader takes away."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(_LIKE_A_FORMULA) else str(cell)
