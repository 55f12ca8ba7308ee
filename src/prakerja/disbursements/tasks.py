"""What falls due in disbursements: in a sandbox the signatures of a batch; what leaves; what a rail is asked about."""

from __future__ import annotations

from datetime import datetime

from prakerja.disbursements.batches import close_batches, sandbox_sign_off
from prakerja.disbursements.models import PaymentBatch
from prakerja.disbursements.pausing import FIRST_PAUSE, rail_pauses
from prakerja.disbursements.payments import ask_payments, send_payments
from prakerja.disbursements.states import BATCH_STATES
from prakerja.kernel.due import DueTask, left_of
from prakerja.kernel.installation import IS_SANDBOX
from prakerja.kernel.looks import Question, first_of, follows_from, least_of

# When the first draft of a released batch leaves. A follow-up waits while a case is open about what it follows, and while it is
# to ask later. A look into each open batch, which ends at the first draft that may leave, and at the few that wait.
_NO_CASE = """NOT EXISTS (SELECT 1 FROM disbursements_discrepancy discrepancy
                     JOIN disbursements_paymentinstruction other
                       ON other.person_id = discrepancy.person_id AND other.id = discrepancy.instruction_id
                    WHERE discrepancy.person_id = instruction.person_id AND discrepancy.status = 'open'
                      AND other.payer = instruction.payer AND other.owed_id = instruction.owed_id)"""
SEND = f"""
SELECT min(due_at) FROM (
    SELECT GREATEST(batch.released_at, paused.until) AS due_at
      FROM disbursements_paymentbatch batch
      LEFT JOIN disbursements_railpause paused ON paused.rail = batch.rail
     WHERE batch.status = 'released' AND EXISTS (
           SELECT 1 FROM disbursements_paymentinstruction instruction
            WHERE instruction.batch_id = batch.id AND instruction.status = 'drafted' AND instruction.ask_at IS NULL
              AND {_NO_CASE})
     UNION ALL
    SELECT GREATEST(batch.released_at, instruction.ask_at, paused.until)
      FROM disbursements_paymentinstruction instruction
      JOIN disbursements_paymentbatch batch ON batch.id = instruction.batch_id AND batch.status = 'released'
      LEFT JOIN disbursements_railpause paused ON paused.rail = batch.rail
     WHERE instruction.status = 'drafted' AND instruction.ask_at IS NOT NULL AND {_NO_CASE}) waiting"""

# All of them, for whoever counts.
LEAVING = """
SELECT instruction.person_id, instruction.id, GREATEST(batch.released_at, instruction.ask_at) AS due_at
  FROM disbursements_paymentinstruction instruction
  JOIN disbursements_paymentbatch batch ON batch.id = instruction.batch_id AND batch.status = 'released'
 WHERE instruction.status = 'drafted'"""

ASK = """
SELECT instruction.person_id, instruction.id, instruction.ask_at AS due_at
  FROM disbursements_paymentinstruction instruction
 WHERE instruction.ask_at IS NOT NULL AND instruction.status <> 'drafted'"""


_first_unsigned = first_of(
    lambda: (
        PaymentBatch.objects.filter(status__in=BATCH_STATES.group("UNSIGNED"))
        .order_by("drafted_at")
        .values_list("drafted_at")
    )
)


@follows_from(IS_SANDBOX, _first_unsigned)
def next_sign_off(is_sandbox: bool | None, drafted_at: datetime | None) -> datetime | None:
    """When the oldest batch was drafted; None in production, where people sign."""
    return drafted_at if is_sandbox else None


def sign_off(at: datetime) -> int:
    return sandbox_sign_off(at=at)


# When the first draft that may leave was released, or asks again; of a rail that is left alone, when its pause ends.
next_leaving = Question(SEND)


@follows_from(FIRST_PAUSE, least_of(ASK))
def next_question_due(pause: str | None, first: datetime | None) -> datetime | None:
    """When a rail is asked next. One that is left alone is asked when its pause ends; the others' first is found by the index."""
    if pause is None:
        return first
    paused = rail_pauses()
    names = [one.rail for one in paused]
    found = [least_of(ASK + " AND instruction.rail <> ALL (%(rails)s)", {"rails": names})()]
    for one in paused:
        first = least_of(ASK + " AND instruction.rail = ANY (%(rails)s)", {"rails": [one.rail]})()
        found.append(None if first is None else max(first, one.until))
    return min((instant for instant in found if instant is not None), default=None)


def run_payments(at: datetime) -> int:
    """Send what may leave; about how many payments something was done."""
    done = send_payments(at=at)
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
        next_due=next_leaving,
        run=run_payments,
        left=lambda at: left_of(LEAVING, at=at),
        calls_network=True,
    ),
    DueTask(
        name="ask_payments",
        next_due=next_question_due,
        run=run_questions,
        left=lambda at: left_of(ASK, at=at),
        calls_network=True,
    ),
]
