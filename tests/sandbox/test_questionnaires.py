"""The three questionnaires have the shape that pages and answers rely on."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest

from prakerja.sandbox.worlds.questionnaires import (
    KINDS,
    Questionnaire,
    QuestionnaireError,
    check_questionnaire,
    load_questionnaires,
)

OPTION = {"value": "a", "id": "A", "en": "A"}


def test_three_surveys_of_six_to_eight_questions_with_consent_first() -> None:
    surveys = load_questionnaires()
    assert [survey.number for survey in surveys] == [1, 2, 3]
    for survey in surveys:
        assert 6 <= len(survey.questions) <= 8
        kinds = [question["kind"] for question in survey.questions]
        assert kinds[0] == "consent"
        assert kinds.count("consent") == 1
        assert set(kinds) == set(KINDS)


def _broken(change: dict[str, Any]) -> Questionnaire:
    survey = load_questionnaires()[0]
    questions = copy.deepcopy(list(survey.questions))
    questions[1] = {**questions[1], **change}
    return dataclasses.replace(survey, questions=tuple(questions))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "guess"}, "survey 1 work_before: unknown kind guess"),
        ({"code": "consent"}, "survey 1: a question code stands twice"),
        ({"text": {"id": "Apa?"}}, "survey 1 work_before: no text in en"),
        ({"options": []}, "survey 1 work_before: needs at least two options"),
        ({"options": [OPTION, OPTION]}, "survey 1 work_before: needs at least two options"),
        ({"options": [OPTION, {"value": "b", "id": "B", "en": " "}]}, "no text in en"),
        ({"kind": "scale", "max": 11}, "survey 1 work_before: a scale ends between 2 and 10"),
        ({"kind": "text", "max_length": 0}, "survey 1 work_before: max_length must be positive"),
    ],
)
def test_a_broken_questionnaire_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionnaireError, match=message):
        check_questionnaire(_broken(change))


def test_consent_must_come_first() -> None:
    survey = load_questionnaires()[0]
    turned = dataclasses.replace(survey, questions=tuple(reversed(survey.questions)))
    with pytest.raises(QuestionnaireError, match="must ask for consent"):
        check_questionnaire(turned)
