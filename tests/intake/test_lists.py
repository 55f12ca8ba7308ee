"""A list as a civil servant made it becomes awards, or is refused whole; every line is told of."""

from __future__ import annotations

import argparse
import csv
import io
import os
from pathlib import Path
from typing import Any

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.awards.models import Award
from prakerja.cli.arguments import CommandError
from prakerja.cli.wave_results import HEADER, LEVELS, _Leftovers
from prakerja.intake.models import Decree
from prakerja.intake.operations import ImportOutcome, import_results
from prakerja.intake.result_columns import BIRTH_IN_NIK, COLUMNS
from prakerja.intake.result_files import ResultFile
from prakerja.intake.result_rows import REASONS
from prakerja.kernel.db import rows
from prakerja.lists import BrokenList, Leftovers, read_list
from prakerja.people.models import Person
from prakerja.people.policies import EDUCATION
from prakerja.people.queries import person_id_by_nik
from tests import builders as b
from tests.lists.files import csv_file, people, person, text, workbook

pytestmark = pytest.mark.django_db


def take(path: Path, **options: Any) -> tuple[ImportOutcome, _Leftovers]:
    """What the command does between opening the list and its answer."""
    given = argparse.Namespace(file=path, rejected_file=None, **options)
    with read_list(path, columns=COLUMNS, agreement=BIRTH_IN_NIK) as found:
        shape = found.shape
    listed = ResultFile(path)
    with _Leftovers(given, shape) as left:
        outcome = import_results(
            rows=listed,
            wave_number=21,
            decree_number="SK-21",
            announced_at=b.ANNOUNCED,
            actor=SYSTEM,
            at=b.ANNOUNCED,
            report=left,
        )
        contents = listed.contents()
    assert contents.rows == outcome.lines
    return outcome, left


