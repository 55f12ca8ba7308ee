"""What is kept of registrations goes by a dated rule, every night (rules.md 3.6, 11.3). Its owner is told before an unfinished one goes."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from prakerja.kernel.clock import WIB
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.due import in_chunks
from prakerja.kernel.looks import first_of, follows_from
from prakerja.notifications.strangers import queue_to_stranger
from prakerja.registrations.models import Case, Document, Registration, RegistryAnswer
from prakerja.registrations.policies import terms_at
from prakerja.registrations.rows import phone_of
from prakerja.registrations.states import CASE_STATES

# When few people write.
_NIGHTLY = time(3, 20)
_CHUNK = 200


def _drafts_alone() -> QuerySet[Registration]:
    """At which a human still looks wait for that, and `prune` leaves them."""
    return Registration.objects.filter(status="drafting").exclude(id__in=_open())


def _over() -> QuerySet[Registration]:
    return Registration.objects.exclude(ended_at=None)


_first_untold = first_of(
    lambda: _drafts_alone().filter(told_of_end_at=None).order_by("touched_at").values_list("touched_at")
)
_first_told = first_of(
    lambda: _drafts_alone().exclude(told_of_end_at=None).order_by("told_of_end_at").values_list("told_of_end_at")
)
_first_photographed = first_of(
    lambda: (
        _over().filter(id__in=Document.objects.values("registration_id")).order_by("ended_at").values_list("ended_at")
    )
)
_first_ended = first_of(lambda: _over().order_by("ended_at").values_list("ended_at"))


@follows_from(_first_untold, _first_told, _first_photographed, _first_ended)
def next_pruning(
    untold: datetime | None, told: datetime | None, photographed: datetime | None, oldest: datetime | None
) -> datetime | None:
    """The first night on which something is old enough: to be told of, or to go."""
    due = []
    if untold is not None:
        due.append(untold + terms_at(untold).untouched - terms_at(untold).told_before)
    if told is not None:
        due.append(told + terms_at(told).told_before)
    if photographed is not None:
        due.append(photographed + terms_at(photographed).photos)
    if oldest is not None:
        due.append(oldest + terms_at(oldest).answers)
    return min((_night_from(one) for one in due), default=None)


def _night_from(instant: datetime) -> datetime:
    night = datetime.combine(instant.astimezone(WIB).date(), _NIGHTLY, tzinfo=WIB)
    return night if night >= instant else night + timedelta(days=1)


def prune(*, at: datetime) -> int:
    """Tell the owners of what will go, and let go what was told of or has ended long enough; returns how many rows.

    Whoever comes back in between keeps everything: a touched registration is told of anew.
    """
    terms = terms_at(at)
    return (
        in_chunks(lambda: _tell(at))
        + in_chunks(lambda: _drafts(at))
        + in_chunks(lambda: _photos(at - terms.photos))
        + in_chunks(lambda: _ended(at - terms.answers))
    )


def _tell(at: datetime) -> int | None:
    terms = terms_at(at)
    with transaction():
        found = Registration.objects.select_for_update(skip_locked=True, no_key=True).filter(
            status="drafting", told_of_end_at=None, touched_at__lte=at - terms.untouched + terms.told_before
        )
        registrations = list(found.exclude(id__in=_open())[:_CHUNK])
        for one in registrations:
            queue_to_stranger(
                to=phone_of(one),
                channel="sms",
                template="registration_ending",
                parameters={"ends_at": _night_from(at + terms.told_before).isoformat()},
                language=one.language,
                at=at,
                ends_at=at + timedelta(days=3),
            )
            one.told_of_end_at = at
            one.save(update_fields=["told_of_end_at"])
    return len(registrations) or None


def _drafts(at: datetime) -> int | None:
    with transaction():
        found = Registration.objects.select_for_update(skip_locked=True).filter(
            status="drafting", told_of_end_at__lte=at - terms_at(at).told_before
        )
        return _delete([one.id for one in found.exclude(id__in=_open())[:_CHUNK]]) or None


def _photos(before: datetime) -> int | None:
    with transaction():
        found = Document.objects.select_for_update(skip_locked=True, of=("self",))
        ids = list(found.filter(registration__ended_at__lte=before).values_list("id", flat=True)[:_CHUNK])
        return Document.objects.filter(id__in=ids).delete()[0] or None


def _ended(before: datetime) -> int | None:
    with transaction():
        found = Registration.objects.select_for_update(skip_locked=True).filter(ended_at__lte=before)
        return _delete([one.id for one in found[:_CHUNK]]) or None


@requires_transaction
def _delete(ids: list[uuid.UUID]) -> int:
    of = Q(registration_id__in=ids)
    Document.objects.filter(of).delete()
    RegistryAnswer.objects.filter(of).delete()
    Case.objects.filter(of).delete()
    return Registration.objects.filter(id__in=ids).delete()[0]


def _open() -> Any:
    """A human still looks at these."""
    return Case.objects.filter(status__in=CASE_STATES.group("OPEN")).values("registration_id")
