"""Read one-time passwords: what is still waited for."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from prakerja.access.models import OtpChallenge, OtpGuard
from prakerja.access.operations import is_locked, subject_of
from prakerja.access.policies import DEFAULT, OtpRules


@dataclass(frozen=True)
class Waiting:
    """Where a person stands with a code that was sent; instants are programme time.

    `subject` is what it confirms, "" once no code is waited for; `expires_at` is exclusive.
    """

    subject: str
    is_live: bool
    expires_at: datetime | None
    next_at: datetime | None
    locked_until: datetime | None
    tries_left: int


def challenge_state(
    *, person_id: uuid.UUID, purpose: str, at: datetime, scope: str = "", rules: OtpRules = DEFAULT
) -> Waiting:
    """The code of this purpose and scope that a page may ask for, with the lock and the earliest next one."""
    guard = OtpGuard.objects.filter(person_id=person_id, purpose=purpose, scope=scope).first() or OtpGuard()
    challenge = OtpChallenge.objects.filter(
        person_id=person_id, purpose=purpose, scope=scope, used_at=None, replaced_at=None
    ).first()
    next_at = guard.last_sent_at + timedelta(seconds=rules.gap_s) if guard.last_sent_at else None
    return Waiting(
        subject=subject_of(challenge=challenge) if challenge else "",
        is_live=challenge is not None and at < challenge.expires_at,
        expires_at=challenge.expires_at if challenge else None,
        next_at=next_at if next_at is not None and next_at > at else None,
        locked_until=guard.locked_until if is_locked(guard=guard, at=at) else None,
        tries_left=rules.tries - guard.tries,
    )


def live_challenges(*, asked: list[tuple[uuid.UUID, uuid.UUID]], at: datetime) -> set[uuid.UUID]:
    """Which of these codes (person and challenge) would still be taken at `at`: asked before their SMS leave."""
    people, ids = {person for person, _ in asked}, [challenge for _, challenge in asked]
    live = OtpChallenge.objects.filter(
        person_id__in=people, id__in=ids, used_at=None, replaced_at=None, expires_at__gt=at
    )
    return set(live.values_list("id", flat=True))
