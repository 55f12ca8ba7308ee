"""What falls due of cases: those that were answered long ago end, old words go, and where they came from is forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from prakerja.cases.models import Attachment, Case
from prakerja.cases.operations import end_some_answered, forget_some_askers, prune_some_files, wipe_some_words
from prakerja.cases.policies import DAY, ENDS_AFTER, WIPED_AFTER, file_terms
from prakerja.kernel.due import DueTask, in_chunks
from prakerja.kernel.looks import first_of, follows_from

_first_answered = first_of(
    lambda: Case.objects.filter(status="answered").order_by("answered_at").values_list("answered_at")
)
_first_closed = first_of(
    lambda: Case.objects.filter(status="closed", wiped_at=None).order_by("closed_at").values_list("closed_at")
)
_first_known = first_of(
    lambda: Case.objects.filter(browser_index__isnull=False).order_by("opened_at").values_list("opened_at")
)
_first_with_files = first_of(
    lambda: (
        Attachment.objects.filter(entry__case__status="closed")
        .order_by("entry__case__closed_at")
        .values_list("entry__case__closed_at")
    )
)


@follows_from(_first_answered)
def _next_ended(found: datetime | None) -> datetime | None:
    return found + ENDS_AFTER if found else None


@follows_from(_first_closed)
def _next_wiped(found: datetime | None) -> datetime | None:
    return found + WIPED_AFTER if found else None


@follows_from(_first_known)
def _next_forgotten(found: datetime | None) -> datetime | None:
    # An instant after the day is over, so that the last one of it is forgotten as well.
    return found + DAY + timedelta(seconds=1) if found else None


@follows_from(_first_with_files)
def _next_pruned(found: datetime | None) -> datetime | None:
    return found + file_terms(found).kept if found else None


def _end(at: datetime) -> int:
    return in_chunks(lambda: end_some_answered(at=at))


def _wipe(at: datetime) -> int:
    return in_chunks(lambda: wipe_some_words(at=at))


def _prune(at: datetime) -> int:
    return in_chunks(lambda: prune_some_files(at=at))


def _forget(at: datetime) -> int:
    return in_chunks(lambda: forget_some_askers(at=at))


TASKS = (
    DueTask("end_answered_cases", _next_ended, _end),
    DueTask("prune_case_files", _next_pruned, _prune),
    DueTask("wipe_cases", _next_wiped, _wipe),
    DueTask("forget_askers", _next_forgotten, _forget),
)
