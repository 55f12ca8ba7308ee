"""What a civil servant's list may look like, and what is refused as a whole: real files, from openpyxl and by bytes."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from prakerja.intake.result_columns import BIRTH_IN_NIK, COLUMNS
from prakerja.lists import BrokenList, read_list, sentence
from prakerja.lists.problems import SENTENCES
from prakerja.lists.values import iso_date
from tests.lists.files import HEADER, csv_file, people, person, text, workbook

THREE = people(3)
WANTED = [person(number) for number in (1, 2, 3)]


def read(path: Path) -> list[dict[str, str]]:
    with read_list(path, columns=COLUMNS, agreement=BIRTH_IN_NIK) as found:
        rows = list(found.rows())
        contents = found.contents()
        assert contents.rows == len(rows)
        assert contents.rows + contents.empty + contents.above + contents.continued == contents.lines
    assert [row.problem for row in rows] == [""] * len(rows)
    return [row.values for row in rows]


def refusal(path: Path) -> BrokenList:
    with pytest.raises(BrokenList) as caught:
        read(path)
    for said in sentence(caught.value):
        assert "{" not in said
        assert said.endswith((".", "education"))
    return caught.value


SPELLINGS = {
    "comma": text(THREE),
    "semicolon": text(THREE, separator=";"),
    "tab": text(THREE, separator="\t"),
    "pipe": text(THREE, separator="|"),
    "CR LF": text(THREE, end="\r\n"),
    "old Mac": text(THREE, end="\r"),
    "no line end at the end": text(THREE).rstrip("\n"),
    "sep=": "sep=;\n" + text(THREE, separator=";"),
    "sep= in quotes": '"sep=;"\r\n' + text(THREE, separator=";", end="\r\n"),
    "sep= tab": "sep=\t\n" + text(THREE, separator="\t"),
    "quoted": text([[f'"{cell}"' for cell in row] for row in THREE]),
    "quoted with blanks before": text([[f'"{cell}"' for cell in row] for row in THREE], separator=", "),
    "UTF-8 with its mark": b"\xef\xbb\xbf" + text(THREE).encode(),
    "UTF-16": text(THREE).encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + text(THREE).encode("utf-16-be"),
    "UTF-16 without its mark": text(THREE, separator="\t").encode("utf-16-le"),
    "UTF-16 the other way without its mark": text(THREE).encode("utf-16-be"),
    "header in capitals": text(THREE, header=[name.upper() for name in HEADER]),
    "header with blanks": text(THREE, header=[f" {name.replace('_', ' ').title()} " for name in HEADER]),
    "header as a page prints it": text(THREE, header=[", ".join(HEADER)]),
    "our header above semicolons": ",".join(HEADER) + "\n" + text(THREE, separator=";").split("\n", 1)[1],
    "header in Indonesian": text(
        THREE,
        header=[
            "NIK",
            "No. KK",
            "Nama Lengkap",
            "Tanggal Lahir",
            "No. HP",
            "Alamat E-mail",
            "Kode Provinsi",
            "Pendidikan",
        ],
    ),
    "a title above": "DAFTAR PESERTA LOLOS GELOMBANG 21\n\nPer 22 September 2021,,,,,,,\n" + text(THREE),
    "empty lines": text([*THREE[:1], [""], [], ["", "", "", "", "", "", "", ""], ["  "], *THREE[1:], []]),
    "empty columns": text([["", *row, "", ""] for row in THREE], header=["", *HEADER, "", ""]),
    "columns in between": text(
        [[n, *row[:3], "x", *row[3:]] for n, row in enumerate(THREE)], header=["No", *HEADER[:3], "Ket.", *HEADER[3:]]
    ),
    "another order": text([row[::-1] for row in THREE], header=HEADER[::-1]),
    "numbers in groups": text(
        [[" ".join((row[0][:4], row[0][4:8], row[0][8:])), row[1][:8] + "-" + row[1][8:], *row[2:]] for row in THREE]
    ),
    "numbers as formulas of text": text(
        [[f'="{row[0]}"', f'="{row[1]}"', *row[2:4], f'="{row[4]}"', *row[5:]] for row in THREE]
    ),
    "numbers behind an apostrophe": text(
        [[f"'{row[0]}", f"'{row[1]}", *row[2:4], f"'{row[4]}", *row[5:]] for row in THREE]
    ),
    "blanks around": text([[f"  {cell} \u00a0" for cell in row] for row in THREE]),
    "signs without width": text([[f"\u200b{cell}\ufeff" for cell in row] for row in THREE]),
    "levels in capitals": text([[*row[:7], " SMA "] for row in THREE]),
    "levels by other names": text(
        [[*row[:7], level] for row, level in zip(THREE, ("SMK", "SLTA", "SMA/SMK"), strict=True)]
    ),
    "dates with slashes": text([[*row[:3], f"{row[3][8:]}/04/1995", *row[4:]] for row in THREE]),
    "dates as Excel shows them": text([[*row[:3], f"{int(row[3][8:])}-Apr-95", *row[4:]] for row in THREE]),
    "dates with an hour": text([[*row[:3], f"{row[3]} 00:00:00", *row[4:]] for row in THREE]),
    "dates in words": text([[*row[:3], f"{int(row[3][8:])} April 1995", *row[4:]] for row in THREE]),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_same_list_in_every_usual_spelling(tmp_path: Path, spelling: str) -> None:
    assert read(csv_file(tmp_path, SPELLINGS[spelling])) == WANTED


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_of_every_encoding(tmp_path: Path, codec: str) -> None:
    rows = [
        [*row[:2], name, *row[3:]] for row, name in zip(THREE, ("D’Ávila", "Zoë Größe", "Siti – Aminah"), strict=True)
    ]
    found = read(csv_file(tmp_path, text(rows).encode(codec)))
    assert [one["name"] for one in found] == ["D’Ávila", "Zoë Größe", "Siti – Aminah"]


def test_a_workbook(tmp_path: Path) -> None:
    rows = [
        ["DAFTAR PESERTA", None, None],
        [],
        [None, "No", *(name.replace("_", " ").upper() for name in HEADER), None],
        [None, 1, *THREE[0]],
        [None, None],
        # Dates as dates, codes and phones as numbers, a name over two lines.
        [None, 2, *THREE[1][:2], "Siti\nContoh  Ke-2", date(1995, 4, 3), 81235000002, *THREE[1][5:6], 99, "SMA"],
        [
            None,
            3,
            *THREE[2][:3],
            datetime(1995, 4, 4),  # noqa: DTZ001  a cell has no zone
            6281235000003.0,
            *THREE[2][5:6],
            99.0,
            "Sma",
        ],
    ]
    found = read(workbook(tmp_path, rows))
    assert found == [
        WANTED[0],
        {**WANTED[1], "phone": "81235000002"},
        {**WANTED[2], "phone": "6281235000003"},
    ]


def test_dates_that_excel_shows_as_numbers(tmp_path: Path) -> None:
    rows = [[*row[:3], (date(1995, 4, int(row[3][8:])) - date(1899, 12, 30)).days, *row[4:]] for row in THREE]
    assert read(workbook(tmp_path, [HEADER, *rows])) == WANTED


def test_whole_numbers_of_another_program_are_taken(tmp_path: Path) -> None:
    """Not Excel's: all 16 digits are there, and a workbook can hold these."""
    rows = [[int("31" + row[0][2:]), int("31" + row[1][2:]), *row[2:]] for row in THREE]
    found = read(workbook(tmp_path, [HEADER, *rows]))
    assert [one["nik"] for one in found] == ["31" + one["nik"][2:] for one in WANTED]


