"""Whoever knows a card number, or holds one shop's key, shuts its owner out of nothing (decisions.md 58)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.audit.models import Record
from prakerja.catalogue.models import CourseRun
from prakerja.catalogue.operations import set_price
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.notifications.models import Message
from prakerja.partners.operations import add_partner
from prakerja.purchases.models import PaymentIntent
from prakerja.purchases.operations import Receipt, authorise_purchase, send_otp
from prakerja.purchases.tokens import SignedRequest
from tests import builders as b

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2021, 9, 26, tzinfo=WIB)


def refusal(call: object) -> Refused:
    with pytest.raises(Refused) as caught:
        call()  # type: ignore[operator]
    return caught.value


def another_shop(world: b.World, run: CourseRun, name: str = "Pintaria") -> b.World:
    """The same world seen by a second shop that sells the same class."""
    shop = add_partner(actor=SYSTEM, kind="platform", code=name.lower(), name=name, at=b.ANNOUNCED)
    with transaction():
        set_price(course_id=run.course_id, platform_id=shop.partner_id, price=475_000, at=b.ANNOUNCED)
    return b.World(world.wave, shop, world.institution)


def pay(world: b.World, token: str, otp: str, *, at: datetime = b.BUY_AT, invoice: str = "INV-1") -> Receipt:
    return authorise_purchase(
        platform_id=world.platform.partner_id, token=token, otp=otp, invoice_code=invoice, invoice_url="", at=at
    )


def wrong(otp: str) -> str:
    return "000000" if otp != "000000" else "111111"


def test_one_shop_with_invented_users_uses_up_its_part_of_a_day_and_no_more() -> None:
    world = b.world()
    who = b.participant(world)
    _, run = b.course(world)
    for number in range(8):
        b.intend(world, who, run, user=f"karangan-{number}")
    assert refusal(lambda: b.intend(world, who, run, user="karangan-8")).reason == "otp_daily_limit"
    token, otp = b.intend(another_shop(world, run), who, run, user="pembeli")
    assert len(token) > len(otp) == 6
    # All shops together stay below the person's day.
    third, fourth = another_shop(world, run, "Karier"), another_shop(world, run, "Pijar")
    for number in range(6):
        b.intend(third, who, run, user=f"karangan-{number}")
    assert refusal(lambda: b.intend(fourth, who, run)).reason == "otp_daily_limit"


def test_wrong_codes_shut_one_shop_for_the_day_then_the_day_for_the_person() -> None:
    world = b.world()
    who = b.participant(world)
    _, run = b.course(world)
    answers = []
    for number in range(3):
        token, otp = b.intend(world, who, run, user=f"karangan-{number}")
        answers += [refusal(lambda t=token, o=otp: pay(world, t, wrong(o))) for _ in range(3)]
    assert [one.reason for one in answers] == ["otp_wrong", "otp_wrong", "otp_locked"] * 3
    assert [answers[n].details["until"] for n in (2, 5)] == [b.BUY_AT + timedelta(hours=1)] * 2
    assert answers[8].details["until"] == MIDNIGHT
    honest = refusal(lambda: b.intend(world, who, run, user="pembeli", at=b.BUY_AT + timedelta(hours=2)))
    assert (honest.reason, honest.details["until"]) == ("otp_locked", MIDNIGHT)
    # The owner was told each time, by SMS and on the dashboard, and so were operators; nothing says a number or a code.
    told = Message.objects.filter(person_id=who.person_id, template="purchase_codes_wrong")
    assert sorted(told.values_list("channel", flat=True)) == ["dashboard"] * 3 + ["sms"] * 3
    assert [r.data for r in Record.objects.filter(action="purchase.otp_locked").order_by("id")] == [
        {"wrong_today": number} for number in (3, 6, 9)
    ]
    # Another shop sells to the same card; six more wrong codes end the day, there as well.
    other = another_shop(world, run)
    for number in range(2):
        token, otp = b.intend(other, who, run, user=f"karangan-{number}")
        answers += [refusal(lambda t=token, o=otp: pay(other, t, wrong(o))) for _ in range(3)]
    assert [answers[n].details["until"] for n in (11, 14)] == [b.BUY_AT + timedelta(hours=1), MIDNIGHT]
    assert refusal(lambda: b.intend(another_shop(world, run, "Karier"), who, run)).reason == "otp_locked"
    token, otp = b.intend(world, who, run, user="pembeli", at=MIDNIGHT)
    assert pay(world, token, otp, at=MIDNIGHT).amount == 475_000


def test_a_right_code_waits_out_a_shops_lock_as_well() -> None:
    world = b.world()
    who = b.participant(world)
    _, run = b.course(world)
    mine, otp = b.intend(world, who, run, user="pembeli")
    for number in range(3):
        token, code = b.intend(world, who, run, user=f"karangan-{number}")
        for _ in range(3):
            refusal(lambda t=token, o=code: pay(world, t, wrong(o)))
    assert refusal(lambda: pay(world, mine, otp)).reason == "otp_locked"


def test_another_account_of_the_shop_neither_replaces_an_open_intent_nor_makes_it_wait() -> None:
    world = b.world()
    who = b.participant(world)
    _, run = b.course(world)
    mine, otp = b.intend(world, who, run, user="pembeli")
    theirs, _ = b.intend(world, who, run, user="orang-lain", at=b.BUY_AT + timedelta(seconds=1))
    assert PaymentIntent.objects.filter(status="otp_sent").count() == 2
    assert pay(world, mine, otp, at=b.BUY_AT + timedelta(seconds=2)).amount == 475_000
    left = refusal(lambda: pay(world, theirs, b.otp_of_token(theirs), invoice="INV-2"))
    assert left.reason == "account_bound"


def test_the_same_request_again_gets_the_same_token_and_changes_nothing() -> None:
    world = b.world()
    who = b.participant(world)
    _, run = b.course(world)

    def ask(seconds: int, at: datetime) -> str:
        return send_otp(
            platform_id=world.platform.partner_id,
            platform_user="pembeli",
            card_number=who.card,
            course_code=run.course.code,
            schedule_code=run.code,
            amount=475_000,
            at=at,
            request=SignedRequest(seconds=seconds, fingerprint=seconds.to_bytes(32)),
        )

    token = ask(1_632_573_000, b.BUY_AT)
    assert ask(1_632_573_000, b.BUY_AT + timedelta(minutes=2)) == token
    assert (PaymentIntent.objects.count(), Message.objects.filter(template="otp_purchase").count()) == (1, 1)
    newer = ask(1_632_573_120, b.BUY_AT + timedelta(minutes=3))
    assert newer != token
    # The replay of what was replaced is answered as it was, and ends nothing.
    assert ask(1_632_573_000, b.BUY_AT + timedelta(minutes=4)) == token
    assert refusal(lambda: pay(world, token, "000000")).reason == "token_invalid"
    assert pay(world, newer, b.otp_of_token(newer), at=b.BUY_AT + timedelta(minutes=4)).amount == 475_000


def test_the_sms_names_shop_class_and_price() -> None:
    from django.utils import translation

    from prakerja.notifications.templates import render_message

    said = {"otp": "450522", "minutes": 5, "amount": 475_000, "shop": "Pintaria", "course": "Dasar Barista"}
    with translation.override("id"):
        text = render_message(template="otp_purchase", channel="sms", parameters=said, language="id").text
    assert text.startswith('Kode OTP 450522 untuk membeli pelatihan "Dasar Barista" seharga Rp475.000 di Pintaria')
