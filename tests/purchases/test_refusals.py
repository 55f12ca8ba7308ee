"""Every refusal of a purchase: its own reason, and nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.catalogue.operations import add_promotion, set_price
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import rows, transaction
from prakerja.kernel.errors import Refused
from prakerja.partners.operations import add_partner
from prakerja.purchases.models import PaymentIntent, Purchase
from prakerja.purchases.operations import authorise_purchase, send_otp
from tests import builders as b

pytestmark = pytest.mark.django_db


def fingerprint() -> list[tuple[object, ...]]:
    """What may never change by a refused call: money, seats, vouchers, purchases, claims, awards, messages."""
    tables = (
        "ledger_balance ledger_transfer catalogue_courserunseats vouchers_voucher purchases_purchase awards_award "
        "purchases_invoiceclaim purchases_platformuserclaim vouchers_codeclaim notifications_message audit_record"
    )
    return [
        (table, *rows(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t.id), '')) FROM {table} t")[0])
        if table != "vouchers_codeclaim"
        else (table, *rows(f"SELECT count(*) FROM {table}")[0])
        for table in tables.split()
    ]


@dataclass
class Call:
    """Arguments of a send_otp that would succeed, for a test to spoil one of."""

    world: b.World
    platform_id: object
    platform_user: str
    card_number: str
    course_code: str
    schedule_code: str
    amount: int
    at: datetime

    def make(self) -> str:
        return send_otp(**{name: getattr(self, name) for name in self.__dataclass_fields__ if name != "world"})


def good_call(**course: object) -> tuple[Call, b.Participant]:
    world = b.world()
    who = b.participant(world)
    made, run = b.course(world, **course)  # type: ignore[arg-type]
    return (
        Call(world, world.platform.partner_id, "user-1", who.card, made.code, run.code, 475_000, b.BUY_AT),
        who,
    )


def refused(action: Callable[[], object]) -> Refused:
    before = fingerprint()
    with pytest.raises(Refused) as caught:
        action()
    changed = {now[0] for now, then in zip(fingerprint(), before, strict=True) if now != then}
    # A lock is told to the owner of the card, and to operators.
    assert changed <= ({"notifications_message", "audit_record"} if caught.value.reason == "otp_locked" else set())
    return caught.value


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ({"schedule_code": "tidak-ada"}, "run_unknown"),
        ({"schedule_code": "jadwal'; DROP TABLE people_person; --"}, "run_unknown"),
        ({"course_code": "tidak-ada"}, "course_unknown"),
        ({"course_code": "<script>alert(1)</script>"}, "course_unknown"),
        ({"card_number": "9360000000000000"}, "card_unknown"),
        ({"card_number": "bukan nomor 😀"}, "card_unknown"),
        ({"amount": 474_999}, "price_mismatch"),
        ({"amount": 475_001}, "price_mismatch"),
        ({"at": datetime(2021, 10, 22, 0, 0, tzinfo=WIB)}, "deadline_passed"),
        ({"at": datetime(2021, 12, 10, 0, 0, tzinfo=WIB)}, "class_begun"),
    ],
)
def test_one_wrong_field_is_refused_by_name(spoil: dict[str, object], reason: str) -> None:
    call, _ = good_call()
    assert refused(replace(call, **spoil).make).reason == reason


def test_the_last_second_of_day_30_still_counts() -> None:
    call, _ = good_call()
    assert replace(call, at=datetime(2021, 10, 21, 23, 59, 59, tzinfo=WIB)).make()


def test_a_course_of_another_run() -> None:
    call, _ = good_call()
    other, _ = b.course(call.world)
    assert refused(replace(call, course_code=other.code).make).reason == "run_of_other_course"


def test_a_platform_that_does_not_sell_it() -> None:
    call, _ = good_call()
    stranger = add_partner(actor=SYSTEM, kind="platform", code="lain", name="Lain", at=b.ANNOUNCED)
    assert refused(replace(call, platform_id=stranger.partner_id).make).reason == "not_listed"


def test_a_live_class_that_has_begun() -> None:
    call, _ = good_call(
        delivery="live",
        starts_at=b.BUY_AT,
        ends_at=b.BUY_AT + timedelta(hours=3),
    )
    assert refused(call.make).reason == "class_begun"
    assert replace(call, at=b.BUY_AT - timedelta(seconds=1)).make()


def test_a_full_class() -> None:
    world = b.world()
    first, second = b.participants(world, count=2)
    _, run = b.course(world, seats=1)
    b.buy(world, first, run)
    assert refused(lambda: b.intend(world, second, run)).reason == "class_full"


def test_videos_first() -> None:
    world = b.world()
    who = b.participant(world, ready=False)
    _, run = b.course(world)
    assert refused(lambda: b.intend(world, who, run)).reason == "videos_unfinished"


def test_requirements_of_a_course() -> None:
    call, _ = good_call(min_education=5)
    assert refused(call.make).reason == "requirements_not_met"
    call, _ = good_call_in(call.world, min_age=60)
    assert refused(call.make).reason == "requirements_not_met"


def good_call_in(world: b.World, **course: object) -> tuple[Call, b.Participant]:
    who = b.participant(world)
    made, run = b.course(world, **course)  # type: ignore[arg-type]
    return Call(world, world.platform.partner_id, "user-2", who.card, made.code, run.code, 475_000, b.BUY_AT), who


def test_worked_example_5_balance_promotion_and_cut_off() -> None:
    world = b.world()
    who = b.participant(world)
    _, spent = b.course(world, price=775_000)
    b.buy(world, who, spent, amount=775_000)
    Purchase.objects.update(is_open=False)
    course, run = b.course(world, price=250_000)
    late = datetime(2021, 11, 30, 23, 59, 59, tzinfo=WIB)
    assert refused(lambda: b.intend(world, who, run, amount=250_000, at=late)).reason == "balance_too_low"
    assert refused(lambda: b.intend(world, who, run, amount=220_000, at=late)).reason == "price_mismatch"
    with transaction():
        listing = set_price(course_id=course.id, platform_id=world.platform.partner_id, price=250_000, at=late)
        add_promotion(listing_id=listing.id, discount=30_000, starts_at=b.BUY_AT, ends_at=late + timedelta(days=9))
    after = datetime(2021, 12, 1, 0, 0, 1, tzinfo=WIB)
    assert refused(lambda: b.intend(world, who, run, amount=220_000, at=after)).reason == "balance_expired"
    assert b.intend(world, who, run, amount=220_000, at=late)


def test_one_account_one_card() -> None:
    world = b.world()
    first, second = b.participants(world, count=2)
    _, run = b.course(world)
    b.buy(world, first, run, user="akun-bersama")
    reason = refused(lambda: b.intend(world, second, run, user="akun-bersama")).reason
    assert reason == "account_bound"
    Purchase.objects.update(is_open=False)
    _, other = b.course(world)
    assert refused(lambda: b.intend(world, first, other, user="akun-kedua")).reason == "account_bound"


def test_one_after_another_and_never_twice() -> None:
    world = b.world()
    who = b.participant(world)
    _, run = b.course(world)
    b.buy(world, who, run)
    _, other = b.course(world)
    assert refused(lambda: b.intend(world, who, other)).reason == "previous_unfinished"
    assert refused(lambda: b.intend(world, who, run)).reason == "course_bought_before"


def test_worked_example_10_otp_abuse() -> None:
    world = b.world()
    who = b.participant(world)
    _, run = b.course(world)
    ten = datetime(2021, 9, 27, 10, 0, tzinfo=WIB)
    token, otp = b.intend(world, who, run, at=ten)
    wrong = "000000" if otp != "000000" else "111111"

    def attempt(code: str, at: datetime, token: str = token) -> Refused:
        def make() -> object:
            return authorise_purchase(
                platform_id=world.platform.partner_id,
                token=token,
                otp=code,
                invoice_code="INV-OTP",
                invoice_url="https://x.example",
                at=at,
            )

        return refused(make)

    first, second, third = (attempt(wrong, ten) for _ in range(3))
    assert [(r.reason, r.details["left"]) for r in (first, second)] == [("otp_wrong", 2), ("otp_wrong", 1)]
    assert (third.reason, third.details["until"]) == ("otp_locked", ten + timedelta(hours=1))
    assert attempt(otp, ten + timedelta(minutes=30)).reason == "otp_locked"
    assert refused(lambda: b.intend(world, who, run, at=ten + timedelta(minutes=30))).reason == "otp_locked"
    again = ten + timedelta(hours=1, seconds=1)
    token, otp = b.intend(world, who, run, at=again)
    receipt = authorise_purchase(
        platform_id=world.platform.partner_id,
        token=token,
        otp=otp,
        invoice_code="INV-OTP",
        invoice_url="https://x.example",
        at=again,
    )
    assert receipt.amount == 475_000


def test_otp_gap_life_and_days() -> None:
    world = b.world()
    who = b.participant(world)
    _, run = b.course(world)
    token, otp = b.intend(world, who, run)
    too_soon = b.BUY_AT + timedelta(seconds=59)
    assert refused(lambda: b.intend(world, who, run, at=too_soon)).reason == "otp_too_soon"
    expired = refused(
        lambda: authorise_purchase(
            platform_id=world.platform.partner_id,
            token=token,
            otp=otp,
            invoice_code="INV-X",
            invoice_url="",
            at=b.BUY_AT + timedelta(minutes=5),
        )
    )
    assert expired.reason == "otp_expired"
    for count in range(1, 5):
        b.intend(world, who, run, at=b.BUY_AT + timedelta(minutes=count))
    sixth = b.BUY_AT + timedelta(minutes=9)
    assert refused(lambda: b.intend(world, who, run, at=sixth)).reason == "otp_daily_limit"
    assert b.intend(world, who, run, at=b.BUY_AT + timedelta(days=1))


def test_foreign_replaced_and_used_tokens() -> None:
    world = b.world()
    who, other = b.participants(world, count=2)
    _, run = b.course(world)
    old, _ = b.intend(world, who, run)
    token, otp = b.intend(world, who, run, at=b.BUY_AT + timedelta(minutes=1))
    at = b.BUY_AT + timedelta(minutes=2)
    common = {"otp": otp, "invoice_code": "INV-T", "invoice_url": "", "at": at}
    mine = world.platform.partner_id
    stranger = add_partner(actor=SYSTEM, kind="platform", code="asing", name="Asing", at=b.ANNOUNCED).partner_id
    for platform, candidate in ((mine, old), (mine, "bukan-token"), (mine, "A" * 64), (stranger, token)):
        call = lambda platform=platform, candidate=candidate: authorise_purchase(  # noqa: E731
            platform_id=platform, token=candidate, **common
        )
        assert refused(call).reason == "token_invalid"
    receipt = authorise_purchase(platform_id=mine, token=token, **common)
    retry = authorise_purchase(
        platform_id=mine, token=token, **{**common, "otp": "000000", "at": at + timedelta(days=2)}
    )
    assert retry == receipt
    second_invoice = {**common, "invoice_code": "INV-T2"}
    assert refused(lambda: authorise_purchase(platform_id=mine, token=token, **second_invoice)).reason == "token_used"
    theirs, their_otp = b.intend(world, other, run, at=at)
    twice = {**common, "otp": their_otp}
    assert refused(lambda: authorise_purchase(platform_id=mine, token=theirs, **twice)).reason == "invoice_used"
    assert PaymentIntent.objects.filter(status="consumed").count() == 1
