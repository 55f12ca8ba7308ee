"""What a buyer is told of a purchase that ended: one sentence for each place where the price went (rules.md 13.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prakerja.kernel.db import requires_transaction
from prakerja.ledger.chart import Chart
from prakerja.notifications.operations import queue_message
from prakerja.purchases.models import Purchase
from prakerja.purchases.taking_back import TakenBack

# How the sentence goes on when the price did not come back to the person.
_NOT_BACK = {Chart.TREASURY: "balance_over", Chart.PROGRAMME_FUNDS: "award_over"}
CHANNELS = ("sms", "email", "dashboard")


def ending_of(taken: TakenBack) -> tuple[str, dict[str, Any]]:
    """How the sentence about an undone purchase ends, and which date it names."""
    if taken.paid_back_to is not Chart.WALLET:
        return _NOT_BACK[taken.paid_back_to], {}
    if taken.buy_until is not None:
        return "buy_again", {"deadline": taken.buy_until.isoformat()}
    if taken.usable_until is not None:
        return "to_balance_until", {"deadline": taken.usable_until.isoformat()}
    return "to_balance", {}


@requires_transaction
def tell_of_void(*, purchase: Purchase, taken: TakenBack, event: str = "voided", at: datetime) -> None:
    """Tell by SMS, e-mail and dashboard that a purchase was undone, and where its price went.

    `event` is `voided`, or `class_cancelled` where that was the cause; each has the same five sentences.
    """
    ending, more = ending_of(taken)
    said = named(purchase) | more
    queue_message(
        person_id=purchase.person_id,
        template=f"{event}_{ending}",
        channels=CHANNELS,
        parameters=said,
        dedupe_key=f"{event}:{purchase.id}",
        at=at,
    )


def code_ended(
    *, paid_to: Chart, balance: int, spendable_until: datetime | None, leads_to_incentive: bool, at: datetime
) -> tuple[str, dict[str, Any]]:
    """The sentence of a code that ended unused, and what it says beside the purchase: where the price went (account
    `paid_to`) and what can be done now with the `balance`, rupiah, 0 where nothing can be bought any more.
    `leads_to_incentive`: what is bought with it takes the place of the training that was lost (rules.md 12.34).
    """
    if paid_to is Chart.TREASURY:
        return "code_ended_to_treasury", {}
    if balance and spendable_until is not None and at < spendable_until:
        what = "code_ended_buy_first_until" if leads_to_incentive else "code_ended_buy_again_until"
        return what, {"balance": balance, "usable_deadline": spendable_until.isoformat()}
    if balance and spendable_until is None:
        return "code_ended_buy_again", {"balance": balance}
    return "code_ended", {}


@requires_transaction
def tell_of_class(*, purchase: Purchase, template: str, at: datetime) -> None:
    """Tell by SMS, e-mail and dashboard what became of a code whose class was called off, once for each template."""
    queue_message(
        person_id=purchase.person_id,
        template=template,
        channels=CHANNELS,
        parameters=named(purchase),
        dedupe_key=f"{template}:{purchase.id}",
        at=at,
    )


def named(purchase: Purchase) -> dict[str, Any]:
    """What the sentences name: the course and its institution as the buyer knows them, the invoice, the price in rupiah."""
    title, institution = Purchase.objects.values_list("course__title", "course__institution__name").get(
        person_id=purchase.person_id, id=purchase.id
    )
    return {
        "course_title": title,
        "institution": institution,
        "invoice_code": purchase.invoice_code,
        "amount": purchase.amount,
    }
