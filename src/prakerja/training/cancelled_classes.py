"""The buyers of a class that was called off, one after another: the price comes back, or an operator has a case (rules.md 12.30).

Those whose code nobody entered and whose balance can be spent are paid back a hundred in a transaction; every other buyer is one of
their own. They are found anew by what is left to do. So a killed worker goes on where it was, two of them do nothing twice,
and whoever was paid back has been told once. It stands here because a code that was entered, and a
class that was completed, are training's to know.

Reads: awards_award, ledger_balance, purchases_purchase, vouchers_voucher, wallets_wallet.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.awards.operations import waive_training
from prakerja.awards.queries import award
from prakerja.awards.states import AWARD_STATES
from prakerja.disbursements.queries import live_account
from prakerja.kernel.db import requires_transaction, rows, transaction
from prakerja.kernel.due import note_done, turn_is_over
from prakerja.kernel.errors import Refused
from prakerja.ledger.chart import Chart
from prakerja.ledger.queries import balance
from prakerja.notifications.operations import queue_message
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import CutoffKind, cutoff_at
from prakerja.purchases.class_cancelling import (
    Cancelled,
    finish_cancellation,
    next_cancellation,
    note_class_cancelled,
    open_cancellations,
)
from prakerja.purchases.closing import close_training
from prakerja.purchases.taking_back import LockedPurchase, TakenBack, leave_time_to_buy, lock_purchase, take_back
from prakerja.purchases.taking_back_many import lock_plain, take_back_many
from prakerja.purchases.telling import tell_of_class, tell_of_void
from prakerja.training.facts import bought_code
from prakerja.training.models import CancellationCase, Completion
from prakerja.training.policies import after_cancellation
from prakerja.training.states import CANCELLATION_CASE_STATES
from prakerja.vouchers.states import VOUCHER_STATES

# So many people between two looks at what else falls due.
CHUNK = 100

# Who bought a class and waits, by the index on the run. Of an expired code only whose wallet could still take the price, or
# whose incentive hangs on this class alone.
_WAITING = f"""
SELECT purchase.person_id, purchase.id
  FROM purchases_purchase purchase
  JOIN vouchers_voucher voucher ON voucher.person_id = purchase.person_id AND voucher.id = purchase.voucher_id
  JOIN awards_award award ON award.person_id = purchase.person_id AND award.id = purchase.award_id
  JOIN wallets_wallet wallet ON wallet.person_id = award.person_id AND wallet.id = award.wallet_id
 WHERE purchase.course_run_id = %s AND purchase.status = 'succeeded'
   AND (voucher.status IN {VOUCHER_STATES.sql("LIVE")} OR voucher.status = 'expired' AND (
        wallet.closed_at IS NULL AND (wallet.spendable_until IS NULL OR wallet.spendable_until > %s)
        OR award.status IN {AWARD_STATES.sql("LIVE")} AND award.training_waived_at IS NULL
           AND EXISTS (SELECT 1 FROM ledger_balance reserve
                        WHERE reserve.person_id = award.person_id AND reserve.id = award.reserve_id AND reserve.amount > 0)
           AND NOT EXISTS (SELECT 1 FROM purchases_purchase other
                            WHERE other.person_id = purchase.person_id AND other.award_id = purchase.award_id
                              AND other.status = 'succeeded' AND other.id <> purchase.id)))
   AND NOT EXISTS (SELECT 1 FROM training_completion completion
                    WHERE completion.person_id = purchase.person_id AND completion.voucher_id = purchase.voucher_id
                      AND completion.withdrawn_at IS NULL)
   AND NOT EXISTS (SELECT 1 FROM training_cancellationcase known
                    WHERE known.person_id = purchase.person_id AND known.purchase_id = purchase.id)
 ORDER BY purchase.id LIMIT %s
