"""Whoever loses something at a cut-off of the year is told before: at 09:00 WIB, 7 and 1 days before its last day (rules.md 13.1).

A wave at a time and a thousand people in a transaction: whoever is interrupted goes on, and nobody is told twice.

Reads: awards_award, ledger_balance, purchases_purchase, training_rating, vouchers_voucher, wallets_wallet.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from prakerja.awards.states import AWARD_STATES
from prakerja.incentives.due import LAPSE_UNLINKED, LAPSE_UNREVIEWED
from prakerja.incentives.models import CutoffReminder
from prakerja.kernel.db import row, rows, transaction
from prakerja.kernel.due import note_done, turn_is_over
from prakerja.kernel.ids import new_id
from prakerja.kernel.looks import Question
from prakerja.notifications.operations import Notice, queue_many
from prakerja.programmes.queries import scheme, schemes
from prakerja.programmes.schemes import CutoffKind, Scheme, cutoff_at, cutoff_reminder_instants

# People who are told in one transaction.
CHUNK = 1000
# How far this process has come with a reminder at the end of its turn. Whoever is started anew begins at the first person, and
# finds by their messages who was told.
_PLACES: dict[_Reminder, uuid.UUID] = {}
_ANYBODY = (
    f"SELECT 1 FROM awards_award WHERE scheme_version_id = {{version}} AND status IN {AWARD_STATES.sql('LIVE')} LIMIT 1"
)

# Who has bought, has something left, and may buy with it: whom an open training keeps from it is not told to hurry.
_BALANCE_LEFT = """
SELECT a.person_id, a.id, fund.amount AS at_stake
  FROM awards_award a
  JOIN wallets_wallet wallet ON wallet.person_id = a.person_id AND wallet.id = a.wallet_id AND wallet.closed_at IS NULL
  JOIN ledger_balance fund ON fund.person_id = wallet.person_id AND fund.id = wallet.balance_id AND fund.amount > 0
 WHERE a.scheme_version_id = %(version)s AND a.status = 'active' AND a.first_purchase_at IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM purchases_purchase purchase
                    WHERE purchase.person_id = a.person_id AND purchase.award_id = a.id AND purchase.is_open)"""
# What is promised and not yet due, of those that the two lapses will meet.
_AT_STAKE = """
SELECT waiting.person_id, waiting.id, reserve.amount AS at_stake
  FROM ({waiting}) waiting
  JOIN awards_award mine ON mine.person_id = waiting.person_id AND mine.id = waiting.id
  JOIN ledger_balance reserve ON reserve.person_id = mine.person_id AND reserve.id = mine.reserve_id AND reserve.amount > 0
 WHERE mine.first_purchase_at IS NOT NULL AND {where}"""
# Whose first training can still lead to something: a code that ended cannot.
_HAS_A_TRAINING = """EXISTS (
        SELECT 1 FROM purchases_purchase purchase
          JOIN vouchers_voucher voucher ON voucher.person_id = purchase.person_id AND voucher.id = purchase.voucher_id
         WHERE purchase.person_id = mine.person_id AND purchase.award_id = mine.id AND purchase.status = 'succeeded'
           AND voucher.status = 'redeemed')"""
# The account is asked for when the review is there, or nothing is asked before it.
_HAS_REVIEWED = """(mine.training_waived_at IS NOT NULL OR EXISTS (
        SELECT 1 FROM training_rating rating WHERE rating.person_id = mine.person_id))"""

_TOLD: dict[CutoffKind, tuple[str, str]] = {
    CutoffKind.BALANCE: ("balance_ending", _BALANCE_LEFT),
    CutoffKind.REVIEW: ("review_ending", _AT_STAKE.format(waiting=LAPSE_UNREVIEWED, where=_HAS_A_TRAINING)),
    CutoffKind.LINK: ("link_ending", _AT_STAKE.format(waiting=LAPSE_UNLINKED, where=_HAS_REVIEWED)),
}


@dataclass(frozen=True)
class _Reminder:
    """One that nobody has finished yet. Instants are UTC, the cut-off exclusive."""

    version_id: uuid.UUID
    rules: Scheme = field(compare=False)
    kind: CutoffKind
    due_at: datetime
    cutoff: datetime


def _given() -> list[list[Any]]:
    every = [one for version_id in schemes() for one in _reminders(version_id)]
    return [[one.version_id for one in every], [one.kind.value for one in every], [one.due_at for one in every]]


# The earliest reminder that nobody has finished, of a scheme version in which somebody takes part.
next_cutoff_reminder = Question(
    f"""
