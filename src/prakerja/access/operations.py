"""One-time passwords for signing in and linking an account. The purchase's OTP lives in its hot calls, by the same rules."""

from __future__ import annotations

import hmac
import uuid
from datetime import datetime, timedelta
from typing import Any, Literal

from prakerja.access.models import OtpChallenge, OtpGuard, PhoneGuard
from prakerja.access.policies import DEFAULT, OtpRules
from prakerja.audit.operations import record
from prakerja.kernel.clock import WIB
from prakerja.kernel.codes import one_time_password
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import otp_hash, seal, unseal
from prakerja.notifications.operations import queue_message


def send_challenge(
    *,
    person_id: uuid.UUID,
    purpose: str,
    at: datetime,
    scope: str = "",
    rules: OtpRules = DEFAULT,
    subject: str = "",
    shared: tuple[str, int] | None = None,
    parameters: dict[str, Any] | None = None,
    channel: Literal["sms", "email"] = "sms",
) -> None:
    """Send a new one-time password by SMS or, where it says so, by e-mail; an older one of the same purpose and scope no longer counts.

    `scope` says who asks, `subject` what exactly is confirmed. `shared` names a count that several scopes have in common,
    with the most of its day. Raises Refused: otp_locked (until), otp_too_soon (seconds), otp_daily_limit.
    """
    with transaction():
        guards = [_lock_guard(person_id=person_id, purpose=purpose, scope=scope)]
        refuse_early(guard=guards[0], at=at, rules=rules)
        _refuse_after(guard=guards[0], at=at, per_day=rules.per_day)
        if shared is not None:
            guards.append(_lock_guard(person_id=person_id, purpose=purpose, scope=shared[0]))
            _refuse_after(guard=guards[1], at=at, per_day=shared[1])
        for guard in guards:
            _count_sending(guard=guard, at=at)
        begin_challenge(
            person_id=person_id,
            purpose=purpose,
            scope=scope,
            rules=rules,
            at=at,
            subject=subject,
            parameters=parameters,
            channel=channel,
        )


