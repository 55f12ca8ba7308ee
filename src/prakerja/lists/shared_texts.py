"""The texts of a workbook, packed: Excel keeps each different cell once, and of a wave's list nearly all are different.

As Python's own texts those of 755,000 people are most of a gigabyte; as their bytes, one after the other, a quarter of that.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

_ITEM, _RUN, _TEXT = (f"{{{SHEET_MAIN_NS}}}{name}" for name in ("si", "r", "t"))
# Elements that were read and still hang on their root.
_LET_GO = 1_000


class SharedTexts:
    """Found by number, as a list would be."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._bytes = bytearray()
        self._ends = array("Q", [0])
        for text in texts:
            self._bytes += text.encode("utf-8", "surrogatepass")
            self._ends.append(len(self._bytes))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> str:
        """Raises KeyError: a cell that names no text of this workbook is damage."""
        if not 0 <= number < len(self):
            raise KeyError(number)
        return self._bytes[self._ends[number] : self._ends[number + 1]].decode("utf-8", "surrogatepass")


class WorkbookReader(ExcelReader):  # type: ignore[misc]
    """openpyxl's, which keeps the texts packed."""

    def read_strings(self) -> None:
        """Called by `read`."""
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings = SharedTexts(_texts(source))


def open_workbook(path: Path) -> Any:
    """The workbook, for reading from top to bottom; formulas as what they were when it was saved."""
    reader = WorkbookReader(path, read_only=True, keep_vba=False, data_only=True, keep_links=False, rich_text=False)
    reader.read()
    return reader.wb


def _texts(source: IO[bytes]) -> Iterator[str]:
    events = iterparse(source, ("start", "end"))
    root = next(events)[1]
    count = 0
    for event, node in events:
        if event == "end" and node.tag == _ITEM:
            yield _text(node)
            count += 1
            if count % _LET_GO == 0:
                # What was read hangs on its root otherwise, to the last of millions.
                root.clear()


def _text(item: Any) -> str:
    """Without its formatting, and without how it is pronounced."""
    parts = [
        found.text or ""
        for child in item
        for found in ([child] if child.tag == _TEXT else child.findall(_TEXT) if child.tag == _RUN else [])
    ]
    # As openpyxl reads what Excel writes for an underscore that could begin a sign's number.
    return "".join(parts).replace("x005F_", "")
