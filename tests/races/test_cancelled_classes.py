"""The worker dies among the buyers of a cancelled class: the next one goes on, and everybody is paid back and told once."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from django.db import connection

from prakerja.config.due import run_what_falls_due
from prakerja.kernel import clock
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import rows, transaction
from prakerja.kernel.models import Clock
from prakerja.ledger.models import Transfer
from prakerja.notifications.models import Message
from prakerja.purchases.class_cancelling import cancel_class
from prakerja.purchases.models import ClassCancellation, Purchase
from prakerja.reporting.proof import prove
from prakerja.vouchers.operations import lock_voucher
from tests import builders as b
from tests.partner_api.served import database_of_the_tests
from tests.waiting import stop, wait_until

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
BUYERS = int(os.environ.get("PRAKERJA_BUYERS", "6"))
STARTS = datetime(2021, 10, 12, 9, 0, tzinfo=WIB)
NOW = datetime(2021, 10, 1, 12, 0, tzinfo=WIB)


def worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "prakerja.config.worker"],
        env={
            **os.environ,
            "DATABASE_URL": database_of_the_tests(),
            "DJANGO_SETTINGS_MODULE": "prakerja.config.settings.worker",
        },
        stderr=subprocess.DEVNULL,
    )


def test_a_killed_worker_leaves_nobody_half_paid_and_tells_nobody_twice() -> None:
    world = b.world()
    people = b.participants(world, count=BUYERS)
    _, run = b.course(world, delivery="live", starts_at=STARTS, ends_at=STARTS + timedelta(hours=3), seats=BUYERS)
    for who in people:
        b.buy(world, who, run)
    Clock.objects.update(offset_us=(NOW - clock.wall()) // timedelta(microseconds=1))
    clock.forget()
    # What falls due of these codes besides is done before.
    list(run_what_falls_due(until=NOW, since=NOW))
    with transaction():
        cancel_class(institution_id=world.institution.partner_id, schedule_code=run.code, at=NOW)
    stuck = Purchase.objects.order_by("id")[BUYERS // 2]
    first = worker()
    try:
        with transaction():
            # The worker pays the others back together, comes to this buyer and waits: there it dies.
            lock_voucher(person_id=stuck.person_id, voucher_id=stuck.voucher_id)
            wait_until(lambda: _waits_for_us(), what="the worker comes to the buyer who is held")
            first.kill()
            first.wait()
        assert Purchase.objects.filter(status="voided").count() == BUYERS - 1
        assert ClassCancellation.objects.get().finished_at is None
    finally:
        stop(first)
    second = worker()
    try:
        wait_until(
            lambda: ClassCancellation.objects.filter(finished_at__isnull=False).exists(), what="everybody is paid"
        )
    finally:
        stop(second)
    assert Purchase.objects.filter(status="voided").count() == BUYERS
    assert Transfer.objects.filter(kind="void").count() == BUYERS
    told = Message.objects.filter(template="class_cancelled_buy_again").values_list("person_id", "channel")
    assert len(told) == len(set(told)) == 3 * BUYERS
    assert [check.name for check in prove().checks if not check.ok] == []


def _waits_for_us() -> bool:
    with connection.cursor():
        return bool(rows("SELECT 1 FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid"))
