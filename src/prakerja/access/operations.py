"""One-time passwords for signing in and linking an account. The purchase's OTP lives in its hot calls, by the same rules."""

from __future__ import annotations

import hmac
import uuid
from datetime import datetime, timedelta
from typing import Any

from prakerja.access.models import OtpChallenge, OtpGuard, StrangerGuard
from prakerja.access.policies import DEFAULT, OtpRules
from prakerja.kernel.clock import WIB
from prakerja.kernel.codes import one_time_password
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import otp_hash
from prakerja.notifications.operations import queue_message


def send_challenge(
    *,
    person_id: uuid.UUID,
    purpose: str,
    at: datetime,
    scope: str = "",
    rules: OtpRules = DEFAULT,
    parameters: dict[str, Any] | None = None,
) -> None:
    """Send a new one-time password by SMS; an older one of the same purpose no longer counts.

    Raises Refused: otp_locked (until), otp_too_soon (seconds), otp_daily_limit.
    """
    with transaction():
        guard = _lock_guard(person_id=person_id, purpose=purpose, scope=scope)
        _refuse_sending(guard=guard, at=at, rules=rules)
        OtpChallenge.objects.filter(person_id=person_id, purpose=purpose, used_at=None, replaced_at=None).update(
            replaced_at=at
        )
        challenge_id = new_id()
        code = one_time_password(rules.digits)
        OtpChallenge.objects.create(
            id=challenge_id,
            person_id=person_id,
            purpose=purpose,
            code_hash=otp_hash(challenge_id, code),
            sent_at=at,
            expires_at=at + timedelta(seconds=rules.life_s),
        )
        _count_sending(guard=guard, at=at)
        queue_message(
            person_id=person_id,
            template=f"otp_{purpose}",
            channels=("sms",),
            parameters={"otp": code, "minutes": rules.life_s // 60, **(parameters or {})},
            dedupe_key=f"otp:{challenge_id}",
            at=at,
        )


def check_challenge(
    *, person_id: uuid.UUID, purpose: str, otp: str, at: datetime, scope: str = "", rules: OtpRules = DEFAULT
) -> None:
    """Use up the live one-time password of this purpose.

    A wrong one is counted although it is refused: the count is committed, then Refused is raised.
    Raises Refused: otp_locked (until), otp_expired, otp_wrong (left).
    """
    with transaction():
        refusal = _check(person_id=person_id, purpose=purpose, otp=otp, at=at, scope=scope, rules=rules)
    if refusal is not None:
        raise refusal


@requires_transaction
def _check(
    *, person_id: uuid.UUID, purpose: str, otp: str, at: datetime, scope: str, rules: OtpRules
) -> Refused | None:
    guard = _lock_guard(person_id=person_id, purpose=purpose, scope=scope)
    if guard.locked_until is not None and guard.locked_until > at:
        return Refused("otp_locked", until=guard.locked_until)
    challenge = (
        OtpChallenge.objects.filter(person_id=person_id, purpose=purpose, used_at=None, replaced_at=None)
        .order_by("-sent_at")
        .first()
    )
    if challenge is None or at >= challenge.expires_at:
        return Refused("otp_expired")
    if hmac.compare_digest(bytes(challenge.code_hash), otp_hash(challenge.id, otp)):
        challenge.used_at = at
        challenge.save(update_fields=["used_at"])
        guard.tries = 0
        guard.save(update_fields=["tries"])
        return None
    challenge.failed_count += 1
    guard.tries += 1
    if guard.tries >= rules.tries:
        guard.tries, guard.locked_until = 0, at + timedelta(minutes=rules.lock_min)
        challenge.replaced_at = at
        refusal = Refused("otp_locked", until=guard.locked_until)
    else:
        refusal = Refused("otp_wrong", left=rules.tries - guard.tries)
    challenge.save(update_fields=["failed_count", "replaced_at"])
    guard.save(update_fields=["tries", "locked_until"])
    return refusal


@requires_transaction
def _lock_guard(*, person_id: uuid.UUID, purpose: str, scope: str) -> OtpGuard:
    """The guard row, locked: two tries at once are counted one after the other."""
    OtpGuard.objects.bulk_create(
        [OtpGuard(id=new_id(), person_id=person_id, purpose=purpose, scope=scope)], ignore_conflicts=True
    )
    return OtpGuard.objects.select_for_update(no_key=True).get(person_id=person_id, purpose=purpose, scope=scope)


def _count_sending(*, guard: OtpGuard | StrangerGuard, at: datetime) -> None:
    today = at.astimezone(WIB).date()
    guard.sent_today = guard.sent_today + 1 if guard.day == today else 1
    guard.day, guard.last_sent_at = today, at
    guard.save(update_fields=["sent_today", "day", "last_sent_at"])


@requires_transaction
def _refuse_sending(*, guard: OtpGuard | StrangerGuard, at: datetime, rules: OtpRules) -> None:
    if guard.locked_until is not None and guard.locked_until > at:
        raise Refused("otp_locked", until=guard.locked_until)
    if guard.last_sent_at is not None:
        wait = guard.last_sent_at + timedelta(seconds=rules.gap_s) - at
        if wait > timedelta(0):
            raise Refused("otp_too_soon", seconds=int(wait.total_seconds()) + 1)
    if guard.day == at.astimezone(WIB).date() and guard.sent_today >= rules.per_day:
        raise Refused("otp_daily_limit")


def send_to_stranger(*, index: bytes, at: datetime, rules: OtpRules = DEFAULT) -> None:
    """Behave as if a code had been sent to a number that nobody registered (its blind index); nothing is sent.

    Raises Refused as `send_challenge` does: otp_locked (until), otp_too_soon (seconds), otp_daily_limit.
    """
    with transaction():
        guard = _lock_stranger(index=index)
        _refuse_sending(guard=guard, at=at, rules=rules)
        _count_sending(guard=guard, at=at)


def refusal_for_stranger(*, index: bytes, at: datetime, rules: OtpRules = DEFAULT) -> Refused:
    """The refusal that a registered number would get for a wrong code: the same words, counts and lock."""
    with transaction():
        guard = _lock_stranger(index=index)
        if guard.locked_until is not None and guard.locked_until > at:
            return Refused("otp_locked", until=guard.locked_until)
        if guard.last_sent_at is None or at >= guard.last_sent_at + timedelta(seconds=rules.life_s):
            return Refused("otp_expired")
        guard.tries += 1
        refusal = Refused("otp_wrong", left=rules.tries - guard.tries)
        if guard.tries >= rules.tries:
            guard.tries, guard.locked_until = 0, at + timedelta(minutes=rules.lock_min)
            guard.last_sent_at = None
            refusal = Refused("otp_locked", until=guard.locked_until)
        guard.save(update_fields=["tries", "last_sent_at", "locked_until"])
    return refusal


@requires_transaction
def _lock_stranger(*, index: bytes) -> StrangerGuard:
    StrangerGuard.objects.bulk_create([StrangerGuard(index=index)], ignore_conflicts=True)
    return StrangerGuard.objects.select_for_update(no_key=True).get(index=index)
