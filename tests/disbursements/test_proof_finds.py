"""Each check of the proof about payments finds what it is about: rows are painted past every guard, and the proof is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest

from examples.world.testing import RunningWorld
from prakerja.disbursements.models import Discrepancy, PaymentAttempt, PaymentInstruction, ReferenceClaim
from prakerja.incentives.operations import unlink_account
from prakerja.kernel.db import rows
from prakerja.reporting.proof_checks import CHECKS
from tests.builders import World
from tests.money import link, participant_with_phone, reviewed, run_until, wib
from tests.portal.world import painted

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
NUMBERS = count(310_000)

CASE = "nothing left while a case was open about what it follows up"
RAIL = "every call about a payment went by the payment's own rail, and every payment that left has its order"
TWICE = "a follow-up never pays what its predecessor paid, unless an operator booked that it did"
CLAIM = "each rail's reference has its payment and back"


@dataclass
class Payments:
    """The first failed; its follow-up was paid a week later."""

    first: PaymentInstruction
    later: PaymentInstruction


@pytest.fixture
def payments(g21: World, bank_program: RunningWorld) -> Payments:
    who = participant_with_phone(g21, phone="081210000033")
    # The bank remembers for the whole run which account it blocked.
    reviewed(g21, who, number=f"77{next(NUMBERS)}03")
    run_until(wib("2021-10-12 12:00"))
    unlink_account(person_id=who.person_id, at=wib("2021-10-13 08:00"))
    link(who, at=wib("2021-10-13 08:05"))
    run_until(wib("2021-10-19 12:00"))
    first, later = PaymentInstruction.objects.filter(person_id=who.person_id).order_by("id")
    assert (first.status, later.status, later.follow_up_of_id) == ("failed", "settled", first.id)
    return Payments(first, later)


def found(name: str) -> int:
    """How many rows a check says that differ."""
    (sql,) = [sql for known, _, sql in CHECKS if known == name]
    return len(rows(sql.replace("%", "%%")))


def change(payment: PaymentInstruction, **fields: object) -> None:
    PaymentInstruction.objects.filter(id=payment.id).update(**fields)


def contradicted(on: PaymentInstruction, later: PaymentInstruction, *, resolved_after: timedelta | None) -> None:
    """A case on one payment an hour before the other left; decided so long after that one left, or still open."""
    assert later.sent_at is not None
    decided = (
        {}
        if resolved_after is None
        else {
            "status": "resolved",
            "decision": "dismissed",
            "note": "Surat bank",
            "resolved_at": later.sent_at + resolved_after,
        }
    )
    Discrepancy.objects.create(
        person_id=on.person_id,
        instruction=on,
        known="failed",
        said="settled",
        found_by="ask",
        found_at=later.sent_at - HOUR,
        **decided,
    )


def orders_lost(these: Payments) -> None:
    """A payment that left although no call about it was ever written down; calls about others were, and before it."""
    PaymentAttempt.objects.filter(instruction=these.later).delete()


def claim_lost(these: Payments) -> None:
    ReferenceClaim.objects.filter(instruction_id=these.first.id).delete()


def claim_of_another_rail(these: Payments) -> None:
    ReferenceClaim.objects.filter(instruction_id=these.first.id).update(rail="other")


def claim_of_another_name(these: Payments) -> None:
    change(these.later, reference="BNI-OTHER")


def claims_exchanged(these: Payments) -> None:
    ReferenceClaim.objects.filter(instruction_id=these.first.id).update(instruction_id=these.later.id)


def asked_elsewhere(these: Payments) -> None:
    asked = PaymentAttempt.objects.filter(instruction=these.first, kind="ask").first()
    assert asked is not None
    PaymentAttempt.objects.filter(id=asked.id).update(rail="other")


def asked_before_it_left(these: Payments) -> None:
    assert these.later.sent_at is not None
    PaymentAttempt.objects.filter(instruction=these.later, kind="send").update(made_at=these.later.sent_at - HOUR)


@pytest.mark.parametrize(
    ("name", "break_it", "rows_found"),
    [
        (CASE, lambda these: contradicted(these.first, these.later, resolved_after=None), 1),
        (CASE, lambda these: contradicted(these.first, these.later, resolved_after=HOUR), 1),
        (RAIL, asked_elsewhere, 1),
        (RAIL, asked_before_it_left, 1),
        (RAIL, orders_lost, 1),
        (RAIL, lambda these: change(these.later, status="drafted", sent_at=None), 1),
        # Both count as paid: only the debt's own name keeps the database from refusing that.
        (TWICE, lambda these: change(these.first, status="settled", owed_id=these.first.person_id), 1),
        (TWICE, lambda these: change(these.first, amount=1), 1),
        (TWICE, lambda these: change(these.first, payer="settlements"), 1),
        (TWICE, lambda these: change(these.first, status="overpaid"), 1),
        (CLAIM, claim_lost, 1),
        (CLAIM, claim_of_another_rail, 2),
        (CLAIM, claim_of_another_name, 2),
        (CLAIM, claims_exchanged, 2),
    ],
)
def test_a_check_finds_what_it_is_about(
    payments: Payments, name: str, break_it: Callable[[Payments], None], rows_found: int
) -> None:
    assert found(name) == 0
    with painted():
        break_it(payments)
    assert found(name) == rows_found


def test_a_case_that_was_decided_before_the_follow_up_left_is_none(payments: Payments) -> None:
    with painted():
        contradicted(payments.first, payments.later, resolved_after=-HOUR / 2)
    assert found(CASE) == 0


def test_an_overpayment_that_an_operator_booked_is_none(payments: Payments) -> None:
    with painted():
        change(payments.first, status="overpaid")
        contradicted(payments.first, payments.later, resolved_after=HOUR)
        assert found(TWICE) == 1
        Discrepancy.objects.update(decision="accepted")
    assert found(TWICE) == 0
