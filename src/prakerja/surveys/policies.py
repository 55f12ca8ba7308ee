"""Whether a survey is answered: every question (rules.md 7), with or without consent (rules.md 11.2). Pure.

What is answered never matters, and neither does a no.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prakerja.kernel.errors import Refused

LONGEST_TEXT = 2_000


def is_consent(answers: Mapping[str, Any]) -> bool:
    """Whether these answers come with the yes that lets us keep them; nothing said is a no."""
    return answers.get("consent") in (True, "true", "yes", "on", "1")


def checked_answers(*, questions: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers: `consent` and one per question, nothing else.

    Values may be the texts of a form. Raises Refused: survey_incomplete (question).
    """
    kept: dict[str, Any] = {"consent": is_consent(answers)}
    for question in questions:
        value = _value(question, answers.get(question["id"]))
        if value is None:
            raise Refused("survey_incomplete", question=question["id"])
        kept[question["id"]] = value
    return kept


def answers_so_far(*, questions: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Those questions that have an answer; what is left empty comes later.

    Raises Refused: survey_incomplete (question), of one where something else stands than an answer.
    """
    kept: dict[str, Any] = {}
    for question in questions:
        given = answers.get(question["id"])
        if given is None or given == "":
            continue
        value = _value(question, given)
        if value is None:
            raise Refused("survey_incomplete", question=question["id"])
        kept[question["id"]] = value
    return kept


def is_answered(*, question: Mapping[str, Any], answer: Any) -> bool:
    """Whether this is an answer to that question: an option, a whole number, a text."""
    return _value(question, answer) is not None


def _value(question: Mapping[str, Any], given: Any) -> Any:
    """The answer in its own type, or None when it is none."""
    kind = question["kind"]
    text = str(given).strip() if isinstance(given, str | int) and not isinstance(given, bool) else ""
    if kind == "choice":
        return text if text in {option["value"] for option in question["options"]} else None
    if kind == "number":
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
    return text if text and len(text) <= LONGEST_TEXT and "\x00" not in text else None
