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
from prakerja.purchases.taking_back import TakenBack
from prakerja.wallets.queries import wallet

# How the sentence goes on when the price did not come back to the person.
_NOT_BACK = {Chart.TREASURY: "balance_over", Chart.PROGRAMME_FUNDS: "award_over"}
CHANNELS = ("sms", "email", "dashboard")


@requires_transaction
def tell_of_void(*, purchase: Purchase, taken: TakenBack, event: str = "voided", at: datetime) -> None:
    """Tell by SMS, e-mail and dashboard that a purchase was undone, and where its price went.

    `event` is `voided`, or `class_cancelled` where that was the cause; each has the same five sentences.
    """
    said = named(purchase)
    if taken.paid_back_to is not Chart.WALLET:
        ending = _NOT_BACK[taken.paid_back_to]
    elif taken.buy_until is not None:
        ending, said["deadline"] = "buy_again", taken.buy_until.isoformat()
    elif taken.usable_until is not None:
        ending, said["deadline"] = "to_balance_until", taken.usable_until.isoformat()
    else:
        ending = "to_balance"
    queue_message(
        person_id=purchase.person_id,
        template=f"{event}_{ending}",
        channels=CHANNELS,
        parameters=said,
        dedupe_key=f"{event}:{purchase.id}",
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
    said = named(purchase) | {"deadline": ended_at.isoformat()}
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
