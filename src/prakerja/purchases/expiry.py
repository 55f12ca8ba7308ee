"""A code that was never redeemed ends with its window; its purchase no longer blocks the next one (decisions.md 23).

Reads: awards_award, catalogue_course, ledger_balance, partners_partner, programmes_schemeversion, vouchers_voucher,
wallets_wallet.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from prakerja.access.actors import SYSTEM
from prakerja.audit.operations import record_each
from prakerja.awards.operations import first_training_changed
from prakerja.awards.states import AWARD_STATES
from prakerja.kernel.db import requires_transaction, rows, transaction
from prakerja.kernel.due import in_chunks
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import Moved, post_transfers
from prakerja.notifications.operations import Notice, queue_many
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import FirstTraining, balance_expires_at, deadline_after_void, next_purchase_until
from prakerja.purchases.taking_back import home_of_expired
from prakerja.purchases.telling import code_ended
from prakerja.vouchers.operations import LockedCode, expire_vouchers, lock_overdue_code, lock_overdue_codes
from prakerja.wallets.operations import all_spendable_at_least_until, lock_wallets, open_windows

# Codes that end in one transaction.
CHUNK = 300
_PAIRS = "unnest(%s::uuid[], %s::uuid[]) AS given (person_id, voucher_id)"
_CLOSE = f"""
UPDATE purchases_purchase purchase SET is_open = false FROM {_PAIRS}
 WHERE purchase.person_id = given.person_id AND purchase.voucher_id = given.voucher_id
