"""What the incentive's schedule waits for, as the award remembers it: the review of the first training, and when to look again.

Columns, so that whoever waits for an instant finds it by an index instead of asking everybody who bought. They say when a look is
worth it and decide nothing: `incentives` read every condition again, under the locks.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from prakerja.awards.states import AWARD_STATES
from prakerja.kernel.db import requires_transaction

# Person and award.
Pair = tuple[uuid.UUID, uuid.UUID]
_GIVEN = "unnest(%s::uuid[], %s::uuid[]) AS given (person_id, id) WHERE award.person_id = given.person_id AND award.id = given.id"
_CHANGED = f"""
UPDATE awards_award award SET reviewed_at = NULL, plan_look_at = CASE WHEN incentives_planned_at IS NULL THEN %s::timestamptz END
  FROM {_GIVEN}"""
_LOOK = f"""
UPDATE awards_award award SET plan_look_at = %s
  FROM {_GIVEN} AND award.incentives_planned_at IS NULL AND award.status = ANY(%s)"""
_STORE = """
UPDATE awards_award award SET plan_look_at = given.look_at, reviewed_at = COALESCE(award.reviewed_at, given.reviewed_at)
  FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::timestamptz[]) AS given (person_id, id, look_at, reviewed_at)
 WHERE award.person_id = given.person_id AND award.id = given.id"""

_REVIEWED = """
UPDATE awards_award award SET reviewed_at = given.reviewed_at
  FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[]) AS given (person_id, id, reviewed_at)
 WHERE award.person_id = given.person_id AND award.id = given.id"""


@requires_transaction
def note_review(*, person_id: uuid.UUID, award_id: uuid.UUID, is_first: bool, at: datetime) -> None:
    """A training was reviewed; `is_first`: the one that leads to the incentive, which is looked at now (rules.md 5.4)."""
    if is_first:
        note_looks(looks={(person_id, award_id): (at, at)})


@requires_transaction
def first_training_changed(*, awards: Sequence[Pair], at: datetime) -> None:
    """Another training may be the first now, maybe one that was reviewed long ago: the first was voided, or its code ended."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, [at, *_columns(awards)])


@requires_transaction
def look_at_schedules(*, awards: Sequence[Pair], at: datetime) -> None:
    """Something else that the schedule hangs on has changed (an account was linked)."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [at, *_columns(awards), list(AWARD_STATES.group("LIVE"))])


@requires_transaction
def note_reviews(*, reviews: Mapping[Pair, datetime]) -> None:
    """Of these awards the first training was reviewed, and when; they did not remember it."""
    with connection.cursor() as cursor:
        cursor.execute(_REVIEWED, [*_columns(list(reviews)), list(reviews.values())])


@requires_transaction
def note_looks(*, looks: Mapping[Pair, tuple[datetime | None, datetime | None]]) -> None:
    """What a look found: when to look again (None: something has to happen first), and when the first training was reviewed."""
    values = list(looks.values())
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [*_columns(list(looks)), [look for look, _ in values], [seen for _, seen in values]])


def _columns(pairs: Sequence[Pair]) -> list[list[uuid.UUID]]:
    return [[one for one, _ in pairs], [one for _, one in pairs]]
