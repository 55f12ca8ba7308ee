"""What stands in a cell, as it was meant: a date in any usual way, a number without its blanks, a word in any case. Pure."""

from __future__ import annotations

import re
from datetime import date

from prakerja.kernel.typed import normal_digits, without_unseen
from prakerja.lists.columns import Column

# What people put before a number to keep it a text.
_QUOTES = "'`\u2018\u2019\""
# A whole number with a fraction of nothing: what has other separators too was grouped by a person.
_FRACTION = re.compile(r"(\+?[0-9]+)[.,]0{1,2}")
_FORMULA_OF_TEXT = re.compile(r'="([^"]*)"')
# What `leftovers` puts before a cell that Excel would take for a formula.
_KEPT_FROM_EXCEL = re.compile(r"'(?=[=+\-@\t\r])")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?Z?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ]+(\d{1,2}|[A-Za-z]{3,9})\.?[-/., ]+(\d{4}|\d{2})(?: 0{1,2}[:.]00(?:[:.]00)?)?")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januari",
            "feb february februari pebruari peb",
            "mar march maret mrt",
            "apr april",
            "may mei",
            "jun june juni",
            "jul july juli",
            "aug august agu agt ags agustus",
            "sep sept september",
            "oct october okt oktober",
            "nov november nop nopember",
            "dec december des desember",
        ),
        1,
    )
    for name in names.split()
}
# Excel reads 29 as 2029 and 30 as 1930, and what it shows with two digits was meant so.
_FIRST_OF_LAST_CENTURY = 30
SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,2}")
ERRORS = frozenset(
    ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA")
)


class Number(str):
    """A cell that Excel keeps as a number, which has 15 digits at most, as the digits that it stands for."""

    __slots__ = ()


def cleaned(cell: str) -> str:
    """A cell without blanks around it, signs that nobody sees, and what keeps Excel from reading it."""
    text = without_unseen(cell).strip()
    text = _KEPT_FROM_EXCEL.sub("", text, count=1) if text.startswith("'") else text
    found = _FORMULA_OF_TEXT.fullmatch(text)
    return found[1].strip() if found else text


def value_of(cell: str, column: Column) -> str:
    """What the cell says, in the form that the import takes; what has none stays as it is, and is refused by its rule."""
    text = cleaned(cell)
    if column.kind == "identity":
        return normal_digits(text.lstrip(_QUOTES))
    if column.kind in ("phone", "code"):
        # A program that read the column as numbers writes `81234567890.0`, which is no telephone number with a digit more.
        number = text.lstrip(_QUOTES)
        whole = _FRACTION.fullmatch(number)
        return whole[1] if whole else number
    if column.kind == "date":
        return iso_date(text) or text
    if column.kind == "word":
        return column.words.get(re.sub(r"[\W_]+", "", text.casefold()), text)
    # A cell may hold lines and several blanks; a name does not.
    return " ".join(re.split(r"[ \t\r\n\u00a0]+", text)) if column.kind == "text" else text


def iso_date(text: str) -> str | None:
    """`1995-04-15`, `15/04/1995`, `15-Apr-95`, `15 April 1995` → `1995-04-15`; the day stands before the month, as in Indonesia."""
    if found := _ISO.fullmatch(text):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    elif found := _DAY_FIRST.fullmatch(text):
        day, named, year = int(found[1]), found[2].casefold(), int(found[3])
        month = int(named) if named.isdigit() else _MONTHS.get(named, 0)
        if len(found[3]) == 2:
            year += 2000 if year < _FIRST_OF_LAST_CENTURY else 1900
    else:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
