"""A wave drawn for looking: every reason counted, each province against its quota, the family cap, and nothing written."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from prakerja.access.actors import Actor
from prakerja.draw.models import ApplicantList, Draft, Draw, Entry, Outcome, PriorityGroup, Step, Stratum
from prakerja.draw.operations import Priority, confirm_rules, prepare_rules, set_strata
from prakerja.draw.protocol.documents import Rules
from prakerja.draw.queries import seat_plan, simulate_wave
from prakerja.draw.simulating import Simulation
from prakerja.draw.steps import document
from prakerja.kernel.errors import Refused
from prakerja.people.models import Person
from tests.builders import operator
from tests.draw.drawing import (
    LISTED,
    NAME,
    RULED,
    WEIGHTS,
    committed,
    drawn,
    join,
    listed,
    ruled,
)
from tests.intake.joining import OPENS, wave
from tests.rosters.handing import handed_over

pytestmark = pytest.mark.django_db(transaction=True)
AT = RULED - timedelta(days=1)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))


@pytest.fixture
def two() -> tuple[Actor, Actor]:
    return operator("approver"), operator("authoriser")


def nik(number: int) -> str:
    return f"990102170890{number:04d}"


def simulated() -> Simulation:
    """By a database that lets nothing be written."""
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        try:
            return simulate_wave(wave_number=22, at=LISTED, chunk=3)
        finally:
            cursor.execute("SET default_transaction_read_only = off")


def moved(person_id: object, province: str) -> None:
    Person.objects.filter(id=person_id).update(province_code=province)


def test_the_funnel_before_anything_is_decided(two: tuple[Actor, Actor], tmp_path: Path) -> None:
    """Reasons overlap, a family of six has two places and lives in two provinces, one province has nobody."""
    handed_over(tmp_path / "dtks.csv", "DTKS", [nik(1), nik(2), nik(900)], by=two, at=AT)
    handed_over(tmp_path / "asn.csv", "ASN", [nik(2)], by=two, at=AT)
    handed_over(tmp_path / "pmi.csv", "CALON_PMI", [nik(3), nik(1)], by=two, at=AT)
    wave()
    groups = [Priority("M", "CALON_PMI", 4, "national")]
    set_strata(wave_number=22, weights={"31": 2, "32": 1, "94": 1}, groups=groups, actor=two[0], at=RULED)
    ruled_by_plan(two)
    for number in range(1, 8):
        join(number)
    family = [join(20 + number, card=99) for number in range(6)]
    for one in family[:3]:
        moved(one, "32")
    found = simulated()
    assert (found.joined, found.eligible, found.seats) == (13, 11, 100)
    # Every reason is counted; whoever has two leaves the funnel at the first.
    assert [(one.code, one.people, one.alone, one.leave, one.left) for one in found.reasons] == [
        ("DAFTAR_TERLARANG", 1, 0, 1, 12),
        ("DTKS", 2, 1, 1, 11),
    ]
    # The quota is larger than those who joined: all win but four of the family.
    assert (found.winners, found.barred, found.crowded, found.unfilled) == (7, 4, 6, 93)
    strata = {one.code: (one.joined, one.eligible, one.quota) for one in found.strata}
    assert strata == {"31": (10, 8, 48), "32": (3, 3, 24), "94": (0, 0, 24)}
    assert sum(one.winners for one in found.strata) == 7
    assert [(one.code, one.eligible, one.seats, one.winners) for one in found.groups] == [("M", 1, 4, 1)]
    assert (found.rosters, found.why_not) == ({"DTKS": 1, "ASN": 1, "CALON_PMI": 1}, "")

    # What is decided afterwards is what was shown, and the simulation decided nothing.
    assert (ApplicantList.objects.count(), Draft.objects.count(), Outcome.objects.count()) == (0, 0, 0)
    assert listed(two[0]) == 13
    rows = Entry.objects.filter(mark="")
    assert (rows.count(), rows.exclude(family=None).count(), rows.filter(groups="M").count()) == (11, 6, 1)
    committed(*two)
    drawn(*two)
    assert Outcome.objects.filter(kind="W").count() == 7
    assert Outcome.objects.filter(kind="W", pool="*M").count() == 1
    assert Outcome.objects.filter(kind="K").count() == 4


def test_a_wave_without_strata_or_people_is_counted_all_the_same(two: tuple[Actor, Actor]) -> None:
    made = wave()
    found = simulated()
    assert (found.joined, found.winners, found.why_not, found.strata) == (0, None, "no strata", ())
    set_strata(wave_number=22, weights={"32": 1}, actor=two[0], at=RULED)
    moved(join(1), "32")
    join(2)
    found = simulated()
    # A province without a weight: the list would be refused, and is seen here before.
    assert [(one.code, one.eligible, one.quota) for one in found.strata] == [("31", 1, None), ("32", 1, made.quota)]
    assert (found.winners, found.unfilled) == (1, made.quota - 1)
    with pytest.raises(Refused, match="wave_unknown"):
        simulate_wave(wave_number=99, at=LISTED)


def test_strata_are_changed_until_the_rules_are_published(two: tuple[Actor, Actor]) -> None:
    first, second = two
    made = wave()
    with pytest.raises(Refused, match="strata_missing"):
        prepare_rules(wave_number=22, actor=first, at=RULED)
    groups = [Priority("P", "PEKERJA_PHK", 30), Priority("D", "DISABILITAS", 10, "national")]
    plan = set_strata(wave_number=22, weights=WEIGHTS, groups=groups, actor=first, at=RULED)
    assert (plan.seats, plan.quotas, plan.is_frozen) == (100, {"31": 68, "32": 22}, False)
    assert plan.reserved == {"*D": 10, "31P": 23, "32P": 7}
    for wrong, why in (
        ([Priority("P", "DTKS", 3)], "group_unknown"),
        ([Priority("P", "PEKERJA_PHK", 101)], "rules_wrong"),
        ([Priority("P", "PEKERJA_PHK", 1), Priority("Q", "PEKERJA_PHK", 1)], "rules_wrong"),
        ([Priority("p", "PEKERJA_PHK", 1)], "rules_wrong"),
    ):
        with pytest.raises(Refused, match=why):
            set_strata(wave_number=22, weights=WEIGHTS, groups=wrong, actor=first, at=RULED)
    with pytest.raises(Refused, match="not_permitted"):
        set_strata(wave_number=22, weights=WEIGHTS, actor=second, at=RULED)
    assert seat_plan(wave_number=22, at=RULED) == plan

    stale = prepare_rules(wave_number=22, actor=first, at=RULED)
    set_strata(wave_number=22, weights={"31": 1}, groups=groups[:1], actor=first, at=RULED)
    # What was prepared before does not wait any more: nobody confirms other shares than they read.
    with pytest.raises(Refused, match="nothing_prepared"):
        confirm_rules(draw_name=NAME, digest=stale.digest, actor=second, at=RULED)
    ruled_by_plan(two)
    rules = Rules.read(document(draw_id=Draw.objects.get().id, name="rules"))
    assert (rules.weights, [(one.code, one.seats, one.scope) for one in rules.groups]) == (
        {"31": 1},
        [("P", 30, "stratum")],
    )
    with pytest.raises(Refused, match="draw_elsewhere"):
        set_strata(wave_number=22, weights=WEIGHTS, actor=first, at=RULED)
    assert seat_plan(wave_number=22, at=RULED).is_frozen
    assert (Stratum.objects.count(), PriorityGroup.objects.count(), made.quota) == (1, 1, 100)
    assert Step.objects.filter(replaced_at=None).count() == 1


def test_strata_of_a_wave_that_is_open_stay(two: tuple[Actor, Actor]) -> None:
    wave()
    with pytest.raises(Refused, match="wave_open_already"):
        set_strata(wave_number=22, weights=WEIGHTS, actor=two[0], at=OPENS)
    assert seat_plan(wave_number=22, at=OPENS).is_frozen


def ruled_by_plan(two: tuple[Actor, Actor]) -> None:
    prepared = prepare_rules(wave_number=22, actor=two[0], at=RULED)
    confirm_rules(draw_name=NAME, digest=prepared.digest, actor=two[1], at=RULED)


def test_weights_that_are_said_with_the_rules_are_the_waves(two: tuple[Actor, Actor]) -> None:
    ruled(*two)
    assert seat_plan(wave_number=22, at=RULED).weights == WEIGHTS
