"""An SMS from the outbox to the phone by SMPP, against a telephone company that is a program of its own: every outcome it can have."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from examples.smsc.testing import RunningCentre, running_centre
from prakerja.kernel.db import transaction
from prakerja.notifications.delivery import CODES, OTHERS, Sender
from prakerja.notifications.gateways.smpp.bucket import Bucket
from prakerja.notifications.gateways.smpp.gateway import Smpp
from prakerja.notifications.gateways.smpp.health import Health
from prakerja.notifications.gateways.smpp.settings import company_of
from prakerja.notifications.models import Message, SmsPart, StrayReceipt
from prakerja.notifications.operations import queue_message
from tests import builders
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db
AT = datetime(2021, 9, 22, 5, 0, tzinfo=UTC)
PHONE = "+6281300000001"


@dataclass(frozen=True)
class Address:
    value: str
    language: str = "id"
    province_code: str = ""


@pytest.fixture(scope="module")
def running() -> Iterator[RunningCentre]:
    with running_centre() as centre:
        yield centre


@pytest.fixture
def centre(running: RunningCentre) -> Iterator[RunningCentre]:
    running.set(receipt_after=0.0)
    yield running
    running.set(
        outcome="deliver", rate=0, window=0, answer_after=0.0, die_after=0, refuses=False, repeats_reference=True,
        names_id_in_tag=True, ids="hex", vendor_tag=False, split_writes=False,
    )  # fmt: skip


@pytest.fixture
def person_id() -> uuid.UUID:
    found = builders.participant(builders.world()).person_id
    Message.objects.all().delete()
    return found


def gateway(*centres: RunningCentre, is_urgent: bool = False, within: float = 0.5, **more: str) -> Smpp:
    companies = [
        company_of(centre.company(name=f"{name}{centre.port}", **more))
        for name, centre in zip(("first", "second"), centres, strict=False)
    ]
    quick = [
        type(one)(**{**{name: getattr(one, name) for name in one.__slots__}, "answer_within": within})
        for one in companies
    ]
    return Smpp(quick, health=[Health(Bucket(0)) for _ in quick], is_urgent=is_urgent)


Sending = Callable[..., Sender]


@pytest.fixture
def sending(centre: RunningCentre) -> Iterator[Sending]:
    """Makes a sender whose sessions are closed at the end."""
    made: list[Smpp] = []

    def make(*centres: RunningCentre, codes: bool = False, phone: str = PHONE, **more: object) -> Sender:
        made.append(gateway(*(centres or (centre,)), is_urgent=codes, **more))  # type: ignore[arg-type]

        def resolve(person_ids: list[uuid.UUID], kind: str) -> Mapping[uuid.UUID, Address]:
            return {person_id: Address(phone) for person_id in person_ids}

        return Sender(CODES if codes else OTHERS, resolve=resolve, gateway=made[-1])

    yield make
    for one in made:
        one.close()


def say(person_id: uuid.UUID, template: str = "withdrawn", **parameters: object) -> None:
    with transaction():
        queue_message(
            person_id=person_id,
            template=template,
            channels=("sms",),
            parameters={"otp": "123456", "minutes": 5} if template.startswith("otp") else parameters,
            dedupe_key=f"{template}:{uuid.uuid4()}",
            at=AT,
        )


def until(sender: Sender, status: str, *, at: datetime = AT) -> Message:
    """The one message, once it stands so."""

    def there() -> Message | None:
        sender.turn(at=at)
        return Message.objects.filter(status=status).first()

    found = wait_until(there, what=f"{status}, {list(Message.objects.values_list('status', 'failure'))}")
    assert found is not None
    return found


def test_a_message_is_sent_when_it_is_taken_and_delivered_when_its_receipt_says_so(
    centre: RunningCentre, person_id: uuid.UUID, sending: Sending
) -> None:
    centre.set(outcome="never")
    say(person_id)
    sender = sending()
    message = until(sender, "sent")
    assert (message.sent_at, message.delivered_at, message.parameters_enc is None) == (AT, None, False)
    centre.set(outcome="deliver")
    Message.objects.all().update(status="sent")
    say(person_id)
    arrived = until(sender, "delivered")
    assert (arrived.delivered_at, arrived.parameters_enc, arrived.failure) == (AT, None, "")
    assert centre.taken()[-1][0] == PHONE[1:]
    assert SmsPart.objects.filter(word="delivered").count() == 1
    assert StrayReceipt.objects.count() == 0


_ = timedelta