def test_whole_numbers_that_a_workbook_rounds_are_refused(tmp_path: Path) -> None:
    """99… is above 2**53: 9901010204950003 comes back as …004, which is somebody else."""
    broken = refusal(workbook(tmp_path, [HEADER, *([int(row[0]), *row[1:]] for row in THREE)]))
    assert (broken.reason, broken.details["line"]) == ("stored_as_number", 2)


def test_our_header_in_one_cell_of_a_workbook(tmp_path: Path) -> None:
    assert read(workbook(tmp_path, [[", ".join(HEADER)], *THREE])) == WANTED


def test_the_sheet_with_the_list_is_found(tmp_path: Path) -> None:
    assert read(workbook(tmp_path, [["Petunjuk"], ["Isi lembar berikut"]], [HEADER, *THREE], [])) == WANTED


def test_a_hidden_sheet_is_not_looked_at(tmp_path: Path) -> None:
    path = workbook(tmp_path, [HEADER, *THREE], [HEADER, *people(5)])
    made = load_workbook(path)
    made.worksheets[1].sheet_state = "hidden"
    made.save(path)
    assert read(path) == WANTED


@pytest.mark.parametrize("how", ["filter", "hidden", "group"])
def test_rows_that_are_not_shown_refuse_the_list(tmp_path: Path, how: str) -> None:
    """Whoever sent the filtered list saw three people; eight would be awarded."""
    path = workbook(tmp_path, [["Daftar"], HEADER, *people(8)])
    made = load_workbook(path)
    sheet = made.worksheets[0]
    if how == "filter":
        sheet.auto_filter.ref = "A2:H10"
    for line in (5, 6, 7, 9, 10):
        if how == "group":
            sheet.row_dimensions.group(line, line, hidden=True)
        sheet.row_dimensions[line].hidden = True
    made.save(path)
    broken = refusal(path)
    assert (broken.reason, broken.details["line"], broken.details["hits"]) == ("rows_hidden", 5, 5)


