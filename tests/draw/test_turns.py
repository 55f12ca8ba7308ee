"""One wave at a time: no list is fixed, no recall decided and no list imported beside a draw that is not through."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from prakerja.access.actors import SYSTEM, Actor
from prakerja.awards.models import Award
from prakerja.awards.operations import withdraw_award
from prakerja.draw import operations as draws
from prakerja.draw.models import ApplicantList, Draft, Draw, Entry
from prakerja.draw.tasks import run_awards
from prakerja.intake.models import Application, ResultImport, Wave
from prakerja.intake.operations import import_results, withdraw_application
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.sandbox.building import fund_programme
from tests.builders import operator, result_row
from tests.draw.awarded import ANNOUNCED, decided, drawn_wave, winners
from tests.draw.crowd import crowd
from tests.draw.drawing import COMMITTED, LISTED, NAME, PUBLISHED, RULED, WEIGHTS, committed, join, listed, ruled
from tests.intake.joining import CLOSES, OPEN, wave

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = "g23/1"
# After the draw before was published, and before its awards.
BETWEEN = PUBLISHED + timedelta(hours=1)
AFTER = ANNOUNCED + timedelta(days=2)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))


@pytest.fixture
def two() -> tuple[Actor, Actor]:
    """Who prepares and who confirms."""
    return operator("approver"), operator("authoriser")


def refused(reason: str) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, check=lambda error: error.reason == reason)


def other_wave(two: tuple[Actor, Actor]) -> None:
    """Wave 23 with its rules, which three of the first family of wave 22's crowd joined as well as others."""
    made = wave(23, opens=CLOSES + timedelta(minutes=5), closes=CLOSES + timedelta(minutes=30))
    prepared = draws.prepare_rules(wave_number=23, weights=WEIGHTS, actor=two[0], at=RULED)
    draws.confirm_rules(draw_name=OTHER, digest=prepared.digest, actor=two[1], at=RULED)
    crowd(wave=made, count=30, at=OPEN)


def test_what_families_have_left_is_known_once_the_winners_before_are_awarded(two: tuple[Actor, Actor]) -> None:
    drawn_wave(two, people=30, quota=30)
    other_wave(two)
    with refused("other_draw_under_way"):
        draws.make_list(draw_name=OTHER, actor=two[0], at=BETWEEN)
    decided(two)
    with refused("other_draw_under_way"):
        draws.make_list(draw_name=OTHER, actor=two[0], at=BETWEEN)
    run_awards(ANNOUNCED)
    assert draws.make_list(draw_name=OTHER, actor=two[0], at=AFTER) == 30
    # Two of each card were awarded, so nobody of them has a place left.
    assert set(Entry.objects.filter(applicants__wave__number=23).values_list("codes", flat=True)) == {"KK_PENUH"}


def test_a_list_from_before_the_last_awards_is_made_anew(two: tuple[Actor, Actor]) -> None:
    first, second = two
    other_wave(two)
    draws.make_list(draw_name=OTHER, actor=first, at=LISTED)
    early = draws.prepare_commitment(draw_name=OTHER, actor=first, at=COMMITTED)
    with refused("draw_elsewhere"):
        draws.make_list(draw_name=OTHER, actor=first, at=COMMITTED)
    # A list of an earlier wave gives two of each card an award meanwhile.
    _imported(at=COMMITTED + timedelta(hours=2))
    later = COMMITTED + timedelta(hours=3)
    with refused("list_stale"):
        draws.confirm_commitment(draw_name=OTHER, digest=early.digest, actor=second, at=COMMITTED)
    with refused("list_stale"):
        draws.prepare_commitment(draw_name=OTHER, actor=first, at=later)
    assert draws.make_list(draw_name=OTHER, actor=first, at=later) == 30
    with refused("nothing_prepared"):
        draws.confirm_commitment(draw_name=OTHER, digest=early.digest, actor=second, at=later)
    committed(*two, name=OTHER, at=later)
    ours = Draw.objects.get(name=OTHER).applicants
    assert ours is not None
    assert Entry.objects.filter(applicants=ours, codes="KK_PENUH").count() == 3


def _imported(*, at: datetime) -> None:
    wave(21, opens=OPEN - timedelta(days=20), closes=OPEN - timedelta(days=10))
    with transaction():
        fund_programme(at=OPEN)
    # Of the first family of the crowd.
    rows = [result_row(family_card_number="9901000000000000") for _ in range(2)]
    terms = {"wave_number": 21, "decree_number": "SK 21/2021", "announced_at": at, "actor": SYSTEM, "at": at}
    assert import_results(rows=rows, **terms).awarded == 2


