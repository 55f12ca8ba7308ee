"""Lists as people make them: written to disk by openpyxl and by bytes, never by our own reader."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

HEADER = ("nik", "family_card_number", "name", "birth_date", "phone", "email", "province_code", "education")


def person(number: int = 1, **changes: Any) -> dict[str, Any]:
    """One invented person of a list; the digits at the end of their numbers are all different."""
    day = 1 + number % 28
    one = {
        "nik": f"990101{day:02d}0495{number:04d}",
        "family_card_number": f"99010120{number:08d}",
        "name": f"Siti Contoh Ke-{number}",
        "birth_date": f"1995-04-{day:02d}",
        "phone": f"0812{35_000_000 + number:08d}",
        "email": f"siti{number}@contoh.id",
        "province_code": "99",
        "education": "sma",
    }
    return {**one, **changes}


def people(count: int, **changes: Any) -> list[list[Any]]:
    return [list(person(number, **changes).values()) for number in range(1, count + 1)]


def text(
    rows: Sequence[Sequence[Any]], *, header: Sequence[str] = HEADER, separator: str = ",", end: str = "\n"
) -> str:
    return "".join(separator.join(map(str, row)) + end for row in (header, *rows))


def csv_file(folder: Path, content: str | bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def workbook(folder: Path, *sheets: Sequence[Sequence[Any]], name: str = "list.xlsx", **titles: str) -> Path:
    """One sheet for each table of cells."""
    made = Workbook()
    made.remove(made.active)
    for number, rows in enumerate(sheets, 1):
        sheet = made.create_sheet(f"Lembar{number}")
        for row in rows:
            sheet.append(list(row))
    path = folder / name
    made.save(path)
    return path
