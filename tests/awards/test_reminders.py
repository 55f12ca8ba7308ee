"""Who is reminded of the deadline, and whom nothing reaches."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from prakerja.awards.models import Award
from prakerja.awards.queries import unreached_winners
from prakerja.awards.reminders import remind_to_buy
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


def test_a_wave_is_reminded_in_chunks_and_each_person_once() -> None:
    people = b.participants(b.world(), count=5)
    due = next_reminder()
    assert due is not None
    with CaptureQueriesContext(connection) as seen:
        assert remind_to_buy(at=due, chunk=2) == 5
    written = [one for one in seen.captured_queries if one["sql"].startswith("UPDATE awards_award SET reminded_at")]
    assert len(written) == 3
    told = Message.objects.filter(template="deadline_reminder", channel="sms").values_list("person_id", flat=True)
    assert sorted(told) == sorted(one.person_id for one in people)
    assert remind_to_buy(at=due, chunk=2) == 0
    # Somebody who stopped between telling and counting tells nobody twice.
    Award.objects.update(reminded_at=None)
    assert run_reminders(due) == 5
    assert Message.objects.filter(template="deadline_reminder", channel="sms").count() == 5


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
