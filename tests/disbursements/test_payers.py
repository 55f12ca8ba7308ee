"""A second payer needs a payer and a line in the settings, nothing else; and what databases of before become."""

from __future__ import annotations

import uuid
from importlib import import_module

import pytest
from django.db import IntegrityError, connection
from django.db import transaction as savepoint

from examples.world.testing import RunningWorld
from prakerja.disbursements.models import PaymentInstruction, PayoutAccount
from prakerja.disbursements.operations import draft_payment, sandbox_sign_off, send_payment
from prakerja.disbursements.payers import Stay
from prakerja.incentives.models import Incentive
from prakerja.incentives.operations import draft_payment as draft_incentive
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import account_for, post_transfer
from tests.builders import Participant, World
from tests.money import bank_turns, books, link, participant_with_phone, reviewed, run_until, transfers, wib
from tests.refunds import Refunds, refunds

__all__ = ["refunds"]
pytestmark = pytest.mark.django_db
AT = wib("2021-10-12 11:00")


def drafted(who: Participant, owed_id: uuid.UUID) -> uuid.UUID:
    account = PayoutAccount.objects.get(person_id=who.person_id, unlinked_at=None)
    with transaction():
        payment_id = draft_payment(
            person_id=who.person_id,
            payer="refunds",
            owed_id=owed_id,
            account_id=account.id,
            amount=75_000,
            pay_date=AT.date(),
            at=AT,
        )
    sandbox_sign_off(at=AT)
    return payment_id


def test_a_second_payer_is_paid_by_the_same_verbs(g21: World, refunds: Refunds, bank_program: RunningWorld) -> None:
    who = participant_with_phone(g21, phone="081210000010")
    link(who, at=wib("2021-09-24 10:00"))
    owed_id = uuid.uuid4()
    payment_id = drafted(who, owed_id)
    with pytest.raises(Refused, match="payment_under_way"):
        drafted(who, owed_id)
    assert send_payment(person_id=who.person_id, payment_id=payment_id, at=AT) == "settled"
    assert transfers(who, "send", "settle") == [("2021-10-12 11:00", kind, 75_000) for kind in ("send", "settle")]
    assert books(who)["paid_out:bni"] == 75_000
    payment = PaymentInstruction.objects.get(id=payment_id)
    bank_turns(bank_program, payment.reference, "return")
    run_until(wib("2021-10-13 06:00"))
    assert refunds.told == ["sent", "settled", "returned: returned_by_bank"]
    assert "paid_out:bni" not in books(who)
    # It is owed again, and the next draft follows up.
    later = PaymentInstruction.objects.get(id=drafted(who, owed_id))
    assert later.follow_up_of_id == payment_id
    refunds.stay = Stay("hold", "changed_mind", outcome="kept")
    assert send_payment(person_id=who.person_id, payment_id=later.id, at=wib("2021-10-13 12:00")) == "kept"
    later.refresh_from_db()
    assert (later.status, later.reason) == ("held", "changed_mind")


def test_what_is_owed_has_one_live_payment_says_the_database(g21: World, refunds: Refunds) -> None:
    who = participant_with_phone(g21, phone="081210000010")
    link(who, at=wib("2021-09-24 10:00"))
    payment = PaymentInstruction.objects.get(id=drafted(who, uuid.uuid4()))
    payment.id, payment.reference = uuid.uuid4(), "BNI-TWIN"
    with pytest.raises(IntegrityError, match="disbursements_instruction_one_live"), savepoint.atomic():
        payment.save(force_insert=True)


def test_money_on_its_way_at_an_upgrade_moves_to_its_rail(g21: World) -> None:
    """As it stood before: sent, and in transit at the bank that keeps the account. The proof must hold afterwards."""
    who = participant_with_phone(g21, phone="081210000010")
    reviewed(g21, who)
    run_until(wib("2021-10-12 09:59"))
    owed = Incentive.objects.get(person_id=who.person_id, number=1)
    at = wib("2021-10-12 10:00")
    draft_incentive(person_id=who.person_id, incentive_id=owed.id, at=at)
    payment = PaymentInstruction.objects.get()
    with transaction():
        post_transfer(
            person_id=who.person_id,
            event_id=payment.id,
            kind="send",
            debit=int(Chart.INCENTIVES_PAYABLE),
            credit=account_for(code="in_transit:bni"),
            amount=payment.amount,
            at=at,
        )
    PaymentInstruction.objects.filter(id=payment.id).update(status="sent", sent_at=at, owed_id=uuid.uuid4())
    Incentive.objects.filter(id=owed.id).update(status="instructed")
    moving = import_module("prakerja.disbursements.migrations.0004_money_on_its_way_lies_with_the_rail")
    naming = import_module("prakerja.disbursements.migrations.0006_payers_and_discrepancies")
    with connection.cursor() as cursor:
        for statement in (moving.MOVE, naming.PAYERS, naming.ASK):
            cursor.execute(statement)
    assert books(who)["in_transit:sandbox"] == 600_000
    assert "in_transit:bni" not in books(who)
    payment.refresh_from_db()
    assert (payment.payer, payment.owed_id, payment.ask_at) == ("incentives", owed.id, at)
    # From here on it goes as any other: asked at once, found unknown, sent again when that is final.
    run_until(wib("2021-10-12 10:30"))
    assert transfers(who, "in_transit_moved", "settle") == [
        ("2021-10-12 10:00", "in_transit_moved", 600_000),
        ("2021-10-12 10:30", "settle", 600_000),
    ]