def test_no_list_is_imported_beside_a_draw(two: tuple[Actor, Actor]) -> None:
    """Not before its awards, which the list would take the wave from, and not after them."""
    drawn_wave(two, people=20, quota=10)
    decided(two)
    friend = [result_row()]
    terms = {"wave_number": 22, "decree_number": "SK 22-B/2021", "announced_at": ANNOUNCED, "actor": SYSTEM}
    with refused("draw_decides"):
        import_results(rows=friend, **terms, at=PUBLISHED)
    assert (Wave.objects.get().announced_at, ResultImport.objects.count()) == (None, 0)
    run_awards(ANNOUNCED)
    with refused("draw_decides"):
        import_results(rows=friend, **terms, at=ANNOUNCED)
    assert Award.objects.count() == 10


def test_winners_are_awarded_where_a_list_had_announced_their_wave(two: tuple[Actor, Actor]) -> None:
    """As it could be before lists were refused: the draw's own announcement comes after the list's."""
    drawn_wave(two, people=20, quota=10)
    Wave.objects.update(announced_at=PUBLISHED)
    decided(two)
    assert run_awards(ANNOUNCED) == 10
    assert set(Award.objects.values_list("person_id", flat=True)) == winners()


def test_a_recall_waits_for_another_waves_draw_and_that_for_the_recall(two: tuple[Actor, Actor]) -> None:
    first, second = two
    drawn_wave(two, people=60, quota=20)
    decided(two)
    run_awards(ANNOUNCED)
    withdraw_award(person_id=min(winners(), key=str), at=ANNOUNCED)
    other_wave(two)
    told = AFTER + timedelta(days=2)
    terms = {"draw_name": NAME, "decree_number": "SK 22-R/2021", "announced_at": told, "actor": first}
    draws.make_list(draw_name=OTHER, actor=first, at=AFTER)
    recall = draws.prepare_recall(**terms, at=AFTER)
    committed(*two, name=OTHER, at=AFTER)
    with refused("other_draw_under_way"):
        draws.prepare_recall(**terms, at=AFTER)
    with refused("other_draw_under_way"):
        draws.confirm_recall(draw_name=NAME, digest=recall.digest, actor=second, at=AFTER)


def test_a_commitment_waits_for_a_recall(two: tuple[Actor, Actor]) -> None:
    first, second = two
    drawn_wave(two, people=60, quota=20)
    decided(two)
    run_awards(ANNOUNCED)
    withdraw_award(person_id=min(winners(), key=str), at=ANNOUNCED)
    other_wave(two)
    draws.make_list(draw_name=OTHER, actor=first, at=AFTER)
    told = AFTER + timedelta(days=2)
    terms = {"draw_name": NAME, "decree_number": "SK 22-R/2021", "announced_at": told}
    recall = draws.prepare_recall(**terms, actor=first, at=AFTER)
    draws.confirm_recall(draw_name=NAME, digest=recall.digest, actor=second, at=AFTER)
    with refused("other_draw_under_way"):
        draws.prepare_commitment(draw_name=OTHER, actor=first, at=AFTER)
    assert run_awards(told) == 1
    with refused("list_stale"):
        draws.prepare_commitment(draw_name=OTHER, actor=first, at=told + timedelta(hours=1))


def test_who_left_after_the_wave_closed_stands_in_the_list_and_who_left_before_does_not(
    two: tuple[Actor, Actor],
) -> None:
    """The receipt of the one says that they were in the wave when it closed: a list without them would look bent."""
    ruled(*two, quota=3)
    stays, left_early, left_late = (join(number) for number in range(3))
    withdraw_application(person_id=left_early, wave_number=22, at=CLOSES - timedelta(seconds=1))
    withdraw_application(person_id=left_late, wave_number=22, at=CLOSES)
    assert listed(two[0]) == 2
    assert set(Entry.objects.values_list("person_id", flat=True)) == {stays, left_late}
    assert Application.objects.filter(status="withdrawn").count() == 2


def test_a_list_that_was_cut_off_goes_on_for_a_day_and_is_not_thrown_away(two: tuple[Actor, Actor]) -> None:
    ruled(*two, quota=3)
    crowd(wave=Wave.objects.get(number=22), count=6, at=OPEN)
    other_wave(two)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    def cut_off(at: datetime) -> ApplicantList:
        with pytest.raises(KeyboardInterrupt):
            draws.make_list(draw_name=NAME, actor=two[0], at=at, chunk=2, progress=stop)
        return ApplicantList.objects.get(ended_at=None)

    begun = cut_off(LISTED)
    with refused("list_unfinished"):
        draws.make_list(draw_name=OTHER, actor=two[0], at=LISTED)
    assert Draft.objects.count() == 2
    assert cut_off(LISTED + timedelta(hours=23)).id == begun.id
    assert Draft.objects.count() == 4
    # What was read two days ago is no half of a list of today.
    assert cut_off(LISTED + timedelta(days=2)).id != begun.id
    assert Draft.objects.count() == 2
