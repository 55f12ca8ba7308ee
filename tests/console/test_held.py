"""Operators decide by page about revocations that wait after an outage of ours; only those who may are offered it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from prakerja.access.models import User
from prakerja.awards.models import Award
from prakerja.awards.tasks import run_revocations
from prakerja.kernel import clock
from prakerja.kernel.clock import WIB
from prakerja.kernel.models import Clock
from prakerja.notifications.models import Message, Outage
from tests import builders as b

pytestmark = pytest.mark.django_db
DEADLINE = datetime(2021, 10, 22, tzinfo=WIB)
NOW = DEADLINE + timedelta(hours=9)


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(id=b.operator(role).id))
    return client


@pytest.fixture
def waiting() -> list[b.Participant]:
    who = b.participants(b.world(), count=2)
    Outage.objects.create(id=uuid.uuid4(), began_at=DEADLINE - timedelta(days=3), ended_at=DEADLINE)
    assert run_revocations(DEADLINE + timedelta(minutes=5)) == 2
    Clock.objects.update(offset_us=(NOW - clock.wall()) // timedelta(microseconds=1))
    clock.forget()
    return who


def test_everybody_who_waits_gets_another_deadline(waiting: list[b.Participant]) -> None:
    approver = signed_in("approver")
    extend = reverse("console_held_extend")
    assert extend in approver.get(reverse("console_attention")).text
    assert "2021-10-21 23.59 WIB" in approver.get(extend).text
    short = approver.post(extend, {"days": "3", "reason": "Mesin mati"})
    assert "Antara 7 dan 60 hari." in short.text
    assert "errorlist" in approver.post(extend, {"days": "14", "reason": " "}).text
    assert Award.objects.exclude(revocation_held_at=None).count() == 2

    done = approver.post(extend, {"days": "14", "reason": "Mesin mati"}, follow=True)
    assert "2 peserta mendapat batas waktu baru" in done.text
    assert set(Award.objects.values_list("purchase_deadline_at", flat=True)) == {datetime(2021, 11, 6, tzinfo=WIB)}
    assert Message.objects.filter(template="deadline_moved", channel="sms").count() == 2
    # A second click, or a second operator, finds nothing left to decide.
    assert (
        "Tidak ada pencabutan yang menunggu keputusan."
        in approver.post(extend, {"days": "14", "reason": "Mesin mati"}, follow=True).text
    )


def test_they_are_let_go_on_with_a_reason(waiting: list[b.Participant]) -> None:
    approver = signed_in("approver")
    release = reverse("console_held_release")
    assert "seumur hidup" in approver.get(release).text
    done = approver.post(release, {"reason": "Sudah ditelepon"}, follow=True)
    assert "2 pencabutan dilanjutkan" in done.text
    assert Award.objects.exclude(revocation_released_at=None).count() == 2


@pytest.mark.parametrize("name", ["console_held_extend", "console_held_release"])
def test_who_may_not_decide_is_not_offered_it(waiting: list[b.Participant], name: str) -> None:
    viewer = signed_in("viewer")
    assert reverse(name) not in viewer.get(reverse("console_attention")).text
    assert viewer.get(reverse(name)).status_code == 403
    assert viewer.post(reverse(name), {"days": "14", "reason": "x"}).status_code == 403
    assert Award.objects.filter(revocation_released_at=None).exclude(revocation_held_at=None).count() == 2