def test_hidden_rows_without_anybody_are_no_matter(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["catatan"], HEADER, *THREE])
    made = load_workbook(path)
    for line in (1, 9, 10):
        made.worksheets[0].row_dimensions[line].hidden = True
        made.worksheets[0].cell(9, 1).number_format = "@"
    made.save(path)
    assert read(path) == WANTED


def test_a_line_end_that_a_workbook_keeps_as_a_code_is_one(tmp_path: Path) -> None:
    rows = [[*row[:2], row[2].replace(" ", "_x000D_\n", 1), *row[3:]] for row in THREE]
    assert read(workbook(tmp_path, [HEADER, *rows])) == WANTED


@pytest.mark.parametrize("spare", [0, 1])
def test_a_list_that_fills_a_sheet_to_its_end_may_have_been_cut_off(tmp_path: Path, spare: int) -> None:
    path = csv_file(tmp_path, text([[], *people(3)] + [[]] * (65_530 - spare) + people(5)[4:]))
    if spare:
        assert len(read(path)) == 4
    else:
        assert refusal(path).reason == "sheet_full"


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        # As pandas writes a column that had an empty cell.
        ("81235000001.0", "81235000001"),
        ("6281235000001.00", "6281235000001"),
        ("\u2019081235000001", "081235000001"),
        # Grouped by a person: the noughts are digits.
        ("0812.3500.00.00", "0812.3500.00.00"),
    ],
)
def test_a_telephone_number_gains_no_digit_from_its_fraction(tmp_path: Path, written: str, wanted: str) -> None:
    rows = [[*row[:4], written if number == 0 else row[4], *row[5:]] for number, row in enumerate(THREE)]
    assert read(csv_file(tmp_path, text(rows)))[0]["phone"] == wanted


@pytest.mark.parametrize(
    ("written", "level"),
    [
        ("SLTA/SEDERAJAT", "sma"),
        ("TAMAT SD/SEDERAJAT", "sd"),
        ("BELUM TAMAT SD/SEDERAJAT", "none"),
        ("TIDAK/BELUM SEKOLAH", "none"),
        ("SLTP/SEDERAJAT", "smp"),
        ("DIPLOMA I/II", "diploma"),
        ("AKADEMI/DIPLOMA III/S. MUDA", "diploma"),
        ("DIPLOMA IV/STRATA I", "s1"),
        ("STRATA II", "s2"),
        ("STRATA III", "s2"),
        ("S-1", "s1"),
        ("pendeta", "pendeta"),
    ],
)
def test_schooling_as_the_family_card_says_it(tmp_path: Path, written: str, level: str) -> None:
    assert read(csv_file(tmp_path, text([[*row[:7], written] for row in THREE])))[0]["education"] == level


def test_a_wrong_size_in_a_sheet_hides_no_rows(tmp_path: Path) -> None:
    path = workbook(tmp_path, [HEADER, *THREE])
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert b'ref="A1:H4"' in parts[sheet]
    parts[sheet] = parts[sheet].replace(b'ref="A1:H4"', b'ref="A1:C2"')
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    assert read(path) == WANTED


