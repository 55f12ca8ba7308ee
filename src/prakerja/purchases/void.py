"""A platform takes a purchase back, while its code has not been redeemed."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.audit.operations import record
from prakerja.awards.operations import lock_wallet_and_award, reopen_purchase_window
from prakerja.catalogue.operations import release_seat
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import post_transfer
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import deadline_after_void
from prakerja.purchases.events import TRANSACTION_VOIDED
from prakerja.purchases.models import InvoiceClaim, Purchase
from prakerja.purchases.models import ReferenceClaim as PurchaseReference
from prakerja.purchases.states import PURCHASE_STATES
from prakerja.purchases.telling import tell_of_void
from prakerja.vouchers.operations import cancel_voucher, lock_voucher
from prakerja.wallets.operations import lock_wallet, spendable_at_least_until


def void_purchase(*, platform_id: uuid.UUID, invoice_code: str, reference: str, at: datetime) -> None:
    """Cancel a transaction of this platform: the price returns, the seat is free, the code is dead (contract.md 2.5).

    Back to the wallet while it is open; to the treasury after a cut-off, to the programme after the award ended
    (money.md "Events"). When it was the only purchase the deadline moves to void day + 7 at least (rules.md 12.5); where the
    year's cut-off leaves no such deadline, the purchase goes on counting against revocation.
    Raises Refused: transaction_unknown, void_twice, void_after_redemption, void_after_expiry.
    """
    claim = PurchaseReference.objects.filter(reference=reference).first()
    invoice = InvoiceClaim.objects.filter(platform_id=platform_id, invoice_code=invoice_code).first()
    if claim is None or invoice is None or claim.purchase_id != invoice.purchase_id:
        raise Refused("transaction_unknown")
    actor = Actor.partner(platform_id)
    with transaction():
        route = Purchase.objects.get(person_id=claim.person_id, id=claim.purchase_id)
        voucher = lock_voucher(person_id=route.person_id, voucher_id=route.voucher_id)
        purchase = Purchase.objects.select_for_update(no_key=True).get(person_id=route.person_id, id=route.id)
        if purchase.status == "voided":
            raise Refused("void_twice")
        if voucher.status != "issued":
            raise Refused("void_after_expiry" if voucher.status == "expired" else "void_after_redemption")
        paid_back_to, usable_until = _pay_back(purchase=purchase, actor=actor, at=at)
        cancel_voucher(voucher=voucher, reason="transaction_voided", at=at)
        purchase.status = PURCHASE_STATES.advance(current=purchase.status, verb="void")
        purchase.is_open, purchase.voided_at = False, at
        purchase.save(update_fields=["status", "is_open", "voided_at"])
        release_seat(course_run_id=purchase.course_run_id)
        deadline = None
        if not Purchase.objects.filter(
            person_id=purchase.person_id, award_id=purchase.award_id, status="succeeded"
        ).exists():
            deadline = reopen_purchase_window(
                person_id=purchase.person_id, award_id=purchase.award_id, actor=actor, voided_at=at
            )
        tell_of_void(purchase=purchase, paid_back_to=paid_back_to, buy_until=deadline, usable_until=usable_until, at=at)
        record(
            action=TRANSACTION_VOIDED.action,
            at=at,
            person_id=purchase.person_id,
            actor=actor,
            subject_kind="purchase",
            subject_id=purchase.id,
            data={"amount": purchase.amount},
        )


@requires_transaction
def _pay_back(*, purchase: Purchase, actor: Actor, at: datetime) -> tuple[Chart, datetime | None]:
    """Move the price to whoever it belongs to now: the account, and until when a balance may be spent (exclusive)."""
    award = lock_wallet_and_award(person_id=purchase.person_id, award_id=purchase.award_id)
    wallet = lock_wallet(person_id=purchase.person_id, wallet_id=award.wallet_id)
    until = wallet.spendable_until
    if wallet.closed_at is None and until is not None:
        # A refund must be usable: its window is a week at least, within the year's cut-off (rules.md 12.5).
        rules = scheme(scheme_version_id=award.scheme_version_id)
        until = deadline_after_void(scheme=rules, deadline_at=until, voided_at=at)
        spendable_at_least_until(wallet=wallet, until=until, actor=actor, at=at)
    kind, credit = "void", Chart.WALLET
    balance_id: uuid.UUID | None = wallet.balance_id
    if wallet.closed_at is not None or (until is not None and at >= until):
        # Closed, or about to be: what could never be spent is not given back only to be swept.
        kind, balance_id = "void_late", None
        credit = Chart.PROGRAMME_FUNDS if award.is_taken_back else Chart.TREASURY
    post_transfer(
        person_id=purchase.person_id,
        event_id=purchase.id,
        kind=kind,
        debit=int(Chart.VOUCHERS_OUTSTANDING),
        credit=int(credit),
        amount=purchase.amount,
        at=at,
        balance_id=balance_id,
    )
    return credit, until
