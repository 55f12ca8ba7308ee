"""The outbox: what leaves it, when, how often, and what stays behind."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from prakerja.kernel.db import transaction
from prakerja.kernel.http import refuse_inside_transaction
from prakerja.kernel.ids import new_id
from prakerja.notifications.delivery import LEASE, deliver_messages
from prakerja.notifications.gateways import Accepted, Channel, Delivery, PermanentFailure, TemporaryFailure
from prakerja.notifications.models import Message
from prakerja.notifications.operations import queue_message
from tests import builders

pytestmark = pytest.mark.django_db
AT = datetime(2021, 9, 22, 13, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Address:
    value: str
    language: str = "id"


@dataclass
class Gateway:
    """A gateway that answers as it is told and remembers what it was given."""

    answer: Delivery = field(default_factory=Accepted)
    sent: list[dict[str, object]] = field(default_factory=list)

    def send(
        self, *, reference: str, channel: Channel, to: str, text: str, at: datetime, subject: str | None = None
    ) -> Delivery:
        refuse_inside_transaction()
        self.sent.append(
            {"reference": reference, "channel": channel, "to": to, "text": text, "at": at, "subject": subject}
        )
        return self.answer


def resolve(person_ids: list[uuid.UUID], kind: str) -> Mapping[uuid.UUID, Address]:
    value = "+6281300000001" if kind == "phone" else "orang@contoh.example"
    return {person_id: Address(value) for person_id in person_ids}


def nobody(person_ids: list[uuid.UUID], kind: str) -> Mapping[uuid.UUID, Address]:
    return {}


@pytest.fixture
def person_id() -> uuid.UUID:
    return builders.participant(builders.world()).person_id


@pytest.fixture(autouse=True)
def _empty_outbox(person_id: uuid.UUID) -> None:
    Message.objects.all().delete()


def say(person_id: uuid.UUID, template: str = "otp_sign_in", *, at: datetime = AT, **parameters: object) -> Message:
    with transaction():
        queue_message(
            person_id=person_id,
            template=template,
            channels=("sms",),
            parameters=parameters or {"otp": "123456", "minutes": 5},
            dedupe_key=str(new_id()),
            at=at,
        )
    return Message.objects.get(person_id=person_id, template=template)


def test_an_accepted_message_is_delivered_once_and_forgets_its_secrets(person_id: uuid.UUID) -> None:
    message = say(person_id)
    gateway = Gateway()
    assert deliver_messages(at=AT, resolve=resolve, gateway=gateway) == 1
    assert deliver_messages(at=AT, resolve=resolve, gateway=gateway) == 0
    assert gateway.sent == [
        {
            "reference": str(message.id),
            "channel": "sms",
            "to": "+6281300000001",
            "text": "Kode OTP 123456 untuk masuk ke dashboard Prakerja, berlaku 5 menit. "
            "Jangan berikan kode ini kepada siapa pun.",
            "at": AT,
            "subject": None,
        }
    ]
    message.refresh_from_db()
    assert (message.status, message.sent_at, message.parameters_enc) == ("delivered", AT, None)


def test_nothing_leaves_before_its_time(person_id: uuid.UUID) -> None:
    say(person_id)
    assert deliver_messages(at=AT - timedelta(seconds=1), resolve=resolve, gateway=Gateway()) == 0


def test_a_temporary_failure_comes_back_later_and_keeps_its_words(person_id: uuid.UUID) -> None:
    message = say(person_id)
    assert deliver_messages(at=AT, resolve=resolve, gateway=Gateway(TemporaryFailure("busy"))) == 1
    message.refresh_from_db()
    assert (message.status, message.send_after) == ("failed_temporary", AT + timedelta(seconds=15))
    assert message.parameters_enc is not None
    later = AT + timedelta(seconds=15)
    assert deliver_messages(at=later - timedelta(seconds=1), resolve=resolve, gateway=Gateway()) == 0
    assert deliver_messages(at=later, resolve=resolve, gateway=Gateway()) == 1
    message.refresh_from_db()
    assert (message.status, message.attempt_count) == ("delivered", 2)


def test_it_is_given_up_after_ten_attempts(person_id: uuid.UUID) -> None:
    message = say(person_id)
    at = AT
    for _ in range(10):
        assert deliver_messages(at=at, resolve=resolve, gateway=Gateway(TemporaryFailure("busy"))) == 1
        at += timedelta(hours=2)
    message.refresh_from_db()
    assert (message.status, message.attempt_count, message.parameters_enc) == ("failed_permanent", 10, None)
    assert deliver_messages(at=at, resolve=resolve, gateway=Gateway()) == 0


@pytest.mark.parametrize("how", ["gateway", "no address", "no template", "no parameter"])
def test_what_can_never_be_sent_is_given_up_at_once(person_id: uuid.UUID, how: str) -> None:
    message = {
        "no template": lambda: say(person_id, "no_such_template"),
        "no parameter": lambda: say(person_id, "otp_purchase", otp="123456"),
    }.get(how, lambda: say(person_id))()
    gateway = Gateway(PermanentFailure("unreachable") if how == "gateway" else Accepted())
    assert deliver_messages(at=AT, resolve=nobody if how == "no address" else resolve, gateway=gateway) == 1
    message.refresh_from_db()
    assert (message.status, message.parameters_enc) == ("failed_permanent", None)
    assert len(gateway.sent) == (1 if how == "gateway" else 0)


def test_a_claim_of_a_dead_worker_is_taken_over_when_its_lease_is_over(person_id: uuid.UUID) -> None:
    message = say(person_id)
    Message.objects.filter(id=message.id).update(status="sending", send_after=AT + LEASE)
    assert deliver_messages(at=AT, resolve=resolve, gateway=Gateway()) == 0
    assert deliver_messages(at=AT + LEASE, resolve=resolve, gateway=Gateway()) == 1


def test_an_email_has_a_subject_and_the_result_its_exact_hour(person_id: uuid.UUID) -> None:
    with transaction():
        queue_message(
            person_id=person_id,
            template="result_pass",
            channels=("sms", "email"),
            parameters={
                "name": "Rani",
                "wave": 21,
                "fund": 1_000_000,
                "deadline": "2021-10-21T17:00:00+00:00",
            },
            dedupe_key="result",
            at=AT,
        )
    gateway = Gateway()
    assert deliver_messages(at=AT, resolve=resolve, gateway=gateway) == 2
    by_channel = {one["channel"]: one for one in gateway.sent}
    assert "21 Oktober 2021 pukul 23.59 WIB" in str(by_channel["sms"]["text"])
    assert by_channel["sms"]["subject"] is None
    assert by_channel["email"]["subject"] == "Anda lolos Gelombang 21"
    assert by_channel["email"]["to"] == "orang@contoh.example"
    assert "Rp1.000.000" in str(by_channel["email"]["text"])


def test_a_batch_is_a_hundred(person_id: uuid.UUID) -> None:
    for number in range(120):
        with transaction():
            queue_message(
                person_id=person_id,
                template="withdrawn",
                channels=("sms",),
                parameters={},
                dedupe_key=f"many:{number}",
                at=AT,
            )
    gateway = Gateway()
    assert deliver_messages(at=AT, resolve=resolve, gateway=gateway) == 100
    assert deliver_messages(at=AT, resolve=resolve, gateway=gateway) == 20
    assert len({one["reference"] for one in gateway.sent}) == 120


def test_a_one_time_password_overtakes_announcements(person_id: uuid.UUID) -> None:
    for number in range(105):
        with transaction():
            queue_message(
                person_id=person_id,
                template="withdrawn",
                channels=("sms",),
                parameters={},
                dedupe_key=f"many:{number}",
                at=AT - timedelta(hours=1),
            )
    say(person_id)
    gateway = Gateway()
    assert deliver_messages(at=AT, resolve=resolve, gateway=gateway) == 100
    assert "OTP" in str(gateway.sent[0]["text"])
