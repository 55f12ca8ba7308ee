"""Surveys: opened by days, consent first, every question, in order, inside the window; then owed at once."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from prakerja.awards.models import Award
from prakerja.incentives.models import Incentive
from prakerja.incentives.operations import submit_survey
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.ledger.chart import Chart
from prakerja.ledger.models import Balance, Transfer
from prakerja.notifications.models import Message
from prakerja.programmes.schemes import scheme_for_wave
from prakerja.surveys.models import Response, Survey
from prakerja.surveys.operations import install_surveys, plan_responses, take_back_plan
from prakerja.surveys.policies import checked_answers
from prakerja.surveys.queries import response
from prakerja.surveys.questionnaires import QUESTIONNAIRES
from prakerja.surveys.tasks import TASKS, open_surveys
from tests.builders import Participant, participant, world
from tests.money import answer, wib

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(db: None) -> Participant:
    """The first incentive was paid on 12 October."""
    made = participant(world())
    with transaction():
        plan_responses(
            person_id=made.person_id, rules=scheme_for_wave(21), first_incentive_paid_at=wib("2021-10-12 10:00")
        )
    return made


def refused(who: Participant, at: str, number: int = 1, **changes: Any) -> str:
    item = Survey.objects.get(number=number)
    answers = {"consent": "yes"} | {
        question["id"]: question["options"][0]["value"] if "options" in question else "3" for question in item.questions
    }
    answers = {key: value for key, value in (answers | changes).items() if value is not None}
    before = Transfer.objects.count()
    with pytest.raises(Refused) as caught:
        submit_survey(person_id=who.person_id, survey_id=item.id, answers=answers, at=wib(at))
    assert (Transfer.objects.count(), Incentive.objects.count()) == (before, before - 3)
    return caught.value.reason


def test_they_open_at_their_instants(who: Participant) -> None:
    assert TASKS[0].next_due() == wib("2021-11-11 00:10")
    assert open_surveys(wib("2021-11-11 00:10")) == 1
    assert TASKS[0].next_due() == wib("2021-11-26 00:10")
    assert open_surveys(wib("2021-11-26 00:10")) == 2
    assert (TASKS[0].next_due(), open_surveys(wib("2021-12-01 00:00"))) == (None, 0)
    assert Message.objects.filter(person_id=who.person_id, template="survey_open", channel="sms").count() == 3


def test_a_survey_is_answered_once_in_order_in_its_window(who: Participant) -> None:
    assert refused(who, "2021-11-11 00:09:59") == "survey_not_open"
    assert refused(who, "2021-11-12 09:00", consent_version="0") == "consent_words_changed"
    assert refused(who, "2021-11-12 09:00", work_now=None) == "survey_incomplete"
    assert refused(who, "2021-11-12 09:00", work_now="astronaut") == "survey_incomplete"
    assert refused(who, "2021-11-27 09:00", number=3) == "survey_order"
    assert refused(who, "2021-12-11 00:00") == "survey_closed"
    answer(who, number=1, at=wib("2021-12-10 23:59:59"))
    incentive = Incentive.objects.get()
    assert (incentive.kind, incentive.number, incentive.amount, incentive.status) == ("survey", 1, 50_000, "due")
    # In the pause: the first working day after it.
    assert incentive.pay_date.isoformat() == "2022-01-05"
    reserve = Balance.objects.get(person_id=who.person_id, account_id=int(Chart.RESERVE))
    assert reserve.amount == 2_500_000
    stored = response(person_id=who.person_id, survey_id=Survey.objects.get(number=1).id)
    assert stored.submitted_at == wib("2021-12-10 23:59:59")
    assert stored.answers is not None
    assert set(stored.answers) == {"consent"} | {question["id"] for question in stored.survey.questions}
    with pytest.raises(Refused, match="survey_submitted"):
        answer(who, number=1, at=wib("2021-12-10 23:59:59"))


def test_nobody_answers_without_a_running_award_or_for_another(who: Participant) -> None:
    with pytest.raises(Refused, match="survey_unknown"):
        submit_survey(person_id=who.person_id, survey_id=uuid.uuid4(), answers={}, at=wib("2021-11-12 09:00"))
    other = Response.objects.get(survey__number=1)
    with pytest.raises(Refused, match="survey_unknown"):
        submit_survey(person_id=uuid.uuid4(), survey_id=other.id, answers={}, at=wib("2021-11-12 09:00"))
    with pytest.raises(Refused, match="survey_unknown"):
        response(person_id=uuid.uuid4(), survey_id=other.id)
    Award.objects.filter(person_id=who.person_id).update(status="annulled", ended_at=wib("2021-11-01 00:00"))
    assert refused(who, "2021-11-12 09:00") == "award_ended"


def test_a_plan_is_taken_back_until_somebody_was_told(who: Participant) -> None:
    open_surveys(wib("2021-11-11 00:10"))
    with transaction():
        take_back_plan(person_id=who.person_id)
    assert list(Response.objects.values_list("survey__number", flat=True)) == [1]


def test_installing_twice_changes_nothing(db: None) -> None:
    for _ in range(2):
        with transaction():
            install_surveys()
    assert list(Survey.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]


def test_every_text_has_both_languages() -> None:
    for item in QUESTIONNAIRES:
        texts = [item["title"], *(question["text"] for question in item["questions"])]
        texts += [option["text"] for question in item["questions"] for option in question.get("options", [])]
        assert all(set(text) == {"id", "en"} and all(text.values()) for text in texts)
        ids = [question["id"] for question in item["questions"]]
        assert len(set(ids)) == len(ids)


QUESTIONS = [
    {"id": "a", "kind": "choice", "options": [{"value": "yes"}, {"value": "no"}]},
    {"id": "b", "kind": "number"},
    {"id": "c", "kind": "text"},
]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"a": "yes", "b": "12", "c": " halo 😀 "}, None),
        ({"a": "maybe", "b": "12", "c": "x"}, "a"),
        ({"a": True, "b": "12", "c": "x"}, "a"),
        ({"a": ["yes"], "b": "12", "c": "x"}, "a"),
        ({"a": "yes", "b": "-1", "c": "x"}, "b"),
        ({"a": "yes", "b": "1.5", "c": "x"}, "b"),
        ({"a": "yes", "b": "٣", "c": "x"}, "b"),
        ({"a": "yes", "b": "9" * 10, "c": "x"}, "b"),
        ({"a": "yes", "b": 0, "c": "   "}, "c"),
        ({"a": "yes", "b": 0, "c": "a\x00b"}, "c"),
        ({"a": "yes", "b": 0, "c": "x" * 2001}, "c"),
    ],
)
def test_answers(given: dict[str, Any], problem: str | None) -> None:
    answers = {"consent": "on", **given, "unasked": "dropped"}
    if problem is None:
        kept = checked_answers(questions=QUESTIONS, answers=answers)
        assert kept == {"consent": True, "a": "yes", "b": 12, "c": "halo 😀"}
        return
    with pytest.raises(Refused) as caught:
        checked_answers(questions=QUESTIONS, answers=answers)
    assert (caught.value.reason, caught.value.details) == ("survey_incomplete", {"question": problem})
