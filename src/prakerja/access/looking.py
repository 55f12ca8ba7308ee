"""Looking is an act too: a list or a row of people that an operator opened stands in the audit trail."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.kernel.db import transaction


@permitted("data.browse")
def note_look(
    *,
    what: str,
    actor: Actor,
    at: datetime,
    person_id: uuid.UUID | None = None,
    subject_id: uuid.UUID | None = None,
    asked: dict[str, str] | None = None,
) -> None:
    """An operator looked at rows of people. `what` is the kind of row, `asked` the filters of a list.

    Raises Refused: not_permitted.
    """
    with transaction():
        record(
            action="people.looked_at",
            at=at,
            actor=actor,
            person_id=person_id,
            subject_kind=what,
            subject_id=subject_id,
            data={"asked": asked} if asked else None,
        )
