"""Codes for signing in. What counts is who asks (a browser, its network), never the number alone (decisions.md 58).

Everything is counted by blind indexes of the number, whether anybody registered it or not: by the same rows, the same
words and the same locks, so that nobody learns who is registered. Only whether an SMS leaves differs.
"""

from __future__ import annotations

import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from prakerja.access.actors import Actor
from prakerja.access.models import OtpChallenge, PhoneGuard
from prakerja.access.operations import begin_challenge, is_locked, is_of_another_scope, refuse_early
from prakerja.access.policies import SIGN_IN, SignInRules
from prakerja.access.stranger_codes import begin_stranger_code, count_sending, is_stranger_code, lock_guards
from prakerja.audit.operations import record
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import lasting_index, mark, otp_hash
from prakerja.notifications.operations import queue_message

PURPOSE = "sign_in"
Channel = Literal["sms", "email"]


@dataclass(frozen=True)
class Asker:
    """Who asks for a code: `browser` by the name that it keeps, the `network` that it comes from ("" where unknown).

    `marks` are what it was given when people signed in with it (`mark_of`); they open nothing. `is_new`: it kept no name so far.
    """

    browser: str = ""
    network: str = ""
    marks: tuple[str, ...] = ()
    is_new: bool = False

    def knows(self, person_id: uuid.UUID | None) -> bool:
        """Whether this person signed in with this browser before."""
        return person_id is not None and mark_of(person_id=person_id, browser=self.browser) in self.marks


class RightCode(NamedTuple):
    """A code that was right: by which way it was sent, and how many wrong ones were typed before it."""

    channel: Channel
    wrong: int


def mark_of(*, person_id: uuid.UUID, browser: str) -> str:
    """What a browser keeps of a person who signed in with it: only we can tell whose it is, and only with the person at hand."""
    return lasting_index("known_browser", f"{person_id}:{browser}").hex()


@dataclass(frozen=True)
class CodeState:
    """Where a browser stands with the code that it asked for; instants are programme time.

    `sent_at` is None when none is waited for any more: it was used, or three wrong ones ended it.
    """

    sent_at: datetime | None
    expires_at: datetime | None
    next_at: datetime | None
    locked_until: datetime | None
    tries_left: int
    is_day_over: bool


def send_sign_in_code(
    *,
    phone: str,
    person_id: uuid.UUID | None,
    asker: Asker,
    at: datetime,
    rules: SignInRules = SIGN_IN,
    stranger_language: str = "",
    channel: Channel = "sms",
    may_reach: bool = True,
) -> None:
    """Send a code by SMS to `phone` (normalised); to a number of nobody (`person_id` None) nothing is sent, all else is alike.

    By `email` it goes to the address of whoever holds the phone; where none was shown to be theirs (`may_reach` False) nothing is
    sent, all else is alike, and the code before it counts to its end. Somebody registers: with a `stranger_language` (id or en) a
    number of nobody gets a code too. An older code of the same browser no longer counts, one of another browser does.
    Raises Refused: otp_locked (until), otp_too_soon (seconds), otp_daily_limit.
    """
    today = at.astimezone(WIB).date()
    with transaction():
        limits = _limits(phone=phone, person_id=person_id, asker=asker, rules=rules)
        guards = lock_guards(list(limits), today)
        mine = guards[0]
        refuse_early(guard=mine, at=at, rules=rules)
        if any(guard.day == today and guard.sent_today >= limits[bytes(guard.index)] for guard in guards):
            raise Refused("otp_daily_limit")
        for guard in guards:
            count_sending(guard, today, at)
        if person_id is not None:
            if may_reach:
                begin_challenge(
                    person_id=person_id, purpose=PURPOSE, scope=asker.browser, rules=rules, at=at, channel=channel
                )
        elif stranger_language:
            begin_stranger_code(
                guard=mine,
                to=phone,
                channel="sms",
                template="otp_phone",
                language=stranger_language,
                rules=rules,
                at=at,
            )
        elif mine.code_hash is not None:
            # Its life is counted from the last request; without this every request would lengthen it.
            mine.code_hash = None
            mine.save(update_fields=["code_hash"])


def check_sign_in_code(
    *, phone: str, person_id: uuid.UUID | None, otp: str, asker: Asker, at: datetime, rules: SignInRules = SIGN_IN
) -> RightCode:
    """Use up the code that this browser waits for. A wrong one is counted although it is refused.

    Without a person it is the code of somebody who registers. The third wrong one locks this browser for the number, and no
    other; the owner is told. Raises Refused: otp_locked
    (until; `wrong` when this try was looked at), otp_expired, otp_wrong (left), otp_of_other_browser (a code of this phone that another browser asked for).
    """
    with transaction():
        found = _check(phone, person_id, otp, asker, at, rules)
    if isinstance(found, Refused):
        raise found
    return found