"""

_HOMES = {Chart.WALLET: "wallet", Chart.TREASURY: "treasury", Chart.PROGRAMME_FUNDS: "programme"}

next_refund = next_cancellation


def run_refunds(at: datetime) -> int:
    """Deal with the buyers of cancelled classes, a chunk of each class; returns how many pieces of work that were."""
    done = 0
    for cancelled in open_cancellations():
        waiting = rows(_WAITING, [cancelled.run_id, at, CHUNK])
        together = _refund_together(waiting, cancelled=cancelled, at=at)
        done += len(together)
        note_done(len(together))
        for person_id, purchase_id in waiting:
            if purchase_id in together:
                continue
            _deal_with(person_id=person_id, purchase_id=purchase_id, cancelled=cancelled, at=at)
            done += 1
            note_done(1)
            if turn_is_over():
                return done
        if len(waiting) < CHUNK:
            with transaction():
                finish_cancellation(cancellation_id=cancelled.cancellation_id, at=at)
            done += 1
    return done


def _refund_together(
    waiting: Sequence[tuple[uuid.UUID, uuid.UUID]], *, cancelled: Cancelled, at: datetime
) -> set[uuid.UUID]:
    """Pay the plain ones of these buyers back in one transaction; returns their purchases. Under the locks one looks again."""
    with transaction():
        plain = lock_plain(purchases=waiting, at=at)
        completed = _completed([(one.person_id, one.voucher_id) for one in plain])
        plain = [
            one
            for one in plain
            if one.voucher_id not in completed
            and scheme(scheme_version_id=one.award.scheme_version_id).refund_on_cancellation
        ]
        take_back_many(course_run_id=cancelled.run_id, plain=plain, actor=cancelled.actor, at=at)
    return {one.purchase_id for one in plain}


def _completed(codes: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> set[uuid.UUID]:
    """Those of the codes, as (person, voucher), whose class a report says was finished."""
    found = rows(
        "SELECT completion.voucher_id FROM unnest(%s::uuid[], %s::uuid[]) AS given (person_id, voucher_id)"
        " JOIN training_completion completion ON completion.person_id = given.person_id"
        " AND completion.voucher_id = given.voucher_id AND completion.withdrawn_at IS NULL",
        [[one for one, _ in codes], [one for _, one in codes]],
    )
    return {voucher_id for (voucher_id,) in found}


def refunds_left(at: datetime) -> int:
    """How many buyers of cancelled classes wait."""
    return sum(
        int(rows(f"SELECT count(*) FROM ({_WAITING}) waiting", [cancelled.run_id, at, None])[0][0])
        for cancelled in open_cancellations()
    )


def _deal_with(*, person_id: uuid.UUID, purchase_id: uuid.UUID, cancelled: Cancelled, at: datetime) -> None:
    """One buyer. Under the lock one looks again: whoever was quicker may have voided, entered or reported meanwhile."""
    with transaction():
        locked = lock_purchase(person_id=person_id, purchase_id=purchase_id)
        if locked.purchase.status != "succeeded":
            return
        found = bought_code(person_id=person_id, voucher_id=locked.purchase.voucher_id)
        has_ended = is_completed(person_id=person_id, voucher_id=locked.purchase.voucher_id)
        follows = after_cancellation(status=locked.voucher.status, is_completed=has_ended, rules=found.rules)
        if follows == "refund":
            taken = take_back(locked=locked, reason="session_cancelled", actor=cancelled.actor, at=at)
            if taken is not None:
                note_class_cancelled(person_id=person_id, purchase_id=purchase_id, actor=cancelled.actor, at=at)
                _tell(locked=locked, taken=taken, actor=cancelled.actor, at=at)
            else:
                # Its code had ended unused, and there is no wallet any more to pay the price to.
                _keep_incentive(person_id=person_id, award_id=locked.purchase.award_id, actor=cancelled.actor, at=at)
        elif follows == "case":
            note_class_cancelled(person_id=person_id, purchase_id=purchase_id, actor=cancelled.actor, at=at)
            _open_case(locked=locked, at=at)


@requires_transaction
def _tell(*, locked: LockedPurchase, taken: TakenBack, actor: Actor, at: datetime) -> None:
    tell_of_void(purchase=locked.purchase, taken=taken, event="class_cancelled", at=at)
    if taken.was_only and taken.buy_until is None:
        _keep_incentive(person_id=locked.purchase.person_id, award_id=locked.purchase.award_id, actor=actor, at=at)


@requires_transaction
def _keep_incentive(*, person_id: uuid.UUID, award_id: uuid.UUID, actor: Actor, at: datetime) -> None:
    """The only class was called off and the year leaves no week to buy another: nobody loses the incentive by that
    (rules.md 12.33). Told by SMS and dashboard, with the date until which an account must be linked where there is none.
    """
    held = award(person_id=person_id, award_id=award_id)
    rules = scheme(scheme_version_id=held.scheme_version_id)
    if not balance(person_id=held.person_id, balance_id=held.reserve_id):
        return
    if not waive_training(person_id=held.person_id, award_id=held.id, actor=actor, at=at):
        return
    said: dict[str, Any] = {"amount": rules.incentive.total}
    until = cutoff_at(scheme=rules, kind=CutoffKind.LINK)
    template = "incentive_kept"
    if until is not None and live_account(person_id=held.person_id) is None:
        template, said["deadline"] = "incentive_kept_link_until", until.isoformat()
    queue_message(
        person_id=held.person_id,
        template=template,
        channels=("sms", "dashboard"),
        parameters=said,
        dedupe_key=f"incentive_kept:{held.id}",
        at=at,
    )


@requires_transaction
def _open_case(*, locked: LockedPurchase, at: datetime) -> None:
    """An operator decides about the price; meanwhile a class that is gone blocks no other."""
    purchase = locked.purchase
    case = CancellationCase.objects.create(
        person_id=purchase.person_id, purchase=purchase, known=locked.voucher.status, found_at=at
    )
    leave_time_to_buy(award=award(person_id=purchase.person_id, award_id=purchase.award_id), at=at)
    close_training(person_id=purchase.person_id, voucher_id=purchase.voucher_id)
    tell_of_class(purchase=purchase, template="class_cancelled_in_use", at=at)
    record(
        action="class.case_opened",
        at=at,
        person_id=purchase.person_id,
        subject_kind="cancellation_case",
        subject_id=case.id,
        data={"code": locked.voucher.status},
    )


@permitted("class.resolve")
def resolve_cancellation_case(
    *, person_id: uuid.UUID, case_id: uuid.UUID, decision: str, reason: str, actor: Actor, at: datetime
) -> str:
    """An operator decides about a code of a cancelled class. `refunded`: the price goes back as by a void, from what the
    institution is owed; `kept`: the institution taught this person after all. `reason` says how the operator knows.

    Returns where the price is now: wallet, treasury, programme or institution. Raises Refused: case_unknown, case_resolved,
    decision_unknown, reason_missing, class_completed (there is a certificate: only kept), not_permitted.
    """
    if decision not in ("refunded", "kept"):
        raise Refused("decision_unknown")
    if not reason.strip():
        raise Refused("reason_missing")
    seen = CancellationCase.objects.filter(person_id=person_id, id=case_id).first()
    if seen is None:
        raise Refused("case_unknown")
    with transaction():
        locked = lock_purchase(person_id=person_id, purchase_id=seen.purchase_id)
        case = CancellationCase.objects.select_for_update(no_key=True).get(person_id=person_id, id=case_id)
        if case.status != "open":
            raise Refused("case_resolved")
        home = "institution"
        if decision == "refunded":
            home = _refund_case(locked=locked, actor=actor, at=at)
        else:
            tell_of_class(purchase=locked.purchase, template="class_cancelled_kept", at=at)
        case.status = CANCELLATION_CASE_STATES.advance(current=case.status, verb="resolve")
        case.decision, case.note = decision, reason.strip()
        case.resolved_by, case.resolved_at = actor.id or actor.name, at
        case.save()
        record(
            action="class.case_resolved",
            at=at,
            person_id=person_id,
            actor=actor,
            subject_kind="cancellation_case",
            subject_id=case.id,
            data={"decision": decision, "price_is_now": home},
            why=reason.strip(),
        )
    return home


@requires_transaction
def _refund_case(*, locked: LockedPurchase, actor: Actor, at: datetime) -> str:
    """Pay the price of an open case back; "programme" when nobody has a wallet for what had expired."""
    purchase = locked.purchase
    if is_completed(person_id=purchase.person_id, voucher_id=purchase.voucher_id):
        raise Refused("class_completed")
    if purchase.status != "succeeded":
        # The platform took it back meanwhile (a code that was not entered): there is nothing left to pay.
        return "wallet"
    taken = take_back(locked=locked, reason="session_cancelled", actor=actor, at=at)
    if taken is None:
        return "programme"
    _tell(locked=locked, taken=taken, actor=actor, at=at)
    return _HOMES[taken.paid_back_to]


def is_completed(*, person_id: uuid.UUID, voucher_id: uuid.UUID) -> bool:
    """Whether a report stands that says that this class was finished."""
    return Completion.objects.filter(person_id=person_id, voucher_id=voucher_id, withdrawn_at=None).exists()