def leftovers(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def nothing_happened() -> bool:
    return not (Award.objects.exists() or Person.objects.exists() or Decree.objects.exists())


def test_a_workbook_becomes_awards(tmp_path: Path) -> None:
    b.world()
    title = [["DAFTAR LOLOS GELOMBANG 21"], [], ["No", *(name.upper() for name in HEADER.split(","))]]
    listed = [[number, *row] for number, row in enumerate(people(5), 1)]
    listed[1][8] = "SMA"
    listed[2][5] = 81235000003
    outcome, _ = take(workbook(tmp_path, [*title, *listed]))
    assert (outcome.awarded, outcome.rejected_rows, Award.objects.count()) == (5, 0, 5)
    assert person_id_by_nik(nik=listed[2][1]) is not None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["list.xlsx"]


def test_numbers_that_excel_shortened_award_nobody(tmp_path: Path) -> None:
    """Eight of eight were awarded under other people's numbers."""
    b.world(budget=10**12)
    listed = [[row[0][:15] + "0", *row[1:]] for row in people(8)]
    with pytest.raises(BrokenList, match="last_digit_lost"):
        take(csv_file(tmp_path, text(listed)))
    assert nothing_happened()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["list.csv"]


def test_a_quote_that_swallows_the_rest_awards_nobody(tmp_path: Path) -> None:
    """Four of a hundred were counted, and 96 vanished with exit 0."""
    b.world()
    listed = people(100)
    listed[4][2] = '"Siti'
    with pytest.raises(BrokenList, match="quote_open"):
        take(csv_file(tmp_path, text(listed)))
    assert nothing_happened()


def test_damage_that_shows_after_a_thousand_awards_takes_them_back(tmp_path: Path) -> None:
    b.world(budget=10**12)
    listed = people(1100)
    path = csv_file(tmp_path, text([*listed, HEADER.split(",")]))
    with pytest.raises(BrokenList, match="header_again"):
        take(path)
    assert nothing_happened()
    assert rows("SELECT count(*) FROM people_nikclaim") == [(0,)]


def test_rejected_lines_keep_their_columns_and_say_what_to_do(tmp_path: Path) -> None:
    b.world()
    header = ["No", *HEADER.split(","), "Keterangan"]
    bad = {"phone": "0812-3500-OOO9", "name": '=HYPERLINK("http://x.example";"Siti")'}
    listed = [
        [1, *person(1).values(), ""],
        [2, *person(2, **bad).values(), "@SUM(1)"],
        [3, *person(3, name="#REF!").values(), ""],
        [4, *person(4, name="NULL").values(), ""],
        [],
        ["", "Jumlah: 4"],
        [5, *person(5, email="a@x.id,b@x.id").values(), "é"],
        [6, *person(6).values(), "satu", "lebih"],
    ]
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\n").writerows([header, *listed])
    path = csv_file(tmp_path, "Hasil gelombang 21\n" + written.getvalue())
    outcome, left = take(path)
    assert (outcome.awarded, outcome.rejected_rows) == (1, 6)
    rejected = tmp_path / "list.csv.rejected.csv"
    assert left.files() == (str(rejected), None)
    assert rejected.stat().st_mode & 0o777 == 0o600
    found = leftovers(rejected, delimiter=";")
    assert list(found[0])[:10] == header
    assert [(row["line"], row["reason"]) for row in found] == [
        ("4", "name_format"),
        ("5", "cell_error"),
        ("6", "name_placeholder"),
        ("8", "cells_too_few"),
        ("9", "email_format"),
        ("10", "cells_too_many"),
    ]
    assert all((row["petunjuk"], row["what_to_do"]) == REASONS[row["reason"]] for row in found)
    # Excel would run these; a quote in front makes them text.
    assert found[0]["name"].startswith("'=HYPERLINK(")
    assert found[0]["Keterangan"] == "'@SUM(1)"
    assert found[4]["Keterangan"] == "é"
    assert "lebih" in rejected.read_text()


def test_a_corrected_file_of_rejected_lines_is_a_list(tmp_path: Path) -> None:
    b.world()
    path = csv_file(tmp_path, text(people(3, phone="12") + people(4, email="@")[3:]).encode("utf-8-sig"))
    assert take(path)[0].rejected_rows == 4
    rejected = tmp_path / "list.csv.rejected.csv"
    content = rejected.read_text(encoding="utf-8-sig")
    assert "'@" in content
    for number in (1, 2, 3):
        content = content.replace(",12,", f",+62812350000{number:02d},", 1)
    csv_file(tmp_path, content.replace("'@,", "'@x,").encode("utf-8-sig"), rejected.name)
    outcome, left = take(rejected)
    assert (outcome.awarded, outcome.rejected_rows) == (3, 1)
    again = leftovers(Path(left.files()[0] or ""), "utf-8-sig")
    assert list(again[0]) == [*HEADER.split(","), "line", "reason", "petunjuk", "what_to_do"]


def test_nothing_is_stored_when_the_rejected_lines_cannot_be(tmp_path: Path) -> None:
    """A name of 245 letters was committed, and then there was a traceback."""
    b.world()
    path = csv_file(tmp_path, text(people(3)), "l" * 245 + ".csv")
    with pytest.raises(CommandError, match="rejected-file"):
        take(path)
    assert nothing_happened()


def test_a_full_disk_takes_everything_back(tmp_path: Path) -> None:
    b.world()
    path = csv_file(tmp_path, text([*people(3), list(person(4, phone="1").values())]))
    with read_list(path, columns=COLUMNS) as found:
        left = _Leftovers(argparse.Namespace(file=path, rejected_file=None), found.shape)
        with pytest.raises(CommandError, match=r"list\.csv\.rejected\.csv"), left:  # noqa: PT012
            # Whatever is written to this device, the disk is full.
            os.dup2(os.open("/dev/full", os.O_WRONLY), left._rejected._file.fileno())
            import_results(
                rows=ResultFile(path),
                wave_number=21,
                decree_number="SK-21",
                announced_at=b.ANNOUNCED,
                actor=SYSTEM,
                at=b.ANNOUNCED,
                report=left,
            )
    assert nothing_happened()
    assert [one.name for one in tmp_path.iterdir()] == ["list.csv"]


def test_an_earlier_file_of_rejected_lines_outlives_a_refused_list(tmp_path: Path) -> None:
    b.world()
    earlier = csv_file(tmp_path, "somebody works on this", "list.csv.rejected.csv")
    with pytest.raises(BrokenList):
        take(csv_file(tmp_path, text([[row[0][:15] + "0", *row[1:]] for row in people(8)])))
    assert earlier.read_text() == "somebody works on this"
    take(csv_file(tmp_path, text(people(3))))
    assert not earlier.exists()


def test_a_known_person_who_is_listed_otherwise_is_told_of(tmp_path: Path) -> None:
    b.world()
    take(csv_file(tmp_path, text(people(3))))
    before = rows("SELECT id, value_enc FROM people_contactpoint ORDER BY id")
    listed = people(3)
    listed[0][4] = "0813-9999-0001"
    listed[1][5] = listed[1][5].upper()
    listed[2][2], listed[2][7] = "Siti Aminah", "s1"
    outcome, left = take(csv_file(tmp_path, text(listed)))
    assert (outcome.awarded, outcome.already, outcome.different, outcome.rejected_rows) == (0, 1, 2, 0)
    assert left.files() == (None, str(tmp_path / "list.csv.different.csv"))
    told = leftovers(tmp_path / "list.csv.different.csv")
    assert [(one["line"], one["different"], one["person"], one["is_awarded"]) for one in told] == [
        ("2", "phone", str(person_id_by_nik(nik=listed[0][0])), "no"),
        ("4", "name education", str(person_id_by_nik(nik=listed[2][0])), "no"),
    ]
    assert rows("SELECT id, value_enc FROM people_contactpoint ORDER BY id") == before


def test_a_list_that_awards_nobody_announces_nothing(tmp_path: Path) -> None:
    """The corrected list of the next day would have been awarded by yesterday's date."""
    b.world()
    outcome, _ = take(csv_file(tmp_path, text(people(3, phone="021-555-0000"))))
    assert (outcome.awarded, outcome.rejected_rows) == (0, 3)
    assert rows("SELECT announced_at FROM intake_wave") == [(None,)]
    assert nothing_happened()


def test_the_budget_is_of_the_whole_list(tmp_path: Path) -> None:
    b.world(budget=1100 * 3_550_000)
    outcome, _ = take(csv_file(tmp_path, text(people(1100))))
    assert outcome.awarded == Award.objects.count() == 1100


def test_a_name_is_a_name() -> None:
    b.world()
    names = [
        "#N/A",
        "NULL",
        "null",
        "None",
        "nan",
        "-",
        "--",
        ".",
        "12345",
        "0",
        "N/A",
        "=A1",
        "+62",
        "@siti",
        "#",
        "tidak ada",
    ]
    listed = [b.result_row(name=name) for name in names]
    outcome = import_results(
        actor=SYSTEM,
        rows=[
            *listed,
            b.result_row(name="Nil"),
            b.result_row(name="R"),
            b.result_row(name="Nur 2"),
            b.result_row(name="Ó"),
        ],
        wave_number=21,
        decree_number="SK-21",
        announced_at=b.ANNOUNCED,
        at=b.ANNOUNCED,
    )
    assert {row.name: why for row, why in outcome.rejected}.keys() == set(names)
    assert {why for _, why in outcome.rejected} == {"name_placeholder", "name_format"}
    assert outcome.awarded == 4


def test_the_help_says_what_the_rules_say() -> None:
    assert ",".join(column.name for column in COLUMNS) == HEADER
    assert ", ".join(EDUCATION) == LEVELS
    assert all(len(sentences) == 2 and all(one.endswith(".") for one in sentences) for sentences in REASONS.values())


def test_a_file_of_leftovers_is_a_file(tmp_path: Path) -> None:
    path = csv_file(tmp_path, text(people(1)))
    with read_list(path, columns=COLUMNS) as found, pytest.raises(OSError, match="Invalid"):
        Leftovers(Path(os.devnull), shape=found.shape, beside=())
