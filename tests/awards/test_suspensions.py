"""A suspended award stands still: nothing is bought, nothing moves, and what was left to buy is left afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.audit.models import Record
from prakerja.awards.models import Award
from prakerja.awards.operations import finish_video, reinstate_award, start_video, suspend_award, withdraw_award
from prakerja.awards.policies import later_by_the_time_lost
from prakerja.awards.tasks import next_reminder, next_revocation, run_revocations
from prakerja.kernel.errors import Refused
from prakerja.ledger.models import Balance, Transfer
from prakerja.notifications.models import Message
from prakerja.programmes.schemes import scheme_for_wave
from prakerja.purchases.operations import authorise_purchase
from tests import builders as b
from tests.money import opened, wib

pytestmark = pytest.mark.django_db


def stop(who: b.Participant, at: datetime = b.BUY_AT, reason: str = "laporan 17") -> None:
    suspend_award(person_id=who.person_id, award_id=who.award.id, reason=reason, actor=SYSTEM, at=at)


def clear(who: b.Participant, at: datetime, reason: str = "tidak terbukti") -> None:
    reinstate_award(person_id=who.person_id, award_id=who.award.id, reason=reason, actor=SYSTEM, at=at)


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.reason


def test_nothing_is_bought_while_it_stands_still() -> None:
    world = b.world()
    who = b.participant(world)
    _, run = b.course(world)
    token = b.intend(world, who, run)[0]
    otp = b.otp_of(who.person_id)
    before = (Transfer.objects.count(), list(Balance.objects.order_by("id").values_list("amount", flat=True)))
    stop(who)
    paying = {"platform_id": world.platform.partner_id, "token": token, "otp": otp}
    assert (
        refusal(lambda: authorise_purchase(**paying, invoice_code="INV", invoice_url="https://x.example", at=b.BUY_AT))
        == "award_suspended"
    )
    assert refusal(lambda: b.intend(world, who, run, at=wib("2021-09-30 10:00"))) == "award_suspended"
    assert refusal(lambda: withdraw_award(person_id=who.person_id, at=b.BUY_AT)) == "award_suspended"
    assert (Transfer.objects.count(), list(Balance.objects.order_by("id").values_list("amount", flat=True))) == before
    clear(who, wib("2021-09-30 10:00"))
    b.buy(world, who, run, at=wib("2021-09-30 10:01"))


def test_the_videos_wait_too() -> None:
    who = b.participant(b.world(), ready=False)
    start_video(person_id=who.person_id, number=1, at=b.VIDEOS_AT)
    stop(who)
    assert refusal(lambda: start_video(person_id=who.person_id, number=1, at=b.BUY_AT)) == "award_suspended"
    assert refusal(lambda: finish_video(person_id=who.person_id, number=1, at=b.BUY_AT)) == "award_suspended"


def test_the_person_is_told_and_the_trail_says_who_and_why() -> None:
    who = b.participant(b.world())
    stop(who, at=wib("2021-10-01 10:00"), reason=" laporan 17 ")
    clear(who, wib("2021-10-06 12:00"))
    told = Message.objects.filter(person_id=who.person_id, template__in=["award_suspended", "reinstated_buy_until"])
    assert sorted(told.values_list("template", "channel")) == [
        ("award_suspended", "dashboard"),
        ("award_suspended", "sms"),
        ("reinstated_buy_until", "dashboard"),
        ("reinstated_buy_until", "sms"),
    ]
    trail = Record.objects.filter(person_id=who.person_id, action__in=["award.suspended", "award.reinstated"])
    assert list(trail.order_by("at").values_list("action", "actor_kind", "actor_id", "data__reason")) == [
        ("award.suspended", "system", "", "laporan 17"),
        ("award.reinstated", "system", "", "tidak terbukti"),
    ]


def test_a_return_says_what_can_be_done_now_and_until_when() -> None:
    """Who had bought, and whose time is over, was told that another training can be bought."""
    world = b.world()
    buyer, spent, late = b.participants(world, count=3)
    b.buy(world, buyer, b.course(world)[1])
    b.buy(world, spent, b.course(world, price=1_000_000)[1], amount=1_000_000)
    b.buy(world, late, b.course(world)[1])
    told = {}
    for who, back in ((buyer, "2021-10-10 10:00"), (spent, "2021-10-10 10:00"), (late, "2021-12-01 10:00")):
        stop(who, wib("2021-09-26 10:00"))
        clear(who, wib(back))
        [message] = Message.objects.filter(
            person_id=who.person_id, channel="sms", template__startswith="reinstated", created_at=wib(back)
        )
        told[message.template] = opened(message)
    assert told == {
        "reinstated_spend_until": {"balance": 525_000, "deadline": wib("2021-12-01 00:00").astimezone(UTC).isoformat()},
        "reinstated": {},
    }


def test_it_can_happen_again_and_is_told_again() -> None:
    who = b.participant(b.world())
    for day in (1, 3):
        stop(who, at=wib(f"2021-10-0{day} 10:00"))
        clear(who, wib(f"2021-10-0{day + 1} 10:00"))
    assert Message.objects.filter(template="award_suspended", channel="sms").count() == 2


def test_only_what_the_table_allows() -> None:
    world = b.world()
    who = b.participant(world)
    assert refusal(lambda: clear(who, b.BUY_AT)) == "not_suspended"
    assert refusal(lambda: stop(who, reason=" ")) == "reason_missing"
    assert Award.objects.get().status == "active"
    stop(who)
    assert refusal(lambda: stop(who)) == "award_suspended"
    assert refusal(lambda: clear(who, b.BUY_AT, reason="")) == "reason_missing"
    assert Award.objects.get().suspended_at == b.BUY_AT
    clear(who, b.BUY_AT)
    withdraw_award(person_id=who.person_id, at=b.BUY_AT)
    assert refusal(lambda: stop(who)) == "award_ended"


def test_nobody_is_revoked_for_what_they_could_not_buy() -> None:
    who = b.participant(b.world())
    stop(who, at=wib("2021-10-20 10:00"))
    assert (next_revocation(), next_reminder()) == (None, None)
    assert run_revocations(wib("2021-11-01 00:00")) == 0
    clear(who, wib("2021-11-01 12:00"))
    # A day and 14 hours were left of 21 October 23:59; so much is left on 3 November, and the rest of that day.
    assert Award.objects.get().purchase_deadline_at == wib("2021-11-04 00:00")
    assert next_revocation() == wib("2021-11-04 00:05")
    assert run_revocations(wib("2021-11-04 00:05")) == 1


def test_the_deadline_of_somebody_who_has_bought_stays() -> None:
    world = b.world()
    who = b.participant(world)
    b.buy(world, who, b.course(world)[1])
    stop(who, at=wib("2021-10-20 10:00"))
    clear(who, wib("2021-11-01 12:00"))
    assert Award.objects.get().purchase_deadline_at == wib("2021-10-22 00:00")


@pytest.mark.parametrize(
    ("wave", "until", "suspended", "reinstated", "moved"),
    [
        (21, "2021-10-22 00:00", "2021-10-01 10:00", "2021-10-01 10:00", "2021-10-22 00:00"),
        (21, "2021-10-22 00:00", "2021-10-01 10:00", "2021-10-02 10:00", "2021-10-23 00:00"),
        (21, "2021-10-22 00:00", "2021-10-01 10:00", "2021-10-02 10:01", "2021-10-24 00:00"),
        # The balance of 2021 ends with November, whatever was lost.
        (21, "2021-10-22 00:00", "2021-10-01 10:00", "2021-11-25 10:00", "2021-12-01 00:00"),
        # In 2023 no day of the year ends it.
        (51, "2023-12-20 00:00", "2023-12-01 10:00", "2024-01-01 10:00", "2024-01-20 00:00"),
    ],
)
def test_as_much_time_is_left_as_before(wave: int, until: str, suspended: str, reinstated: str, moved: str) -> None:
    assert later_by_the_time_lost(
        scheme=scheme_for_wave(wave), until=wib(until), suspended_at=wib(suspended), reinstated_at=wib(reinstated)
    ) == wib(moved)
