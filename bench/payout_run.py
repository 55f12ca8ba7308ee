"""`payout-run`: a wave's incentives on their payment day, prepared, checked and booked ÷ a set-based INSERT of the same transfers.

The lives are copies of one that went through the real operations; the tasks that the worker runs do the rest, instant after
instant: the schedule is written, the first payment falls due, its payment is drafted, the batch signed, the money sent, the
answers booked. Between the last two stands the bank, which is no part of the figure: a few payments go to the real one
afterwards, for orientation.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterator
from itertools import islice

from django.db import connection
from django.test import override_settings

from bench import verify, world
from bench.harness import Bench, settle
from bench.report import Result, machine, say
from examples.world.testing import running_world
from prakerja.disbursements.answers import take_answers
from prakerja.disbursements.attempts import Answer, Call
from prakerja.disbursements.batches import sandbox_sign_off
from prakerja.disbursements.models import PaymentInstruction
from prakerja.disbursements.payers import Payment
from prakerja.disbursements.payments import claim_payments
from prakerja.disbursements.rails import TransferResult
from prakerja.disbursements.steps import payment_of
from prakerja.disbursements.tasks import run_payments, run_questions
from prakerja.incentives.tasks import TASKS
from prakerja.kernel.db import transaction

# Lives for each second that may be measured: 3,000 at the small size, 800,000 at the full one.
LIVES = 100
FULL = 800_000
_SEED = 20_000
_CHUNK = 1000
# At most so many go to the bank of the example world, and a quarter of them at most.
_TO_THE_BANK = 500
TARGETS = {"booked_to_insert": 0.4, "transfers_a_second": 50_000.0, "resident_mib": 512.0}
_RUN = {task.name: task.run for task in TASKS}


def run(bench: Bench, seconds: float) -> Result:
    """Seed, run the payment day, insert the same transfers again as fast as PostgreSQL can, verify."""
    about = machine(postgresql=bench.postgresql)
    lives = int(os.environ.get("PRAKERJA_BENCH_PEOPLE", "0")) or (FULL if seconds > 60 else int(LIVES * seconds))
    took: dict[str, float] = {}
    with running_world() as bank, override_settings(BANK_URL=bank.url, BANK_KEY=bank.bank_key):
        say(f"making the world and {lives} lives …")
        seed(lives)
        before = _resident()
        to_the_bank = min(_TO_THE_BANK, lives // 4)
        pay(took, leave=to_the_bank)
        _timed(took, "by the bank of the example world", lambda: run_payments(world.PAY_AT))
        run_questions(world.PAY_AT)
        resident = _resident()
        insert = _insert_again()
    booked = lives + 1 - to_the_bank
    prepared = sum(took[step] for step in ("drafted", "signed", "checked and sent", "settled"))
    transfers = 2 * booked / prepared
    say("verifying …")
    return Result(
        name="payout-run",
        value=transfers,
        unit="transfers/s",
        p50_ms=0.0,
        p99_ms=0.0,
        ratios={
            "booked_to_insert": transfers / insert,
            "transfers_a_second": transfers,
            "resident_mib": resident,
        },
        targets=TARGETS,
        at_most=frozenset({"resident_mib"}),
        checks=verify.money() | _checks(lives + 1),
        machine=about,
        figures={
            "lives": float(lives + 1),
            "INSERT of the same transfers a second": insert,
            "resident before MiB": before,
        }
        | {f"{step} a second": _count(step, lives + 1, to_the_bank) / took[step] for step in took if step != "signed"}
        | {"signed seconds": took["signed"]},
    )


def seed(lives: int) -> None:
    """So many lives whose incentives are planned next."""
    made = world.make_world(stage=world.reviewed, people=lives)
    for begun in range(0, lives, _SEED):
        made.add_people(min(_SEED, lives - begun), made.many)
    settle()


def pay(took: dict[str, float], *, leave: int) -> None:
    """Everything of a payday but the calls to the bank, step by step; the last `leave` payments stay drafted."""
    _timed(took, "planned", lambda: _RUN["plan_incentives"](world.PLANNED_AT))
    _timed(took, "fallen due", lambda: _RUN["incentive_due"](world.PLANNED_AT))
    _timed(took, "drafted", lambda: _RUN["draft_payments"](world.PAY_AT))
    _timed(took, "signed", lambda: sandbox_sign_off(at=world.PAY_AT))
    _send_and_settle(took, leave=leave)


def _count(step: str, lives: int, to_the_bank: int) -> int:
    """How many people a step was about."""
    if "bank" in step:
        return to_the_bank
    return lives if step in ("planned", "fallen due", "drafted") else lives - to_the_bank


def _timed(took: dict[str, float], step: str, work: Callable[[], object]) -> None:
    began = time.perf_counter()
    work()
    took[step] = time.perf_counter() - began
    say(f"{step}: {took[step]:.1f} s")


def _send_and_settle(took: dict[str, float], *, leave: int) -> None:
    """What the worker does around its calls, a chunk after the other: claimed, written down and committed; answered, and booked.

    Every order is obeyed; the call between the two is what is not measured. The last `leave` stay drafted.
    """
    drafts = _drafts()
    total = PaymentInstruction.objects.filter(status="drafted").count() - leave
    sending, settling, done = 0.0, 0.0, 0
    while done < total:
        began = time.perf_counter()
        found = list(islice(drafts, min(_CHUNK, total - done)))
        calls, _ = claim_payments(found=found, waits=False, at=world.PAY_AT)
        sent = time.perf_counter()
        take_answers([Answer(call, _obeyed(call)) for call in calls], at=world.PAY_AT)
        sending, settling = sending + sent - began, settling + time.perf_counter() - sent
        done += len(calls)
    took |= {"checked and sent": sending, "settled": settling}
    say(f"checked and sent: {sending:.1f} s, settled: {settling:.1f} s")


def _obeyed(call: Call) -> TransferResult:
    one = call.instruction
    return TransferResult(one.reference, "settled", amount=one.amount, rail_reference=f"BENCH{one.reference}")


def _drafts() -> Iterator[Payment]:
    """As the worker reads them."""
    waiting = PaymentInstruction.objects.filter(status="drafted").order_by("id")
    after = None
    while page := list(waiting[:_CHUNK] if after is None else waiting.filter(id__gt=after)[:_CHUNK]):
        yield from map(payment_of, page)
        after = page[-1].id


def _insert_again() -> float:
    """Transfers a second of one INSERT … SELECT of those that sending and settling made, with every index and key."""
    with transaction(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_transfer (LIKE ledger_transfer INCLUDING ALL)")
        cursor.execute("ALTER TABLE bench_transfer ADD FOREIGN KEY (debit_id) REFERENCES ledger_account")
        cursor.execute("ALTER TABLE bench_transfer ADD FOREIGN KEY (credit_id) REFERENCES ledger_account")
        cursor.execute(
            "ALTER TABLE bench_transfer ADD FOREIGN KEY (person_id, balance_id) REFERENCES ledger_balance (person_id, id)"
        )
    began = time.perf_counter()
    with transaction(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_transfer SELECT * FROM ledger_transfer WHERE kind IN ('send', 'settle') ORDER BY id"
        )
        count = cursor.rowcount
    rate = count / (time.perf_counter() - began)
    with transaction(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_transfer")
    return rate


def _checks(lives: int) -> dict[str, bool]:
    return {
        "everybody was paid once": verify.holds(
            "SELECT count(*) = %s AND count(DISTINCT person_id) = %s FROM disbursements_paymentinstruction "
            "WHERE status = 'settled'",
            lives,
            lives,
        ),
        "everybody was told once": verify.holds(
            "SELECT count(*) = %s FROM notifications_message WHERE template = 'payment_arrived' AND channel = 'sms'",
            lives,
        ),
        "every order was written down once": verify.holds(
            "SELECT count(*) = %s FROM disbursements_paymentattempt WHERE kind = 'send'", lives
        ),
    }


def _resident() -> float:
    """The most memory that this process ever held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
