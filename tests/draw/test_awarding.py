"""From a published draw to its awards: decided by two, made at one moment, once, whatever happens in between."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from prakerja.access.actors import Actor
from prakerja.awards.models import Award, CardClaim
from prakerja.awards.operations import blacklist_person
from prakerja.draw import operations as draws
from prakerja.draw.models import Awarding, Dropped, Outcome, Recalled
from prakerja.draw.tasks import run_awards, run_telling
from prakerja.draw.telling import tell_some
from prakerja.intake.models import Application, Decree, ResultImport, Wave
from prakerja.intake.operations import give_up_import, prepare_correction, withdraw_application
from prakerja.intake.queries import own_applications
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.ledger.models import Transfer
from prakerja.notifications.models import Message
from tests.builders import operator
from tests.draw.awarded import ANNOUNCED, DECREE, decided, differences, drawn_wave, winners
from tests.draw.crowd import crowd
from tests.draw.drawing import NAME, PUBLISHED

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))


@pytest.fixture
def two() -> tuple[Actor, Actor]:
    """Who prepares and who confirms."""
    return operator("approver"), operator("authoriser")


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


def test_who_left_was_excluded_or_awarded_otherwise_since_the_list_is_dropped(two: tuple[Actor, Actor]) -> None:
    """Their seats come back, nobody else loses theirs, and each keeps the reason (rules.md 4.4)."""
    drawn_wave(two, leave=1)
    gone, listed_one, *others = sorted(winners(), key=str)
    # From the publication on everybody can read what they were given: nobody leaves, and no page offers it.
    with refused("wave_decided"):
        withdraw_application(person_id=others[0], wave_number=22, at=PUBLISHED)
    for person in (others[0], gone):
        [own] = own_applications(person_id=person, at=PUBLISHED)
        assert not own.may_withdraw
        assert not own.may_rejoin
    with transaction():
        blacklist_person(person_id=listed_one, reason="not_bought", at=PUBLISHED)
    decided(two)
    assert run_awards(ANNOUNCED) == 98
    assert set(Award.objects.values_list("person_id", flat=True)) == winners() - {gone, listed_one}
    assert sorted(Dropped.objects.values_list("reason", flat=True)) == ["BLACKLIST", "withdrawn"]
    found = ResultImport.objects.get()
    assert (found.draw, found.status, found.people, found.awarded) == (NAME, "done", 98, 98)
    run_telling(ANNOUNCED)
    states = dict(Application.objects.values_list("person_id", "status"))
    assert (states[gone], states[listed_one]) == ("withdrawn", "not_selected")
    assert Application.objects.get(person_id=listed_one).reason == "BLACKLIST"
    with refused("wave_decided"):
        withdraw_application(person_id=next(iter(winners() - {gone, listed_one})), wave_number=22, at=ANNOUNCED)


def refused(reason: str) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, check=lambda error: error.reason == reason)


def test_what_operators_may_not_decide(two: tuple[Actor, Actor]) -> None:
    first, second = two
    drawn_wave(two, people=20, quota=10)
    terms = {"draw_name": NAME, "decree_number": DECREE, "announced_at": ANNOUNCED}
    with refused("announcement_not_ahead"):
        draws.prepare_awards(**terms, actor=first, at=ANNOUNCED + timedelta(seconds=1))
    with refused("decree_missing"):
        draws.prepare_awards(**{**terms, "decree_number": " "}, actor=first, at=PUBLISHED)
    with refused("operator_needed"):
        draws.prepare_awards(**terms, actor=Actor.system("command"), at=PUBLISHED)
    prepared = draws.prepare_awards(**terms, actor=first, at=PUBLISHED)
    for actor in (first, operator("approver"), operator("viewer")):
        with refused("not_permitted"):
            draws.confirm_awards(draw_name=NAME, digest=prepared.digest, actor=actor, at=PUBLISHED)
    with refused("step_changed"):
        draws.confirm_awards(draw_name=NAME, digest="0" * 16, actor=second, at=PUBLISHED)
    # Whoever confirms after the moment confirms nothing.
    with refused("announcement_not_ahead"):
        draws.confirm_awards(draw_name=NAME, digest=prepared.digest, actor=second, at=ANNOUNCED + timedelta(seconds=1))
    assert Awarding.objects.count() == 0
    draws.confirm_awards(draw_name=NAME, digest=prepared.digest, actor=second, at=PUBLISHED)
    draws.confirm_awards(draw_name=NAME, digest=prepared.digest, actor=second, at=PUBLISHED)
    with refused("awards_decided"):
        draws.prepare_awards(**terms, actor=first, at=PUBLISHED)
    # Taken back before its moment, and decided anew.
    with refused("reason_missing"):
        draws.cancel_awards(draw_name=NAME, reason=" ", actor=second, at=PUBLISHED)
    # One alone stops nothing, however often they say it.
    for _ in range(2):
        assert not draws.cancel_awards(draw_name=NAME, reason="Salah jam", actor=second, at=PUBLISHED)
    assert Awarding.objects.get().status == "decided"
    assert draws.cancel_awards(draw_name=NAME, reason="Salah jam", actor=first, at=PUBLISHED)
    assert run_awards(ANNOUNCED) == 0
    decided(two)
    with refused("announcement_ahead"):
        draws.award_drawn(draw_name=NAME, at=PUBLISHED)
    seen: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        seen.append((done, total))
        raise KeyboardInterrupt

    # An operator stops the command half way; from the first award on it is carried through.
    with pytest.raises(KeyboardInterrupt):
        draws.award_drawn(draw_name=NAME, at=ANNOUNCED, chunk=4, progress=stop)
    assert (seen, Award.objects.count()) == ([(4, 10)], 4)
    with refused("awards_begun"):
        draws.cancel_awards(draw_name=NAME, reason="Salah jam", actor=second, at=ANNOUNCED)
    with refused("draw_is_carried_through"):
        give_up_import(wave_number=22, reason="Salah jam", actor=first, at=ANNOUNCED)
    with refused("import_unfinished"):
        prepare_correction(wave_number=22, announced_at=PUBLISHED, reason="Salah jam", actor=first, at=ANNOUNCED)
    assert draws.award_drawn(draw_name=NAME, at=ANNOUNCED, chunk=4) == 6
    with refused("nothing_decided"):
        draws.award_drawn(draw_name=NAME, at=ANNOUNCED)
    with refused("awards_decided"):
        draws.prepare_awards(**terms, actor=first, at=PUBLISHED)
    assert (Award.objects.count(), Decree.objects.count(), CardClaim.objects.count()) == (10, 1, 10)


def test_the_proof_finds_an_award_that_no_draw_gave_and_a_winner_without_one(two: tuple[Actor, Actor]) -> None:
    drawn_wave(two, people=20, quota=10)
    decided(two)
    run_awards(ANNOUNCED)
    assert differences() == {}
    draw = Awarding.objects.get().draw
    won, loser = (Outcome.objects.filter(kind=kind).values_list("number", flat=True)[0] for kind in ("W", "R"))
    Dropped.objects.create(draw=draw, number=won, recall=0, reason="withdrawn", dropped_at=ANNOUNCED)
    assert differences() == {"every award of a draw is of a winner or of somebody who was recalled": 1}
    Recalled.objects.create(draw=draw, number=loser, recall=1, pool="31")
    of_recall = {"recall": 1, "decree_number": "SK 22-R/2021", "announced_at": ANNOUNCED, "people": 1}
    Awarding.objects.create(draw=draw, decided_by="x", decided_at=PUBLISHED, **of_recall)
    Awarding.objects.filter(recall=1).update(status="begun")
    Awarding.objects.filter(recall=1).update(status="done")
    found = differences()
    assert found["every winner, and whoever was recalled, has an award or was dropped with a reason"] == 1
    assert found["a seat that was given on came back before, and each was given on once"] == 1


def test_who_stands_in_no_list_keeps_nobody_from_being_told(two: tuple[Actor, Actor]) -> None:
    drawn_wave(two, people=20, quota=10)
    decided(two)
    # Applications that came after the list, and that are asked about first.
    wave = Wave.objects.get()
    crowd(wave=wave, count=3, at=PUBLISHED)
    late = set(Application.objects.order_by("-joined_at").values_list("id", flat=True)[:3])
    with connection.cursor() as cursor:
        for number, one in enumerate(late):
            cursor.execute("UPDATE intake_application SET id = %s WHERE id = %s", [uuid.UUID(int=number + 1), one])
    run_awards(ANNOUNCED)
    while tell_some(at=ANNOUNCED, chunk=2) is not None:
        pass
    assert Application.objects.filter(status="waiting").count() == 3
    assert Awarding.objects.get().told_at is not None
