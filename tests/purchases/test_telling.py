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
