"""A purchase is undone: by a platform's void, or because its class was cancelled. Who is told what, the caller says."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prakerja.access.actors import SYSTEM, Actor
from prakerja.audit.operations import record
from prakerja.awards.facts import AwardFacts
from prakerja.awards.operations import first_training_changed, lock_wallet_and_award, reopen_purchase_window
from prakerja.catalogue.operations import release_seat
from prakerja.kernel.db import requires_transaction
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import account_for, post_transfer
from prakerja.partners.queries import code_of
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import Scheme, balance_expires_at, deadline_after_void
from prakerja.purchases.events import TRANSACTION_VOIDED
from prakerja.purchases.models import Purchase
from prakerja.purchases.states import PURCHASE_STATES
from prakerja.vouchers.operations import cancel_voucher, lock_voucher
from prakerja.wallets.operations import lock_wallet, spendable_at_least_until


@dataclass(frozen=True)
class LockedPurchase:
    """A purchase and its code, as `vouchers.operations.lock_voucher` gave it."""

    purchase: Purchase
    voucher: Any


@dataclass(frozen=True)
class TakenBack:
    """Where the price went: the wallet, the treasury (after a cut-off) or the programme's funds (the award was taken back).

    `buy_until` is the exclusive deadline that the participation hangs on since then, `usable_until` the exclusive end of the
    balance; None where there is none. `was_only`: nothing else is bought.
    """

    paid_back_to: Chart
    buy_until: datetime | None
    usable_until: datetime | None
    was_only: bool = False


@requires_transaction
def lock_purchase(*, person_id: uuid.UUID, purchase_id: uuid.UUID) -> LockedPurchase:
    """A purchase with its code, both locked, the code first (architecture.md "Transactions")."""
    route = Purchase.objects.get(person_id=person_id, id=purchase_id)
    voucher = lock_voucher(person_id=route.person_id, voucher_id=route.voucher_id)
    purchase = Purchase.objects.select_for_update(no_key=True).get(person_id=route.person_id, id=route.id)
    return LockedPurchase(purchase, voucher)


@requires_transaction
def take_back(*, locked: LockedPurchase, reason: str, actor: Actor, at: datetime) -> TakenBack | None:
    """Undo a purchase that the caller has locked: the price returns, the seat is free, the code is dead.

    Back to the wallet while it is open; to the treasury after a cut-off, to the programme after the award ended
    (money.md "Events"). It comes from where it lies: of a redeemed code from what its institution is owed, of an expired one
    from where it went then, and stays there (None, nothing changes) when there is no open wallet to pay it to. When it was the only purchase the deadline moves to the day + 7 at least (rules.md 12.5); where
    the year's cut-off leaves no such deadline, the purchase goes on counting against revocation. `reason`: see
    `cancel_voucher`.
    """
    purchase, voucher = locked.purchase, locked.voucher
    award = lock_wallet_and_award(person_id=purchase.person_id, award_id=purchase.award_id)
    rules = scheme(scheme_version_id=award.scheme_version_id)
    wallet = lock_wallet(person_id=purchase.person_id, wallet_id=award.wallet_id)
    until = wallet.spendable_until
    if wallet.closed_at is None and until is not None:
        # A refund must be usable: its window is a week at least, within the year's cut-off (rules.md 12.5).
        until = deadline_after_void(scheme=rules, deadline_at=until, voided_at=at)
        spendable_at_least_until(wallet=wallet, until=until, actor=actor, at=at)
    home = Chart.WALLET
    balance_id: uuid.UUID | None = wallet.balance_id
    if wallet.closed_at is not None or (until is not None and at >= until):
        # Closed, or about to be: what could never be spent is not given back only to be swept.
        if voucher.status == "expired":
            return None
        home, balance_id = Chart.PROGRAMME_FUNDS if award.is_taken_back else Chart.TREASURY, None
    post_transfer(
        person_id=purchase.person_id,
        event_id=purchase.id,
        kind="void" if home is Chart.WALLET else "void_late",
        debit=_where_the_price_lies(voucher=voucher, rules=rules),
        credit=int(home),
        amount=purchase.amount,
        at=at,
        balance_id=balance_id,
    )
    cancel_voucher(voucher=voucher, reason=reason, at=at)
    purchase.status = PURCHASE_STATES.advance(current=purchase.status, verb="void")
    purchase.is_open, purchase.voided_at = False, at
    purchase.save(update_fields=["status", "is_open", "voided_at"])
    release_seat(course_run_id=purchase.course_run_id)
    first_training_changed(awards=[(purchase.person_id, purchase.award_id)], at=at)
    bought = Purchase.objects.filter(person_id=purchase.person_id, award_id=purchase.award_id, status="succeeded")
    deadline = None
    was_only = not bought.exists()
    if was_only:
        deadline = reopen_purchase_window(
            person_id=purchase.person_id, award_id=purchase.award_id, actor=actor, voided_at=at
        )
    record(
        action=TRANSACTION_VOIDED.action,
        at=at,
        person_id=purchase.person_id,
        actor=actor,
        subject_kind="purchase",
        subject_id=purchase.id,
        data={"amount": purchase.amount},
    )
    return TakenBack(paid_back_to=home, buy_until=deadline, usable_until=until, was_only=was_only)


@requires_transaction
def _where_the_price_lies(*, voucher: Any, rules: Scheme) -> int:
    if voucher.status == "redeemed":
        return account_for(code=f"payable:{code_of(partner_id=voucher.institution_id)}")
    if voucher.status == "expired":
        if voucher.ended_at is None:
            raise RuntimeError("a code that expired at no instant")
        return int(home_of_expired(rules=rules, at=voucher.ended_at))
    return int(Chart.VOUCHERS_OUTSTANDING)


def home_of_expired(*, rules: Scheme, at: datetime) -> Chart:
    """Where the price of a code goes that expires at this instant: the balance cut-off makes it the treasury's."""
    cutoff = balance_expires_at(scheme=rules)
    return Chart.TREASURY if cutoff is not None and at >= cutoff else Chart.PROGRAMME_FUNDS


@requires_transaction
def leave_time_to_buy(*, award: AwardFacts, at: datetime) -> None:
    """A training ended without a refund and blocks no other any more.

    A window between purchases (2023) stood still while this training was open and may have ended meanwhile: a week at
    least is left to buy another, as after a refund (rules.md 12.5). A year's cut-off waits for nobody.
    """
    rules = scheme(scheme_version_id=award.scheme_version_id)
    wallet = lock_wallet(person_id=award.person_id, wallet_id=award.wallet_id)
    if balance_expires_at(scheme=rules) is None and wallet.closed_at is None and wallet.spendable_until is not None:
        until = deadline_after_void(scheme=rules, deadline_at=wallet.spendable_until, voided_at=at)
        spendable_at_least_until(wallet=wallet, until=until, actor=SYSTEM, at=at)
