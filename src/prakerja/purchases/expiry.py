"""A code that was never redeemed ends with its window; its purchase no longer blocks the next one (decisions.md 23)."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.access.actors import SYSTEM
from prakerja.audit.operations import record
from prakerja.awards.facts import AwardFacts
from prakerja.awards.queries import award
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import post_transfer
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import Scheme, balance_expires_at, deadline_after_void
from prakerja.purchases.models import Purchase
from prakerja.purchases.telling import tell_of_ended_code
from prakerja.vouchers.operations import expire_voucher, lock_voucher
from prakerja.wallets.operations import lock_wallet, spendable_at_least_until


def expire_unredeemed(*, person_id: uuid.UUID, voucher_id: uuid.UUID, at: datetime) -> bool:
    """End one overdue code. The price goes to the programme, at or after the balance cut-off to the treasury; never
    back to the wallet: a bought class cannot be swapped in 2021. The first purchase still counts against revocation.
    False when the code was redeemed or cancelled first; then nothing changes.
    """
    with transaction():
        voucher = lock_voucher(person_id=person_id, voucher_id=voucher_id)
        if voucher.status != "issued" or at < voucher.redeemable_until:
            return False
        purchase = Purchase.objects.select_for_update(no_key=True).get(person_id=person_id, voucher_id=voucher_id)
        held = award(person_id=person_id, award_id=purchase.award_id)
        rules = scheme(scheme_version_id=held.scheme_version_id)
        cutoff = balance_expires_at(scheme=rules)
        home = Chart.TREASURY if cutoff is not None and at >= cutoff else Chart.PROGRAMME_FUNDS
        post_transfer(
            person_id=person_id,
            event_id=voucher_id,
            kind="voucher_expired",
            debit=int(Chart.VOUCHERS_OUTSTANDING),
            credit=int(home),
            amount=voucher.amount,
            at=at,
        )
        expire_voucher(voucher=voucher, at=at)
        _leave_time_to_buy(award=held, rules=rules, cutoff=cutoff, at=at)
        purchase.is_open = False
        purchase.save(update_fields=["is_open"])
        tell_of_ended_code(purchase=purchase, award=held, paid_to=home, ended_at=voucher.redeemable_until, at=at)
        record(
            action="voucher.expired",
            at=at,
            person_id=person_id,
            subject_kind="voucher",
            subject_id=voucher_id,
            data={"amount": voucher.amount},
        )
    return True


@requires_transaction
def _leave_time_to_buy(*, award: AwardFacts, rules: Scheme, cutoff: datetime | None, at: datetime) -> None:
    """A window between purchases (2023) stood still while this training was open and may have ended meanwhile: a week at
    least is left to buy another, as after a refund (rules.md 12.5). A year's cut-off waits for nobody.
    """
    wallet = lock_wallet(person_id=award.person_id, wallet_id=award.wallet_id)
    if cutoff is None and wallet.closed_at is None and wallet.spendable_until is not None:
        until = deadline_after_void(scheme=rules, deadline_at=wallet.spendable_until, voided_at=at)
        spendable_at_least_until(wallet=wallet, until=until, actor=SYSTEM, at=at)
