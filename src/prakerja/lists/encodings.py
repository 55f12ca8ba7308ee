"""Which letters the bytes of a text file are. Looked at, never guessed from frequencies: a list of names is too short for that."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from prakerja.lists.problems import BrokenList

_PIECE = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Windows-1252 has no letter for these.
_NOBODYS = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
# Two bytes that are one letter in UTF-8 and never stand together in a name of Windows-1252.
_UTF8_PAIR = re.compile(rb"[\xc2\xc3][\x80-\xbf]")


def encoding_of(path: Path) -> str:
    """The codec of a text file: by its mark, else UTF-16 by its zero bytes, else UTF-8, else Windows-1252.

    Raises BrokenList: encoding, encoding_mixed (line); OSError.
    """
    with path.open("rb") as file:
        begin = file.read(4096)
    for mark, name in _MARKS:
        if begin.startswith(mark):
            return name
    pairs = len(begin) // 2
    if pairs and begin[1::2].count(0) > pairs * 0.4:
        return "utf-16-le"
    if pairs and begin[0::2].count(0) > pairs * 0.4:
        return "utf-16-be"
    wrong = _not_utf8(path)
    if wrong is None:
        return "utf-8"
    _require_windows(path, wrong)
    return "cp1252"


def _not_utf8(path: Path) -> int | None:
    """The line of the first byte that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    with path.open("rb") as file:
        while True:
            piece = file.read(_PIECE)
            try:
                decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                return line + error.object[: error.start].count(b"\n")
            if not piece:
                return None
            line += piece.count(b"\n")


def _require_windows(path: Path, wrong: int) -> None:
    line = 1
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            for pattern, reason in ((_NOBODYS, "encoding"), (_UTF8_PAIR, "encoding_mixed")):
                found = pattern.search(piece)
                if found is not None:
                    raise BrokenList(
                        reason, line=wrong if reason == "encoding_mixed" else line + piece[: found.start()].count(b"\n")
                    )
            line += piece.count(b"\n")
