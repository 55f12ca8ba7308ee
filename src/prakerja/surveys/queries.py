"""Read a survey for the person who answers it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from prakerja.kernel.errors import Refused
from prakerja.surveys.models import Response


def response(*, person_id: uuid.UUID, survey_id: uuid.UUID) -> Response:
    """A person's response with its survey (title, questions). `survey_id` names the survey or the response itself.

    Raises Refused: survey_unknown.
    """
    found = (
        Response.objects.select_related("survey")
        .filter(Q(id=survey_id) | Q(survey_id=survey_id), person_id=person_id)
        .first()
    )
    if found is None:
        raise Refused("survey_unknown")
    return found


class KeptAnswers(NamedTuple):
    """A survey whose answers are kept by the person's consent."""

    number: int
    consented_at: datetime


def kept_answers(*, person_id: uuid.UUID) -> list[KeptAnswers]:
    """The surveys whose answers of this person we keep, of a whole one or of half, by number."""
    kept = Response.objects.filter(
        Q(answers__isnull=False) | Q(half_answers__isnull=False), person_id=person_id
    ).order_by("survey__number")
    found = kept.values_list("survey__number", "consented_at")
    return [KeptAnswers(number, consented_at) for number, consented_at in found if consented_at is not None]


class Half(NamedTuple):
    """A survey that is not sent yet: how many questions it has, how many are answered and kept, and since when."""

    questions: int
    answered: int
    saved_at: datetime


def kept_halves(*, person_id: uuid.UUID) -> dict[uuid.UUID, Half]:
    """What this person has answered so far of surveys that are not sent, by the response's id."""
    kept = Response.objects.select_related("survey").filter(person_id=person_id, half_answers__isnull=False)
    return {
        one.id: Half(len(one.survey.questions), len(one.half_answers or {}), one.half_saved_at)
        for one in kept
        if one.half_saved_at is not None
    }
