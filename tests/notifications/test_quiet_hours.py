"""Nobody is woken by what the programme does at night; codes leave, and no deadline is missed by it (rules.md 12.35)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from prakerja.kernel.clock import WIB
from prakerja.kernel.db import transaction
from prakerja.notifications.delivery import deliver_messages
from prakerja.notifications.gateways import TemporaryFailure
from prakerja.notifications.models import Message
from prakerja.notifications.operations import Notice, queue_many
from prakerja.notifications.quiet_hours import leaves_at
from tests import builders
from tests.notifications.test_delivery import Gateway, resolve, say


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


NIGHT, MORNING = wib("2021-10-22 00:10"), wib("2021-10-22 07:00")


@pytest.mark.parametrize(
    ("template", "channel", "at", "leaves"),
    [
        ("revoked", "sms", "2021-10-22 00:05", "2021-10-22 07:00"),
        ("survey_lapsed", "sms", "2021-10-22 06:59:59", "2021-10-22 07:00"),
        ("survey_lapsed", "sms", "2021-10-22 07:00", "2021-10-22 07:00"),
        ("result_pass", "sms", "2021-09-22 20:59", "2021-09-22 20:59"),
        ("voided_to_balance", "sms", "2021-10-21 21:00", "2021-10-22 07:00"),
        ("voided_to_balance", "email", "2021-10-21 21:00", "2021-10-21 21:00"),
        ("revoked", "dashboard", "2021-10-22 00:05", "2021-10-22 00:05"),
        ("otp_sign_in", "sms", "2021-10-22 03:00", "2021-10-22 03:00"),
        ("otp_purchase", "sms", "2021-10-21 23:58", "2021-10-21 23:58"),
        ("phone_corrected", "sms", "2021-10-21 23:58", "2021-10-21 23:58"),
        ("purchase_codes_wrong", "sms", "2021-10-21 23:58", "2021-10-21 23:58"),
    ],
)
def test_what_waits_for_the_morning(template: str, channel: str, at: str, leaves: str) -> None:
    assert leaves_at(template=template, channel=channel, parameters={}, at=wib(at)) == wib(leaves)


@pytest.mark.parametrize(
    ("deadline", "leaves"),
    [
        ("2021-10-22 00:00", "2021-10-21 23:00"),
        ("2021-10-22 08:59:59", "2021-10-21 23:00"),
        ("2021-10-22 09:00", "2021-10-22 07:00"),
        ("2021-11-20 00:00", "2021-10-22 07:00"),
    ],
)
def test_no_deadline_is_missed_by_waiting(deadline: str, leaves: str) -> None:
    said = {"deadline": wib(deadline).isoformat()}
    at = wib("2021-10-21 23:00")
    assert leaves_at(template="deadline_reminder", channel="sms", parameters=said, at=at) == wib(leaves)


@pytest.mark.django_db
def test_a_message_of_the_night_is_sent_in_the_morning() -> None:
    person_id = builders.participant(builders.world()).person_id
    Message.objects.all().delete()
    said = say(person_id, "withdrawn", at=NIGHT)
    code = say(person_id, "otp_sign_in", at=NIGHT)
    gateway = Gateway()
    assert deliver_messages(at=NIGHT, resolve=resolve, gateway=gateway) == 1
    assert [one["reference"] for one in gateway.sent] == [str(code.id)]
    assert deliver_messages(at=MORNING - timedelta(seconds=1), resolve=resolve, gateway=gateway) == 0
    assert deliver_messages(at=MORNING, resolve=resolve, gateway=gateway) == 1
    # It tells of the instant at which it became true.
    assert (gateway.sent[1]["reference"], gateway.sent[1]["at"]) == (str(said.id), NIGHT)


@pytest.mark.django_db
def test_what_was_not_sent_by_the_evening_waits_as_well() -> None:
    """A gateway that takes ten a second has a wave's results until the next day; one that was away comes back at night."""
    person_id = builders.participant(builders.world()).person_id
    Message.objects.all().delete()
    slow = say(person_id, "withdrawn", at=wib("2021-10-21 20:00"))
    assert deliver_messages(at=wib("2021-10-21 21:30"), resolve=resolve, gateway=Gateway()) == 0
    slow.refresh_from_db()
    assert (slow.status, slow.attempt_count, slow.send_after) == ("queued", 0, MORNING)
    Message.objects.all().delete()
    tried = say(person_id, "revoked", at=wib("2021-10-21 20:59:50"), deadline="2021-10-21T00:00:00+07:00")
    away = Gateway(TemporaryFailure("busy"))
    assert deliver_messages(at=wib("2021-10-21 20:59:55"), resolve=resolve, gateway=away) == 1
    tried.refresh_from_db()
    assert (tried.status, tried.send_after) == ("failed_temporary", MORNING)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("template", "said", "leaves"),
    [
        ("survey_open", {"number": 1, "deadline": wib("2021-11-21 00:00").isoformat()}, MORNING),
        ("wave_not_selected", {"wave": 22}, MORNING),
        ("deadline_reminder", {"deadline": wib("2021-10-22 08:00").isoformat()}, NIGHT),
    ],
)
def test_what_a_whole_list_is_told_at_night_waits_as_well(
    template: str, said: dict[str, Any], leaves: datetime
) -> None:
    """Reminders of a list too: that theirs can wait is decided when they come, and nowhere later."""
    person_id = builders.participant(builders.world()).person_id
    Message.objects.all().delete()
    with transaction():
        queue_many(
            template=template, channels=("sms", "dashboard"), notices=[Notice(person_id, said, "told")], at=NIGHT
        )
    assert dict(Message.objects.values_list("channel", "send_after")) == {"sms": leaves, "dashboard": NIGHT}
    assert deliver_messages(at=NIGHT, resolve=resolve, gateway=Gateway()) == (leaves == NIGHT)
    assert deliver_messages(at=MORNING, resolve=resolve, gateway=Gateway()) == (leaves == MORNING)


@pytest.mark.django_db
def test_results_that_are_imported_at_night_are_told_in_the_morning() -> None:
    builders.participants(builders.world(), ready=False, announced_at=NIGHT)
    assert dict(Message.objects.filter(template="result_pass").values_list("channel", "send_after")) == {
        "sms": MORNING,
        "email": NIGHT,
        "dashboard": NIGHT,
    }
