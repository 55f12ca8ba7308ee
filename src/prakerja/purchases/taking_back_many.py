"""Many purchases of one class are undone at once: the plain ones, whose code nobody entered and whose wallet is open.

`taking_back.take_back` knows every other case, one after another.

Reads: awards_award, catalogue_course, partners_partner.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from prakerja.access.actors import Actor
from prakerja.audit.operations import record_each
from prakerja.awards.facts import AwardFacts
from prakerja.awards.operations import first_training_changed, lock_awards, reopen_purchase_windows, window_after_void
from prakerja.catalogue.operations import release_seats
from prakerja.kernel.db import requires_transaction, rows
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import Refund, refund_balances
from prakerja.notifications.operations import Notice, queue_many
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import deadline_after_void
from prakerja.purchases.events import CLASS_CANCELLED, TRANSACTION_VOIDED
from prakerja.purchases.models import Purchase
from prakerja.purchases.states import PURCHASE_STATES
from prakerja.purchases.taking_back import TakenBack
from prakerja.purchases.telling import CHANNELS, ending_of
from prakerja.vouchers.operations import cancel_vouchers, lock_unentered_codes
from prakerja.wallets.operations import all_spendable_at_least_until, lock_wallets
from prakerja.wallets.queries import OpenWallet, open_wallets_of

_PAIRS = "unnest(%s::uuid[], %s::uuid[]) AS given (person_id, id)"
_ROUTES = f"""
SELECT purchase.person_id, purchase.id, purchase.voucher_id, purchase.award_id, award.wallet_id
  FROM {_PAIRS}
  JOIN purchases_purchase purchase ON purchase.person_id = given.person_id AND purchase.id = given.id
  JOIN awards_award award ON award.person_id = purchase.person_id AND award.id = purchase.award_id"""
_LOCKED = f"""
SELECT purchase.id, purchase.amount, purchase.invoice_code
  FROM {_PAIRS}
  JOIN purchases_purchase purchase ON purchase.person_id = given.person_id AND purchase.id = given.id
 WHERE purchase.status = 'succeeded' ORDER BY purchase.id FOR NO KEY UPDATE OF purchase SKIP LOCKED"""
_NAMES = f"""
SELECT purchase.id, course.title, institution.name
  FROM {_PAIRS}
  JOIN purchases_purchase purchase ON purchase.person_id = given.person_id AND purchase.id = given.id
  JOIN catalogue_course course ON course.id = purchase.course_id
  JOIN partners_partner institution ON institution.id = course.institution_id"""
# Whoever buys waits at the wallet, which is locked.
_ONLY = f"""
SELECT purchase.id FROM {_PAIRS}
  JOIN purchases_purchase purchase ON purchase.person_id = given.person_id AND purchase.id = given.id
 WHERE NOT EXISTS (SELECT 1 FROM purchases_purchase other
                    WHERE other.person_id = purchase.person_id AND other.award_id = purchase.award_id
                      AND other.status = 'succeeded' AND other.id <> purchase.id)"""


class _Route(NamedTuple):
    person_id: uuid.UUID
    purchase_id: uuid.UUID
    voucher_id: uuid.UUID
    award_id: uuid.UUID
    wallet_id: uuid.UUID


class Plain(NamedTuple):
    """A purchase that is locked with its code, wallet and award. Rupiah; `until` is the exclusive end of the balance;
    `was_only`: nothing else is bought.
    """

    person_id: uuid.UUID
    purchase_id: uuid.UUID
    voucher_id: uuid.UUID
    amount: int
    invoice_code: str
    wallet_id: uuid.UUID
    wallet: OpenWallet
    award: AwardFacts
    until: datetime | None
    was_only: bool


@requires_transaction
def lock_plain(*, purchases: Sequence[tuple[uuid.UUID, uuid.UUID]], at: datetime) -> list[Plain]:
    """Those of the purchases, as (person, purchase), that can be undone together: their code was not entered, their balance can
    be spent, and nobody else holds any of it. Locked as ever: code, purchase, wallet, award.
    """
    routes = {route.purchase_id: route for route in (_Route(*one) for one in rows(_ROUTES, _columns(purchases)))}
    codes = lock_unentered_codes(codes=[(route.person_id, route.voucher_id) for route in routes.values()])
    chosen = [(route.person_id, route.purchase_id) for route in routes.values() if route.voucher_id in codes]
    locked = rows(_LOCKED, _columns(chosen))
    ours = [routes[purchase_id] for purchase_id, _, _ in locked]
    free = lock_wallets(wallets=[(route.person_id, route.wallet_id) for route in ours], skip_locked=True)
    ours = [route for route in ours if route.wallet_id in free]
    awards = {award.id: award for award in lock_awards(awards=[(route.person_id, route.award_id) for route in ours])}
    opened = open_wallets_of(wallets=[(route.person_id, route.wallet_id) for route in ours])
    only = {one for (one,) in rows(_ONLY, _columns([(route.person_id, route.purchase_id) for route in ours]))}
    found = []
    for purchase_id, amount, invoice_code in locked:
        route = routes[purchase_id]
        award, wallet = awards.get(route.award_id), opened.get(route.wallet_id)
        if award is None or wallet is None:
            continue
        was_only = purchase_id in only
        if was_only and window_after_void(award=award, at=at) is None:
            # The year leaves no week to buy another (rules.md 12.33).
            continue
        until = wallet.spendable_until
        if until is not None:
            # A refund must be usable: its window is a week at least, within the year's cut-off (rules.md 12.5).
            rules = scheme(scheme_version_id=award.scheme_version_id)
            until = deadline_after_void(scheme=rules, deadline_at=until, voided_at=at)
        if until is None or at < until:
            found.append(
                Plain(
                    route.person_id,
                    purchase_id,
                    route.voucher_id,
                    amount,
                    invoice_code,
                    route.wallet_id,
                    wallet,
                    award,
                    until,
                    was_only,
                )
            )
    return found


@requires_transaction
def take_back_many(*, course_run_id: uuid.UUID, plain: Sequence[Plain], actor: Actor, at: datetime) -> None:
    """Undo purchases of a class that was called off, which `lock_plain` has locked: the price is in the wallet again, the seat is
    free, the code dead, the deadline a week away at least, both partners and the person are told.
    """
    if not plain:
        return
    for until in {one.until for one in plain if one.until is not None}:
        all_spendable_at_least_until(
            wallets=[(one.person_id, one.wallet_id) for one in plain if one.until == until],
            until=until,
            actor=actor,
            at=at,
        )
    refund_balances(
        refunds=[Refund(one.person_id, one.wallet.balance_id, one.purchase_id, one.amount) for one in plain],
        kind="void",
        debit=int(Chart.VOUCHERS_OUTSTANDING),
        at=at,
    )
    cancel_vouchers(voucher_ids=[one.voucher_id for one in plain], reason="session_cancelled", at=at)
    Purchase.objects.filter(id__any_of=[one.purchase_id for one in plain]).update(
        status=PURCHASE_STATES.target("void"), is_open=False, voided_at=at
    )
    release_seats(course_run_id=course_run_id, count=len(plain))
    first_training_changed(awards=[(one.person_id, one.award.id) for one in plain], at=at)
    deadlines = reopen_purchase_windows(awards=[one.award for one in plain if one.was_only], actor=actor, voided_at=at)
    for action, data in ((TRANSACTION_VOIDED.action, True), (CLASS_CANCELLED.action, False)):
        record_each(
            action=action,
            at=at,
            actor=actor,
            subject_kind="purchase",
            told=((one.person_id, one.purchase_id, {"amount": one.amount} if data else {}) for one in plain),
        )
    _tell(plain, deadlines, at=at)


@requires_transaction
def _tell(plain: Sequence[Plain], deadlines: dict[uuid.UUID, datetime], *, at: datetime) -> None:
    names = {
        purchase_id: (title, school)
        for purchase_id, title, school in rows(_NAMES, _columns([(one.person_id, one.purchase_id) for one in plain]))
    }
    notices: dict[str, list[Notice]] = {}
    for one in plain:
        title, school = names[one.purchase_id]
        taken = TakenBack(Chart.WALLET, deadlines.get(one.award.id), one.until, one.was_only)
        ending, more = ending_of(taken)
        said: dict[str, Any] = {
            "course_title": title,
            "institution": school,
            "invoice_code": one.invoice_code,
            "amount": one.amount,
            **more,
        }
        notices.setdefault(f"class_cancelled_{ending}", []).append(
            Notice(one.person_id, said, f"class_cancelled:{one.purchase_id}")
        )
    for template, found in notices.items():
        queue_many(template=template, channels=CHANNELS, notices=found, at=at, may_be_known=True)


def _columns(pairs: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> list[list[uuid.UUID]]:
    return [[one for one, _ in pairs], [one for _, one in pairs]]
