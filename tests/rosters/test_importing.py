"""Lists of other offices: imported whole or not at all, kept without a readable NIK, counting by two operators, undone by them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from prakerja.access.actors import SYSTEM, Actor
from prakerja.audit.models import Record
from prakerja.draw.models import ApplicantList
from prakerja.draw.models import Entry as Row
from prakerja.kernel.errors import Refused
from prakerja.lists import BrokenList, read_list
from prakerja.rosters.models import ListedNik, RejectedLine, Version
from prakerja.rosters.operations import confirm_turn, import_roster, take_back_turn, undo_turn
from prakerja.rosters.policies import COLUMNS
from prakerja.rosters.queries import change, counting, rejected_lines, rosters_of, turns, versions
from tests.builders import install, operator
from tests.draw.drawing import LISTED, join, listed, ruled
from tests.intake.joining import OPENS, registered
from tests.rosters.handing import confirmed, csv_of, handed_over, imported

pytestmark = pytest.mark.django_db(transaction=True)
AT = OPENS - timedelta(days=10)


@pytest.fixture
def two() -> tuple[Actor, Actor]:
    """Who imports and who confirms."""
    install()
    return operator("approver"), operator("authoriser")


def nik(number: int) -> str:
    return f"990102170890{number:04d}"


def live() -> dict[str, int]:
    return {one.roster: one.number for one in counting(at=LISTED)}


def test_a_person_on_dtks_is_excluded_from_a_draw_with_that_reason(two: tuple[Actor, Actor], tmp_path: Path) -> None:
    ruled(*two)
    aided, other, both = join(1), join(2), join(3)
    handed_over(tmp_path / "dtks.csv", "DTKS", [nik(1), nik(3)], by=two, at=AT)
    handed_over(tmp_path / "tni.csv", "TNI", [nik(3), nik(77)], by=two, at=AT)
    assert listed(two[0]) == 3
    codes = dict(Row.objects.values_list("person_id", "codes"))
    assert codes == {aided: "DTKS", other: "", both: "DAFTAR_TERLARANG DTKS"}
    assert ApplicantList.objects.get().rosters == {"DTKS": 1, "TNI": 1}
    assert rosters_of(person_id=both, at=LISTED) == ("DTKS", "TNI")
    # What counts is what counted when the list was begun; and nobody can read a NIK from what is kept.
    assert {len(bytes(one)) for one in ListedNik.objects.values_list("nik_index", flat=True)} == {16}
    assert Record.objects.get(action="draw.listed").data["rosters"] == {"DTKS": 1, "TNI": 1}


def test_lines_that_are_no_nik_are_told_one_by_one_and_keep_nobody_else_out(
    two: tuple[Actor, Actor], tmp_path: Path
) -> None:
    """Duplicates change nothing; a shuffled list is the same list; what was rejected can be asked for, and names nobody."""
    people = [nik(number) for number in range(300)]
    lines = [f"{one};Siti;DKI" for one in [*people, *people[:40]]]
    random.Random(4).shuffle(lines)
    lines += ["3171;Budi;DKI", ";Tanpa NIK;DKI", "3171015504950001;Orang sungguhan;DKI", f"{nik(301)};Ani;DKI;Jakarta"]
    file = csv_of(tmp_path / "asn.csv", lines, header="NIK;Nama;Provinsi")
    told: list[tuple[int, str]] = []

    class Told:
        def rejected(self, row: object, reason: str) -> None:
            told.append((row.line, reason))  # type: ignore[attr-defined]

        def finish(self) -> None:
            """Nothing is written down."""

    found = imported(file, "ASN", actor=two[0], at=AT, report=Told(), chunk=50)
    assert (found.number, found.lines, found.entries, found.twice, found.rejected) == (1, 344, 300, 40, 4)
    expected = [(342, "nik_format"), (343, "nik_missing"), (344, "not_a_demo_nik"), (345, "cells_too_many")]
    assert told == rejected_lines(roster="ASN", number=1) == expected
    # Imported again it is the same version, and only what waited before waits.
    again = imported(file, "ASN", actor=two[0], at=AT)
    assert (again.number, again.is_new, again.is_waiting) == (1, False, True)
    assert len(turns(is_open=True)) == ListedNik.objects.count() // 300 == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("nik\n" + "9.90102E+15\n" * 3, "scientific"),
        ("nik\n" + "".join(f"99010217089{number:04d}0\n" for number in range(300)), "last_digit_lost"),
        ("nik\n", "no_rows"),
        ("nama\nSiti\n", "header_missing"),
        ("PK\x03\x04 cut off here", "workbook_broken"),
    ],
)
def test_a_damaged_list_is_refused_as_a_whole(two: tuple[Actor, Actor], tmp_path: Path, content: str, why: str) -> None:
    handed_over(tmp_path / "good.csv", "DTKS", [nik(1)], by=two, at=AT)
    file = tmp_path / "list.csv"
    file.write_text(content)
    with pytest.raises(BrokenList) as broken:
        imported(file, "DTKS", actor=two[0], at=AT, chunk=100)
    assert broken.value.reason == why
    assert (live(), ListedNik.objects.count(), RejectedLine.objects.count()) == ({"DTKS": 1}, 1, 0)
    assert not Version.objects.filter(status="reading").exists()


def test_a_list_that_was_cut_off_on_its_way_is_found_by_its_offices_count(
    two: tuple[Actor, Actor], tmp_path: Path
) -> None:
    file = csv_of(tmp_path / "bsu.csv", [nik(number) for number in range(90)])
    with pytest.raises(Refused) as refused:
        imported(file, "BSU", actor=two[0], at=AT, expected=100, chunk=20)
    assert (refused.value.reason, refused.value.details) == ("rows_differ", {"expected": 100, "found": 90})
    assert (ListedNik.objects.count(), [one.status for one in versions(at=AT)]) == (0, ["refused"])
    with pytest.raises(Refused, match="nobody_listed"):
        imported(csv_of(tmp_path / "none.csv", ["x", "y"]), "BSU", actor=two[0], at=AT)


def test_a_list_that_was_cut_off_goes_on_and_another_one_takes_its_place(
    two: tuple[Actor, Actor], tmp_path: Path
) -> None:
    file = csv_of(tmp_path / "bpum.csv", [*(nik(number) for number in range(50)), "x", *(nik(n) for n in range(9))])

    def stopped() -> Iterator[object]:
        with read_list(file, columns=COLUMNS) as found:
            for number, one in enumerate(found.rows()):
                if number == 45:
                    raise KeyboardInterrupt
                yield one

    given = {"roster": "BPUM", "digest": "the list", "actor": two[0], "at": AT, "chunk": 20}
    with pytest.raises(KeyboardInterrupt):
        import_roster(rows=stopped(), **given)  # type: ignore[arg-type]
    assert [(one.status, one.lines_read, one.entries) for one in versions(at=AT)] == [("reading", 40, 40)]
    assert live() == {}
    with read_list(file, columns=COLUMNS) as found:
        done = import_roster(rows=found.rows(), **given)  # type: ignore[arg-type]
    assert (done.number, done.lines, done.entries, done.twice, done.rejected) == (1, 60, 50, 9, 1)
    with pytest.raises(KeyboardInterrupt):
        import_roster(rows=stopped(), **{**given, "digest": "a second list"})  # type: ignore[arg-type]
    third = imported(csv_of(tmp_path / "third.csv", [nik(7)]), "BPUM", actor=two[0], at=AT)
    assert [(one.number, one.status) for one in versions(at=AT, roster="BPUM")] == [
        (third.number, "read"),
        (2, "refused"),
        (1, "read"),
    ]
    assert ListedNik.objects.count() == 51


def test_two_operators_let_a_version_count_and_two_undo_it(two: tuple[Actor, Actor], tmp_path: Path) -> None:
    person = registered(1, at=AT)
    first, second = two
    handed_over(tmp_path / "one.csv", "DTKS", [nik(1), nik(2)], by=two, at=AT)
    imported(csv_of(tmp_path / "two.csv", [nik(2), nik(3), nik(4)]), "DTKS", actor=first, at=AT)
    assert (live(), rosters_of(person_id=person, at=AT)) == ({"DTKS": 1}, ("DTKS",))
    told = change(roster="DTKS", number=2, at=AT)
    assert (told.before, told.after, told.come, told.go) == (2, 3, 2, 1)
    (waiting,) = turns(is_open=True)
    for actor, why in (
        (first, "not_permitted"),
        (operator("approver", "viewer"), "not_permitted"),
        (SYSTEM, "operator_needed"),
    ):
        with pytest.raises(Refused, match=why):
            confirm_turn(turn_id=waiting.turn_id, actor=actor, at=AT)
    assert live() == {"DTKS": 1}
    confirmed("DTKS", actor=second, at=AT + timedelta(days=1))
    assert (live(), rosters_of(person_id=person, at=LISTED)) == ({"DTKS": 2}, ())
    # What counted before did so until then.
    assert rosters_of(person_id=person, at=AT) == ("DTKS",)

    # Another operator replaces nothing that waits: it is confirmed, or taken back by whoever prepared it or by two.
    imported(csv_of(tmp_path / "three.csv", [nik(5)]), "DTKS", actor=first, at=AT + timedelta(days=1))
    (waiting,) = turns(is_open=True)
    another = operator("approver")
    for repeat in (
        lambda: imported(csv_of(tmp_path / "four.csv", [nik(6)]), "DTKS", actor=another, at=AT + timedelta(days=1)),
        lambda: undo_turn(roster="DTKS", reason="salah bulan", actor=another, at=AT + timedelta(days=1)),
    ):
        with pytest.raises(Refused) as refused:
            repeat()
        assert (refused.value.reason, refused.value.details["version"]) == ("turn_waits", 3)
    assert Version.objects.count() == 3
    given = {"turn_id": waiting.turn_id, "at": AT + timedelta(days=1)}
    assert not take_back_turn(actor=another, **given)
    assert turns(is_open=True)[0].back_asked_by == another.id
    assert take_back_turn(actor=second, **given)
    with pytest.raises(Refused, match="nothing_prepared"):
        take_back_turn(actor=first, **given)

    with pytest.raises(Refused, match="reason_missing"):
        undo_turn(roster="DTKS", reason=" ", actor=first, at=AT + timedelta(days=2))
    undone = undo_turn(roster="DTKS", reason="salah bulan", actor=first, at=AT + timedelta(days=2))
    assert (undone.number, live()) == (1, {"DTKS": 2})
    confirmed("DTKS", actor=second, at=AT + timedelta(days=2))
    assert (live(), rosters_of(person_id=person, at=LISTED)) == ({"DTKS": 1}, ("DTKS",))
    with connection.cursor() as cursor, pytest.raises(Exception, match="rosters_turn_two_people"):
        cursor.execute("UPDATE rosters_turn SET confirmed_by = prepared_by WHERE confirmed_at IS NOT NULL")


def test_a_version_that_counts_later_counts_later_and_the_first_can_be_undone(
    two: tuple[Actor, Actor], tmp_path: Path
) -> None:
    person = registered(1, at=AT)
    later = AT + timedelta(days=5)
    file = csv_of(tmp_path / "polri.csv", [nik(1)])
    with pytest.raises(Refused, match="counts_from_past"):
        imported(file, "POLRI", actor=two[0], at=AT, counts_from=AT - timedelta(seconds=1))
    imported(file, "POLRI", actor=two[0], at=AT, counts_from=later)
    confirmed("POLRI", actor=two[1], at=AT)
    assert rosters_of(person_id=person, at=later - timedelta(seconds=1)) == ()
    assert rosters_of(person_id=person, at=later) == ("POLRI",)
    undo_turn(roster="POLRI", reason="daftar provinsi lain", actor=two[0], at=later)
    confirmed("POLRI", actor=two[1], at=later + timedelta(days=1))
    assert rosters_of(person_id=person, at=later + timedelta(days=1)) == ()
