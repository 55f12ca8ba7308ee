"""Read a survey for the person who answers it."""

from __future__ import annotations

import uuid

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


def has_unanswered(*, person_id: uuid.UUID) -> bool:
    """Whether a survey of this person still waits, open or not yet."""
    return Response.objects.filter(person_id=person_id, submitted_at=None, closed_at=None).exists()