@requires_transaction
def begin_challenge(
    *,
    person_id: uuid.UUID,
    purpose: str,
    scope: str,
    rules: OtpRules,
    at: datetime,
    subject: str = "",
    parameters: dict[str, Any] | None = None,
    channel: Literal["sms", "email"] = "sms",
) -> None:
    """Make a code and queue its message. The limits are the caller's, who has counted it.

    Old ones are forgotten by a rule of their own (`access.forgetting`).
    """
    OtpChallenge.objects.filter(
        person_id=person_id, purpose=purpose, scope=scope, used_at=None, replaced_at=None
    ).update(replaced_at=at)
    challenge_id = new_id()
    code = one_time_password(rules.digits)
    OtpChallenge.objects.create(
        id=challenge_id,
        person_id=person_id,
        purpose=purpose,
        scope=scope,
        channel=channel,
        subject_enc=seal(subject, **_place(challenge_id)) if subject else None,
        code_hash=otp_hash(challenge_id, code),
        sent_at=at,
        expires_at=at + timedelta(seconds=rules.life_s),
    )
    queue_message(
        person_id=person_id,
        template=f"otp_{purpose}",
        channels=(channel,),
        parameters={"otp": code, "minutes": rules.life_s // 60, **(parameters or {})},
        dedupe_key=f"otp:{challenge_id}",
        at=at,
    )


def check_challenge(
    *,
    person_id: uuid.UUID,
    purpose: str,
    otp: str,
    at: datetime,
    scope: str = "",
    rules: OtpRules = DEFAULT,
    subject: str = "",
) -> uuid.UUID:
    """Use up the live one-time password of this purpose and scope, and return its id.

    A code that confirms another `subject` is none for this one. A wrong one is counted although it is refused: the count
    is committed, then Refused is raised. Raises Refused: otp_locked (until), otp_expired, otp_wrong (left),
    otp_of_other_browser (no try is counted).
    """
    with transaction():
        found = _check(person_id=person_id, purpose=purpose, otp=otp, at=at, scope=scope, rules=rules, subject=subject)
    if isinstance(found, Refused):
        raise found
    return found


@requires_transaction
def end_challenges(*, person_id: uuid.UUID, at: datetime) -> int:
    """End every code that waits for this person: what they were sent to is theirs no more. Returns how many."""
    live = OtpChallenge.objects.filter(person_id=person_id, used_at=None, replaced_at=None)
    return live.update(replaced_at=at)


def reopen_challenge(*, person_id: uuid.UUID, challenge_id: uuid.UUID) -> None:
    """Let a code that was right be typed again within its life, twice at most.

    What it was typed for could not be done, by no fault of the person's.
    """
    with transaction():
        challenge = OtpChallenge.objects.get(person_id=person_id, id=challenge_id)
        live = OtpChallenge.objects.filter(
            person_id=person_id, purpose=challenge.purpose, scope=challenge.scope, used_at=None, replaced_at=None
        )
        if challenge.failed_count < DEFAULT.tries - 1 and not live.exists():
            challenge.used_at = None
            challenge.failed_count += 1
            challenge.save(update_fields=["used_at", "failed_count"])


@requires_transaction
def _check(
    *, person_id: uuid.UUID, purpose: str, otp: str, at: datetime, scope: str, rules: OtpRules, subject: str
) -> Refused | uuid.UUID:
    guard = _lock_guard(person_id=person_id, purpose=purpose, scope=scope)
    if is_locked(guard=guard, at=at):
        return Refused("otp_locked", until=guard.locked_until)
    challenge = OtpChallenge.objects.filter(
        person_id=person_id, purpose=purpose, scope=scope, used_at=None, replaced_at=None
    ).first()
    if challenge is None or at >= challenge.expires_at or subject_of(challenge=challenge) != subject:
        return Refused("otp_expired")
    if hmac.compare_digest(bytes(challenge.code_hash), otp_hash(challenge.id, otp)):
        challenge.used_at = at
        challenge.save(update_fields=["used_at"])
        guard.tries = 0
        guard.save(update_fields=["tries"])
        return challenge.id
    if is_of_another_scope(person_id=person_id, purpose=purpose, scope=scope, otp=otp, at=at):
        return Refused("otp_of_other_browser")
    challenge.failed_count += 1
    guard.tries += 1
    if guard.tries >= rules.tries:
        guard.tries, guard.locked_until = 0, at + timedelta(minutes=rules.lock_min)
        challenge.replaced_at = at
        refusal = Refused("otp_locked", until=guard.locked_until)
        record(
            action=f"{purpose}.otp_locked",
            at=at,
            person_id=person_id,
            subject_kind="person",
            subject_id=person_id,
        )
    else:
        refusal = Refused("otp_wrong", left=rules.tries - guard.tries)
    challenge.save(update_fields=["failed_count", "replaced_at"])
    guard.save(update_fields=["tries", "locked_until"])
    return refusal


def is_of_another_scope(*, person_id: uuid.UUID, purpose: str, scope: str, otp: str, at: datetime) -> bool:
    """Whether this is a code that somebody else asked for and that this person's phone got: no guess, and no use here.

    Whoever has the phone may get several codes when a stranger asks too; to type the wrong one of them costs no try.
    """
    others = OtpChallenge.objects.filter(
        person_id=person_id, purpose=purpose, used_at=None, replaced_at=None, expires_at__gt=at
    ).exclude(scope=scope)
    return any(hmac.compare_digest(bytes(one.code_hash), otp_hash(one.id, otp)) for one in others)


def subject_of(*, challenge: OtpChallenge) -> str:
    """What this code confirms, opened; "" where the purpose says it all."""
    return unseal(challenge.subject_enc, **_place(challenge.id)) if challenge.subject_enc else ""


def _place(challenge_id: uuid.UUID) -> dict[str, Any]:
    return {"table": "access_otpchallenge", "column": "subject_enc", "row_id": challenge_id}


@requires_transaction
def _lock_guard(*, person_id: uuid.UUID, purpose: str, scope: str) -> OtpGuard:
    """The guard row, locked: two tries at once are counted one after the other."""
    while True:
        OtpGuard.objects.bulk_create(
            [OtpGuard(id=new_id(), person_id=person_id, purpose=purpose, scope=scope)], ignore_conflicts=True
        )
        locked = OtpGuard.objects.select_for_update(no_key=True)
        found = locked.filter(person_id=person_id, purpose=purpose, scope=scope).first()
        # An old one that is there may be forgotten before we hold it; then it is made anew.
        if found is not None:
            return found


def _count_sending(*, guard: OtpGuard, at: datetime) -> None:
    today = at.astimezone(WIB).date()
    guard.sent_today = guard.sent_today + 1 if guard.day == today else 1
    guard.day, guard.last_sent_at = today, at
    guard.save(update_fields=["sent_today", "day", "last_sent_at"])


def is_locked(*, guard: OtpGuard | PhoneGuard, at: datetime) -> bool:
    """Whether too many wrong codes were typed and the lock has not ended at `at`."""
    return guard.locked_until is not None and guard.locked_until > at


def refuse_early(*, guard: OtpGuard | PhoneGuard, at: datetime, rules: OtpRules) -> None:
    """Refuse a new code while the lock or the gap lasts. Raises Refused: otp_locked (until), otp_too_soon (seconds)."""
    if is_locked(guard=guard, at=at):
        raise Refused("otp_locked", until=guard.locked_until)
    if guard.last_sent_at is not None:
        wait = guard.last_sent_at + timedelta(seconds=rules.gap_s) - at
        if wait > timedelta(0):
            raise Refused("otp_too_soon", seconds=int(wait.total_seconds()) + 1)


def _refuse_after(*, guard: OtpGuard, at: datetime, per_day: int) -> None:
    if guard.day == at.astimezone(WIB).date() and guard.sent_today >= per_day:
        raise Refused("otp_daily_limit")
