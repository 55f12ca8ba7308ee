"""A wave from its rules to the published draw, by two operators; and everything that they may not do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from prakerja.access.actors import Actor
from prakerja.draw import operations as draws
from prakerja.draw.models import Draw, Entry, Outcome
from prakerja.draw.protocol.folder import open_files
from prakerja.draw.protocol.verifying import Report, verify
from prakerja.draw.writing import published_folder
from tests.builders import operator
from tests.draw.drawing import (
    NAME,
    committed,
    drawn,
    join,
    listed,
    published,
    ruled,
)
from tests.waiting import LIMIT

pytestmark = pytest.mark.django_db(transaction=True)
TOOL = Path(__file__).parents[2] / "tools/verify_draw.py"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))


@pytest.fixture
def two() -> tuple[Actor, Actor]:
    """Who prepares and who confirms."""
    return operator("approver"), operator("authoriser")


def check(name: str = "g22-1") -> Report:
    return verify(files=open_files(published_folder() / name), trust=draws.trust())


def by_stranger(tmp_path: Path, name: str = "g22-1") -> str:
    keys = tmp_path / "keys.json"
    keys.write_bytes(draws.trust().spelled())
    told = subprocess.run(
        [sys.executable, "-I", TOOL, published_folder() / name, keys], capture_output=True, text=True, timeout=LIMIT
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


def test_from_the_rules_to_a_draw_that_anybody_can_check(two: tuple[Actor, Actor], tmp_path: Path) -> None:
    ruled(*two, quota=5)
    people = [join(number) for number in range(12)]
    family = [join(20 + number, card=99) for number in range(4)]
    assert listed(two[0]) == 16
    committed(*two)
    drawn(*two)
    published(*two)
    assert Draw.objects.get().status == "published"
    report = check()
    assert [(one.number, one.detail) for one in report.checks if one.holds is not True] == []
    assert (report.draw, report.winners, report.unfilled) == (NAME, 5, 0)
    assert "g22/1 holds: 5 winners of 16 rows, 0 seats left" in by_stranger(tmp_path)
    # All are of one province: the seat of the other one flows to everybody.
    assert Outcome.objects.filter(kind="W", pool="31").count() == 4
    assert Outcome.objects.filter(kind="W", pool="*").count() == 1
    labelled = Entry.objects.exclude(family=None)
    assert {one.person_id for one in labelled} == set(family)
    assert {one.allowance for one in labelled} == {2}
    assert Entry.objects.filter(person_id__in=people, family=None).count() == 12
