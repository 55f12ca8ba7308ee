"""Money leaves only with three signatures of three people; a sandbox signs by itself, nothing else does."""

from __future__ import annotations

from datetime import datetime

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.access.operators import set_roles
from prakerja.disbursements.models import PaymentBatch, PaymentInstruction
from prakerja.disbursements.operations import (
    approve_batch,
    authorise_batch,
    close_batches,
    release_batch,
    sandbox_sign_off,
    send_payment,
)
from prakerja.disbursements.policies import next_question
from prakerja.disbursements.rails import terms_of
from prakerja.disbursements.tasks import TASKS, next_leaving
from prakerja.incentives.operations import unlink_account
from prakerja.kernel.errors import Refused
from tests.builders import Participant, World, install, operator, world
from tests.money import books, incentives, link, participant_with_phone, reviewed, run_until, wib

pytestmark = pytest.mark.django_db
AT = wib("2021-10-12 11:00")
TERMS = terms_of(rail="sandbox", on=AT.date())


@pytest.fixture
def drafted(db: None) -> tuple[Participant, PaymentBatch]:
    """A payment that waits for signatures in production, where no task signs."""
    install(is_sandbox=False)
    g21 = world()
    who = participant_with_phone(g21, phone="081210000010")
    reviewed(g21, who)
    run_until(wib("2021-10-12 10:00"))
    return who, PaymentBatch.objects.get()


def signed(batch: PaymentBatch, *, at: datetime) -> None:
    approve_batch(batch_id=batch.id, actor=operator("approver"), at=at)
    authorise_batch(batch_id=batch.id, actor=operator("authoriser"), at=at)
    release_batch(batch_id=batch.id, actor=operator("releaser"), at=at)


def test_three_signatures_of_three_people(drafted: tuple[Participant, PaymentBatch]) -> None:
    who, batch = drafted
    instruction = PaymentInstruction.objects.get()
    assert (instruction.status, incentives(who)[0][2]) == ("drafted", "due")
    # A draft that waits is not drafted again, and does not leave.
    assert run_until(wib("2021-10-20 00:00")) == []
    approver, authoriser, releaser = operator("approver"), operator("authoriser"), operator("releaser")
    # In this order only, and each by the role that it belongs to.
    with pytest.raises(Refused, match="batch_signed"):
        release_batch(batch_id=batch.id, actor=releaser, at=AT)
    for stranger in (authoriser, releaser, operator("viewer"), operator("administrator"), SYSTEM):
        with pytest.raises(Refused, match="not_permitted"):
            approve_batch(batch_id=batch.id, actor=stranger, at=AT)
    batch.refresh_from_db()
    assert batch.status == "drafted"
    approve_batch(batch_id=batch.id, actor=approver, at=AT)
    with pytest.raises(Refused, match="batch_signed"):
        approve_batch(batch_id=batch.id, actor=operator("approver"), at=AT)
    # Whose role was changed meanwhile has signed this batch all the same.
    set_roles(email=approver.name, roles=["authoriser"], actor=SYSTEM, at=AT)
    with pytest.raises(Refused, match="signer_repeated"):
        authorise_batch(batch_id=batch.id, actor=approver, at=AT)
    authorise_batch(batch_id=batch.id, actor=authoriser, at=AT)
    assert send_payment(person_id=who.person_id, payment_id=instruction.id, at=AT) == ""
    assert books(who)["incentives_payable"] == 600_000
    assert next_leaving() is None
    release_batch(batch_id=batch.id, actor=releaser, at=AT)
    with pytest.raises(Refused, match="batch_signed"):
        release_batch(batch_id=batch.id, actor=operator("releaser"), at=AT)
    with pytest.raises(Refused, match="batch_unknown"):
        release_batch(batch_id=who.person_id, actor=releaser, at=AT)
    assert close_batches(at=AT) == 0
    assert run_until(AT) == [("2021-10-12 11:00", "send_payments", 1)]
    batch.refresh_from_db()
    assert batch.status == "closed"
    signatures = (batch.approved_by, batch.authorised_by, batch.released_by)
    assert signatures == (approver.id, authoriser.id, releaser.id)
    assert incentives(who)[0][2] == "paid"


def test_the_last_look_is_at_the_sending(drafted: tuple[Participant, PaymentBatch]) -> None:
    who, batch = drafted
    unlink_account(person_id=who.person_id, at=AT)
    link(who, number="7700123459", at=AT)
    signed(batch, at=AT)
    run_until(AT)
    assert list(PaymentInstruction.objects.values_list("status", "reason")) == [("held", "account_changed")]
    assert incentives(who)[0][2] == "held"
    assert "in_transit:sandbox" not in books(who)


def test_signatures_that_come_in_the_pause_put_the_payment_off(
    drafted: tuple[Participant, PaymentBatch],
) -> None:
    who, batch = drafted
    run_until(wib("2021-12-13 09:00"))
    signed(batch, at=wib("2021-12-13 09:00"))
    run_until(wib("2021-12-13 09:00"))
    assert list(PaymentInstruction.objects.filter(batch=batch).values_list("status", "reason")) == [
        ("cancelled", "payout_pause")
    ]
    assert incentives(who)[0] == ("post_training", 1, "due", "2021-10-07 → 2022-01-05")


def test_nobody_signs_for_people_outside_a_sandbox(drafted: tuple[Participant, PaymentBatch]) -> None:
    _, batch = drafted
    assert TASKS[0].next_due() is None
    assert sandbox_sign_off(at=AT) == 0
    batch.refresh_from_db()
    assert batch.status == "drafted"


def test_a_sandbox_signs_as_three_people(g21: World) -> None:
    batch = PaymentBatch.objects.create(rail="sandbox", provider="bni", pay_date=AT.date(), drafted_at=AT)
    assert TASKS[0].next_due() == AT
    assert TASKS[0].run(AT) == 1
    batch.refresh_from_db()
    assert batch.status == "released"
    assert len({batch.approved_by, batch.authorised_by, batch.released_by}) == 3
    assert TASKS[0].next_due() is None
    assert close_batches(at=AT) == 1


def test_questions_come_less_and_less_often_and_never_end_without_an_answer() -> None:
    instants = [next_question(terms=TERMS, status="sent", since=AT, asked=n, at=AT) for n in range(30)]
    assert instants[:3] == [wib("2021-10-12 11:05"), wib("2021-10-12 11:30"), wib("2021-10-12 13:00")]
    assert set(instants[3:]) == {wib("2021-10-13 06:00")}


@pytest.mark.parametrize("status", ["settled", "failed"])
def test_what_ended_is_asked_about_daily_while_it_could_still_change(status: str) -> None:
    def after(at: str) -> object:
        return next_question(terms=TERMS, status=status, since=AT, asked=0, at=wib(at))

    assert after("2021-10-12 11:00") == wib("2021-10-13 06:00")
    assert after("2021-10-13 05:59") == wib("2021-10-13 06:00")
    assert after("2021-10-13 06:00") == wib("2021-10-14 06:00")
    assert after("2021-10-25 06:00") == wib("2021-10-26 06:00")
    assert after("2021-10-26 06:00") is None


@pytest.mark.parametrize("status", ["returned", "overpaid", "held", "cancelled"])
def test_what_cannot_change_is_not_asked_about(status: str) -> None:
    assert next_question(terms=TERMS, status=status, since=AT, asked=0, at=AT) is None
