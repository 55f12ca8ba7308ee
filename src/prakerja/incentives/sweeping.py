"""What is left of training balances goes to the treasury when their last moment to be spent has passed (rules.md 14.5, 14.7).

Some hundreds of wallets at a time, one statement for each table.

Reads: awards_award, programmes_schemeversion, purchases_purchase, vouchers_voucher, wallets_wallet.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from prakerja.access.actors import SYSTEM
from prakerja.audit.operations import record_each
from prakerja.awards.facts import AwardFacts
from prakerja.awards.operations import lapse_awards, lock_awards, lock_wallet_and_award
from prakerja.awards.queries import awards
from prakerja.awards.states import AWARD_STATES
from prakerja.kernel.db import requires_transaction, row, rows, transaction
from prakerja.kernel.due import in_chunks
from prakerja.kernel.looks import Question
from prakerja.ledger.chart import Chart
from prakerja.notifications.operations import Notice, queue_many
from prakerja.programmes.queries import scheme
from prakerja.wallets.operations import close_wallets, lock_wallets

# Wallets that are swept in one transaction, locked meanwhile: nobody buys with what can be spent no more.
CHUNK = 500

# A window between purchases (2023) stands still while a training is open, whose review opens a new one, or while the award
# is suspended; a year's cut-off waits for nothing.
_CONDITIONS = f"""
  JOIN programmes_schemeversion version ON version.id = award.scheme_version_id
 WHERE wallet.closed_at IS NULL AND award.status IN {AWARD_STATES.sql("LIVE")}
   AND NOT (version.data->'cutoffs'->>'balance' IS NULL AND (award.status = 'suspended' OR EXISTS (
        SELECT 1 FROM purchases_purchase purchase
         WHERE purchase.person_id = award.person_id AND purchase.award_id = award.id AND purchase.is_open)))"""
_WAITING = f"""
  FROM wallets_wallet wallet
  JOIN awards_award award ON award.person_id = wallet.person_id AND award.wallet_id = wallet.id {_CONDITIONS}"""
_NEXT = f"""
SELECT wallet.spendable_until {_WAITING} AND wallet.spendable_until IS NOT NULL ORDER BY wallet.spendable_until LIMIT 1"""
_LEFT = f"SELECT count(*) {_WAITING} AND wallet.spendable_until <= %s"
_OVER = f"""
SELECT wallet.person_id, award.id, wallet.id, wallet.spendable_until {_WAITING}
   AND wallet.spendable_until <= %(at)s AND (wallet.spendable_until, wallet.id) > (%(since)s, %(after)s)
 ORDER BY wallet.spendable_until, wallet.id"""
# The same again, of those whose wallet and award are locked: it is what is true now.
_STILL_OVER = f"""
SELECT wallet.person_id, award.id, wallet.id, wallet.spendable_until, award.scheme_version_id
  FROM unnest(%s::uuid[], %s::uuid[]) AS given (person_id, award_id)
  JOIN awards_award award ON award.person_id = given.person_id AND award.id = given.award_id
  JOIN wallets_wallet wallet ON wallet.person_id = award.person_id AND wallet.id = award.wallet_id {_CONDITIONS}
   AND wallet.spendable_until <= %s"""

# Of these, who lost the first training with its code and bought none in its place: nothing leads to the incentive any more.
_LED_NOWHERE = """
SELECT award.id
  FROM unnest(%s::uuid[], %s::uuid[]) AS given (person_id, award_id)
  JOIN awards_award award ON award.person_id = given.person_id AND award.id = given.award_id
  JOIN programmes_schemeversion version ON version.id = award.scheme_version_id
 WHERE award.status = 'active' AND award.first_purchase_at IS NOT NULL AND award.training_waived_at IS NULL
   AND version.data->'cutoffs'->>'balance' IS NULL AND version.data->'incentive'->>'first_training' = 'USED'
   AND NOT EXISTS (SELECT 1 FROM purchases_purchase purchase
                     JOIN vouchers_voucher voucher ON voucher.person_id = purchase.person_id
                                                  AND voucher.id = purchase.voucher_id
                    WHERE purchase.person_id = award.person_id AND purchase.award_id = award.id
                      AND purchase.status = 'succeeded' AND voucher.status <> 'expired')"""


class _Over(NamedTuple):
    person_id: uuid.UUID
    award_id: uuid.UUID
    wallet_id: uuid.UUID
    until: datetime
    scheme_version_id: uuid.UUID


# The first instant at which a balance can be spent no more.
next_sweep = Question(_NEXT)


def sweeps_left(*, at: datetime) -> int:
    """How many balances wait to be swept at `at`."""
    found = row(_LEFT, [at])
    return int(found[0]) if found else 0


def sweep_balances(*, at: datetime, chunk: int = CHUNK) -> int:
    """Close every wallet whose last moment to spend has passed; what is left goes to the treasury, and its owner is told.

    A chunk at a time, each a transaction. What somebody else holds is left for the next run. Returns how many were closed,
    empty ones too.
    """
    return in_chunks(_step(at=at, most=chunk))


def _step(*, at: datetime, most: int) -> Callable[[], int | None]:
    since, after = datetime(1970, 1, 1, tzinfo=UTC), uuid.UUID(int=0)

    def step() -> int | None:
        nonlocal since, after
        with transaction():
            # The number stands in the statement: a prepared one that does not know it sorts everybody for each chunk.
            found = rows(f"{_OVER} LIMIT {most}", {"at": at, "since": since, "after": after})
            if not found:
                return None
            since, after = found[-1][3], found[-1][2]
            free = lock_wallets(wallets=[(person, wallet) for person, _, wallet, _ in found], skip_locked=True)
            locked = lock_awards(awards=[(person, award) for person, award, wallet, _ in found if wallet in free])
            swept = _sweep([(one.person_id, one.id) for one in locked], at=at)
        return len(swept)

    return step


def sweep_balance(*, person_id: uuid.UUID, award_id: uuid.UUID, at: datetime) -> int | None:
    """Sweep one balance, when whoever holds it has let go. Returns the rupiah swept, or None when it is not time: the window
    moved, or stands still."""
    with transaction():
        lock_wallet_and_award(person_id=person_id, award_id=award_id)
        swept = _sweep([(person_id, award_id)], at=at)
    return swept.get(award_id)


@requires_transaction
def _sweep(locked: Sequence[tuple[uuid.UUID, uuid.UUID]], *, at: datetime) -> dict[uuid.UUID, int]:
    """The rupiah swept, by award; the wallets and awards are locked."""
    pairs = [[one for one, _ in locked], [one for _, one in locked]]
    over = {found[1]: _Over(*found) for found in rows(_STILL_OVER, [*pairs, at])}
    lapsed = _lapse_with_it(list(over.values()), at=at)
    over = {award_id: one for award_id, one in over.items() if award_id not in lapsed}
    if not over:
        return lapsed
    closed = close_wallets(
        events=[(one.person_id, one.wallet_id, one.award_id) for one in over.values()],
        kind="sweep",
        credit=int(Chart.TREASURY),
        at=at,
    )
    swept = {award_id: closed[one.wallet_id] for award_id, one in over.items()}
    notices: dict[str, list[Notice]] = {}
    for award_id, amount in swept.items():
        one = over[award_id]
        if amount:
            has_window = scheme(scheme_version_id=one.scheme_version_id).cutoffs.balance is None
            template = "balance_lapsed_window" if has_window else "balance_lapsed_year"
            said = {"amount": amount, "deadline": one.until.isoformat()}
            notices.setdefault(template, []).append(Notice(one.person_id, said, f"cutoff:{template}:{award_id}"))
    for template, found in notices.items():
        queue_many(template=template, channels=("sms", "dashboard"), notices=found, at=at, may_be_known=True)
    record_each(
        action="wallet.swept",
        at=at,
        actor=SYSTEM,
        subject_kind="award",
        told=((over[award_id].person_id, award_id, {"amount": amount}) for award_id, amount in swept.items()),
    )
    return swept | lapsed


@requires_transaction
def _lapse_with_it(over: Sequence[_Over], *, at: datetime) -> dict[uuid.UUID, int]:
    """End the awards whose window passed and that nobody can earn with any more; the rupiah that lapsed, by award (rules.md 12.34)."""
    # Of the year's cut-off the reviews and accounts are asked later: only a window between purchases ends an award.
    asked = [one for one in over if scheme(scheme_version_id=one.scheme_version_id).cutoffs.balance is None]
    pairs = [[one.person_id for one in asked], [one.award_id for one in asked]]
    ended = {award_id for (award_id,) in rows(_LED_NOWHERE, pairs)} if asked else set()
    ends: dict[datetime, list[AwardFacts]] = {}
    facts = awards(award_ids=ended) if ended else {}
    for one in asked:
        if one.award_id in ended:
            ends.setdefault(one.until, []).append(facts[one.award_id])
    lapsed: dict[uuid.UUID, int] = {}
    for until, found in ends.items():
        lapsed |= lapse_awards(awards=found, reason="no_training", deadline=until, at=at)
    return lapsed
