"""What a buyer is told of a purchase that ended says where the price went, and only that."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from prakerja.awards.operations import suspend_award
from prakerja.incentives.operations import revoke_suspended, sweep_balance
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import transaction
from prakerja.kernel.secrets import unseal
from prakerja.ledger.models import Transfer
from prakerja.notifications.models import Message
from prakerja.notifications.templates import render_message
from prakerja.purchases.models import Purchase
from prakerja.purchases.operations import close_training, void_purchase
from prakerja.purchases.tasks import run_expiries, run_reminders
from prakerja.training.operations import redeem_code
from prakerja.vouchers.queries import next_reminder
from tests import builders as b

pytestmark = pytest.mark.django_db
LATER = b.BUY_AT + timedelta(hours=1)
CUTOFF = datetime(2021, 12, 1, tzinfo=WIB)


def said(who: b.Participant, *, channel: str, language: str = "id") -> str:
    """The newest message of a person on a channel, as it is read."""
    message = Message.objects.filter(person_id=who.person_id, channel=channel).order_by("-created_at", "-id")[0]
    assert message.parameters_enc is not None
    sealed = unseal(message.parameters_enc, table="notifications_message", column="parameters_enc", row_id=message.id)
    return render_message(
        template=message.template, channel=channel, parameters=json.loads(sealed), language=language
    ).text


def void(world: b.World, who: b.Participant, *, at: datetime) -> str:
    """Void the newest purchase; returns the account that its price is in now."""
    purchase = Purchase.objects.filter(person_id=who.person_id).order_by("-authorised_at")[0]
    void_purchase(
        platform_id=world.platform.partner_id,
        invoice_code=purchase.invoice_code,
        reference=purchase.reference,
        at=at,
    )
    return Transfer.objects.get(event_id=purchase.id, kind__in=("void", "void_late")).credit.code


def bought() -> tuple[b.World, b.Participant]:
    world = b.world()
    who = b.participant(world)
    b.buy(world, who, b.course(world, price=400_000)[1], amount=400_000)
    return world, who


def test_the_only_purchase_is_voided_and_another_must_be_bought() -> None:
    world, who = bought()
    assert void(world, who, at=LATER) == "wallet"
    for channel in ("sms", "email", "dashboard"):
        text = said(who, channel=channel)
        assert "Rp400.000 kembali ke saldo" in text
        assert "Beli pelatihan lain paling lambat 21 Oktober 2021 pukul 23.59 WIB" in text
    assert "Buy another training no later than 21 October 2021 at 23:59 WIB" in said(who, channel="sms", language="en")


def test_a_later_purchase_is_voided_and_the_balance_can_be_spent() -> None:
    world, who = bought()
    with transaction():
        close_training(person_id=who.person_id, voucher_id=Purchase.objects.get().voucher_id)
    b.buy(world, who, b.course(world, price=300_000)[1], amount=300_000, at=LATER)
    assert void(world, who, at=LATER + timedelta(hours=1)) == "wallet"
    assert "Rp300.000 kembali ke saldo pelatihan Anda, dapat dipakai sampai 30 November 2021 pukul 23.59 WIB" in said(
        who, channel="sms"
    )


@pytest.mark.parametrize("is_swept", [True, False])
def test_after_the_cut_off_the_price_is_the_treasurys(is_swept: bool) -> None:
    """Also in the seconds before the run that closes the balance: what can never be spent is not given back."""
    world, who = bought()
    if is_swept:
        assert sweep_balance(person_id=who.person_id, award_id=who.award.id, at=CUTOFF) == 600_000
    assert void(world, who, at=CUTOFF) == "treasury"
    for channel in ("sms", "email", "dashboard"):
        text = said(who, channel=channel)
        assert "Rp400.000" in text
        assert "kas negara" in text
        assert "kembali ke saldo pelatihan Anda" not in text
    assert "not back to your balance" in said(who, channel="sms", language="en")


def test_after_the_award_was_taken_back_the_price_is_the_programmes() -> None:
    world, who = bought()
    operator = b.operator("approver")
    suspend_award(person_id=who.person_id, award_id=who.award.id, reason="Laporan", actor=operator, at=LATER)
    revoke_suspended(person_id=who.person_id, award_id=who.award.id, reason="Terbukti", actor=operator, at=LATER)
    assert void(world, who, at=LATER + timedelta(hours=1)) == "programme_funds"
    assert "Kepesertaan Anda sudah berakhir: Rp400.000 kembali ke program, tidak ke saldo Anda." in said(
        who, channel="sms"
    )


# A code that nobody redeems -------------------------------------------------------------------------------------------

STARTS, ENDS = datetime(2021, 10, 14, 9, tzinfo=WIB), datetime(2021, 10, 16, 12, tzinfo=WIB)


def steps(until: datetime) -> list[tuple[str, int]]:
    """What is done about codes, one instant after another: [(WIB, pieces of work)]."""
    done = []
    while (due := next_reminder()) is not None and due <= until:
        done.append((f"{due.astimezone(WIB):%d %H:%M}", run_reminders(due)))
    return done


def test_a_code_is_reminded_of_seven_days_and_one_day_before_its_end() -> None:
    world = b.world()
    who = b.participant(world)
    b.buy(world, who, b.course(world, delivery="live", starts_at=STARTS, ends_at=ENDS)[1])
    # Reckoned once, after the purchase, which tells nobody anything.
    assert steps(datetime(2021, 10, 9, 8, 59, tzinfo=WIB)) == [("25 19:30", 1)]
    assert steps(datetime(2021, 10, 9, 9, tzinfo=WIB)) == [("09 09:00", 1)]
    assert "dapat ditukar mulai 14 Oktober 2021 pukul 08.00 WIB sampai 16 Oktober 2021 pukul 11.59 WIB" in said(
        who, channel="sms"
    )
    assert steps(ENDS + timedelta(days=30)) == [("15 09:00", 1)]
    assert "belum ditukar dan berakhir 16 Oktober 2021 pukul 11.59 WIB" in said(who, channel="sms")
    assert "ends 16 October 2021 at 11:59 WIB" in said(who, channel="dashboard", language="en")
    assert Message.objects.filter(template__in=("code_opens", "code_ending"), channel="sms").count() == 2


def test_who_redeemed_is_not_reminded_and_a_late_worker_tells_nobody_of_a_dead_code() -> None:
    world = b.world()
    late, done = b.participants(world, count=2)
    for who in (late, done):
        b.buy(world, who, b.course(world, delivery="live", starts_at=STARTS, ends_at=ENDS)[1])
    redeem_code(institution_id=world.institution.partner_id, code=b.code_of(done.person_id), at=STARTS)
    assert run_reminders(ENDS) == 1
    assert next_reminder() is None
    assert not Message.objects.filter(template__in=("code_opens", "code_ending")).exists()


def test_an_ended_code_tells_where_the_price_went_and_what_went_with_it() -> None:
    world = b.world()
    who = b.participant(world)
    b.buy(world, who, b.course(world, delivery="live", starts_at=STARTS, ends_at=ENDS)[1])
    assert run_expiries(ENDS) == 1
    [ended, incentive] = [
        text
        for template in ("code_ended_buy_again_until", "incentive_unreachable")
        for text in [said_as(who, template=template)]
    ]
    assert "Rp475.000 kembali ke program. Sisa saldo Rp525.000 dapat dipakai sampai 30 November 2021" in ended
    assert "insentif dan survei (Rp2.550.000) hanya untuk pelatihan pertama" in incentive


@pytest.mark.parametrize(
    ("price", "at", "template"),
    [(1_000_000, ENDS, "code_ended"), (475_000, CUTOFF, "code_ended_to_treasury")],
)
def test_an_ended_code_offers_nothing_that_cannot_be_bought(price: int, at: datetime, template: str) -> None:
    world = b.world()
    who = b.participant(world)
    b.buy(world, who, b.course(world, price=price, delivery="live", starts_at=STARTS, ends_at=at)[1], amount=price)
    assert run_expiries(at) == 1
    home = Transfer.objects.get(kind="voucher_expired").credit.code
    assert home == ("treasury" if at == CUTOFF else "programme_funds")
    text = said_as(who, template=template)
    assert "dapat dipakai" not in text
    assert ("kas negara" in text) is (home == "treasury")


def said_as(who: b.Participant, *, template: str) -> str:
    """The SMS made from this template."""
    message = Message.objects.get(person_id=who.person_id, channel="sms", template=template)
    assert message.parameters_enc is not None
    sealed = unseal(message.parameters_enc, table="notifications_message", column="parameters_enc", row_id=message.id)
    return render_message(template=template, channel="sms", parameters=json.loads(sealed), language="id").text
