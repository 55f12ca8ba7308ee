"""What falls due in surveys: one opens. Closing moves money and stands in `incentives`."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min

from prakerja.kernel.due import DueTask
from prakerja.surveys.models import Response
from prakerja.surveys.operations import announce_response


def next_opening() -> datetime | None:
    found: datetime | None = Response.objects.filter(announced_at=None, closed_at=None).aggregate(
        first=Min("opens_at")
    )["first"]
    return found


def open_surveys(at: datetime) -> int:
    """Announce each survey that is open now. Returns how many."""
    waiting = Response.objects.filter(announced_at=None, closed_at=None, opens_at__lte=at).order_by("opens_at", "id")
    return sum(
        announce_response(person_id=person_id, response_id=response_id, at=at)
        for person_id, response_id in list(waiting.values_list("person_id", "id"))
    )


TASKS = [DueTask(name="open_survey", next_due=next_opening, run=open_surveys)]