SELECT min(given.due_at) FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[]) AS given (version, kind, due_at)
 WHERE NOT EXISTS (SELECT 1 FROM incentives_cutoffreminder done
                    WHERE done.scheme_version_id = given.version AND done.kind = given.kind AND done.due_at = given.due_at)
   AND ({_ANYBODY.format(version="given.version")}) IS NOT NULL""",
    _given,
)


def remind_of_cutoffs(at: datetime, *, chunk: int = CHUNK) -> int:
    """Tell everybody what is due, until the turn is over. Of several that were missed only the last is told, none after its
    cut-off. Returns how many."""
    due = [one for one in _waiting() if one.due_at <= at and row(_ANYBODY.format(version="%s"), [one.version_id])]
    told = 0
    for one in sorted(due, key=lambda one: one.due_at):
        later = any((one.version_id, one.kind) == (o.version_id, o.kind) and o.due_at > one.due_at for o in due)
        if at < one.cutoff and not later:
            count, is_through = _tell(one, at=at, chunk=chunk)
            told += count
            if not is_through:
                return told
        with transaction():
            CutoffReminder.objects.bulk_create(
                [
                    CutoffReminder(
                        id=new_id(),
                        scheme_version_id=one.version_id,
                        kind=one.kind.value,
                        due_at=one.due_at,
                        done_at=at,
                    )
                ],
                ignore_conflicts=True,
            )
    return told or len(due)


def _waiting() -> Iterator[_Reminder]:
    done = set(CutoffReminder.objects.values_list("scheme_version_id", "kind", "due_at"))
    for version_id in schemes():
        for one in _reminders(version_id):
            if (version_id, one.kind.value, one.due_at) not in done:
                yield one


@lru_cache(maxsize=64)
def _reminders(version_id: uuid.UUID) -> tuple[_Reminder, ...]:
    """Every reminder of a scheme version, which never changes."""
    rules = scheme(scheme_version_id=version_id)
    return tuple(
        _Reminder(version_id, rules, kind, due_at, cutoff)
        for kind in _TOLD
        if (cutoff := cutoff_at(scheme=rules, kind=kind)) is not None
        for due_at in cutoff_reminder_instants(scheme=rules, kind=kind)
    )


def _tell(one: _Reminder, *, at: datetime, chunk: int) -> tuple[int, bool]:
    """How many were told in this turn, and whether that was everybody."""
    template, who = _TOLD[one.kind]
    page = f"SELECT person_id, id, at_stake FROM ({who}) told WHERE id > %(after)s ORDER BY id LIMIT {chunk}"
    told, after = 0, _PLACES.get(one, uuid.UUID(int=0))
    while True:
        parameters = {"version": one.version_id, "cutoff": one.cutoff, "after": after}
        with transaction():
            found = rows(page, parameters)
            queue_many(
                template=template,
                channels=("sms", "dashboard"),
                notices=[
                    Notice(
                        person_id,
                        {"amount": amount, "deadline": one.cutoff.isoformat()},
                        f"{template}:{award_id}:{one.due_at.isoformat()}",
                    )
                    for person_id, award_id, amount in found
                ],
                at=at,
                may_be_known=True,
                queue=one.cutoff.isoformat(),
            )
        told += len(found)
        note_done(len(found))
        if len(found) < chunk:
            _PLACES.pop(one, None)
            return told, True
        _PLACES[one] = after = found[-1][1]
        if turn_is_over():
            return told, False
