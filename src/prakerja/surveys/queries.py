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
    """The surveys whose answers of this person we keep, by number."""
    kept = Response.objects.filter(person_id=person_id, answers__isnull=False).order_by("survey__number")
    found = kept.values_list("survey__number", "consented_at")
    return [KeptAnswers(number, consented_at) for number, consented_at in found if consented_at is not None]
