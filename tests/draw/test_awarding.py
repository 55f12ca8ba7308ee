"""From a published draw to its awards: decided by two, made at one moment, once, whatever happens in between."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from prakerja.access.actors import Actor
from prakerja.awards.models import Award, CardClaim
from prakerja.draw import operations as draws
from prakerja.draw.models import Awarding, Draw, Outcome
from prakerja.draw.tasks import run_awards, run_telling
from prakerja.intake.models import Application, Decree, Wave
from prakerja.kernel.db import rows, transaction
from prakerja.ledger.models import Transfer
from prakerja.notifications.models import Message
from prakerja.sandbox.building import fund_programme
from tests.builders import operator
from tests.draw.crowd import crowd
from tests.draw.drawing import NAME, PUBLISHED, committed, drawn, listed, published, ruled
from tests.intake.joining import OPEN

pytestmark = pytest.mark.django_db(transaction=True)
DECREE = "SK 22/2021"
ANNOUNCED = PUBLISHED + timedelta(hours=6)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))


@pytest.fixture
def two() -> tuple[Actor, Actor]:
    """Who prepares and who confirms."""
    return operator("approver"), operator("authoriser")


def drawn_wave(two: tuple[Actor, Actor], *, people: int = 200, quota: int = 100) -> None:
    """A wave of invented people, drawn and published, and the money for its awards."""
    ruled(*two, quota=quota)
    with transaction():
        fund_programme(at=OPEN)
    crowd(wave=Draw.objects.get().wave, count=people, at=OPEN)
    listed(two[0])
    committed(*two)
    drawn(*two)
    published(*two)


def decided(two: tuple[Actor, Actor]) -> None:
    prepared = draws.prepare_awards(
        draw_name=NAME, decree_number=DECREE, announced_at=ANNOUNCED, actor=two[0], at=PUBLISHED
    )
    draws.confirm_awards(draw_name=NAME, digest=prepared.digest, actor=two[1], at=PUBLISHED)


def winners() -> set[object]:
    draw = Draw.objects.get()
    return {
        person
        for (person,) in rows(
            "SELECT e.person_id FROM draw_outcome o JOIN draw_entry e ON e.number = o.number AND e.applicants_id = %s "
            "WHERE o.draw_id = %s AND o.kind = 'W'",
            [draw.applicants_id, draw.id],
        )
    }


def test_a_wave_of_two_hundred_is_drawn_and_a_hundred_are_awarded(two: tuple[Actor, Actor]) -> None:
    drawn_wave(two)
    decided(two)
    assert run_awards(ANNOUNCED - timedelta(seconds=1)) == 0
    assert (Award.objects.count(), Wave.objects.get().announced_at) == (0, None)
    assert run_awards(ANNOUNCED) == 100
    assert Wave.objects.get().announced_at == ANNOUNCED
    assert set(Award.objects.values_list("person_id", flat=True)) == winners()
    assert Decree.objects.get().number == DECREE
    assert {one.purchase_deadline_at for one in Award.objects.all()} == {Award.objects.first().purchase_deadline_at}
    assert CardClaim.objects.count() == 100
    assert Transfer.objects.filter(kind="fund").count() == Transfer.objects.filter(kind="reserve").count() == 100
    assert Message.objects.filter(template="result_pass", channel="sms").count() == 100
    assert Awarding.objects.get().status == "done"
    # Again, nothing.
    assert run_awards(ANNOUNCED + timedelta(days=1)) == 0
    assert run_telling(ANNOUNCED) == 100
    turned_down = Application.objects.filter(status="not_selected")
    assert {one.reason for one in turned_down} <= {"KUOTA_PENUH", "KK_PENUH"}
    kinds = dict.fromkeys(("R", "K"))
    for kind in kinds:
        kinds[kind] = Outcome.objects.filter(kind=kind).count()
    assert turned_down.filter(reason="KUOTA_PENUH").count() == kinds["R"]
    assert Message.objects.filter(template="wave_not_drawn", channel="sms").count() == kinds["R"]
    assert Message.objects.filter(template="wave_not_drawn_family", channel="sms").count() == kinds["K"]
    assert run_telling(ANNOUNCED + timedelta(days=1)) == 0
