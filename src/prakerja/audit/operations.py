"""Write down who did what to which."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import msgspec
from django.db import connection

from prakerja.audit.models import Record
from prakerja.kernel.clock import wall
from prakerja.kernel.db import copy_rows, requires_transaction
from prakerja.kernel.ids import new_id
from prakerja.kernel.split import nobody
from prakerja.kernel.typed import normal_lines


class Who(Protocol):
    """What the trail keeps of somebody who acts; `access.actors.Actor` is one."""

    @property
    def kind(self) -> str:
        """`operator`, `person`, `partner` or the like: what the trail shows before the name."""

    @property
    def id(self) -> str:
        """Who of that kind, as text; never a NIK, a phone or a name."""


@requires_transaction
def record(
    *,
    action: str,
    at: datetime,
    person_id: uuid.UUID | None = None,
    actor: Who | None = None,
    subject_kind: str = "",
    subject_id: uuid.UUID | None = None,
    data: dict[str, Any] | None = None,
    why: str = "",
    before: Any = None,
    after: Any = None,
) -> None:
    """Append one audit record. `action` is dotted (`award.revoked`); `data` never holds a secret; `at` is programme time.

    Without an `actor` it is the programme's own act. `why` is the reason that somebody gave; `before` and `after` are
    what changed, as JSON can tell it. All three become parts of `data`.
    """
    told = {"why": normal_lines(why) or None, "before": before, "after": after}
    Record.objects.create(
        person_id=person_id or nobody(),
        action=action,
        actor_kind="system" if actor is None else actor.kind,
        actor_id="" if actor is None else actor.id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        at=at,
        recorded_at=wall(),
        data=(data or {}) | {name: value for name, value in told.items() if value is not None},
    )


@requires_transaction
def record_many(
    *,
    action: str,
    at: datetime,
    actor: Who,
    subject_kind: str,
    subjects: Iterable[tuple[uuid.UUID, uuid.UUID]],
    data: dict[str, Any],
) -> None:
    """The same act on each of many subjects, as (person, subject): one record each, set-based."""
    record_each(
        action=action,
        at=at,
        actor=actor,
        subject_kind=subject_kind,
        told=((person_id, subject_id, data) for person_id, subject_id in subjects),
    )


class Entry(NamedTuple):
    """What is written down of one of many: whom it concerns, which row, and what about it."""

    person_id: uuid.UUID
    subject_id: uuid.UUID
    data: dict[str, Any]


_COLUMNS = (
    "id", "person_id", "action", "actor_kind", "actor_id", "subject_kind", "subject_id", "at", "recorded_at", "data",
)  # fmt: skip


@requires_transaction
def record_each(
    *,
    action: str,
    at: datetime,
    subject_kind: str,
    told: Iterable[tuple[uuid.UUID, uuid.UUID, dict[str, Any]]],
    actor: Who | None = None,
) -> None:
    """The same act on each of many subjects, each with what is told of it, as (person, subject, data): by COPY, as it is read.

    Without an `actor` it is the programme's own act.
    """
    moment = wall()
    actor_kind, actor_id = ("system", "") if actor is None else (actor.kind, actor.id)
    copy_rows(
        Record,
        _COLUMNS,
        (
            (
                new_id(),
                person_id,
                action,
                actor_kind,
                actor_id,
                subject_kind,
                subject_id,
                at,
                moment,
                msgspec.json.encode(data).decode(),
            )
            for person_id, subject_id, data in told
        ),
    )


@requires_transaction
def record_listed(
    *,
    source: str,
    record_id: str,
    subject_id: str,
    action: str,
    at: datetime,
    actor: Who,
    subject_kind: str,
    data: dict[str, Any],
) -> None:
    """The same act on the subject of every row of the temporary table `source`, for hundreds of thousands.

    `record_id` and `subject_id` are the columns with the ids of the record and of its subject; `person_id` says whose it is.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_record "
            "(id, person_id, action, actor_kind, actor_id, subject_kind, subject_id, at, recorded_at, data) "
            f"SELECT {record_id}, person_id, %s, %s, %s, %s, {subject_id}, %s, %s, %s::jsonb FROM {source}",
            [action, actor.kind, actor.id, subject_kind, at, wall(), msgspec.json.encode(data).decode()],
        )
