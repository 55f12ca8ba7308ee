"""Excel keeps each different text of a workbook once, beside the sheet: read as openpyxl reads them, a quarter as large."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook

from prakerja.lists import BrokenList, Column, read_list
from prakerja.lists.shared_texts import SharedTexts, open_workbook

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
TEXTS = (
    "<si><t>nama</t></si>",
    "<si><t>nomor</t></si>",
    "<si><t>kota</t></si>",
    '<si><t xml:space="preserve"> Siti &amp; Ani </t></si>',
    "<si><r><t>D’</t></r><r><rPr><b/></rPr><t>Ávila</t></r><rPh sb='0' eb='1'><t>bunyi</t></rPh></si>",
    "<si/>",
    "<si><t>😀 _x005F_x0041_</t></si>",
)
CELLS = ((0, 1, 2), (3, 4, 5), (6, 6, 3))


def workbook(folder: Path, cells: tuple[tuple[int, ...], ...] = CELLS) -> Path:
    """As Excel lays it down: every cell is the number of a text."""
    rows = "".join(
        f'<row r="{number}">'
        + "".join(f'<c r="{letter}{number}" t="s"><v>{text}</v></c>' for letter, text in zip("ABC", row, strict=True))
        + "</row>"
        for number, row in enumerate(cells, 1)
    )
    kinds = {"workbook.xml": "sheet.main", "worksheets/sheet1.xml": "worksheet", "sharedStrings.xml": "sharedStrings"}
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(f'<Override PartName="/xl/{p}" ContentType="{_SHEET}.{k}+xml"/>' for p, k in kinds.items())
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="A" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{"".join(TEXTS)}</sst>',
    }
    path = folder / "list.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + content)
    return path


def test_every_cell_is_what_openpyxl_reads(tmp_path: Path) -> None:
    path = workbook(tmp_path)
    ours, theirs = open_workbook(path), load_workbook(path, read_only=True, data_only=True)
    read = [[list(row) for row in book.worksheets[0].iter_rows(values_only=True)] for book in (ours, theirs)]
    assert read[0] == read[1]
    assert read[0][1][0] == " Siti & Ani "
    assert read[0][1][1] == "D’Ávila"
    for book in (ours, theirs):
        book.close()


def test_a_cell_that_names_no_text_is_damage(tmp_path: Path) -> None:
    path = workbook(tmp_path, (*CELLS, (3, 99, 4)))
    columns = [Column("nama"), Column("nomor"), Column("kota")]
    with pytest.raises(BrokenList, match="workbook_broken"):
        read_list(path, columns=columns)


def test_texts_are_found_by_number() -> None:
    texts = SharedTexts(iter(["", "é", "😀", "x" * 1000]))
    assert [texts[number] for number in range(len(texts))] == ["", "é", "😀", "x" * 1000]
    for number in (-1, 4):
        with pytest.raises(KeyError):
            texts[number]
