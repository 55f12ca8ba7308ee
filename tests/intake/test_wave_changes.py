"""What of a wave may still change, and when (rules.md 4.7): every rule on both sides of its border."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from prakerja.access.actors import SYSTEM, Actor
from prakerja.audit.models import Record
from prakerja.intake.models import Wave
from prakerja.intake.operations import (
    Proposed,
    confirm_wave,
    fix_quota,
    join_wave,
    look_at_change,
    look_at_proposal,
    prepare_wave,
    prepare_wave_change,
    proposals,
    take_back_wave,
    wave_terms,
)
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


def propose(actor: Actor, at: datetime, **given: Any) -> Proposed:
    seen = wave_terms(number=22)
    return prepare_wave_change(
        wave_number=22, terms=dataclasses.replace(seen, **given), seen=seen, reason="Banjir", actor=actor, at=at
    )


def change(actor: Actor, at: datetime, **given: Any) -> None:
    """By two operators."""
    confirm_wave(wave_number=22, digest=propose(actor, at, **given).digest, actor=operator("authoriser"), at=at)


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
        prepare_wave_change(
            wave_number=22,
            terms=dataclasses.replace(seen, closes_at=CLOSES + DAY),
            seen=seen,
            reason="Banjir",
            actor=approver,
            at=BEFORE,
        )
    assert Wave.objects.get().quota == 200
    with pytest.raises(Refused, match="reason_missing"):
        prepare_wave_change(wave_number=22, terms=seen, seen=seen, reason=" ", actor=approver, at=BEFORE)


def test_nobody_changes_or_announces_a_wave_alone(approver: Actor) -> None:
    """What one proposes waits; who proposed it, has not the role, or read another one confirms nothing."""
    second = operator("authoriser")
    with pytest.raises(Refused, match="operator_needed"):
        propose(SYSTEM, BEFORE, quota=200)
    first = propose(approver, BEFORE, quota=200)
    assert wave_terms(number=22).quota == 100
    with pytest.raises(Refused, match="not_permitted"):
        confirm_wave(wave_number=22, digest=first.digest, actor=approver, at=BEFORE)
    # Their own they replace; another's nobody does without a word.
    again = propose(approver, BEFORE, quota=300)
    with pytest.raises(Refused, match="proposal_changed"):
        confirm_wave(wave_number=22, digest=first.digest, actor=second, at=BEFORE)
    with pytest.raises(Refused) as refused:
        propose(operator("approver"), BEFORE, quota=400)
    assert (refused.value.reason, "@" in refused.value.details["by"]) == ("proposal_waits", True)
    assert [one.digest for one in proposals()] == [again.digest]
    confirm_wave(wave_number=22, digest=again.digest, actor=second, at=BEFORE)
    assert (wave_terms(number=22).quota, proposals()) == (300, [])
    with pytest.raises(Refused, match="nothing_prepared"):
        confirm_wave(wave_number=22, digest=again.digest, actor=second, at=BEFORE)
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="intake_waveproposal_two_people"):
        cursor.execute("UPDATE intake_waveproposal SET confirmed_by = prepared_by WHERE confirmed_at IS NOT NULL")


def test_what_was_proposed_is_looked_at_and_refused_again_when_time_has_passed(approver: Actor) -> None:
    second, at = operator("authoriser"), OPENS - HOUR
    late = prepare_wave(number=23, opens_at=OPENS, closes_at=OPENS + HOUR, quota=7, actor=approver, at=at)
    assert (Wave.objects.count(), late.seen, late.terms.quota) == (1, None, 7)
    with pytest.raises(Refused, match="wave_too_short"):
        confirm_wave(wave_number=23, digest=late.digest, actor=second, at=OPENS + timedelta(seconds=1))
    assert Wave.objects.count() == 1
    assert look_at_proposal(proposed=late, at=at).overlaps == (22,)
    confirm_wave(wave_number=23, digest=late.digest, actor=second, at=OPENS)
    assert Wave.objects.get(number=23).quota == 7


def test_one_takes_back_their_own_and_two_anothers(approver: Actor) -> None:
    second, third = operator("authoriser"), operator("approver")
    made = propose(approver, BEFORE, quota=200)
    given: dict[str, Any] = {"wave_number": 22, "digest": made.digest, "at": BEFORE}
    assert not take_back_wave(actor=second, **given)
    assert not take_back_wave(actor=second, **given)
    assert proposals()[0].back_asked_by == second.id
    assert take_back_wave(actor=third, **given)
    with pytest.raises(Refused, match="nothing_prepared"):
        confirm_wave(actor=second, **given)
    mine = propose(approver, BEFORE, quota=200)
    assert take_back_wave(actor=approver, **{**given, "digest": mine.digest})
    told = Record.objects.filter(action__startswith="wave.proposal").order_by("id").values_list("action", "actor_id")
    assert list(told) == [
        ("wave.proposal_asked_back", second.id),
        ("wave.proposal_taken_back", third.id),
        ("wave.proposal_taken_back", approver.id),
    ]


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