def test_a_cell_of_several_lines(tmp_path: Path) -> None:
    rows = [[*row, '"Jl. Mawar 3,\nRT 01 ""Blok A""\nJakarta"'] for row in THREE]
    path = csv_file(tmp_path, text(rows, header=[*HEADER, "alamat"]))
    assert read(path) == WANTED
    with read_list(path, columns=COLUMNS) as found:
        assert [row.line for row in found.rows()] == [2, 5, 8]
        assert (found.contents().lines, found.contents().continued) == (10, 6)


def fifty(**changed: Any) -> list[list[Any]]:
    rows = people(50)
    for line, row in changed.items():
        rows[int(line[1:]) - 2] = row
    return rows


BROKEN: dict[str, tuple[str | bytes, str, dict[str, Any]]] = {
    "nothing": (b"", "empty", {}),
    "blanks": ("\n  \n\n", "empty", {}),
    "only a mark": (b"\xef\xbb\xbf", "empty", {}),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_workbook", {}),
    "a page that is called .xls": ("<html><table><tr><td>nik</td></tr></table></html>", "page", {}),
    "a page behind a mark": (b"\xef\xbb\xbf\r\n<?xml version='1.0'?><Workbook/>", "page", {}),
    "a PDF": (b"%PDF-1.7\n...", "document", {}),
    "a broken workbook": (b"PK\x03\x04" + b"\0" * 100, "workbook_broken", {}),
    "no header": (text(THREE).split("\n", 1)[1], "header_missing", {}),
    "a column is missing": (
        text([row[:7] for row in THREE], header=HEADER[:7]),
        "columns_missing",
        {"missing": "education", "line": 1},
    ),
    "a column twice": (
        text([[*row, row[2]] for row in THREE], header=[*HEADER, "Name"]),
        "column_twice",
        {"column": "name"},
    ),
    "only a header": (text([]), "no_rows", {"line": 1}),
    "no letters": (
        text([[*row[:2], "\x81\x8d", *row[3:]] for row in THREE]).encode("latin-1"),
        "encoding",
        {"line": 2},
    ),
    "UTF-8 with a broken letter": (
        text([*THREE[:1], [*THREE[1][:2], "Zoë", *THREE[1][3:]]]).encode() + b"Zo\xeb\n",
        "encoding_mixed",
        {"line": 4},
    ),
    "half of UTF-16": (text(THREE).encode("utf-16")[:-1], "encoding", {"line": 4}),
    "a quote that is never closed": (
        text(fifty(l5=[*people(50)[3][:2], '"Siti', *people(50)[3][3:]])),
        "quote_open",
        {"line": 5, "column": "name"},
    ),
    "a quote that another row would close": (
        text(
            fifty(
                l5=[*people(50)[3][:2], '"Siti', *people(50)[3][3:]],
                l30=[*people(50)[28][:2], 'Ani"', *people(50)[28][3:]],
            )
        ),
        "quote_open",
        {"line": 5, "column": "name"},
    ),
    "a quote in the last row": (
        text(fifty(l51=[*people(50)[49][:7], '"sma'])),
        "quote_open",
        {"line": 51, "column": "education"},
    ),
    "a stray quote": (
        text([*THREE[:2], [*THREE[2][:2], '"Siti" Aminah', *THREE[2][3:]]]),
        "quote_stray",
        {"line": 4, "column": "name"},
    ),
    "an endless line": ("nik," * 30_000, "line_too_long", {"line": 1}),
    "the header once more": (text([*THREE, list(HEADER), *people(5)]), "header_again", {"line": 5}),
    "the header once more, in capitals": (
        text([*THREE, [name.upper() for name in HEADER], *people(5)]),
        "header_again",
        {"line": 5},
    ),
    "Excel's 15 digits": (
        text([[row[0][:15] + "0", *row[1:]] for row in people(8)]),
        "last_digit_lost",
        {"column": "nik", "hits": 8, "rows": 8, "line": 2},
    ),
    "15 digits of the family card": (
        text([[row[0], row[1][:15] + "0", *row[2:]] for row in people(8)]),
        "last_digit_lost",
        {"column": "family_card_number"},
    ),
    "15 digits in nearly all rows": (
        text([[row[0][:15] + "0", *row[1:]] for row in people(11)[1:10]] + people(1)),
        "last_digit_lost",
        {"column": "nik", "hits": 9, "rows": 10},
    ),
    "15 digits of both numbers of two people": (
        text([[row[0][:15] + "0", row[1][:15] + "0", *row[2:]] for row in people(2)]),
        "last_digit_lost",
        {"column": "nik"},
    ),
    "a shortened number": (
        text([*THREE[:2], ["9.90101E+15", *THREE[2][1:]]]),
        "scientific",
        {"line": 4, "column": "nik", "value": "9.90101E+15"},
    ),
    "a shortened number with a comma": (
        text([["9,90101E+15", *THREE[0][1:]], *THREE[1:]], separator=";"),
        "scientific",
        {"line": 2, "value": "9,90101E+15"},
    ),
    "a shortened phone": (
        text([*THREE[:2], [*THREE[2][:4], "6.28124E+12", *THREE[2][5:]]]),
        "scientific",
        {"column": "phone"},
    ),
    "zeros in front were lost": (
        text([[row[0], row[1][2:], *row[2:]] for row in people(8)]),
        "digits_lost",
        {"column": "family_card_number", "length": 14, "hits": 8},
    ),
    "a column without a header": (
        text([[number, *row] for number, row in enumerate(people(5), 1)]),
        "columns_shifted",
        {"line": 2, "hits": 5},
    ),
    "a column that is missing in the data": (
        text([[*row[:2], *row[3:]] for row in people(5)]),
        "columns_shifted",
        {"line": 2},
    ),
    "phone and address exchanged": (
        text([[*row[:3], row[5], row[4], row[3], *row[6:]] for row in people(5)]),
        "columns_shifted",
        {"column": "birth_date"},
    ),
    "dates with the month first": (
        text([[*row[:3], f"04/{row[3][8:]}/1995", *row[4:]] for row in people(10)]),
        "dates_disagree",
        {"column": "birth_date", "other": "nik"},
    ),
    "dates that slipped by one row": (
        text([[*row[:3], other[3], *row[4:]] for row, other in zip(people(9), people(10)[1:], strict=True)]),
        "dates_disagree",
        {"hits": 9},
    ),
    "phones that were pushed down": (
        text(
            [
                [*row[:4], phone, *row[5:]]
                for row, phone in zip(people(5), ["", *(r[4] for r in people(4))], strict=True)
            ]
            + [["", "", "", "", "081235000005", "", "", ""]]
        ),
        "cells_moved",
        {"line": 2, "column": "phone"},
    ),
    "phones that moved up": (
        text(
            [
                [*row[:4], phone, *row[5:]]
                for row, phone in zip(people(5), [*(r[4] for r in people(5)[1:]), ""], strict=True)
            ]
        ),
        "cells_moved",
        {"line": 6, "column": "phone"},
    ),
}


