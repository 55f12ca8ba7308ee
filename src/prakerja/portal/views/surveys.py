"""Surveys: the list, and one with its questions."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from prakerja.incentives.operations import keep_half_survey, submit_survey
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.people.consents import consent_text
from prakerja.portal.drafts import is_given_back, keeps_typed
from prakerja.portal.pages import page, participant, take_notice, typed_text, with_notice
from prakerja.portal.texts import NOTICES, sentence
from prakerja.portal.views.money import is_over, state_of
from prakerja.reporting.next_action import survey_before
from prakerja.reporting.queries import dashboard as read_dashboard
from prakerja.surveys.policies import is_answered
from prakerja.surveys.queries import kept_halves
from prakerja.surveys.queries import response as read_response

LONGEST_ANSWER = 2_000


@participant
@require_safe
def surveys(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Every survey of this person and how it stands."""
    at = clock.now()
    board = read_dashboard(person_id=person_id, transactions=1)
    return page(
        request,
        "surveys",
        section="surveys",
        notice=NOTICES.get(take_notice(request), ""),
        board=board,
        rows=[
            (survey, state_of(survey, at), survey_before(dashboard=board, survey=survey, at=at))
            for survey in board.surveys
        ],
        halves=kept_halves(person_id=person_id),
        amount=board.award.rules.survey.amount if board.award else None,
        is_over=is_over(board),
    )


@participant
@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, person_id: uuid.UUID, response_id: uuid.UUID) -> HttpResponse:
    """Whether the answers may be kept, which may be refused, then every question; what was typed stays in the form."""
    at = clock.now()
    board = read_dashboard(person_id=person_id, transactions=1)
    found = next((item for item in board.surveys if item.id == response_id), None)
    if found is None:
        raise Http404
    if not found.is_open(at) or survey_before(dashboard=board, survey=found, at=at) is not None:
        return with_notice(request, "", "portal:surveys")
    stored = read_response(person_id=person_id, survey_id=response_id)
    questions = stored.survey.questions
    # What was kept of it comes back on any device; what was just typed goes first.
    answers: dict[str, Any] = {name: str(value) for name, value in (stored.half_answers or {}).items()}
    said_yes = stored.half_answers is not None
    errors: dict[str, str] = {}
    if request.method == "POST" or is_given_back(request):
        typed = {item["id"]: typed_text(request, f"q_{item['id']}").strip() for item in questions}
        answers = {name: text[:LONGEST_ANSWER] for name, text in typed.items() if text}
        said_yes = request.POST.get("consent") == "yes"
    if request.method == "POST":
        is_half = "keep" in request.POST
        errors = _to_mend(questions, answers, may_be_empty=is_half)
        if not errors:
            given = {
                **answers,
                "consent": request.POST.get("consent", ""),
                "consent_version": request.POST.get("consent_version", ""),
            }
            try:
                if is_half:
                    keep_half_survey(person_id=person_id, survey_id=response_id, answers=given, at=at)
                else:
                    submit_survey(person_id=person_id, survey_id=response_id, answers=given, at=at)
            except Refused as refused:
                # What is told about one question stands at that question.
                field = f"q_{refused.details['question']}" if refused.reason == "survey_incomplete" else "consent"
                errors[field] = sentence(refused)
            else:
                said = "survey_half" if is_half else "survey_sent" if said_yes else "survey_sent_unkept"
                return with_notice(request, said, "portal:surveys")
    return page(
        request,
        "survey",
        section="surveys",
        status=422 if errors else 200,
        board=board,
        survey=found,
        questions=questions,
        answers=answers,
        saved_at=stored.half_saved_at,
        consent=said_yes and "consent" not in errors,
        asked=consent_text(purpose="survey"),
        errors=errors,
    )


def _to_mend(questions: list[dict[str, Any]], answers: dict[str, Any], *, may_be_empty: bool) -> dict[str, str]:
    """What keeps these answers from being taken, by the field it stands at."""
    errors = {}
    for number, item in enumerate(questions, start=1):
        if item["id"] not in answers:
            if not may_be_empty:
                errors[f"q_{item['id']}"] = _("Jawab pertanyaan %(n)s.") % {"n": number}
        elif item["kind"] == "number" and not is_answered(question=item, answer=answers[item["id"]]):
            errors[f"q_{item['id']}"] = _("Pertanyaan %(n)s: tulis angka saja, misalnya 0 atau 3.") % {"n": number}
    return errors
