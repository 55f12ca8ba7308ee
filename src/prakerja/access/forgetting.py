"""What was kept to let people in is forgotten by a dated rule (rules.md 11.3; `policies.RETENTION`), every night.

Codes, counts of persons, counts of numbers that nobody registered, wrong passwords of operators, sessions that are over. Whoever
holds a row keeps it; it goes the next night. What an erasure takes of a person goes at once (`forget_person`).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from prakerja.access.models import CodeLoad, OtpChallenge, OtpGuard, PhoneGuard, Session, SignInGuard
from prakerja.access.policies import retention_at
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.due import in_chunks, turn_is_over
from prakerja.kernel.looks import first_of, follows_from

# When few people want to come in.
_NIGHTLY = time(3, 0)
_CHUNK = 1_000


_first_sent = first_of(lambda: OtpChallenge.objects.order_by("sent_at").values_list("sent_at"))
_first_counted = first_of(lambda: PhoneGuard.objects.order_by("day").values_list("day"))


@follows_from(_first_sent, _first_counted)
def next_forgetting(sent_at: datetime | None, counted: date | None) -> datetime | None:
    """The first night on which the oldest code or the oldest count of a number is old enough."""
    due = []
    if sent_at is not None:
        due.append(sent_at + retention_at(sent_at).codes)
    if counted is not None:
        midnight = datetime.combine(counted, time(), tzinfo=WIB)
        due.append(midnight + timedelta(days=1) + retention_at(midnight).numbers)
    return min((_night_from(one) for one in due), default=None)


def _night_from(instant: datetime) -> datetime:
    night = datetime.combine(instant.astimezone(WIB).date(), _NIGHTLY, tzinfo=WIB)
    return night if night >= instant else night + timedelta(days=1)


def forget_old(*, at: datetime, wall: datetime) -> int:
    """Forget everything that is old enough at `at`, a chunk at a time, until the turn is over; returns how many rows went.

    Sessions and the tries of operators are reckoned in `wall` time.
    """
    kept = retention_at(at)
    # Numbers and codes last: while they are there the night is not over (`next_forgetting`), for whoever's turn ends before.
    steps: list[Callable[[], int]] = [
        lambda: _sessions(wall),
        lambda: _tries(wall - kept.operators, wall),
        lambda: _counts(at - kept.purchases, at, Q(purpose="purchase")),
        lambda: _counts(at - kept.codes, at, ~Q(purpose="purchase")),
        lambda: _loads(at - kept.numbers),
        lambda: _numbers(at.astimezone(WIB).date() - kept.numbers - timedelta(days=1)),
        lambda: _codes(at - kept.codes),
    ]
    done = 0
    for step in steps:
        done += in_chunks(_chunks_of(step))
        # Each turn does something, however short it is.
        if done and turn_is_over():
            break
    return done


def _chunks_of(step: Callable[[], int]) -> Callable[[], int | None]:
    is_through = False

    def chunk() -> int | None:
        nonlocal is_through
        if is_through:
            return None
        with transaction():
            count = step()
        is_through = count < _CHUNK
        return count

    return chunk


@requires_transaction
def _codes(before: datetime) -> int:
    old = OtpChallenge.objects.select_for_update(skip_locked=True).filter(sent_at__lte=before)
    return OtpChallenge.objects.filter(id__in=list(old.values_list("id", flat=True)[:_CHUNK])).delete()[0]


@requires_transaction
def _numbers(last_day: date) -> int:
    """No lock is as long as these days."""
    old = PhoneGuard.objects.select_for_update(skip_locked=True).filter(day__lte=last_day)
    return PhoneGuard.objects.filter(index__in=list(old.values_list("index", flat=True)[:_CHUNK])).delete()[0]


@requires_transaction
def _loads(before: datetime) -> int:
    """Of days gone by, as the numbers that they were asked for."""
    old = CodeLoad.objects.select_for_update(skip_locked=True).filter(hour__lte=before)
    return CodeLoad.objects.filter(index__in=list(old.values_list("index", flat=True)[:_CHUNK])).delete()[0]


@requires_transaction
def _counts(before: datetime, at: datetime, which: Q) -> int:
    """A count that began with a lock has no sending of its own."""
    unused = Q(last_sent_at__lte=before) | Q(last_sent_at=None, locked_until__lte=before)
    old = OtpGuard.objects.select_for_update(skip_locked=True).filter(which, unused, _is_open(at))
    return OtpGuard.objects.filter(id__in=list(old.values_list("id", flat=True)[:_CHUNK])).delete()[0]


@requires_transaction
def _tries(before: datetime, wall: datetime) -> int:
    unused = Q(last_failed_at=None) | Q(last_failed_at__lte=before)
    old = SignInGuard.objects.select_for_update(skip_locked=True).filter(unused, _is_open(wall))
    return SignInGuard.objects.filter(index__in=list(old.values_list("index", flat=True)[:_CHUNK])).delete()[0]


@requires_transaction
def _sessions(wall: datetime) -> int:
    old = Session.objects.select_for_update(skip_locked=True).filter(ends_at__lte=wall)
    return Session.objects.filter(id__in=list(old.values_list("id", flat=True)[:_CHUNK])).delete()[0]


def _is_open(at: datetime) -> Q:
    """No lock that still lasts."""
    return Q(locked_until=None) | Q(locked_until__lte=at)


@requires_transaction
def forget_person(*, person_id: uuid.UUID) -> int:
    """Forget every code of a person and what was counted for them; returns how many rows went. Sessions are `end_sessions`'."""
    codes, _ = OtpChallenge.objects.filter(person_id=person_id).delete()
    counts, _ = OtpGuard.objects.filter(person_id=person_id).delete()
    return codes + counts
