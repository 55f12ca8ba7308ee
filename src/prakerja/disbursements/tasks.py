"""What falls due in disbursements: in a sandbox the signatures of a batch; what leaves; what a rail is asked about."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min

from prakerja.disbursements.batches import close_batches, sandbox_sign_off
from prakerja.disbursements.models import PaymentBatch
from prakerja.disbursements.payments import ask_payments, send_payment
from prakerja.disbursements.states import BATCH_STATES
from prakerja.kernel.due import DueTask, do_due, left_of, next_of
from prakerja.kernel.installation import is_sandbox

# Drafts of released batches. A follow-up waits while a case is open about what it follows, and while it is to ask later.
SEND = """
SELECT instruction.person_id, instruction.id, GREATEST(batch.released_at, instruction.ask_at) AS due_at
  FROM disbursements_paymentinstruction instruction
  JOIN disbursements_paymentbatch batch ON batch.id = instruction.batch_id AND batch.status = 'released'
 WHERE instruction.status = 'drafted'
   AND NOT EXISTS (SELECT 1 FROM disbursements_discrepancy discrepancy
                     JOIN disbursements_paymentinstruction other
                       ON other.person_id = discrepancy.person_id AND other.id = discrepancy.instruction_id
                    WHERE discrepancy.person_id = instruction.person_id AND discrepancy.status = 'open'
                      AND other.payer = instruction.payer AND other.owed_id = instruction.owed_id)"""

ASK = """
SELECT instruction.person_id, instruction.id, instruction.ask_at AS due_at
  FROM disbursements_paymentinstruction instruction
 WHERE instruction.ask_at IS NOT NULL AND instruction.status <> 'drafted'"""


def next_sign_off() -> datetime | None:
    """When the oldest batch was drafted; None in production, where people sign."""
    if not is_sandbox():
        return None
    found: datetime | None = PaymentBatch.objects.filter(status__in=BATCH_STATES.group("UNSIGNED")).aggregate(
        first=Min("drafted_at")
    )["first"]
    return found


def sign_off(at: datetime) -> int:
    return sandbox_sign_off(at=at)


def run_payments(at: datetime) -> int:
    """Send what may leave; how many calls did something."""
    done = do_due(
        SEND,
        at=at,
        work=lambda person_id, payment_id: send_payment(person_id=person_id, payment_id=payment_id, at=at),
    )
    close_batches(at=at)
    return done


def run_questions(at: datetime) -> int:
    """Ask about what could still change; how many payments were asked about."""
    done = ask_payments(at=at)
    close_batches(at=at)
    return done


TASKS = [
    DueTask(name="sandbox_sign_off", next_due=next_sign_off, run=sign_off),
    DueTask(
        name="send_payments",
        next_due=lambda: next_of(SEND),
        run=run_payments,
        left=lambda at: left_of(SEND, at=at),
        calls_network=True,
    ),
    DueTask(
        name="ask_payments",
        next_due=lambda: next_of(ASK),
        run=run_questions,
        left=lambda at: left_of(ASK, at=at),
        calls_network=True,
    ),
]
