"""An institution changes a class while people buy its seats: never more taken than there are, never a seat for old dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection

from prakerja.audit.models import Record
from prakerja.catalogue.models import CourseRun, CourseRunSeats
from prakerja.catalogue.schedules import change_run
from prakerja.kernel.db import rows, transaction
from prakerja.purchases.class_cancelling import cancel_class
from prakerja.purchases.models import Purchase
from prakerja.purchases.operations import authorise_purchase
from prakerja.reporting.proof import prove
from prakerja.training.cancelled_classes import run_refunds
from prakerja.vouchers.models import Voucher
from tests import builders as b
from tests.races.barrier import race
from tests.waiting import LIMIT, wait_until

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
BUYERS = 12
# Any number that no other lock of the tests has.
_PAUSE = 20_210_927


@pytest.fixture(autouse=True)
def _money_is_proved() -> Iterator[None]:
    yield
    assert [check for check in prove().checks if not check.ok] == []


def _bought(world: b.World, paid: tuple[str, str], number: int) -> str:
    """Buy with the token and the OTP of an intent."""
    token, otp = paid
    authorise_purchase(
        platform_id=world.platform.partner_id,
        token=token,
        otp=otp,
        invoice_code=f"INV-{number}",
        invoice_url="https://x.example",
        at=b.BUY_AT + timedelta(seconds=5),
    )
    return "bought"


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
        return _bought(world, paid[number], number)

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


@pytest.mark.parametrize("seats", [12, 6_000])
def test_a_class_is_called_off_while_it_is_sold(seats: int) -> None:
    """Whoever bought is noted, whoever was later bought nothing."""
    world = b.world()
    starts = b.BUY_AT + timedelta(days=7)
    _, run = b.course(
        world, price=100_000, seats=seats, delivery="live", starts_at=starts, ends_at=starts + timedelta(1)
    )
    paid = [b.intend(world, who, run, amount=100_000) for who in b.participants(world, count=BUYERS)]

    def buy(number: int) -> str:
        return _bought(world, paid[number], number)

    def call_off() -> str:
        with transaction():
            cancel_class(institution_id=world.institution.partner_id, schedule_code=run.code, at=b.BUY_AT)
        return "cancelled"

    results = Counter(race([*(lambda n=n: buy(n) for n in range(BUYERS)), call_off]))  # type: ignore[misc]
    assert results["cancelled"] == 1
    assert set(results) <= {"bought", "cancelled", "class_full", "run_unknown"}
    rows = CourseRunSeats.objects.filter(course_run=run)
    assert sum(row.capacity for row in rows) == sum(row.seats_taken for row in rows) == results["bought"]
    run_refunds(b.BUY_AT)
    noted = Record.objects.filter(action="purchase.class_cancelled").values_list("subject_id", flat=True)
    assert sorted(noted) == sorted(Purchase.objects.filter(status="voided").values_list("id", flat=True))
    assert not Purchase.objects.filter(status="succeeded").exists()
    assert {(row.capacity, row.seats_taken) for row in CourseRunSeats.objects.filter(course_run=run)} == {(0, 0)}


@contextmanager
def _paused_after_the_checks() -> Iterator[Callable[[], None]]:
    """Every purchase stops between its checks and its seat until the lock of this session goes; yields "wait for one"."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('check_purchase'::regproc)")
        [original] = cursor.fetchone() or [""]
        *checks, end = original.rpartition("END")
        assert checks[0], "the function's last word is where the pause is put"
        cursor.execute(f"{checks[0]} PERFORM pg_advisory_xact_lock_shared({_PAUSE}); END{end}")
        cursor.execute("SELECT pg_advisory_lock(%s)", [_PAUSE])

    def wait_for_one() -> None:
        came = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
        wait_until(lambda: rows(came, [_PAUSE]), what="somebody comes to the pause")

    try:
        yield wait_for_one
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
            cursor.execute(original)


def test_a_class_moves_between_the_look_and_the_seat() -> None:
    """The order in which CI once sold a seat for the old dates: looked at, moved by the institution, seat taken."""
    world = b.world()
    starts = b.BUY_AT + timedelta(days=7)
    _, run = b.course(world, price=100_000, seats=12, delivery="live", starts_at=starts, ends_at=starts + timedelta(1))
    [who] = b.participants(world, count=1)
    paid = b.intend(world, who, run, amount=100_000)

    def buy() -> None:
        try:
            _bought(world, paid, 1)
        finally:
            connection.close()

    with _paused_after_the_checks() as wait_for_one, ThreadPoolExecutor(1) as buyer:
        bought = buyer.submit(buy)
        wait_for_one()
        with transaction():
            change_run(
                institution_id=world.institution.partner_id,
                schedule_code=run.code,
                starts_at=starts + timedelta(30),
                ends_at=starts + timedelta(31),
                capacity=12,
                sessions=(),
                at=b.BUY_AT,
            )
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_PAUSE])
        bought.result(LIMIT)
    voucher = Voucher.objects.get()
    assert voucher.redeemable_from == starts + timedelta(days=30, hours=-1)
