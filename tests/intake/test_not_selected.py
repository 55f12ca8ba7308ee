"""When a wave's results are there, the rest of its applicants is told that they were not selected, why, and once."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.intake.models import Application
from prakerja.intake.operations import ResultRow, import_results, join_wave, withdraw_application
from prakerja.intake.queries import own_applications
from prakerja.intake.tasks import next_rest, rest_left, run_rest
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.notifications.models import Message
from prakerja.sandbox.building import fund_programme
from tests.builders import operator
from tests.intake.joining import CLOSES, OPEN, registered, wave
from tests.rosters.handing import handed_over

pytestmark = pytest.mark.django_db
ANNOUNCED = datetime(2021, 11, 1, 20, 0, tzinfo=WIB)


def line(number: int, *, card: int | None = None) -> ResultRow:
    """The line of `registered(number)` in a list."""
    return ResultRow(
        nik=f"990102170890{number:04d}",
        family_card_number=f"990101010115{number if card is None else card:04d}",
        name=f"Siti Rekaan {number}",
        birth_date="1990-08-17",
        phone=f"+62813555{number:05d}",
        email=f"siti{number}@contoh.id",
        province_code="31",
        education="sma",
    )


def announce(*rows: ResultRow, decree: str = "SK-22/2021", more: bool = False) -> object:
    return import_results(
        rows=rows,
        wave_number=22,
        decree_number=decree,
        announced_at=ANNOUNCED,
        actor=SYSTEM,
        at=ANNOUNCED,
        short_deadline_confirmed_by=operator("approver"),
        more_lists_follow=more,
    )


@pytest.fixture(autouse=True)
def world() -> None:
    wave()
    with transaction():
        fund_programme(at=OPEN)


def test_who_stands_in_the_list_is_selected_and_the_rest_is_told_why_once() -> None:
    passed, full, quota = registered(1, card=7), registered(2, card=7), registered(3)
    third = registered(4, card=7)
    gone = registered(5)
    for person_id in (passed, full, quota, third, gone):
        join_wave(person_id=person_id, wave_number=22, at=OPEN)
    withdraw_application(person_id=gone, wave_number=22, at=OPEN)
    assert next_rest() is None
    # The list names two of one family card, and somebody who withdrew.
    outcome = announce(line(1, card=7), line(2, card=7), line(5))
    assert [(row.name, reason) for row, reason in outcome.rejected] == [("Siti Rekaan 5", "withdrawn")]  # type: ignore[attr-defined]
    assert next_rest() == ANNOUNCED
    assert rest_left(ANNOUNCED) == 2
    assert run_rest(ANNOUNCED - timedelta(seconds=1)) == 0
    assert run_rest(ANNOUNCED) == 2
    assert (run_rest(ANNOUNCED), next_rest()) == (0, None)
    found = {one.person_id: (one.status, one.reason) for one in Application.objects.all()}
    assert found == {
        passed: ("selected", ""),
        full: ("selected", ""),
        quota: ("not_selected", "KUOTA_PENUH"),
        third: ("not_selected", "KK_PENUH"),
        gone: ("withdrawn", ""),
    }
    told = Message.objects.filter(template="wave_not_selected")
    assert sorted((one.person_id, one.channel) for one in told) == sorted(
        (person, channel) for person in (quota, third) for channel in ("sms", "dashboard")
    )
    [own] = own_applications(person_id=quota, at=ANNOUNCED)
    assert (own.label, own.reason, own.may_withdraw) == ("not_selected", "KUOTA_PENUH", False)
    with pytest.raises(Refused, match="wave_decided"):
        withdraw_application(person_id=quota, wave_number=22, at=ANNOUNCED)


def test_who_stands_on_a_roster_that_excludes_is_told_that_and_not_that_the_quota_is_full(tmp_path: Path) -> None:
    passed, aided, laid_off = (registered(number) for number in (1, 2, 3))
    for person_id in (passed, aided, laid_off):
        join_wave(person_id=person_id, wave_number=22, at=OPEN)
    # A civil servant's list and a list of aid, the aid's last: the reason is the one that the rules name first.
    by = (operator("approver"), operator("authoriser"))
    for roster, number in (("DTKS", 2), ("ASN", 2), ("PEKERJA_PHK", 3)):
        handed_over(tmp_path / f"{roster}.csv", roster, [line(number).nik], by=by, at=OPEN)
    announce(line(1))
    assert run_rest(ANNOUNCED) == 2
    reasons = dict(Application.objects.values_list("person_id", "reason"))
    assert reasons == {passed: "", aided: "DAFTAR_TERLARANG", laid_off: "KUOTA_PENUH"}


def test_a_rejected_line_says_why_its_person_was_not_selected() -> None:
    for number in (1, 2, 3):
        join_wave(person_id=registered(number, card=7), wave_number=22, at=OPEN)
    announce(*(line(number, card=7) for number in (1, 2, 3)))
    run_rest(ANNOUNCED)
    assert sorted(Application.objects.values_list("status", "reason")) == [
        ("not_selected", "KK_PENUH"),
        ("selected", ""),
        ("selected", ""),
    ]


def test_nobody_is_told_while_another_list_is_to_come_and_a_later_list_still_selects() -> None:
    people = [registered(number) for number in (1, 2, 3)]
    for person_id in people:
        join_wave(person_id=person_id, wave_number=22, at=OPEN)
    announce(line(1), more=True)
    assert next_rest() is None
    [own] = own_applications(person_id=people[1], at=CLOSES)
    assert own.label == "evaluating"
    announce(line(2), decree="SK-22b/2021")
    assert run_rest(ANNOUNCED) == 1
    announce(line(3), decree="SK-22c/2021")
    assert set(Application.objects.values_list("status", flat=True)) == {"selected"}


def test_somebody_who_registers_while_a_list_is_imported_is_that_person() -> None:
    class Slow(list[ResultRow]):
        rounds = 0

        def __iter__(self):  # type: ignore[no-untyped-def]
            self.rounds += 1
            if self.rounds == 3:
                registered(1)
            return super().__iter__()

    rows = Slow([line(1)])
    outcome = import_results(
        rows=rows,
        wave_number=22,
        decree_number="SK-22/2021",
        announced_at=ANNOUNCED,
        actor=SYSTEM,
        at=ANNOUNCED,
        short_deadline_confirmed_by=operator("approver"),
        digest="the same",
    )
    assert (outcome.awarded, outcome.rejected_rows) in ((1, 0), (0, 1))