def sign_in_code_state(
    *, phone: str, person_id: uuid.UUID | None, asker: Asker, at: datetime, rules: SignInRules = SIGN_IN
) -> CodeState:
    """What a browser that asked for a code may be told about it. It says nothing about who is registered."""
    limits = _limits(phone=phone, person_id=person_id, asker=asker, rules=rules)
    found = {bytes(guard.index): guard for guard in PhoneGuard.objects.filter(index__in=list(limits))}
    today = at.astimezone(WIB).date()
    mine = found.get(next(iter(limits)), PhoneGuard())
    locked_until = mine.locked_until if is_locked(guard=mine, at=at) else None
    next_at = mine.last_sent_at + timedelta(seconds=rules.gap_s) if mine.last_sent_at else None
    return CodeState(
        sent_at=mine.last_sent_at if locked_until is None else None,
        expires_at=mine.last_sent_at + timedelta(seconds=rules.life_s) if mine.last_sent_at else None,
        next_at=next_at if next_at is not None and next_at > at else None,
        locked_until=locked_until,
        tries_left=rules.tries - mine.tries,
        is_day_over=any(guard.day == today and guard.sent_today >= limits[index] for index, guard in found.items()),
    )


@requires_transaction
def _check(
    phone: str, person_id: uuid.UUID | None, otp: str, asker: Asker, at: datetime, rules: SignInRules
) -> Refused | RightCode:
    index = _browser_index(phone, asker)
    guard: PhoneGuard = lock_guards([index], at.astimezone(WIB).date())[0]
    if is_locked(guard=guard, at=at):
        return Refused("otp_locked", until=guard.locked_until)
    if guard.last_sent_at is None or at >= guard.last_sent_at + timedelta(seconds=rules.life_s):
        return Refused("otp_expired")
    challenge: OtpChallenge | None = _live_challenge(person_id, asker.browser, at)
    if challenge is not None and hmac.compare_digest(bytes(challenge.code_hash), otp_hash(challenge.id, otp)):
        challenge.used_at = at
        challenge.save(update_fields=["used_at"])
        wrong = guard.tries
        guard.tries, guard.last_sent_at = 0, None
        guard.save(update_fields=["tries", "last_sent_at"])
        record(
            action="sign_in.done",
            at=at,
            actor=Actor.participant(challenge.person_id),
            person_id=challenge.person_id,
            subject_kind="person",
            subject_id=challenge.person_id,
            data={"known_browser": asker.knows(person_id), "channel": challenge.channel},
        )
        if challenge.channel == "email":
            _tell_of_email(challenge, at)
            return RightCode("email", wrong)
        return RightCode("sms", wrong)
    if person_id is None and is_stranger_code(guard=guard, otp=otp):
        wrong = guard.tries
        guard.tries, guard.last_sent_at, guard.code_hash = 0, None, None
        guard.save(update_fields=["tries", "last_sent_at", "code_hash"])
        return RightCode("sms", wrong)
    if person_id is not None and is_of_another_scope(
        person_id=person_id, purpose=PURPOSE, scope=asker.browser, otp=otp, at=at
    ):
        return Refused("otp_of_other_browser")
    guard.tries += 1
    refusal = Refused("otp_wrong", left=rules.tries - guard.tries)
    if guard.tries >= rules.tries:
        guard.tries, guard.locked_until, guard.last_sent_at = 0, at + timedelta(minutes=rules.lock_min), None
        guard.code_hash = None
        refusal = Refused("otp_locked", until=guard.locked_until, wrong=True)
        _tell_of_lock(person_id, asker, at)
    guard.save(update_fields=["tries", "locked_until", "last_sent_at", "code_hash"])
    if challenge is not None:
        challenge.failed_count += 1
        challenge.replaced_at = at if refusal.reason == "otp_locked" else None
        challenge.save(update_fields=["failed_count", "replaced_at"])
    return refusal


@requires_transaction
def _tell_of_lock(person_id: uuid.UUID | None, asker: Asker, at: datetime) -> None:
    """Operators see every lock, of a stranger's number too; the owner is told once a day."""
    record(
        action="sign_in.locked",
        at=at,
        person_id=person_id,
        subject_kind="person" if person_id else "",
        subject_id=person_id,
        data={"known_browser": asker.knows(person_id), "registered": person_id is not None},
    )
    if person_id is not None:
        queue_message(
            person_id=person_id,
            template="sign_in_codes_wrong",
            channels=("sms", "dashboard"),
            parameters={},
            dedupe_key=f"sign_in_locked:{at.astimezone(WIB).date()}",
            at=at,
        )


@requires_transaction
def _tell_of_email(challenge: OtpChallenge, at: datetime) -> None:
    """Whoever holds the phone learns that the account was opened without it."""
    queue_message(
        person_id=challenge.person_id,
        template="signed_in_by_email",
        channels=("sms", "dashboard"),
        parameters={},
        dedupe_key=f"signed_in_by_email:{challenge.id}",
        at=at,
    )


def _live_challenge(person_id: uuid.UUID | None, browser: str, at: datetime) -> OtpChallenge | None:
    if person_id is None:
        return None
    return OtpChallenge.objects.filter(
        person_id=person_id, purpose=PURPOSE, scope=browser, used_at=None, replaced_at=None, expires_at__gt=at
    ).first()


def _browser_index(phone: str, asker: Asker) -> bytes:
    return mark("sign_in_browser", f"{phone}:{asker.browser}")


def _limits(*, phone: str, person_id: uuid.UUID | None, asker: Asker, rules: SignInRules) -> dict[bytes, int]:
    """What is counted when this browser asks, the browser's own count first, with the most a day of each."""
    mine = _browser_index(phone, asker)
    if asker.knows(person_id):
        return {mine: rules.per_day}
    limits = {mine: rules.per_day_browser, mark("sign_in_elsewhere", phone): rules.per_day_elsewhere}
    if asker.network:
        limits[mark("sign_in_network", f"{phone}:{asker.network}")] = rules.per_day_network
    return limits