RETURNING purchase.voucher_id, purchase.award_id"""
_HELD = f"""
SELECT purchase.voucher_id, award.wallet_id, award.scheme_version_id FROM {_PAIRS}
  JOIN purchases_purchase purchase ON purchase.person_id = given.person_id AND purchase.voucher_id = given.voucher_id
  JOIN awards_award award ON award.person_id = purchase.person_id AND award.id = purchase.award_id"""
_FACTS = f"""
SELECT purchase.voucher_id, purchase.invoice_code, purchase.amount, course.title, institution.name, award.id,
       award.status, award.scheme_version_id, wallet.closed_at, wallet.spendable_until, fund.amount, reserve.amount,
       CASE WHEN rules.data->'incentive'->>'first_training' = 'USED'
            THEN NOT EXISTS (SELECT 1 FROM purchases_purchase other
                               JOIN vouchers_voucher used ON used.person_id = other.person_id AND used.id = other.voucher_id
                              WHERE other.person_id = purchase.person_id AND other.award_id = purchase.award_id
                                AND other.status = 'succeeded' AND used.status <> 'expired')
            ELSE purchase.voucher_id = (SELECT first.voucher_id FROM purchases_purchase first
                                         WHERE first.person_id = purchase.person_id AND first.award_id = purchase.award_id
                                           AND first.status = 'succeeded'
                                         ORDER BY first.authorised_at, first.number LIMIT 1) END
  FROM {_PAIRS}
  JOIN purchases_purchase purchase ON purchase.person_id = given.person_id AND purchase.voucher_id = given.voucher_id
  JOIN catalogue_course course ON course.id = purchase.course_id
  JOIN partners_partner institution ON institution.id = course.institution_id
  JOIN awards_award award ON award.person_id = purchase.person_id AND award.id = purchase.award_id
  JOIN programmes_schemeversion rules ON rules.id = award.scheme_version_id
  JOIN wallets_wallet wallet ON wallet.person_id = award.person_id AND wallet.id = award.wallet_id
  JOIN ledger_balance fund ON fund.person_id = wallet.person_id AND fund.id = wallet.balance_id
  JOIN ledger_balance reserve ON reserve.person_id = award.person_id AND reserve.id = award.reserve_id"""


class _Facts(NamedTuple):
    """What an ended code's owner is told of: the purchase, and what is left of the award. Rupiah, UTC, ends exclusive.

    `is_first`: with it ended the training that leads to the incentive, as `queries.first_voucher` says it.
    """

    voucher_id: uuid.UUID
    invoice_code: str
    amount: int
    course_title: str
    institution: str
    award_id: uuid.UUID
    award_status: str
    scheme_version_id: uuid.UUID
    closed_at: datetime | None
    spendable_until: datetime | None
    balance: int
    reserve: int
    is_first: bool


def expire_codes(*, at: datetime, chunk: int = CHUNK) -> int:
    """End every overdue code. The price goes to the programme, at or after the balance cut-off to the treasury; never
    back to the wallet: a bought class cannot be swapped in 2021. The first purchase still counts against revocation.

    Where purchases follow each other within a window (2023), the first one's opens now.

    A chunk at a time, each a transaction; what was redeemed or cancelled first stays as it is. Returns how many ended.
    """

    def step() -> int | None:
        with transaction():
            codes = lock_overdue_codes(at=at, most=chunk)
            _expire(codes, at=at)
        return len(codes) or None

    return in_chunks(step)


def expire_unredeemed(*, person_id: uuid.UUID, voucher_id: uuid.UUID, at: datetime) -> bool:
    """End one overdue code; False when it was redeemed or cancelled first, then nothing changes."""
    with transaction():
        codes = lock_overdue_code(person_id=person_id, voucher_id=voucher_id, at=at)
        _expire(codes, at=at)
    return bool(codes)


@requires_transaction
def _expire(codes: Sequence[LockedCode], *, at: datetime) -> None:
    """The codes are locked; purchases and wallets are, in this order."""
    if not codes:
        return
    pairs = [[code.person_id for code in codes], [code.voucher_id for code in codes]]
    rows(_CLOSE, pairs)
    expire_vouchers(codes=codes, at=at)
    _leave_time_to_buy(codes, pairs, at=at)
    facts = {found[0]: _Facts(*found) for found in rows(_FACTS, pairs)}
    # Another training of theirs takes the place of the one that was lost: it may have been reviewed long ago.
    replaced = [
        (code.person_id, one.award_id)
        for code in codes
        if not (one := facts[code.voucher_id]).is_first
        and scheme(scheme_version_id=one.scheme_version_id).incentive.first_training is FirstTraining.USED
    ]
    if replaced:
        first_training_changed(awards=replaced, at=at)
    homes: dict[uuid.UUID, Chart] = {
        version: home_of_expired(rules=scheme(scheme_version_id=version), at=at)
        for version in {one.scheme_version_id for one in facts.values()}
    }
    for home in set(homes.values()):
        moved = [code for code in codes if homes[facts[code.voucher_id].scheme_version_id] is home]
        post_transfers(
            moved=[Moved(code.person_id, code.voucher_id, code.amount) for code in moved],
            kind="voucher_expired",
            debit=int(Chart.VOUCHERS_OUTSTANDING),
            credit=int(home),
            at=at,
        )
        _tell([(code, facts[code.voucher_id]) for code in moved], home=home, at=at)
    record_each(
        action="voucher.expired",
        at=at,
        actor=SYSTEM,
        subject_kind="voucher",
        told=((code.person_id, code.voucher_id, {"amount": code.amount}) for code in codes),
    )


@requires_transaction
def _leave_time_to_buy(codes: Sequence[LockedCode], pairs: list[list[uuid.UUID]], *, at: datetime) -> None:
    """`taking_back.leave_time_to_buy` for many: under schemes whose window stood still while the training was open.

    A first training opened none (rules.md 12.34): the window in which the next one must be bought begins with its code's end,
    as it would with its review. Without it the balance had no end, and the award none.
    """
    owner = {code.voucher_id: code.person_id for code in codes}
    wallets: dict[uuid.UUID, list[tuple[uuid.UUID, uuid.UUID]]] = {}
    for voucher_id, wallet_id, version in rows(_HELD, pairs):
        if balance_expires_at(scheme=scheme(scheme_version_id=version)) is None:
            wallets.setdefault(version, []).append((owner[voucher_id], wallet_id))
    for version, held in wallets.items():
        lock_wallets(wallets=held)
        rules = scheme(scheme_version_id=version)
        if rules.next_purchase.days is not None and (first := next_purchase_until(scheme=rules, closed_at=at)):
            open_windows(wallets=held, until=first, actor=SYSTEM, at=at)
        # At least a week: a window that ends later stays as it is.
        until = deadline_after_void(scheme=rules, deadline_at=at, voided_at=at)
        all_spendable_at_least_until(wallets=held, until=until, actor=SYSTEM, at=at)


@requires_transaction
def _tell(ended: Sequence[tuple[LockedCode, _Facts]], *, home: Chart, at: datetime) -> None:
    notices: dict[str, list[Notice]] = {}
    for code, facts in ended:
        can_buy = facts.award_status == "active" and facts.closed_at is None and facts.balance > 0
        rules = scheme(scheme_version_id=facts.scheme_version_id)
        promised = facts.reserve if facts.award_status in AWARD_STATES.group("LIVE") else 0
        # Where another training takes the place of the one that was lost (2023), the incentive hangs on buying it in time.
        is_replaceable = rules.incentive.first_training is FirstTraining.USED and can_buy
        template, more = code_ended(
            paid_to=home,
            balance=facts.balance if can_buy else 0,
            spendable_until=facts.spendable_until,
            leads_to_incentive=facts.is_first and bool(promised) and is_replaceable,
            at=at,
        )
        said: dict[str, Any] = {
            "course_title": facts.course_title,
            "institution": facts.institution,
            "invoice_code": facts.invoice_code,
            "amount": facts.amount,
            "deadline": code.redeemable_until.isoformat(),
            **more,
        }
        notices.setdefault(template, []).append(Notice(code.person_id, said, f"expired:{code.voucher_id}"))
        # The first training alone leads to the incentive (rules.md 5.4): who lost its code, and can buy none that takes its
        # place, is told of that loss as well.
        if facts.is_first and promised and not is_replaceable:
            lost = {"course_title": facts.course_title, "amount": promised}
            key = f"incentive_unreachable:{facts.award_id}"
            notices.setdefault("incentive_unreachable", []).append(Notice(code.person_id, lost, key))
    for template, found in notices.items():
        queue_many(template=template, channels=("sms", "dashboard"), notices=found, at=at, may_be_known=True)
