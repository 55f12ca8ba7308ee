"""A due incentive is held, put off, or drafted as a payment; disbursements carries it from there (payer.py)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from prakerja.audit.operations import Entry, record_each
from prakerja.awards import queries as awards
from prakerja.awards.facts import AwardFacts
from prakerja.disbursements import operations as disbursements
from prakerja.disbursements.queries import LinkedAccount, live_accounts, may_be_drafted
from prakerja.incentives.conditions import account_facts
from prakerja.incentives.models import PAYER, Incentive
from prakerja.incentives.planning import lock_incentives
from prakerja.incentives.policies import first_day_after_pause, hold_reason, paid_from
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.kernel.db import requires_transaction, transaction, write_back
from prakerja.kernel.due import Item
from prakerja.notifications.operations import Notice, queue_many
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import Scheme, indonesian_calendar, recheck_at, wib_day

# Reasons to hold that end without their owner's doing.
_NOTHING_TO_DO = ("account_changed", "award_suspended")


def draft_payment(*, person_id: uuid.UUID, incentive_id: uuid.UUID, at: datetime) -> str:
    """On its payment day: hold the incentive, put it off to after the pause, or draft its payment.

    Returns held, put_off, drafted, or "" when it no longer waits to be paid. No money moves.
    """
    return _draft([(person_id, incentive_id)], at=at).get(incentive_id, "")


def draft_many(*, items: Sequence[Item], at: datetime) -> int:
    """`draft_payment` for many, as (person, incentive), in one transaction; what another runner holds is left to it.

    Returns for how many something was done.
    """
    return len(_draft(items, at=at))


def _draft(items: Sequence[Item], *, at: datetime) -> dict[uuid.UUID, str]:
    """What became of each that waited to be paid, by incentive."""
    outcomes: dict[uuid.UUID, str] = {}
    with transaction():
        waiting, held = _waiting(items)
        accounts = live_accounts(person_ids=[incentive.person_id for incentive in waiting])
        holds: list[Hold] = []
        moved, ready = [], []
        for incentive in waiting:
            award = held[incentive.award_id]
            rules = scheme(scheme_version_id=award.scheme_version_id)
            account = accounts.get(incentive.person_id)
            pays_at = paid_from(scheme=rules, pay_date=incentive.pay_date, planned_at=incentive.planned_at)
            if at < pays_at:
                # Written by a release that did not keep it.
                incentive.due_at = pays_at
                moved.append(incentive)
            elif put_off(incentive=incentive, rules=rules, at=at):
                outcomes[incentive.id] = "put_off"
                moved.append(incentive)
            elif reason := reason_to_hold(pay_date=incentive.pay_date, award=award, account=account):
                outcomes[incentive.id] = "held"
                holds.append(Hold(incentive, rules, reason))
            elif account is not None:
                outcomes[incentive.id] = "drafted"
                ready.append(
                    disbursements.Draft(incentive.person_id, incentive.id, account.account_id, incentive.amount)
                )
        write_back(moved, "pay_date", "due_at")
        hold_incentives(holds=holds, at=at)
        payments = disbursements.draft_payments(payer=PAYER, drafts=ready, pay_date=wib_day(at), at=at)
        drafted = [incentive for incentive in waiting if incentive.id in payments]
        for incentive in drafted:
            incentive.instruction_id, incentive.checked_at, incentive.due_at = payments[incentive.id], at, None
        write_back(drafted, "instruction", same=("checked_at", "due_at"))
    return outcomes


@requires_transaction
def _waiting(items: Sequence[Item]) -> tuple[list[Incentive], dict[uuid.UUID, AwardFacts]]:
    """Those of the rows, locked, that wait to be paid, and their awards."""
    due = [one for one in lock_incentives(items=items) if one.status == "due" and one.recheck_at is None]
    held = awards.awards(award_ids=[incentive.award_id for incentive in due])
    free = may_be_drafted(payer=PAYER, owed=[(incentive.person_id, incentive.id) for incentive in due])
    return [one for one in due if held[one.award_id].is_payable and one.id in free], held


class Hold(NamedTuple):
    """An incentive, locked, whose payment is kept back, and why."""

    incentive: Incentive
    rules: Scheme
    reason: str


@requires_transaction
def hold_incentive(*, incentive: Incentive, rules: Scheme, reason: str, at: datetime) -> None:
    """Keep a payment back until its re-check, seven days later or at a new account (rules.md 5.5). Nothing moves."""
    hold_incentives(holds=[Hold(incentive, rules, reason)], at=at)


@requires_transaction
def hold_incentives(*, holds: Sequence[Hold], at: datetime) -> None:
    """The same for many."""
    told: dict[tuple[str, bool], list[Incentive]] = {}
    entries = []
    for incentive, rules, reason in holds:
        if incentive.status != "held":
            incentive.status = INCENTIVE_STATES.advance(current=incentive.status, verb="hold")
        told.setdefault((reason, incentive.hold_reason != reason), []).append(incentive)
        incentive.hold_reason, incentive.due_at = reason, None
        incentive.checked_at, incentive.recheck_at = at, recheck_at(scheme=rules, held_at=at)
        data = {"reason": reason, "recheck_at": incentive.recheck_at.isoformat()}
        entries.append(Entry(incentive.person_id, incentive.id, data))
    write_back([hold.incentive for hold in holds], "status", "hold_reason", "due_at", "checked_at", "recheck_at")
    for (reason, is_news), incentives in told.items():
        tell_of_holds(incentives=incentives, reason=reason, is_news=is_news, at=at)
    record_each(action="incentive.held", at=at, subject_kind="incentive", told=entries)


@requires_transaction
def tell_of_hold(*, incentive: Incentive, reason: str, is_news: bool, at: datetime) -> None:
    """Say why a payment waits, by SMS too where that is news and its owner can do something about it; each reason has its own
    sentence. `reason`: one of `hold_reason`, or what the rail said (held, failed, returned).
    """
    tell_of_holds(incentives=[incentive], reason=reason, is_news=is_news, at=at)


@requires_transaction
def tell_of_holds(*, incentives: Sequence[Incentive], reason: str, is_news: bool, at: datetime) -> None:
    """The same for many that wait for the same reason."""
    notices = []
    for incentive in incentives:
        assert incentive.recheck_at is not None
        said = {"amount": incentive.amount, "recheck_at": incentive.recheck_at.isoformat()}
        notices.append(Notice(incentive.person_id, said, f"incentive_held:{incentive.id}:{at.isoformat()}"))
    queue_many(
        template=f"payment_held_{reason}",
        channels=("sms", "dashboard") if is_news and reason not in _NOTHING_TO_DO else ("dashboard",),
        notices=notices,
        at=at,
        may_be_known=True,
    )


def falls_into_pause(*, rules: Scheme, at: datetime) -> bool:
    """Whether no payment leaves at `at`, because of the pause at the year's end (rules.md 5.4)."""
    return first_day_after_pause(scheme=rules, day=wib_day(at), calendar=indonesian_calendar()) is not None


def put_off(*, incentive: Incentive, rules: Scheme, at: datetime) -> bool:
    """No payment leaves inside the pause at the year's end: a late one moves behind it (rules.md 5.4). The caller stores it."""
    day = first_day_after_pause(scheme=rules, day=wib_day(at), calendar=indonesian_calendar())
    if day is None:
        return False
    incentive.pay_date = day
    incentive.due_at = paid_from(scheme=rules, pay_date=day, planned_at=incentive.planned_at)
    return True


def reason_to_hold(*, pay_date: date, award: AwardFacts, account: LinkedAccount | None) -> str:
    """Why the payment of `pay_date` (WIB) must be held, or ""."""
    return hold_reason(
        scheme=scheme(scheme_version_id=award.scheme_version_id),
        account=account_facts(account),
        pay_date=pay_date,
        is_suspended=award.status == "suspended",
    )
