"""The demo world's three survey questionnaires, read and checked from `surveys.toml` beside this module."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

KINDS = ("consent", "single", "multiple", "scale", "text")
LANGUAGES = ("id", "en")


class QuestionnaireError(ValueError):
    """A questionnaire in the file does not have the shape that pages and answers rely on."""


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """`title` and every text are `{"id": …, "en": …}`; `questions` are JSON objects as the file gives them.

    A question has `code`, `kind` and `text`; single and multiple have `options` with `value`, `id` and `en`;
    scale has `max`, `lowest` and `highest`; text has `max_length`. The first question asks for consent; all
    must be answered.
    """

    number: int
    title: dict[str, str]
    questions: tuple[dict[str, Any], ...]


def load_questionnaires() -> tuple[Questionnaire, ...]:
    """Read the three questionnaires in their order. Raises QuestionnaireError that names the question."""
    text = (resources.files("prakerja.sandbox.worlds") / "surveys.toml").read_text(encoding="utf-8")
    surveys = tuple(
        Questionnaire(number=row["number"], title=row["title"], questions=tuple(row["question"]))
        for row in tomllib.loads(text)["survey"]
    )
    for survey in surveys:
        check_questionnaire(survey)
    return surveys


def check_questionnaire(survey: Questionnaire) -> None:
    """Raise QuestionnaireError unless every question has what its kind needs, consent first."""
    _check_text(f"survey {survey.number} title", survey.title)
    if [question["kind"] for question in survey.questions].index("consent") != 0:
        raise QuestionnaireError(f"survey {survey.number}: the first question must ask for consent")
    codes = [question["code"] for question in survey.questions]
    if len(set(codes)) != len(codes):
        raise QuestionnaireError(f"survey {survey.number}: a question code stands twice")
    for question in survey.questions:
        _check_question(f"survey {survey.number} {question['code']}", question)


def _check_question(where: str, question: dict[str, Any]) -> None:
    kind = question["kind"]
    if kind not in KINDS:
        raise QuestionnaireError(f"{where}: unknown kind {kind}")
    _check_text(where, question["text"])
    if kind in ("single", "multiple"):
        values = [option["value"] for option in question["options"]]
        if len(values) < 2 or len(set(values)) != len(values):
            raise QuestionnaireError(f"{where}: needs at least two options with values of their own")
        for option in question["options"]:
            _check_text(f"{where} {option['value']}", option)
    if kind == "scale":
        if not 2 <= question["max"] <= 10:
            raise QuestionnaireError(f"{where}: a scale ends between 2 and 10")
        _check_text(where, question["lowest"])
        _check_text(where, question["highest"])
    if kind == "text" and question["max_length"] < 1:
        raise QuestionnaireError(f"{where}: max_length must be positive")


def _check_text(where: str, text: dict[str, str]) -> None:
    for language in LANGUAGES:
        if not text.get(language, "").strip():
            raise QuestionnaireError(f"{where}: no text in {language}")
