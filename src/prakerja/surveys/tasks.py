"""What falls due in surveys: one opens. Closing moves money and stands in `incentives`."""

from __future__ import annotations

from datetime import datetime

from prakerja.kernel.due import DueTask, do_due_many, left_of
from prakerja.kernel.looks import least_of
from prakerja.surveys.operations import announce_responses

OPEN = """
SELECT response.person_id, response.id, response.opens_at AS due_at
  FROM surveys_response response
 WHERE response.announced_at IS NULL AND response.closed_at IS NULL AND response.submitted_at IS NULL"""


def open_surveys(at: datetime) -> int:
    """Announce each survey that is open now. Returns how many."""
    return do_due_many(OPEN, at=at, work=lambda items: announce_responses(items=items, at=at), is_stored=True)


TASKS = [DueTask(name="open_survey", next_due=least_of(OPEN), run=open_surveys, left=lambda at: left_of(OPEN, at=at))]
