"""What falls due in requests about one's own data: lost phones that nobody objected to, and what is pruned."""

from __future__ import annotations

from datetime import datetime

from prakerja.kernel.due import DueTask, do_due
from prakerja.kernel.looks import first_of, follows_from, least_of
from prakerja.privacy.lost_phone_policies import lost_phone_terms
from prakerja.privacy.lost_phones import change_lost_phone, prune_lost_phones
from prakerja.privacy.models import LostPhoneCase
from prakerja.privacy.states import LOST_PHONE_STATES

_DUE = "SELECT about AS person_id, id, changes_at AS due_at FROM privacy_lostphonecase WHERE status = 'confirmed'"


# The instant at which the first lost phone is replaced.
next_change = least_of(_DUE)
_first_unsent = first_of(
    lambda: (
        LostPhoneCase.objects.filter(status__in=LOST_PHONE_STATES.group("UNSENT"))
        .order_by("asked_at")
        .values_list("asked_at")
    )
)
_first_ended = first_of(
    lambda: LostPhoneCase.objects.filter(phone_enc__isnull=False).order_by("ended_at").values_list("ended_at")
)


def run_changes(at: datetime) -> int:
    """Replace the lost phones whose days to object are over."""
    return do_due(_DUE, at=at, work=lambda _, case_id: change_lost_phone(case_id=case_id, at=at))


@follows_from(_first_unsent, _first_ended)
def next_pruning(unsent: datetime | None, ended: datetime | None) -> datetime | None:
    """The first instant at which something is old enough to go."""
    due = []
    if unsent is not None:
        due.append(unsent + lost_phone_terms(unsent).unsent)
    if ended is not None:
        due.append(ended + lost_phone_terms(ended).photos)
    return min(due, default=None)


def run_pruning(at: datetime) -> int:
    """What is old enough goes."""
    return prune_lost_phones(at=at)


TASKS = [
    DueTask(name="replace lost phones", next_due=next_change, run=run_changes),
    DueTask(name="prune lost phones", next_due=next_pruning, run=run_pruning),
]
