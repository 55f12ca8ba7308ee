"""No wave's messages wait behind another's: queues are served in turn, and a claim costs a look-up however many wait."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from prakerja.kernel.db import row, rows, transaction
from prakerja.kernel.ids import new_id
from prakerja.notifications import fair_claims
from prakerja.notifications.delivery import Sender, deliver_messages
from prakerja.notifications.lanes import OTHERS
from prakerja.notifications.models import Message
from prakerja.notifications.operations import Notice, queue_many
from tests import builders
from tests.notifications.test_delivery import Gateway, resolve
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db
AT = datetime(2021, 9, 22, 5, 0, tzinfo=UTC)
NIGHT = datetime(2021, 9, 22, 17, 0, tzinfo=UTC)
ONE, OTHER = "2021-10-21T17:00:00+00:00", "2021-10-28T17:00:00+00:00"


@pytest.fixture
def person_id() -> Iterator[uuid.UUID]:
    found = builders.participant(builders.world()).person_id
    Message.objects.all().delete()
    return found


def say(
    person_id: uuid.UUID, template: str, count: int = 1, *, queue: str = ONE, at: datetime = AT, **more: str
) -> None:
    with transaction():
        queue_many(
            template=template,
            channels=(more.get("channel", "sms"),),
            notices=[Notice(person_id, {"deadline": queue}, str(new_id())) for _ in range(count)],
            at=at,
            queue=queue,
        )


def settled(sender: Sender) -> bool:
    sender.settle(at=AT)
    return not sender.in_hand


def sent(queue: str, template: str) -> int:
    return Message.objects.filter(queue=queue, template=template, status="sent").count()


@pytest.mark.parametrize(
    ("template", "queue"), [("deadline_reminder", OTHER), ("revoked", OTHER), ("deadline_reminder", ONE)]
)
def test_one_waves_hundreds_keep_nobody_else_waiting(person_id: uuid.UUID, template: str, queue: str) -> None:
    """Another wave's message of the same words, the same wave's of others, both: it leaves with the first ones, and not behind all."""
    say(person_id, "revoked", 150, queue=ONE)
    say(person_id, template, queue=queue, at=AT + timedelta(seconds=1))
    later = AT + timedelta(seconds=1)
    assert deliver_messages(at=later, resolve=resolve, gateway=Gateway()) == 100
    assert sent(queue, template) == 1
    # What the others leave free is the wave's.
    assert sent(ONE, "revoked") == 99
    assert deliver_messages(at=later, resolve=resolve, gateway=Gateway()) == 51


def test_a_sender_has_come_round_before_a_queue_has_its_second_turn(person_id: uuid.UUID) -> None:
    """As a worker does it, with fewer places than queues: who came last is served within one round."""
    for number in range(OTHERS.width + 4):
        say(person_id, "revoked", 5, queue=f"2021-10-{number + 10}T17:00:00+00:00")
    sender = Sender(OTHERS, resolve=resolve, gateway=Gateway())
    for _ in range(2):
        sender.turn(at=AT)
        wait_until(lambda: settled(sender), what="the gateway has answered")
    served = rows("SELECT queue FROM notifications_message WHERE status = 'sent' GROUP BY queue")
    assert len(served) == OTHERS.width + 4


def test_a_night_puts_off_the_sms_of_a_queue_and_sends_its_letters(person_id: uuid.UUID) -> None:
    say(person_id, "revoked", 3)
    say(person_id, "revoked", 2, channel="email")
    assert deliver_messages(at=NIGHT, resolve=resolve, gateway=Gateway()) == 2
    assert set(Message.objects.filter(channel="sms").values_list("send_after", flat=True)) == {
        datetime(2021, 9, 23, 0, 0, tzinfo=UTC)
    }


def test_a_claim_is_a_look_up_however_many_wait(person_id: uuid.UUID) -> None:
    """20,000 wait, and as many wait for the morning: which queues there are and who is next is some pages of an index."""
    say(person_id, "deadline_reminder", queue=OTHER)
    for queue, until in ((ONE, AT), ("morning", AT + timedelta(hours=9))):
        row(
            "INSERT INTO notifications_message (id, person_id, template, channel, status, created_at, send_after, attempt_count,"
            " dedupe_key, queue) SELECT gen_random_uuid(), %s, 'revoked', 'sms', 'queued', %s, %s, 0, %s || number, %s"
            " FROM generate_series(1, 20000) number RETURNING 1",
            [person_id, AT, until, queue, queue],
        )
    # As the server does by itself within a minute; without it the planner believes whatever stood here in the last test.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notifications_message")
    of_one = {"channel": "sms", "queue": ONE, "template": "revoked", "at": AT, "until": AT + OTHERS.lease}
    for statement in (fair_claims._QUEUES, fair_claims._CLAIM.format(most=8)):
        plan = "\n".join(line for (line,) in rows(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) {statement}", of_one))
        assert "Seq Scan" not in plan, plan
        pages = int(re.findall(r"Buffers: shared hit=(\d+)", plan)[0])
        assert 0 < pages < 400, plan
