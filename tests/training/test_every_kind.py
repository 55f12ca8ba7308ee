"""Every kind of class that may be sold can be redeemed, in its own way; what could not is not sold."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.catalogue.models import Course
from prakerja.catalogue.pricing import decide_price, propose_price
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import rows, transaction
from prakerja.kernel.errors import Refused
from prakerja.ledger.models import Transfer
from prakerja.partners.models import Partner
from prakerja.reporting.proof_checks import CHECKS
from prakerja.sandbox.worlds.catalogue import load_catalogue
from prakerja.training.models import Attendance, Completion
from prakerja.training.operations import confirm_on_site
from prakerja.training.queries import RedemptionStatus
from prakerja.vouchers.models import Voucher
from tests import builders as b
from tests.attendance import BOUGHT, STARTS, Class, bought_class

pytestmark = pytest.mark.django_db
# (mode, delivery) of every course of the demo world, and what else may be written.
KINDS = sorted({(course.mode, course.delivery) for course in load_catalogue().courses} | {("onsite", "self_paced")})
REDEEMABLE = "every sold class can be redeemed: its code has hours, and its institution a way"
LATE = datetime(2021, 12, 8, 9, 0, tzinfo=WIB)


def at_the_door(taken: Class, *, at: datetime, sequence: int = 1, **changes: Any) -> RedemptionStatus:
    given = {
        "institution_id": taken.world.institution.partner_id,
        "is_sandbox": False,
        "code": taken.code,
        "sequence": sequence,
        "at": at,
    } | changes
    with transaction():
        return confirm_on_site(**given)


def refusal(taken: Class, **given: Any) -> str:
    with pytest.raises(Refused) as caught:
        at_the_door(taken, **given)
    return caught.value.reason


def finds() -> list[str]:
    return [name for name, _, sql in CHECKS if rows(sql.replace("%", "%%"))]


def test_the_demo_world_has_them_all() -> None:
    assert {mode for mode, _ in KINDS} == {"online", "onsite", "blended"}


@pytest.mark.parametrize("wave", [21, 51])
@pytest.mark.parametrize(("mode", "delivery"), KINDS)
def test_one_of_every_kind_is_redeemed(mode: str, delivery: str, wave: int) -> None:
    is_live = delivery == "live"
    begins = b.BUY_AT + timedelta(days=3) if wave == 21 else STARTS[0]
    sessions = ((begins, begins + timedelta(hours=3)),)
    times = {"starts_at": begins, "ends_at": begins + (timedelta(hours=3) if is_live else timedelta(days=30))}
    fields = {
        "mode": mode,
        "delivery": delivery,
        "sessions": sessions if is_live else (),
        "has_post_test": False,
        **times,
    }
    taken = bought_class(wave=wave, at=b.BUY_AT if wave == 21 else BOUGHT, price=475_000, **fields)
    assert finds() == []
    if mode == "onsite":
        assert taken.refusal(at=begins) == "type_mismatch"
        told = at_the_door(taken, at=begins)
        assert (told.status, told.attendance_status, told.mode) == (1, 1, "onsite")
    else:
        taken.attend(1, at=begins)
    assert Voucher.objects.get().status == "redeemed"
    assert Transfer.objects.get(kind="redeem").amount == 475_000
    assert finds() == []


def test_a_partly_taught_class_is_redeemed_at_the_door_too_and_an_online_one_never() -> None:
    assert at_the_door(bought_class(mode="blended"), at=STARTS[0]).status == 1
    online = bought_class(wave=52)
    assert refusal(online, at=STARTS[0]) == "type_mismatch"
    assert refusal(online, at=STARTS[0], is_sandbox=True, code="PRAT-ABC123") == "type_mismatch"


def test_every_meeting_at_the_door_and_the_class_is_complete() -> None:
    taken = bought_class(mode="onsite", required_assignments=0)
    assert refusal(taken, at=STARTS[1], sequence=2) == "sequence_out_of_order"
    for sequence, start in enumerate(STARTS, 1):
        assert at_the_door(taken, at=start, sequence=sequence).sequence == sequence
        assert refusal(taken, at=start, sequence=sequence) == "code_used"
    at_the_door(taken, at=STARTS[-1], sequence=999)
    assert set(Attendance.objects.values_list("method", "institution_email_index")) == {("on_site", None)}
    assert Completion.objects.get().source == "derived"
    assert Transfer.objects.filter(kind="redeem").count() == 1
    assert finds() == []


def test_who_may_not_be_let_in() -> None:
    taken = bought_class(mode="onsite")
    assert refusal(taken, at=STARTS[0], code="TIDAKADA2345") == "code_unknown"
    assert refusal(taken, at=STARTS[0], sequence=5) == "sequence_invalid"
    assert refusal(taken, at=STARTS[0] - timedelta(hours=1, seconds=1)) == "outside_window"
    assert refusal(taken, at=STARTS[0], institution_id=taken.world.platform.partner_id) == "not_owner"
    assert not Attendance.objects.exists()


@pytest.mark.parametrize(
    ("fields", "is_sold"),
    [
        # The last day to complete a training of 2021 is 10 December.
        ({"delivery": "live", "starts_at": LATE, "ends_at": datetime(2021, 12, 11, tzinfo=WIB)}, True),
        ({"delivery": "live", "starts_at": LATE, "ends_at": datetime(2021, 12, 11, 0, 1, tzinfo=WIB)}, False),
        (
            {
                "delivery": "live",
                "starts_at": datetime(2021, 12, 20, tzinfo=WIB),
                "ends_at": datetime(2021, 12, 21, tzinfo=WIB),
            },
            False,
        ),
        ({"starts_at": LATE, "ends_at": datetime(2022, 3, 1, tzinfo=WIB)}, True),
        ({"starts_at": datetime(2021, 12, 11, tzinfo=WIB), "ends_at": datetime(2022, 3, 1, tzinfo=WIB)}, False),
    ],
)
def test_what_ends_after_the_last_day_to_complete_is_not_sold(fields: dict[str, Any], is_sold: bool) -> None:
    world = b.world()
    who = b.participant(world)
    _, run = b.course(world, **fields)
    if is_sold:
        b.buy(world, who, run)
        assert finds() == []
        return
    with pytest.raises(Refused, match="class_too_late"):
        b.buy(world, who, run)


def test_2023_has_no_last_day() -> None:
    far = datetime(2024, 2, 1, 9, 0, tzinfo=WIB)
    assert bought_class(sessions=((far, far + timedelta(hours=3)),)).code


def test_an_online_course_whose_institution_cannot_redeem_is_not_listed() -> None:
    world = b.world()
    course, _ = b.course(world)
    Partner.objects.filter(id=world.institution.partner_id).update(redirect_uris=[], legacy_commit=False)
    with transaction():
        propose_price(
            platform_id=world.platform.partner_id,
            course_code=course.code,
            price=400_000,
            outside_price=500_000,
            at=b.BUY_AT,
        )
    given = {
        "course_code": course.code,
        "platform_code": world.platform.client_code,
        "is_accepted": True,
        "actor": SYSTEM,
        "at": b.BUY_AT,
    }
    with pytest.raises(Refused, match="course_not_redeemable"):
        decide_price(**given)
    # On site the door is the way.
    Course.objects.filter(id=course.id).update(mode="onsite")
    assert decide_price(**given).live_price == 400_000


def test_the_proof_finds_what_cannot_be_redeemed() -> None:
    taken = bought_class()
    Partner.objects.filter(id=taken.world.institution.partner_id).update(redirect_uris=[], legacy_commit=False)
    assert finds() == [REDEEMABLE]
