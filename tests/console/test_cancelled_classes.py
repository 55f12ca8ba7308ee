"""Operators cancel a class and decide about its codes by page; only those who may are offered it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from prakerja.access.models import User
from prakerja.kernel import clock
from prakerja.kernel.models import Clock
from prakerja.purchases.models import Purchase
from prakerja.training.cancelled_classes import run_refunds
from prakerja.training.models import CancellationCase
from prakerja.training.operations import redeem_code
from tests import builders as b

pytestmark = pytest.mark.django_db
NOW = b.BUY_AT + timedelta(days=1)


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(id=b.operator(role).id))
    return client


@pytest.fixture
def schedule(db: None) -> str:
    """A class that one person bought and another entered."""
    world = b.world()
    _, run = b.course(world)
    people = b.participants(world, count=2)
    for who in people:
        b.buy(world, who, run)
    redeem_code(institution_id=world.institution.partner_id, code=b.code_of(people[0].person_id), at=NOW)
    Clock.objects.update(offset_us=(NOW - clock.wall()) // timedelta(microseconds=1))
    clock.forget()
    return run.code


def test_an_operator_cancels_a_class_by_page(schedule: str) -> None:
    cancel = reverse("console_class_cancel")
    assert cancel not in signed_in("approver").get(reverse("console_attention")).text
    assert signed_in("approver").get(cancel).status_code == 403
    manager = signed_in("partner_manager")
    assert cancel in manager.get(reverse("console_attention")).text
    given = {"schedule_code": f" {schedule} ", "reason": "Lembaga tutup"}
    assert "Tidak ada kelas" in manager.post(cancel, given | {"schedule_code": "salah"}).text
    assert "errorlist" in manager.post(cancel, given | {"reason": " "}).text
    done = manager.post(cancel, given, follow=True)
    assert "Dana 2 pembeli sedang dikembalikan" in done.text
    assert f"{schedule}: dana pembeli kelas ini sedang dikembalikan" in done.text
    assert "Tidak ada kelas" in manager.post(cancel, given).text
    run_refunds(NOW)
    assert "sedang dikembalikan</p>" not in manager.get(reverse("console_attention")).text
    assert sorted(Purchase.objects.values_list("status", flat=True)) == ["succeeded", "voided"]


def test_an_operator_decides_about_a_code_by_page(schedule: str) -> None:
    signed_in("partner_manager").post(
        reverse("console_class_cancel"), {"schedule_code": schedule, "reason": "Lembaga tutup"}
    )
    run_refunds(NOW)
    case = CancellationCase.objects.get()
    address = reverse("console_class_case", args=[case.person_id, case.id])
    assert signed_in("viewer").get(address).status_code == 403
    approver = signed_in("approver")
    assert address in approver.get(reverse("console_attention")).text
    assert "Rp475.000" in approver.get(address).text
    assert "errorlist" in approver.post(address, {"decision": "refunded", "reason": ""}).text
    done = approver.post(address, {"decision": "refunded", "reason": "Belum mengajar"}, follow=True)
    assert "Keputusan Anda sudah dicatat." in done.text
    assert set(Purchase.objects.values_list("status", flat=True)) == {"voided"}
    # Somebody who was slower reads what was decided.
    assert "Belum mengajar" in approver.post(address, {"decision": "kept", "reason": "Sudah"}, follow=True).text
