"""A class is called off, by its institution or by an operator in its stead.

The call itself is short: the class is marked and one row says that its buyers wait. Each of them is dealt with in a
transaction of their own (`training.cancelled_classes`), so that thousands hold up nobody and a killed worker goes on.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.catalogue.schedules import RunState, cancel_run
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.looks import first_of
from prakerja.purchases.events import CLASS_CANCELLED
from prakerja.purchases.models import ClassCancellation


@requires_transaction
def cancel_class(*, institution_id: uuid.UUID, schedule_code: str, at: datetime) -> RunState:
    """An institution calls an own class off before it begins. Its buyers are paid back at once (rules.md 12.30).

    Raises Refused: run_unknown, run_begun.
    """
    actor = Actor.partner(institution_id)
    run_id, state = cancel_run(institution_id=institution_id, schedule_code=schedule_code, actor=actor, at=at)
    _open(run_id=run_id, reason="", actor=actor, at=at)
    return state


@permitted("class.cancel")
def cancel_silent_class(*, schedule_code: str, reason: str, actor: Actor, at: datetime) -> RunState:
    """An operator calls a class off whose institution is silent, also after it should have begun, or ended.

    Its buyers are paid back as if the institution had done it, codes that expired meanwhile included. `reason` says how
    the operator knows. Raises Refused: reason_missing, run_unknown (also a class that was cancelled before), not_permitted.
    """
    if not reason.strip():
        raise Refused("reason_missing")
    with transaction():
        run_id, state = cancel_run(
            institution_id=None, schedule_code=schedule_code, may_have_begun=True, actor=actor, at=at
        )
        _open(run_id=run_id, reason=reason.strip(), actor=actor, at=at)
    return state


@requires_transaction
def _open(*, run_id: uuid.UUID, reason: str, actor: Actor, at: datetime) -> None:
    ClassCancellation.objects.create(
        id=new_id(),
        course_run_id=run_id,
        cancelled_at=at,
        actor_kind=actor.kind,
        actor_id=actor.id or actor.name,
        reason=reason,
    )


@dataclass(frozen=True)
class Cancelled:
    """A class that was called off and whose buyers are not all dealt with yet."""

    cancellation_id: uuid.UUID
    run_id: uuid.UUID
    actor: Actor


# Since when the buyers of a class wait, of those that wait longest.
next_cancellation = first_of(
    lambda: ClassCancellation.objects.filter(finished_at=None).order_by("cancelled_at").values_list("cancelled_at")
)


def open_cancellations() -> list[Cancelled]:
    """Classes whose buyers wait, the longest first."""
    waiting = ClassCancellation.objects.filter(finished_at=None).order_by("cancelled_at", "id")
    return [Cancelled(one.id, one.course_run_id, Actor(one.actor_kind, one.actor_id)) for one in waiting]


@requires_transaction
def note_class_cancelled(*, person_id: uuid.UUID, purchase_id: uuid.UUID, actor: Actor, at: datetime) -> None:
    """Note at a purchase that its class was called off: what both partners are told as class.cancelled."""
    record(
        action=CLASS_CANCELLED.action,
        at=at,
        person_id=person_id,
        actor=actor,
        subject_kind="purchase",
        subject_id=purchase_id,
    )


@requires_transaction
def finish_cancellation(*, cancellation_id: uuid.UUID, at: datetime) -> None:
    """Everybody who bought this class has been dealt with."""
    ClassCancellation.objects.filter(id=cancellation_id, finished_at=None).update(finished_at=at)


@dataclass(frozen=True)
class PayingBack:
    """A cancelled class some of whose buyers are still to be dealt with. Instants are UTC programme time."""

    schedule_code: str
    course_title: str
    cancelled_at: datetime


def paying_back() -> list[PayingBack]:
    """Cancelled classes whose buyers wait; one that stays here for long has a worker that does not work."""
    waiting = ClassCancellation.objects.filter(finished_at=None).order_by("cancelled_at", "id")
    found = waiting.values_list("course_run__code", "course_run__course__title", "cancelled_at")
    return [PayingBack(*one) for one in found]