@pytest.mark.parametrize("damage", BROKEN)
def test_damage_refuses_the_whole_list(tmp_path: Path, damage: str) -> None:
    content, reason, details = BROKEN[damage]
    broken = refusal(csv_file(tmp_path, content))
    assert (broken.reason, {name: broken.details.get(name) for name in details}) == (reason, details)


def test_damage_in_a_workbook(tmp_path: Path) -> None:
    damaged = [[int("31" + row[0][2:15] + "0"), *row[1:]] for row in THREE]
    assert refusal(workbook(tmp_path, [HEADER, *damaged])).reason == "last_digit_lost"
    # One number that Excel keeps as a number is enough: it cannot have its 16th digit.
    assert refusal(workbook(tmp_path, [HEADER, *damaged[:1]])).reason == "last_digit_lost"
    assert refusal(workbook(tmp_path, [HEADER, *THREE], [HEADER, *THREE])).reason == "several_sheets"
    assert refusal(workbook(tmp_path, [["x"]])).reason == "header_missing"
    assert refusal(workbook(tmp_path, [])).reason == "empty"
    document = tmp_path / "surat.docx"
    with zipfile.ZipFile(document, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", "<w/>")
    assert refusal(document).reason == "other_workbook"


def test_one_number_in_ten_ends_with_zero(tmp_path: Path) -> None:
    """Nobody is refused by chance: eight of forty are no damage, nor are two people by themselves."""
    rows = people(40)
    for row in rows[:8]:
        row[0] = row[0][:15] + "0"
    assert len(read(csv_file(tmp_path, text(rows)))) == 40
    assert len(read(csv_file(tmp_path, text([[row[0][:15] + "0", *row[1:]] for row in people(2)])))) == 2


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ([*THREE[0][:2], "Aminah", "S.Pd", *THREE[0][3:]], "cells_too_many"),
        (THREE[0][:6], "cells_too_few"),
        ([*THREE[0][:2], "#N/A", *THREE[0][3:]], "cell_error"),
        ([*THREE[0][:3], "#VALUE!", *THREE[0][4:]], "cell_error"),
    ],
)
def test_a_row_that_is_none_says_why(tmp_path: Path, cells: list[str], problem: str) -> None:
    path = csv_file(tmp_path, text([*people(9)[1:], cells]))
    with read_list(path, columns=COLUMNS) as found:
        rows = list(found.rows())
    assert [row.problem for row in rows] == [""] * 8 + [problem]
    assert [cell for cell in rows[-1].cells if cell] == cells


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1995-04-15", "1995-04-15"),
        ("1995/4/5", "1995-04-05"),
        ("15/04/1995", "1995-04-15"),
        ("5/4/95", "1995-04-05"),
        ("15.04.1995", "1995-04-15"),
        ("15-04-1995 00:00", "1995-04-15"),
        ("15-Apr-95", "1995-04-15"),
        ("15 apr 1995", "1995-04-15"),
        ("17 Agustus 1995", "1995-08-17"),
        ("17-AGU-95", "1995-08-17"),
        ("1 Mei 2003", "2003-05-01"),
        ("31-Des-29", "2029-12-31"),
        ("31-Dec-30", "1930-12-31"),
        ("2004-02-29T00:00:00", "2004-02-29"),
        ("04/15/1995", None),
        ("31/02/1995", None),
        ("15/04", None),
        ("15-Xyz-95", None),
        ("1995", None),
        ("34804", None),
        ("kemarin", None),
        ("", None),
    ],
)
def test_dates(written: str, day: str | None) -> None:
    assert iso_date(written) == day


