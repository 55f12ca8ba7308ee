"""What a buyer is told of a purchase that ended: one sentence for each place where the price went (rules.md 13.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prakerja.awards.facts import AwardFacts
from prakerja.kernel.db import requires_transaction
from prakerja.ledger.chart import Chart
from prakerja.ledger.queries import balance
from prakerja.notifications.operations import queue_message
from prakerja.purchases.models import Purchase
from prakerja.purchases.queries import first_voucher
from prakerja.wallets.queries import wallet

# Where the price is now, when it did not come back to the person.
_NOT_BACK = {Chart.TREASURY: "voided_balance_over", Chart.PROGRAMME_FUNDS: "voided_award_over"}


@requires_transaction
def tell_of_void(
    *,
    purchase: Purchase,
    paid_back_to: Chart,
    buy_until: datetime | None,
    usable_until: datetime | None,
    at: datetime,
) -> None:
    """Tell by SMS, e-mail and dashboard that a purchase was voided, and where its price went (account `paid_back_to`).

    `buy_until` is the exclusive deadline that the participation hangs on since then, `usable_until` the exclusive end of the
    balance; None where there is none.
    """
    said = _named(purchase)
    if paid_back_to is not Chart.WALLET:
        template = _NOT_BACK[paid_back_to]
    elif buy_until is not None:
        template, said["deadline"] = "voided_buy_again", buy_until.isoformat()
    elif usable_until is not None:
        template, said["deadline"] = "voided_to_balance_until", usable_until.isoformat()
    else:
        template = "voided_to_balance"
    queue_message(
        person_id=purchase.person_id,
        template=template,
        channels=("sms", "email", "dashboard"),
        parameters=said,
        dedupe_key=f"voided:{purchase.id}",
        at=at,
    )


@requires_transaction
def tell_of_ended_code(
    *, purchase: Purchase, award: AwardFacts, paid_to: Chart, ended_at: datetime, at: datetime
) -> None:
    """Tell by SMS and dashboard that a code ended unused, where its price went (account `paid_to`) and what can be done now.

    `ended_at` is the exclusive end of its window. The first training alone leads to the incentive (rules.md 5.4): who lost
    its code is told of that loss in a message of its own.
    """
    said = _named(purchase) | {"deadline": ended_at.isoformat()}
    found = wallet(person_id=purchase.person_id, wallet_id=award.wallet_id)
    can_buy = award.status == "active" and found.closed_at is None and found.balance > 0
    if paid_to is Chart.TREASURY:
        template = "code_ended_to_treasury"
    elif can_buy and found.spendable_until is not None and at < found.spendable_until:
        template = "code_ended_buy_again_until"
        said |= {"balance": found.balance, "usable_deadline": found.spendable_until.isoformat()}
    elif can_buy and found.spendable_until is None:
        template, said["balance"] = "code_ended_buy_again", found.balance
    else:
        template = "code_ended"
    queue_message(
        person_id=purchase.person_id,
        template=template,
        channels=("sms", "dashboard"),
        parameters=said,
        dedupe_key=f"expired:{purchase.voucher_id}",
        at=at,
    )
    promised = balance(person_id=purchase.person_id, balance_id=award.reserve_id) if award.is_live else 0
    if promised and purchase.voucher_id == first_voucher(person_id=purchase.person_id, award_id=award.id):
        queue_message(
            person_id=purchase.person_id,
            template="incentive_unreachable",
            channels=("sms", "dashboard"),
            parameters={"course_title": said["course_title"], "amount": promised},
            dedupe_key=f"incentive_unreachable:{award.id}",
            at=at,
        )


@requires_transaction
def _named(purchase: Purchase) -> dict[str, Any]:
    """What every sentence names: the course as the buyer knows it, the invoice, the price in rupiah."""
    title = Purchase.objects.values_list("course__title", flat=True).get(person_id=purchase.person_id, id=purchase.id)
    return {"course_title": title, "invoice_code": purchase.invoice_code, "amount": purchase.amount}
