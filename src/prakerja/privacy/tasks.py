"""What falls due in requests about one's own data: lost phones that nobody objected to, and what is pruned."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min

from prakerja.kernel.due import DueTask, do_due
from prakerja.privacy.lost_phone_policies import lost_phone_terms
from prakerja.privacy.lost_phones import change_lost_phone, prune_lost_phones
from prakerja.privacy.models import LostPhoneCase
from prakerja.privacy.states import LOST_PHONE_STATES

_DUE = "SELECT about AS person_id, id, changes_at AS due_at FROM privacy_lostphonecase WHERE status = 'confirmed'"


def next_change() -> datetime | None:
    """The instant at which the first lost phone is replaced."""
    waiting = LostPhoneCase.objects.filter(status="confirmed")
    return waiting.order_by("changes_at").values_list("changes_at", flat=True).first()


def run_changes(at: datetime) -> int:
    """Replace the lost phones whose days to object are over."""
    return do_due(_DUE, at=at, work=lambda _, case_id: change_lost_phone(case_id=case_id, at=at))


def next_pruning() -> datetime | None:
    """The first instant at which something is old enough to go."""
    unsent = LostPhoneCase.objects.filter(status__in=LOST_PHONE_STATES.group("UNSENT")).aggregate(at=Min("asked_at"))
    ended = LostPhoneCase.objects.filter(phone_enc__isnull=False).aggregate(at=Min("ended_at"))
    due = []
    if unsent["at"] is not None:
        due.append(unsent["at"] + lost_phone_terms(unsent["at"]).unsent)
    if ended["at"] is not None:
        due.append(ended["at"] + lost_phone_terms(ended["at"]).photos)
    return min(due, default=None)


def run_pruning(at: datetime) -> int:
    """What is old enough goes."""
    return prune_lost_phones(at=at)


TASKS = [
    DueTask(name="replace lost phones", next_due=next_change, run=run_changes),
    DueTask(name="prune lost phones", next_due=next_pruning, run=run_pruning),
]
