"""An institution changes a class while people buy its seats: never more taken than there are, never a seat for old dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from prakerja.catalogue.models import CourseRun, CourseRunSeats
from prakerja.catalogue.schedules import change_run
from prakerja.kernel.db import transaction
from prakerja.purchases.models import Purchase
from prakerja.purchases.operations import authorise
from prakerja.reporting.proof import prove
from prakerja.vouchers.models import Voucher
from tests import builders as b
from tests.races.barrier import race

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
BUYERS = 12


@pytest.fixture(autouse=True)
def _money_is_proved() -> Iterator[None]:
    yield
    assert [check for check in prove().checks if not check.ok] == []


@pytest.mark.parametrize(("seats", "slices"), [(12, 1), (6_000, 16)])
@pytest.mark.parametrize("moved", [False, True], ids=["fewer seats", "other dates"])
def test_a_class_changes_while_it_is_sold(seats: int, slices: int, moved: bool) -> None:
    world = b.world()
    starts = b.BUY_AT + timedelta(days=7)
    _, run = b.course(
        world, price=100_000, seats=seats, delivery="live", starts_at=starts, ends_at=starts + timedelta(1)
    )
    people = b.participants(world, count=BUYERS)
    paid = [b.intend(world, who, run, amount=100_000) for who in people]
    shift = timedelta(days=30 if moved else 0)

    def buy(number: int) -> str:
        token, otp = paid[number]
        authorise(
            platform_id=world.platform.partner_id,
            token=token,
            otp=otp,
            invoice_code=f"INV-{number}",
            invoice_url="https://x.example",
            at=b.BUY_AT + timedelta(seconds=5),
        )
        return "bought"

    def change() -> str:
        with transaction():
            change_run(
                institution_id=world.institution.partner_id,
                schedule_code=run.code,
                starts_at=run.starts_at + shift,
                ends_at=run.ends_at + shift,
                capacity=4,
                sessions=(),
                at=b.BUY_AT,
            )
        return "changed"

    results = Counter(race([*(lambda n=n: buy(n) for n in range(BUYERS)), change]))  # type: ignore[misc]
    stored = CourseRun.objects.get(id=run.id)
    rows = list(CourseRunSeats.objects.filter(course_run=run))
    taken = sum(row.seats_taken for row in rows)
    assert taken == results["bought"] == Purchase.objects.count()
    assert set(results) <= {"bought", "changed", "class_full", "capacity_below_taken", "class_has_buyers"}
    if results["changed"]:
        assert sum(row.capacity for row in rows) == 4
        assert taken <= 4
    else:
        assert (len(rows), sum(row.capacity for row in rows)) == (slices, seats)
    # Every voucher was issued for the dates that the class has.
    for voucher in Voucher.objects.all():
        assert voucher.redeemable_from == stored.starts_at - timedelta(hours=1)
