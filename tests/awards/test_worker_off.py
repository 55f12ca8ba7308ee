"""The real worker comes back after days: it revokes nobody whom it could not tell, and goes on when an operator says so.

No sandbox, so that programme time is wall time and goes on while nothing runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, time, timedelta

import pytest
from django.db import connection

from prakerja.access.actors import SYSTEM
from prakerja.audit.models import Record
from prakerja.awards.models import Award
from prakerja.awards.operations import release_held
from prakerja.intake.operations import import_results, open_wave
from prakerja.kernel.clock import WIB, wall
from prakerja.kernel.db import transaction
from prakerja.notifications.models import Lifesign, Message, Outage
from prakerja.sandbox.building import BUDGET, fund_programme
from tests import builders as b
from tests.waiting import stop, wait_until

WAVE = 51


def database() -> str:
    """The address of this test's own database."""
    name = str(connection.settings_dict["NAME"])
    head, _, tail = os.environ["DATABASE_URL"].partition("?")
    return head.rpartition("/")[0] + "/" + name + ("?" + tail if tail else "")


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_was_off_revokes_nobody_before_an_operator_decides() -> None:
    b.install(is_sandbox=False)
    # 15 days to buy (2023), the last of which was yesterday.
    today = wall().astimezone(WIB).date()
    announced = datetime.combine(today - timedelta(days=15), time(12), tzinfo=WIB)
    with transaction():
        open_wave(number=WAVE, opens_at=announced, closes_at=announced + timedelta(hours=1), quota=1)
        fund_programme(budget=BUDGET, at=announced)
    import_results(
        rows=[b.result_row()],
        wave_number=WAVE,
        decree_number="SK-51",
        announced_at=announced,
        actor=SYSTEM,
        at=announced,
    )
    seen = wall() - timedelta(days=4)
    Lifesign.objects.create(seen_at=seen, seen_wall=seen)
    worker = subprocess.Popen(
        [sys.executable, "-m", "prakerja.config.worker"],
        env={
            **os.environ,
            "DATABASE_URL": database(),
            "DJANGO_SETTINGS_MODULE": "prakerja.config.settings.worker",
        },
        stderr=subprocess.DEVNULL,
    )
    try:
        held = wait_until(lambda: Award.objects.filter(revocation_held_at__isnull=False).first())
        assert held.status == "active"
        assert Outage.objects.get().began_at == seen
        assert Record.objects.get(action="award.revocation_held").data == {"down": "worker"}
        assert not Message.objects.filter(template__in=["deadline_reminder", "revoked"]).exists()
        release_held(reason="sudah ditelepon", actor=b.operator("approver"), at=wall())
        wait_until(lambda: Award.objects.filter(status="revoked").exists())
    finally:
        stop(worker)
