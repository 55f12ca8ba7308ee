"""What of a wave may still change, and when (rules.md 4.7): every rule on both sides of its border."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

import pytest

from prakerja.access.actors import Actor
from prakerja.audit.models import Record
from prakerja.intake.models import Wave
from prakerja.intake.operations import change_wave, fix_quota, join_wave, look_at_change, wave_terms
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from tests.builders import operator
from tests.intake.joining import CLOSES, OPEN, OPENS, registered, wave

pytestmark = pytest.mark.django_db
BEFORE = OPENS - timedelta(days=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def approver() -> Actor:
    wave()
    return operator("approver")


def change(actor: Actor, at: datetime, **given: Any) -> None:
    seen = wave_terms(number=22)
    change_wave(
        wave_number=22, terms=dataclasses.replace(seen, **given), seen=seen, reason="Banjir", actor=actor, at=at
    )


@pytest.mark.parametrize(
    ("at", "given", "reason"),
    [
        (BEFORE, {"opens_at": BEFORE + HOUR}, ""),
        (BEFORE, {"opens_at": BEFORE}, "opening_not_ahead"),
        (OPENS, {"opens_at": OPENS + HOUR}, "wave_open_already"),
        (BEFORE, {"opens_at": CLOSES}, "wave_ends_before_it_begins"),
        (BEFORE, {"closes_at": OPENS + HOUR}, ""),
        (BEFORE, {"closes_at": OPENS + HOUR - timedelta(seconds=1)}, "wave_too_short"),
        (OPEN, {"closes_at": CLOSES + 30 * DAY}, ""),
        (OPEN, {"closes_at": OPEN + DAY}, ""),
        (OPEN, {"closes_at": OPEN + DAY - timedelta(seconds=1)}, "closing_too_soon"),
        (OPEN, {"closes_at": OPEN}, "wave_not_ahead"),
        (CLOSES - timedelta(seconds=1), {"closes_at": CLOSES + HOUR}, ""),
        (CLOSES, {"closes_at": CLOSES + DAY}, "wave_closed_already"),
        (BEFORE, {"quota": 1}, ""),
        (BEFORE, {"quota": 0}, "quota_wrong"),
        (OPEN, {"quota": 101}, ""),
        (OPEN, {"quota": 99}, "quota_lower"),
        (CLOSES, {"quota": 101}, "wave_closed_already"),
        (CLOSES + HOUR, {"results_at": CLOSES + DAY}, ""),
        (OPEN, {"results_at": CLOSES}, "results_too_early"),
        (CLOSES + DAY, {"results_at": CLOSES + HOUR}, "results_too_early"),
        (BEFORE, {}, "wave_unchanged"),
    ],
)
def test_what_may_change_when(approver: Actor, at: datetime, given: dict[str, Any], reason: str) -> None:
    before = wave_terms(number=22)
    if not reason:
        change(approver, at, **given)
        assert wave_terms(number=22) == dataclasses.replace(before, **given)
        assert Record.objects.get(action="wave.changed").data["before"]["quota"] == 100
        return
    with pytest.raises(Refused) as refusal:
        change(approver, at, **given)
    assert refusal.value.reason == reason
    assert wave_terms(number=22) == before
    assert not Record.objects.filter(action="wave.changed").exists()


def test_the_quota_stays_once_the_rules_of_its_draw_name_it(approver: Actor) -> None:
    made = Wave.objects.get()
    with pytest.raises(Refused, match="quota_changed"), transaction():
        fix_quota(wave_id=made.id, seats=99, at=BEFORE)
    with transaction():
        fix_quota(wave_id=made.id, seats=100, at=BEFORE)
    with pytest.raises(Refused, match="quota_fixed"):
        change(approver, BEFORE, quota=200)
    change(approver, BEFORE, closes_at=CLOSES + HOUR)


def test_an_announced_wave_stays_as_it_was(approver: Actor) -> None:
    Wave.objects.update(announced_at=CLOSES + DAY)
    with pytest.raises(Refused, match="wave_closed_already"):
        change(approver, CLOSES + DAY, results_at=CLOSES + 2 * DAY)


def test_who_looked_at_an_older_page_changes_nothing(approver: Actor) -> None:
    seen = wave_terms(number=22)
    change(approver, BEFORE, quota=200)
    with pytest.raises(Refused, match="wave_changed"):
        change_wave(
            wave_number=22,
            terms=dataclasses.replace(seen, closes_at=CLOSES + DAY),
            seen=seen,
            reason="Banjir",
            actor=approver,
            at=BEFORE,
        )
    assert Wave.objects.get().quota == 200
    with pytest.raises(Refused, match="reason_missing"):
        change_wave(wave_number=22, terms=seen, seen=seen, reason=" ", actor=approver, at=BEFORE)


def test_a_look_says_who_is_affected_and_the_clock_follows(approver: Actor) -> None:
    """Somebody joins until before the new closing, and not after."""
    wave(23, opens=CLOSES + HOUR, closes=CLOSES + DAY)
    join_wave(person_id=registered(1), wave_number=22, at=OPEN)
    terms = dataclasses.replace(wave_terms(number=22), closes_at=CLOSES + 2 * HOUR)
    looked = look_at_change(wave_number=22, terms=terms, at=OPEN)
    assert (looked.joined, looked.overlaps, looked.is_open, looked.closes_sooner) == (1, (23,), True, False)
    second = registered(2)
    with pytest.raises(Refused, match="wave_closed"):
        join_wave(person_id=second, wave_number=22, at=CLOSES)
    change(approver, OPEN, closes_at=CLOSES + 2 * HOUR)
    join_wave(person_id=second, wave_number=22, at=CLOSES)
    with pytest.raises(Refused, match="wave_closed"):
        join_wave(person_id=registered(3), wave_number=22, at=CLOSES + 2 * HOUR)
