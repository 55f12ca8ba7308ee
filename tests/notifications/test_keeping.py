"""That an SMS left is forgotten after two years; what waits, and what stands on a dashboard, is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from prakerja.kernel.clock import wall
from prakerja.kernel.ids import first_id_of
from prakerja.notifications.keeping import SENT_KEPT, forget_sent_messages
from prakerja.notifications.models import Message
from tests import builders as b

pytestmark = pytest.mark.django_db


def test_what_was_said_long_ago_is_forgotten() -> None:
    who = b.participant(b.world())
    moment = wall()
    for number, (age, status) in enumerate(
        (
            (timedelta(days=1), "delivered"),
            (timedelta(days=1), "failed_permanent"),
            (timedelta(days=1), "queued"),
            (timedelta(days=1), "undelivered"),
            (-timedelta(days=1), "delivered"),
            (timedelta(days=1), "delivered"),
        )
    ):
        began = "delivered" if status == "delivered" else "queued"
        message = Message.objects.create(
            id=first_id_of(moment - SENT_KEPT - age + timedelta(minutes=number)),
            person_id=who.person_id,
            template="result_pass",
            channel="dashboard" if number == 5 else "sms",
            status=began,
            created_at=moment,
            send_after=moment,
            dedupe_key=str(number),
        )
        for step in {"failed_permanent": ("sending", status), "undelivered": ("sending", status)}.get(status, ()):
            Message.objects.filter(id=message.id).update(status=step)
    before = Message.objects.count()
    found = forget_sent_messages(wall=moment)
    assert found.gone == 2
    assert forget_sent_messages(wall=moment, after=found.last) == (0, None)
    assert forget_sent_messages(wall=moment).gone == 0
    assert Message.objects.count() == before - 2
    left = Message.objects.filter(dedupe_key__in=list("012345")).values_list("dedupe_key", flat=True)
    assert set(left) == {"2", "3", "4", "5"}
