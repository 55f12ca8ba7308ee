"""Codes to phones and e-mail addresses of people who are none of ours yet: they register.

The code stands on the count itself, as a hash: whoever asks for a code to a number of nobody is counted and locked exactly as
somebody who asks for one to a registered number (`sign_in_codes`), by the same rows, so that nobody learns who is registered.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from prakerja.access.models import PhoneGuard
from prakerja.access.operations import is_locked, refuse_early
from prakerja.access.policies import DEFAULT, OtpRules
from prakerja.kernel.clock import WIB
from prakerja.kernel.codes import one_time_password
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import mark, otp_hash
from prakerja.notifications.strangers import queue_to_stranger

# Of one registration to all addresses that are typed there, and to one address from all registrations, a day.
EMAIL_PER_OWNER = 10
EMAIL_PER_ADDRESS = 10
# To one phone from all who want it for an account that they cannot sign in to, a day.
NEW_PHONE_PER_NUMBER = 5


@dataclass(frozen=True)
class EmailCodeState:
    """Where a registration stands with the code of its e-mail address; instants are programme time."""

    is_live: bool
    next_at: datetime | None
    locked_until: datetime | None
    tries_left: int


@requires_transaction
def begin_stranger_code(
    *,
    guard: PhoneGuard,
    to: str,
    channel: Literal["sms", "email"],
    template: str,
    language: str,
    rules: OtpRules,
    at: datetime,
) -> None:
    """Make a code on a count that the caller has locked and counted, and queue its message."""
    code = one_time_password(rules.digits)
    guard.code_hash = _hash(guard, code)
    guard.save(update_fields=["code_hash"])
    queue_to_stranger(
        to=to,
        channel=channel,
        template=template,
        parameters={"otp": code, "minutes": rules.life_s // 60},
        language=language,
        at=at,
        ends_at=at + timedelta(seconds=rules.life_s),
    )


def is_stranger_code(*, guard: PhoneGuard, otp: str) -> bool:
    """Whether this is the code that waits on a locked count."""
    return guard.code_hash is not None and hmac.compare_digest(bytes(guard.code_hash), _hash(guard, otp))


def send_email_code(
    *, email: str, owner: uuid.UUID, is_free: bool, language: str, at: datetime, rules: OtpRules = DEFAULT
) -> None:
    """Send a code to an e-mail address (normalised) that a registration (`owner`) gave.

    To one that is not `is_free` no code leaves, and all else is alike: its owner is told by the caller. Raises Refused:
    otp_locked (until), otp_too_soon (seconds), otp_daily_limit.
    """
    _send(
        most=_email_limits(email, owner, rules),
        to=email if is_free else "",
        channel="email",
        template="otp_email",
        language=language,
        rules=rules,
        at=at,
    )


def send_new_phone_code(
    *, phone: str, owner: uuid.UUID, language: str, at: datetime, rules: OtpRules = DEFAULT
) -> None:
    """Send a code to a phone (normalised) that somebody wants for an account that they cannot sign in to; `owner` is what they
    ask for. It leaves whoever's the phone is. Raises Refused: otp_locked (until), otp_too_soon (seconds), otp_daily_limit.
    """
    _send(
        most={_new_phone_index(phone, owner): rules.per_day, mark("new_phone", phone): NEW_PHONE_PER_NUMBER},
        to=phone,
        channel="sms",
        template="otp_phone",
        language=language,
        rules=rules,
        at=at,
    )


def check_new_phone_code(*, phone: str, owner: uuid.UUID, otp: str, at: datetime, rules: OtpRules = DEFAULT) -> None:
    """Use up the code of a new phone. A wrong one is counted although it is refused.

    Raises Refused: otp_locked (until), otp_expired, otp_wrong (left).
    """
    _use_up(_new_phone_index(phone, owner), otp, rules, at)


def new_phone_code_state(*, phone: str, owner: uuid.UUID, at: datetime, rules: OtpRules = DEFAULT) -> EmailCodeState:
    """What whoever asked may be told about the code of a new phone."""
    return _state(_new_phone_index(phone, owner), at, rules)


def check_email_code(*, email: str, owner: uuid.UUID, otp: str, at: datetime, rules: OtpRules = DEFAULT) -> None:
    """Use up the code of an address. A wrong one is counted although it is refused.

    Raises Refused: otp_locked (until), otp_expired, otp_wrong (left).
    """
    _use_up(_email_index(email, owner), otp, rules, at)


def email_code_state(*, email: str, owner: uuid.UUID, at: datetime, rules: OtpRules = DEFAULT) -> EmailCodeState:
    """What a registration may be told about the code of its address; it says nothing about whose the address is."""
    return _state(_email_index(email, owner), at, rules)


def _state(index: bytes, at: datetime, rules: OtpRules) -> EmailCodeState:
    guard = PhoneGuard.objects.filter(index=index).first() or PhoneGuard()
    sent_at = guard.last_sent_at
    next_at = sent_at + timedelta(seconds=rules.gap_s) if sent_at else None
    locked = is_locked(guard=guard, at=at)
    return EmailCodeState(
        is_live=sent_at is not None and not locked and at < sent_at + timedelta(seconds=rules.life_s),
        next_at=next_at if next_at is not None and next_at > at else None,
        locked_until=guard.locked_until if locked else None,
        tries_left=rules.tries - guard.tries,
    )


def _send(
    *,
    most: Mapping[bytes, int],
    to: str,
    channel: Literal["sms", "email"],
    template: str,
    language: str,
    rules: OtpRules,
    at: datetime,
) -> None:
    """Count a code on every index of `most`, whose first one keeps it; with nobody to send it `to` nothing leaves."""
    today = at.astimezone(WIB).date()
    with transaction():
        guards = lock_guards(list(most), today)
        refuse_early(guard=guards[0], at=at, rules=rules)
        if any(guard.day == today and guard.sent_today >= most[bytes(guard.index)] for guard in guards):
            raise Refused("otp_daily_limit")
        for guard in guards:
            count_sending(guard, today, at)
        if to:
            begin_stranger_code(
                guard=guards[0], to=to, channel=channel, template=template, language=language, rules=rules, at=at
            )


def _use_up(index: bytes, otp: str, rules: OtpRules, at: datetime) -> None:
    with transaction():
        guard = lock_guards([index], at.astimezone(WIB).date())[0]
        refusal = _check(guard, otp, rules, at)
    # Outside of the transaction: what was counted stays counted.
    if refusal is not None:
        raise refusal


@requires_transaction
def _check(guard: PhoneGuard, otp: str, rules: OtpRules, at: datetime) -> Refused | None:
    if is_locked(guard=guard, at=at):
        return Refused("otp_locked", until=guard.locked_until)
    if guard.last_sent_at is None or at >= guard.last_sent_at + timedelta(seconds=rules.life_s):
        return Refused("otp_expired")
    if is_stranger_code(guard=guard, otp=otp):
        guard.tries, guard.last_sent_at, guard.code_hash = 0, None, None
        guard.save(update_fields=["tries", "last_sent_at", "code_hash"])
        return None
    guard.tries += 1
    refusal = Refused("otp_wrong", left=rules.tries - guard.tries)
    if guard.tries >= rules.tries:
        guard.tries, guard.locked_until = 0, at + timedelta(minutes=rules.lock_min)
        guard.last_sent_at, guard.code_hash = None, None
        refusal = Refused("otp_locked", until=guard.locked_until)
    guard.save(update_fields=["tries", "locked_until", "last_sent_at", "code_hash"])
    return refusal


@requires_transaction
def lock_guards(indexes: list[bytes], today: date) -> list[PhoneGuard]:
    """The counts of these indexes, made where there are none, in their order; locked one after the other by value.

    Two tries at once are counted one after the other.
    """
    found: dict[bytes, PhoneGuard] = {}
    # A row of days ago that is there may be forgotten (`access.forgetting`) before we hold it; then it is made anew.
    while len(found) < len(indexes):
        PhoneGuard.objects.bulk_create([PhoneGuard(index=index, day=today) for index in indexes], ignore_conflicts=True)
        locked = PhoneGuard.objects.select_for_update(no_key=True).filter(index__in=indexes).order_by("index")
        found = {bytes(guard.index): guard for guard in locked}
    return [found[index] for index in indexes]


@requires_transaction
def count_sending(guard: PhoneGuard, today: date, at: datetime) -> None:
    """One more code of today, sent at `at`; a code that waited there counts no more."""
    guard.sent_today = guard.sent_today + 1 if guard.day == today else 1
    guard.day, guard.last_sent_at, guard.code_hash = today, at, None
    guard.save(update_fields=["sent_today", "day", "last_sent_at", "code_hash"])


def _hash(guard: PhoneGuard, code: str) -> bytes:
    return otp_hash(uuid.UUID(bytes=bytes(guard.index)), code)


def _email_index(email: str, owner: uuid.UUID) -> bytes:
    return mark("email_code", f"{owner}:{email}")


def _new_phone_index(phone: str, owner: uuid.UUID) -> bytes:
    return mark("new_phone_code", f"{owner}:{phone}")


def _email_limits(email: str, owner: uuid.UUID, rules: OtpRules) -> Mapping[bytes, int]:
    return {
        _email_index(email, owner): rules.per_day,
        mark("email_code_owner", str(owner)): EMAIL_PER_OWNER,
        mark("email_code_address", email): EMAIL_PER_ADDRESS,
    }