@pytest.mark.parametrize("padded", ["", ",,,,,,"])
def test_a_signature_below_the_list_is_no_damage(tmp_path: Path, padded: str) -> None:
    """Two people, a total, a place and who signed; one of the two has no name, which is their own row's matter."""
    below = ["Jumlah: 2", "Jakarta", ",,Kepala Dinas", ",,(Budi Contoh)", "NIP 196804151995031001"]
    listed = text([[*THREE[0][:2], "", *THREE[0][3:]], THREE[1]]) + "".join(f"{line}{padded}\n" for line in below)
    with read_list(csv_file(tmp_path, listed), columns=COLUMNS, agreement=BIRTH_IN_NIK) as found:
        rows = list(found.rows())
        assert (len(rows), found.contents().lines) == (7, 8)
    assert [row.problem for row in rows[:2]] == ["", ""]


def test_every_refusal_has_its_sentences() -> None:
    reasons = {reason for _, reason, _ in BROKEN.values()} | {"several_sheets", "other_workbook", "workbook_too_large"}
    reasons |= {"stored_as_number", "rows_hidden", "sheet_full"}
    assert set(SENTENCES) == reasons


@given(
    content=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(str.encode),
        st.text(alphabet='ab,;\t"\n\r=E+0123456789', max_size=300).map(lambda tail: (text(THREE) + tail).encode()),
        st.tuples(st.integers(0, 600), st.sampled_from(['"', "\n", ",", ";", "\r", '""', "\x00", "é"])).map(
            lambda cut: (text(people(5))[: cut[0]] + cut[1] + text(people(5))[cut[0] :]).encode()
        ),
    )
)
def test_whatever_the_bytes_are_every_line_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = csv_file(tmp_path_factory.mktemp("any"), content)
    try:
        with read_list(path, columns=COLUMNS, agreement=BIRTH_IN_NIK) as found:
            rows = list(found.rows())
            contents = found.contents()
    except BrokenList as broken:
        refused = sentence(broken)
    else:
        refused = None
    if refused:
        assert "{" not in "".join(refused).replace(repr(content), "") or b"{" in content
        return
    assert contents.rows == len(rows)
    assert contents.rows + contents.empty + contents.above + contents.continued == contents.lines
    assert contents.lines == len(
        content.decode(found.shape.encoding).replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
    ) or content.endswith((b"\n", b"\r"))
