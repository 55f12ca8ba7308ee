"""A payment that was held, failed or came back is looked at again: paid by new dates, or held longer (rules.md 5.5)."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.awards import queries as awards
from prakerja.awards.operations import look_at_schedules
from prakerja.disbursements.operations import ask_soon, inquire_account, store_inquiry, take_new_accounts
from prakerja.disbursements.queries import InquiryResult, LinkedAccount, live_account
from prakerja.incentives.conditions import account_facts
from prakerja.incentives.models import Incentive
from prakerja.incentives.payments import hold_incentive
from prakerja.incentives.planning import lock_incentive, tell_of_schedule
from prakerja.incentives.policies import hold_reason, new_dates, paid_from
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.kernel.db import requires_transaction, rows, transaction
from prakerja.kernel.due import CHUNK, in_chunks
from prakerja.kernel.errors import Refused
from prakerja.programmes.queries import scheme

# What was held or failed, last looked at before the account was linked.
_HURRY = f"""
UPDATE incentives_incentive incentive SET recheck_at = given.linked_at
  FROM unnest(%s::uuid[], %s::timestamptz[]) AS given (person_id, linked_at)
 WHERE incentive.person_id = given.person_id AND incentive.status IN {INCENTIVE_STATES.sql("OWED")}
   AND incentive.recheck_at > given.linked_at AND incentive.checked_at < given.linked_at
RETURNING incentive.id"""


def recheck_incentive(*, person_id: uuid.UUID, incentive_id: uuid.UUID, at: datetime) -> str:
    """Look again, seven days later or as soon as a new account is linked: the provider is asked, then it is decided.

    Returns due (new schedule date 24 h later, paid the third working day after it), held (seven more days), or "" when
    it does not wait. A provider that does not answer changes nothing we know about the account.
    """
    waiting = Incentive.objects.get(person_id=person_id, id=incentive_id)
    asked = live_account(person_id=person_id)
    if not _is_time(incentive=waiting, account=asked, at=at):
        return ""
    answer = None if asked is None else inquire_account(person_id=person_id, account_id=asked.account_id)
    with transaction():
        incentive = lock_incentive(person_id=person_id, incentive_id=incentive_id)
        award = awards.award(person_id=person_id, award_id=incentive.award_id)
        account = live_account(person_id=person_id)
        if not _is_time(incentive=incentive, account=account, at=at) or not award.is_payable:
            return ""
        # An answer is about the account that was asked for, not about one that was linked meanwhile.
        found = answer if account is not None and asked is not None and account.account_id == asked.account_id else None
        rules = scheme(scheme_version_id=award.scheme_version_id)
        scheduled, pay_date = new_dates(scheme=rules, checked_at=at)
        if account is not None and found is not None:
            store_inquiry(person_id=person_id, account_id=account.account_id, found=found, at=at)
            account = live_account(person_id=person_id)
        reason = _reason(account=account, found=found) or hold_reason(
            scheme=rules, account=account_facts(account), pay_date=pay_date, is_suspended=award.status == "suspended"
        )
        if reason:
            hold_incentive(incentive=incentive, rules=rules, reason=reason, at=at)
            return "held"
        if incentive.status == "held":
            incentive.status = INCENTIVE_STATES.advance(current=incentive.status, verb="release")
        incentive.scheduled_date, incentive.pay_date = scheduled, pay_date
        incentive.hold_reason, incentive.recheck_at, incentive.checked_at = "", None, at
        incentive.due_at = paid_from(scheme=rules, pay_date=pay_date, planned_at=incentive.planned_at)
        incentive.save()
        tell_of_schedule(incentive=incentive, at=at)
        record(
            action="incentive.rechecked",
            at=at,
            person_id=person_id,
            subject_kind="incentive",
            subject_id=incentive.id,
            data={"scheduled_date": scheduled.isoformat(), "pay_date": pay_date.isoformat()},
        )
    return "due"


def note_accounts(*, at: datetime) -> int:
    """Whoever has linked an account since is looked at: what was held for it is checked now, what waited for it is planned.

    A chunk at a time, each a transaction. Returns 0.
    """

    def step() -> int | None:
        with transaction():
            linked = take_new_accounts(at=at, most=CHUNK)
            running = awards.running_awards(person_ids=linked)
            look_at_schedules(awards=[(person_id, award.id) for person_id, award in running.items()], at=at)
            rows(_HURRY, [list(linked), list(linked.values())])
        # Nothing has happened to anybody: what follows from it is the work of other tasks.
        return 0 if linked else None

    return in_chunks(step)


@permitted("payment.retry")
def retry_payment(*, person_id: uuid.UUID, incentive_id: uuid.UUID, actor: Actor, at: datetime) -> None:
    """An operator does not want to wait: a held or failed payment is checked, an unanswered one asked about, at once.

    Nothing is skipped: the tasks do at `at` what they would have done later. Raises Refused: not_permitted, nothing_to_retry.
    """
    with transaction():
        incentive = lock_incentive(person_id=person_id, incentive_id=incentive_id)
        if incentive.status in INCENTIVE_STATES.group("OWED") and incentive.recheck_at is not None:
            incentive.recheck_at = at
            incentive.save(update_fields=["recheck_at"])
        elif incentive.status != "instructed" or incentive.instruction_id is None:
            raise Refused("nothing_to_retry")
        else:
            ask_soon(person_id=person_id, payment_id=incentive.instruction_id, at=at)
        record(
            action="incentive.retried",
            at=at,
            person_id=person_id,
            actor=actor,
            subject_kind="incentive",
            subject_id=incentive.id,
        )


def _is_time(*, incentive: Incentive, account: LinkedAccount | None, at: datetime) -> bool:
    if incentive.status not in INCENTIVE_STATES.group("OWED") or incentive.recheck_at is None:
        return False
    is_new = account is not None and incentive.checked_at is not None and account.linked_at > incentive.checked_at
    return at >= incentive.recheck_at or (is_new and account is not None and at >= account.linked_at)


@requires_transaction
def _reason(*, account: LinkedAccount | None, found: InquiryResult | None) -> str:
    """What only the provider knows: a blocked or vanished account cannot be paid."""
    if account is None or found is None:
        return ""
    return {"blocked": "account_blocked", "not_found": "account_blocked"}.get(found.status, "")
