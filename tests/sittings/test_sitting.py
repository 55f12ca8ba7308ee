"""One test a person, on the server's clock: late, twice, cheated, left, gone on with."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.programmes.operations import install_scheme
from prakerja.programmes.schemes import scheme_by_key
from prakerja.sittings.bank import bank
from prakerja.sittings.models import Answer, Sitting
from prakerja.sittings.operations import answer_question, begin_sitting, hand_in
from prakerja.sittings.queries import own_sitting
from prakerja.sittings.tasks import TASKS, end_sittings
from tests.intake.joining import OPEN, registered, wave

pytestmark = pytest.mark.django_db


def begun(number: int = 1, *, extra: bool = False, key: str = "2021") -> uuid.UUID:
    wave()
    person_id = registered(number, tested=False)
    with transaction():
        version = install_scheme(scheme=scheme_by_key(key))
    begin_sitting(person_id=person_id, scheme_version_id=version.id, extra_time=extra, at=OPEN)
    return person_id


def test_eighteen_questions_six_of_each_kind_and_the_time_of_the_scheme() -> None:
    person_id = begun()
    [sitting] = Sitting.objects.all()
    assert [bank()[key].kind for key in sitting.questions] == ["literacy"] * 6 + ["numeracy"] * 6 + ["motivation"] * 6
    assert len(set(sitting.questions)) == 18
    assert sitting.ends_at - sitting.begun_at == timedelta(minutes=25)
    # Begun again, in another tab or with extra time, it is the same test and the same clock.
    begin_sitting(
        person_id=person_id, scheme_version_id=sitting.scheme_version_id, extra_time=True, at=OPEN + timedelta(hours=1)
    )
    assert Sitting.objects.get().ends_at == sitting.ends_at


def test_extra_time_is_half_more() -> None:
    begun(extra=True)
    [sitting] = Sitting.objects.all()
    assert sitting.ends_at - sitting.begun_at == timedelta(minutes=37, seconds=30)


def test_the_later_scheme_gives_forty_minutes() -> None:
    begun(key="2023")
    [sitting] = Sitting.objects.all()
    assert sitting.ends_at - sitting.begun_at == timedelta(minutes=40)


def test_answers_are_kept_changed_and_scored_without_weight() -> None:
    person_id = begun()
    questions = Sitting.objects.get().questions
    for number, key in enumerate(questions, 1):
        right = bank()[key].right
        answer_question(person_id=person_id, number=number, choice=0 if right != 0 else 1, at=OPEN)
        answer_question(person_id=person_id, number=number, choice=4 if right is None else right, at=OPEN)
    assert Answer.objects.count() == 18
    hand_in(person_id=person_id, at=OPEN + timedelta(minutes=5))
    hand_in(person_id=person_id, at=OPEN + timedelta(minutes=6))
    [sitting] = Sitting.objects.all()
    assert (sitting.status, sitting.literacy, sitting.numeracy, sitting.motivation) == ("handed_in", 6, 6, 30)
    assert sitting.ended_at == OPEN + timedelta(minutes=5)
    with pytest.raises(Refused, match="sitting_over"):
        answer_question(person_id=person_id, number=1, choice=0, at=OPEN + timedelta(minutes=7))


def test_at_the_end_the_answers_count_as_they_are_and_nothing_late_is_taken() -> None:
    person_id = begun()
    ends = Sitting.objects.get().ends_at
    answer_question(person_id=person_id, number=1, choice=0, at=ends - timedelta(microseconds=1))
    with pytest.raises(Refused, match="sitting_over"):
        answer_question(person_id=person_id, number=2, choice=0, at=ends)
    assert TASKS[0].next_due() == ends
    assert end_sittings(ends - timedelta(microseconds=1)) == 0
    assert end_sittings(ends + timedelta(hours=3)) == 1
    assert (end_sittings(ends + timedelta(hours=4)), TASKS[0].next_due()) == (0, None)
    [sitting] = Sitting.objects.all()
    assert (sitting.status, sitting.ended_at) == ("timed_out", ends)


def test_handing_in_after_the_end_is_the_end() -> None:
    person_id = begun()
    ends = Sitting.objects.get().ends_at
    hand_in(person_id=person_id, at=ends + timedelta(minutes=1))
    [sitting] = Sitting.objects.all()
    assert (sitting.status, sitting.ended_at) == ("timed_out", ends)


def test_what_is_no_answer_changes_nothing() -> None:
    person_id = begun()
    for number, choice, reason in (
        (0, 0, "question_unknown"),
        (19, 0, "question_unknown"),
        (1, 4, "choice_missing"),
        (1, -1, "choice_missing"),
    ):
        with pytest.raises(Refused, match=reason):
            answer_question(person_id=person_id, number=number, choice=choice, at=OPEN)
    with pytest.raises(Refused, match="sitting_unknown"):
        answer_question(person_id=registered(2, tested=False), number=1, choice=0, at=OPEN)
    assert not Answer.objects.exists()


def test_gone_on_with_elsewhere() -> None:
    person_id = begun()
    for number in (1, 2):
        answer_question(person_id=person_id, number=number, choice=0, at=OPEN)
    own = own_sitting(person_id=person_id, at=OPEN + timedelta(minutes=1))
    assert own is not None
    assert (own.first_open, own.is_over) == (3, False)
    late = own_sitting(person_id=person_id, at=own.ends_at)
    assert late is not None
    assert late.is_over
