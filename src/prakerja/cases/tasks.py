"""What falls due of cases: those that were answered long ago end, old words go, and where they came from is forgotten."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from prakerja.cases.models import Case
from prakerja.cases.operations import end_answered, forget_askers, wipe_words
from prakerja.cases.policies import DAY, ENDS_AFTER, WIPED_AFTER
from prakerja.kernel.db import transaction
from prakerja.kernel.due import CHUNK, DueTask, in_chunks


def _next_ended() -> datetime | None:
    found = Case.objects.filter(status="answered").order_by("answered_at").values_list("answered_at", flat=True).first()
    return found + ENDS_AFTER if found else None


def _next_wiped() -> datetime | None:
    found = (
        Case.objects.filter(status="closed", wiped_at=None)
        .order_by("closed_at")
        .values_list("closed_at", flat=True)
        .first()
    )
    return found + WIPED_AFTER if found else None


def _next_forgotten() -> datetime | None:
    found = (
        Case.objects.filter(browser_index__isnull=False)
        .order_by("opened_at")
        .values_list("opened_at", flat=True)
        .first()
    )
    # An instant after the day is over, so that the last one of it is forgotten as well.
    return found + DAY + timedelta(seconds=1) if found else None


def _end(at: datetime) -> int:
    return _chunks(
        lambda: list(
            Case.objects.filter(status="answered", answered_at__lte=at - ENDS_AFTER)
            .order_by("id")
            .values_list("id", flat=True)[:CHUNK]
        ),
        lambda ids: end_answered(case_ids=ids, at=at),
    )


def _wipe(at: datetime) -> int:
    return _chunks(
        lambda: list(
            Case.objects.filter(status="closed", wiped_at=None, closed_at__lte=at - WIPED_AFTER)
            .order_by("id")
            .values_list("id", flat=True)[:CHUNK]
        ),
        lambda ids: wipe_words(case_ids=ids, at=at),
    )


def _forget(at: datetime) -> int:
    with transaction():
        return forget_askers(before=at - DAY)


def _chunks(found: Callable[[], list[uuid.UUID]], work: Callable[[list[uuid.UUID]], int]) -> int:
    def step() -> int | None:
        ids = found()
        if not ids:
            return None
        with transaction():
            return work(ids)

    return in_chunks(step)


TASKS = (
    DueTask("end_answered_cases", _next_ended, _end),
    DueTask("wipe_cases", _next_wiped, _wipe),
    DueTask("forget_askers", _next_forgotten, _forget),
)
