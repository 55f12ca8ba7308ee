"""A due incentive is held, put off, or drafted as a payment; disbursements carries it from there (payer.py)."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.audit.operations import record
from prakerja.awards import queries as awards
from prakerja.awards.facts import AwardFacts
from prakerja.disbursements import operations as disbursements
from prakerja.disbursements.queries import LinkedAccount, live_account, may_draft
from prakerja.incentives.conditions import account_facts
from prakerja.incentives.models import PAYER, Incentive
from prakerja.incentives.planning import lock_incentive
from prakerja.incentives.policies import first_day_after_pause, hold_reason
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.notifications.operations import queue_message
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import Scheme, indonesian_calendar, recheck_at, wib_day

# Reasons to hold that end without their owner's doing.
_NOTHING_TO_DO = ("account_changed", "award_suspended")


def draft_payment(*, person_id: uuid.UUID, incentive_id: uuid.UUID, at: datetime) -> str:
    """On its payment day: hold the incentive, put it off to after the pause, or draft its payment.

    Returns held, put_off, drafted, or "" when it no longer waits to be paid. No money moves.
    """
    with transaction():
        incentive = lock_incentive(person_id=person_id, incentive_id=incentive_id)
        award = awards.award(person_id=person_id, award_id=incentive.award_id)
        waits = incentive.status == "due" and incentive.recheck_at is None
        if not waits or not award.is_payable:
            return ""
        if not may_draft(person_id=person_id, payer=PAYER, owed_id=incentive_id):
            return ""
        rules = scheme(scheme_version_id=award.scheme_version_id)
        if put_off(incentive=incentive, rules=rules, at=at):
            return "put_off"
        account = live_account(person_id=person_id)
        reason = reason_to_hold(incentive=incentive, award=award, account=account)
        if account is None or reason:
            hold_incentive(incentive=incentive, rules=rules, reason=reason, at=at)
            return "held"
        incentive.instruction_id = disbursements.draft_payment(
            person_id=person_id,
            payer=PAYER,
            owed_id=incentive.id,
            account_id=account.account_id,
            amount=incentive.amount,
            pay_date=wib_day(at),
            at=at,
        )
        incentive.checked_at = at
        incentive.save(update_fields=["instruction", "checked_at"])
    return "drafted"


@requires_transaction
def hold_incentive(*, incentive: Incentive, rules: Scheme, reason: str, at: datetime) -> None:
    """Keep a payment back until its re-check, seven days later or at a new account (rules.md 5.5). Nothing moves."""
    if incentive.status != "held":
        incentive.status = INCENTIVE_STATES.advance(current=incentive.status, verb="hold")
    is_news = incentive.hold_reason != reason
    incentive.hold_reason = reason
    incentive.checked_at, incentive.recheck_at = at, recheck_at(scheme=rules, held_at=at)
    incentive.save(update_fields=["status", "hold_reason", "checked_at", "recheck_at"])
    tell_of_hold(incentive=incentive, reason=reason, is_news=is_news, at=at)
    record(
        action="incentive.held",
        at=at,
        person_id=incentive.person_id,
        subject_kind="incentive",
        subject_id=incentive.id,
        data={"reason": reason, "recheck_at": incentive.recheck_at.isoformat()},
    )


@requires_transaction
def tell_of_hold(*, incentive: Incentive, reason: str, is_news: bool, at: datetime) -> None:
    """Say why a payment waits, by SMS too where that is news and its owner can do something about it; each reason has its own
    sentence. `reason`: one of `hold_reason`, or what the rail said (held, failed, returned).
    """
    assert incentive.recheck_at is not None
    queue_message(
        person_id=incentive.person_id,
        template=f"payment_held_{reason}",
        channels=("sms", "dashboard") if is_news and reason not in _NOTHING_TO_DO else ("dashboard",),
        parameters={"amount": incentive.amount, "recheck_at": incentive.recheck_at.isoformat()},
        dedupe_key=f"incentive_held:{incentive.id}:{at.isoformat()}",
        at=at,
    )


@requires_transaction
def put_off(*, incentive: Incentive, rules: Scheme, at: datetime) -> bool:
    """No payment leaves inside the pause at the year's end: a late one moves behind it (rules.md 5.4)."""
    day = first_day_after_pause(scheme=rules, day=wib_day(at), calendar=indonesian_calendar())
    if day is None:
        return False
    incentive.pay_date = day
    incentive.save(update_fields=["pay_date"])
    return True


def reason_to_hold(*, incentive: Incentive, award: AwardFacts, account: LinkedAccount | None) -> str:
    """Why the payment must be held, or ""."""
    return hold_reason(
        scheme=scheme(scheme_version_id=award.scheme_version_id),
        account=account_facts(account),
        pay_date=incentive.pay_date,
        is_suspended=award.status == "suspended",
    )
