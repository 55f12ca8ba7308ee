"""What a rail said against what we know: a row, a case of an operator, and a stop for every follow-up until it is resolved."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.disbursements.models import Discrepancy, PaymentInstruction
from prakerja.disbursements.payers import Payment, payer_of
from prakerja.disbursements.policies import END_OF
from prakerja.disbursements.states import DISCREPANCY_STATES, INSTRUCTION_STATES
from prakerja.disbursements.steps import (
    drop,
    fail,
    lock_payment,
    overpay,
    return_,
    return_overpaid,
    settle,
    settle_late,
)
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.typed import normal_lines
from prakerja.ledger.chart import Chart

# Bears what was paid once too often, until it is got back.
LOSS_ACCOUNT = int(Chart.PROGRAMME_FUNDS)


@requires_transaction
def note_discrepancy(
    *,
    instruction: PaymentInstruction,
    said: str,
    found_by: str,
    at: datetime,
    said_amount: int | None = None,
    reason: str = "",
) -> None:
    """Write down that a rail's word does not fit. Said again it is the same case, open or resolved."""
    made = Discrepancy(
        person_id=instruction.person_id,
        instruction=instruction,
        known=instruction.status,
        said=said,
        said_amount=said_amount,
        reason=reason,
        found_by=found_by,
        found_at=at,
    )
    Discrepancy.objects.bulk_create([made], ignore_conflicts=True)
    if Discrepancy.objects.filter(person_id=made.person_id, id=made.id).exists():
        record(
            action="payment.contradicted",
            at=at,
            person_id=instruction.person_id,
            subject_kind="payment",
            subject_id=instruction.id,
            data={"rail": instruction.rail, "known": instruction.status, "said": said, "found_by": found_by},
        )


def debts_with_cases(*, payer: str, owed: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> set[uuid.UUID]:
    """About which of what is owed, as (person, owed), a case is open, on any of its payments."""
    cases = Discrepancy.objects.filter(
        person_id__any_of={person_id for person_id, _ in owed},
        status="open",
        instruction__payer=payer,
        instruction__owed_id__any_of=[owed_id for _, owed_id in owed],
    )
    return set(cases.values_list("instruction__owed_id", flat=True))


@permitted("payment.resolve")
def resolve_discrepancy(
    *, person_id: uuid.UUID, discrepancy_id: uuid.UUID, decision: str, reason: str, actor: Actor, at: datetime
) -> str:
    """An operator decides. `accepted`: the rail is right, and the payment takes its word; `dismissed`: we were right.

    Accepting a late arrival takes the money from what is owed and cancels a drafted follow-up; when the follow-up left
    already, or nothing is owed any more, the payment is `overpaid` and the programme's funds bear it. `reason` says how
    the operator knows. Returns the payment's state. Raises Refused: discrepancy_unknown, discrepancy_resolved,
    decision_unknown, reason_missing, decision_impossible (another amount, or no word that ends anything: settle it with
    the rail, then dismiss), not_permitted.
    """
    if decision not in ("accepted", "dismissed"):
        raise Refused("decision_unknown")
    if not reason.strip():
        raise Refused("reason_missing")
    found = Discrepancy.objects.filter(person_id=person_id, id=discrepancy_id).first()
    if found is None:
        raise Refused("discrepancy_unknown")
    with transaction():
        _, payment, instruction = lock_payment(person_id=person_id, payment_id=found.instruction_id)
        case = Discrepancy.objects.select_for_update(no_key=True).get(person_id=person_id, id=discrepancy_id)
        if case.status != "open":
            raise Refused("discrepancy_resolved")
        before = instruction.status
        if decision == "accepted":
            _accept(case, instruction=instruction, payment=payment, at=at)
        case.status = DISCREPANCY_STATES.advance(current=case.status, verb="resolve")
        case.decision, case.note = decision, normal_lines(reason).strip()
        case.resolved_by, case.resolved_at = actor.id or actor.name, at
        case.save()
        record(
            action="payment.resolved",
            at=at,
            person_id=person_id,
            actor=actor,
            subject_kind="payment",
            subject_id=instruction.id,
            data={"rail": instruction.rail, "known": case.known, "said": case.said, "decision": decision},
            why=reason.strip(),
            before={"status": before},
            after={"status": instruction.status},
        )
    return instruction.status


@requires_transaction
def _accept(case: Discrepancy, *, instruction: PaymentInstruction, payment: Payment, at: datetime) -> None:
    """Let the payment take the rail's word, with the transfers that this needs."""
    end = "failed" if case.said == "not_found" else END_OF.get(case.said)
    if end is None or case.said_amount is not None or instruction.sent_at is None:
        raise Refused("decision_impossible")
    # An operator decided: the case is the event of every transfer, so that a later one is another event.
    if instruction.status == "sent":
        if end == "failed":
            fail(instruction=instruction, payment=payment, problem="failed", reason=case.said, at=at)
            return
        settle(instruction=instruction, at=at)
    if end == "settled" and instruction.status in INSTRUCTION_STATES.sources("settle_late"):
        _take_late_arrival(case, instruction=instruction, payment=payment, at=at)
    elif end != "settled" and instruction.status == "settled":
        # Whether it never arrived or came back, the recipient has nothing: it is owed again.
        return_(instruction=instruction, payment=payment, reason=case.reason or case.said, at=at, event_id=case.id)
    elif end != "settled" and instruction.status == "overpaid":
        return_overpaid(
            instruction=instruction, reason=case.reason or case.said, at=at, event_id=case.id, loss_account=LOSS_ACCOUNT
        )


@requires_transaction
def _take_late_arrival(case: Discrepancy, *, instruction: PaymentInstruction, payment: Payment, at: datetime) -> None:
    others = PaymentInstruction.objects.select_for_update(no_key=True).filter(
        person_id=payment.person_id,
        payer=payment.payer,
        owed_id=payment.owed_id,
        status__in=INSTRUCTION_STATES.group("LIVE"),
    )
    live = others.first()
    if live is not None and live.status == "drafted":
        drop(instruction=live, verb="cancel", reason="paid_late", at=at)
        live = None
    if live is None and payer_of(payment.payer).is_owed(payment=payment):
        settle_late(instruction=instruction, payment=payment, at=at, event_id=case.id)
    else:
        overpay(
            instruction=instruction,
            reason=case.reason or case.said,
            at=at,
            event_id=case.id,
            loss_account=LOSS_ACCOUNT,
        )
