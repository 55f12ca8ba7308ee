"""Who is reminded of the deadline, and whom nothing reaches."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from prakerja.awards.queries import unreached_winners
from prakerja.awards.tasks import next_reminder, run_reminders
from prakerja.kernel.clock import WIB
from prakerja.notifications.delivery import deliver_messages
from prakerja.notifications.gateways.log_only import LogOnly
from prakerja.notifications.models import Message
from prakerja.people.models import Person
from prakerja.people.queries import Addressee, addressees_of
from tests import builders as b

pytestmark = pytest.mark.django_db


def test_reminders_go_out_three_times_with_the_exact_hour() -> None:
    b.participants(b.world())
    dues = []
    while (due := next_reminder()) is not None:
        dues.append(due)
        assert run_reminders(due) == 1
    assert dues == [datetime(2021, 10, day, 9, 0, tzinfo=WIB) for day in (14, 18, 20)]
    assert Message.objects.filter(template="deadline_reminder", channel="sms").count() == 3


def nobody(person_ids: list[uuid.UUID], kind: str) -> Mapping[uuid.UUID, Addressee]:
    return {}


def known(person_ids: list[uuid.UUID], kind: str) -> Mapping[uuid.UUID, Addressee]:
    return addressees_of(person_ids=person_ids, kind=kind)


def test_whom_no_sms_reaches_is_listed_while_there_is_time() -> None:
    """An operator can still telephone (decisions.md 70)."""
    world = b.world()
    lost, found, buyer = b.participants(world, count=3)
    assert unreached_winners(at=b.ANNOUNCED, most=10) == []
    deliver_messages(at=b.ANNOUNCED, resolve=nobody, gateway=LogOnly())
    deadline = datetime(2021, 10, 22, tzinfo=WIB)
    listed = [(one.person_id, one.failed_at, one.deadline_at) for one in unreached_winners(at=b.ANNOUNCED, most=10)]
    assert listed == [(who.person_id, b.ANNOUNCED, deadline) for who in (lost, found, buyer)]
    assert [one.name for one in unreached_winners(at=b.ANNOUNCED, most=1)] == [
        Person.objects.get(id=lost.person_id).name
    ]

    # Bought is bought, and a phone that receives anything later can be reached.
    _, run = b.course(world)
    b.buy(world, buyer, run)
    b.intend(world, found, run)
    deliver_messages(at=b.BUY_AT + timedelta(minutes=1), resolve=known, gateway=LogOnly())
    assert [one.person_id for one in unreached_winners(at=b.BUY_AT, most=10)] == [lost.person_id]
    # An OTP that fails is asked for again by its owner; after the deadline nobody can help.
    last = deadline - timedelta(seconds=1)
    assert [one.person_id for one in unreached_winners(at=last, most=10)] == [lost.person_id]
    assert unreached_winners(at=deadline, most=10) == []
