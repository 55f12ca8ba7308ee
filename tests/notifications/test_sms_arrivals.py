"""An SMS from the outbox to the phone by SMPP, against a telephone company that is a program of its own: every outcome it can have."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from examples.smsc.testing import RunningCentre, running_centre
from prakerja.kernel.db import transaction
from prakerja.notifications.delivery import Sender, deliver_messages
from prakerja.notifications.gateways.smpp.bucket import Bucket
from prakerja.notifications.gateways.smpp.gateway import Smpp
from prakerja.notifications.gateways.smpp.health import Health
from prakerja.notifications.gateways.smpp.settings import company_of
from prakerja.notifications.lanes import CODES, OTHERS
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


@pytest.mark.parametrize(
    ("outcome", "how"),
    [
        ("receipt_first", {}),
        ("receipt_twice", {}),
        ("deliver", {"ids": "decimal_in_receipts", "repeats_reference": False}),
        ("deliver", {"vendor_tag": True, "split_writes": True}),
        # Known by our own reference and the phone, whatever id the company gives it afterwards.
        ("wrong_id", {}),
        ("another_id", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else ",".join(value),
)
def test_a_receipt_finds_its_message_however_the_company_writes_it(
    outcome: str, how: dict[str, object], centre: RunningCentre, person_id: uuid.UUID, sending: Sending
) -> None:
    centre.set(outcome=outcome, answer_after=0.2 if outcome == "receipt_first" else 0.0, **how)
    say(person_id)
    sender = sending(IDS="hex_to_decimal" if how.get("ids") else "raw")
    # A receipt that came before its answer is matched when the answer is written down: at once, by a clock that stands.
    until(sender, "delivered")
    assert (Message.objects.count(), StrayReceipt.objects.count()) == (1, 0)


def test_a_receipt_with_a_strange_id_and_nothing_else_settles_nobodys_message(
    centre: RunningCentre, person_id: uuid.UUID, sending: Sending
) -> None:
    centre.set(outcome="never")
    say(person_id)
    sender = sending()
    until(sender, "sent")
    centre.set(outcome="another_id", repeats_reference=False)
    # To another phone: its receipt names the newest id, which is its own, and the next one's is of the phone before it.
    say(person_id)
    stranger = sending(phone="+6281300000002")
    wait_until(lambda: stranger.turn(at=AT) is not None and len(centre.taken()) >= 2)
    centre.set(outcome="wrong_id", repeats_reference=False)
    say(person_id)
    wait_until(lambda: stranger.turn(at=AT) is not None and StrayReceipt.objects.exists(), what="the stray receipt")
    first = SmsPart.objects.order_by("id").first()
    assert first is not None
    assert (first.word, Message.objects.get(id=first.message_id).status) == ("", "sent")
    until(stranger, "sent", at=AT + timedelta(minutes=61))
    wait_until(lambda: stranger.turn(at=AT + timedelta(hours=2)) is not None and not StrayReceipt.objects.exists())


@pytest.mark.parametrize(("outcome", "failure"), [("fail", "sms_undeliverable_001"), ("expire", "sms_expired_002")])
def test_what_a_receipt_says_did_not_arrive_waits_for_an_operator_and_a_code_for_nobody(
    outcome: str, failure: str, centre: RunningCentre, person_id: uuid.UUID, sending: Sending
) -> None:
    centre.set(outcome=outcome)
    say(person_id)
    say(person_id, "otp_sign_in")
    others, codes = sending(), sending(codes=True)
    message = until(others, "undelivered")
    assert (message.failure, message.parameters_enc is None) == (failure, False)
    code = until(codes, "failed_permanent")
    assert (code.failure, code.parameters_enc) == (failure, None)


def test_a_message_without_an_answer_is_sent_again_after_its_wait_and_a_code_never(
    centre: RunningCentre, person_id: uuid.UUID, sending: Sending
) -> None:
    centre.set(outcome="no_answer")
    say(person_id)
    say(person_id, "otp_sign_in")
    others, codes = sending(), sending(codes=True)
    for sender in (others, codes):
        wait_until(lambda sender=sender: sender.turn(at=AT) is not None and not sender.in_hand and submitted(centre))  # type: ignore[misc]
    wait_until(
        lambda: (others.turn(at=AT), codes.turn(at=AT)) and Message.objects.filter(status="unknown").count() == 2
    )
    centre.set(outcome="deliver")
    before = centre.counts()["submitted"]
    for sender in (others, codes):
        assert sender.turn(at=AT + timedelta(minutes=29)) == 0
    later = AT + timedelta(minutes=30)
    message = until(others, "delivered", at=later)
    assert (message.template, message.attempt_count) == ("withdrawn", 2)
    codes.turn(at=later)
    code = Message.objects.get(template="otp_sign_in")
    assert (code.status, code.failure, code.parameters_enc) == ("failed_permanent", "unknown_fate", None)
    assert centre.counts()["submitted"] == before + 1


def submitted(centre: RunningCentre) -> int:
    return centre.counts().get("submitted", 0)


def test_a_message_that_was_taken_without_an_answer_is_told_by_its_receipt_and_not_sent_again(
    centre: RunningCentre, person_id: uuid.UUID, sending: Sending
) -> None:
    centre.set(outcome="taken_without_answer", receipt_after=1.0)
    say(person_id)
    sender = sending()
    assert until(sender, "unknown").failure == "unknown_fate"
    assert until(sender, "delivered").failure == ""
    taken = len(centre.taken())
    assert sender.turn(at=AT + timedelta(days=1)) == 0
    assert len(centre.taken()) == taken


def test_a_worker_that_died_after_handing_over_leaves_a_message_that_nobody_sends_twice(
    centre: RunningCentre, person_id: uuid.UUID, sending: Sending
) -> None:
    """As it stands in the database after kill -9 between the submission and its answer."""
    say(person_id)
    message = Message.objects.get()
    Message.objects.update(status="sending")
    Message.objects.update(status="handed_over", send_after=AT + timedelta(minutes=3), attempt_count=1)
    sender = sending()
    assert sender.turn(at=AT + timedelta(minutes=2)) == 0
    wait_until(lambda: sender.turn(at=AT + timedelta(minutes=4)) == 0 and SmsPart.objects.exists(), what="its part")
    part = SmsPart.objects.get(message=message)
    assert (part.gateway_id, part.reference, part.word) == ("", message.id.int & 0xFFFF, "")
    message.refresh_from_db()
    assert (message.status, message.failure) == ("unknown", "unknown_fate")


def test_a_company_that_says_it_is_too_much_is_left_alone_and_loses_nothing(
    centre: RunningCentre, person_id: uuid.UUID, sending: Sending
) -> None:
    centre.set(outcome="throttle")
    say(person_id)
    sender = sending()
    message = until(sender, "failed_temporary")
    assert (message.failure, message.attempt_count) == ("busy", 1)
    centre.set(outcome="deliver")
    until(sender, "delivered", at=AT + timedelta(minutes=2))


def test_a_company_that_dies_in_the_middle_of_its_window_loses_nothing_and_gets_nothing_twice(
    centre: RunningCentre, person_id: uuid.UUID, sending: Sending
) -> None:
    """What it had answered is sent, what it had not is unknown, what never left is sent to it when it is back."""
    before = submitted(centre)
    centre.set(outcome="never", die_after=before + 25)
    for _ in range(60):
        say(person_id)
    sender = sending()
    wait_until(lambda: sender.turn(at=AT) is not None and not sender.in_hand and submitted(centre) >= before + 25)
    centre.set(die_after=0)

    def over() -> bool:
        sender.turn(at=AT + timedelta(minutes=1))
        return not Message.objects.exclude(status__in=("sent", "unknown")).exists()

    wait_until(over, what="sent or unknown")
    sent, unknown = (Message.objects.filter(status=status).count() for status in ("sent", "unknown"))
    assert sent + unknown == 60
    assert unknown >= 1
    # No message was submitted twice: what the company saw is each once.
    assert submitted(centre) - before <= 60


def test_a_second_company_takes_over_while_the_first_meets_errors_or_is_away(
    centre: RunningCentre, person_id: uuid.UUID, sending: Sending
) -> None:
    with running_centre() as second:
        second.set(receipt_after=0.0)
        centre.set(outcome="system_error")
        for _ in range(20):
            say(person_id)
        sender = sending(centre, second)

        def over() -> bool:
            sender.turn(at=AT)
            return Message.objects.filter(status="delivered").count() == 20

        wait_until(over, what="all delivered by the second")
        assert set(Message.objects.values_list("gateway", flat=True)) == {f"second{second.port}"}
        # After some errors it was left alone: not every message was tried there first.
        assert centre.counts()["refused_08"] < 20


def test_a_company_that_takes_everything_and_delivers_nothing_is_found_by_its_receipts(
    centre: RunningCentre, person_id: uuid.UUID, sending: Sending
) -> None:
    with running_centre() as second:
        second.set(receipt_after=0.0)
        centre.set(outcome="never")
        for _ in range(20):
            say(person_id)
        sender = sending(centre, second)
        wait_until(lambda: sender.turn(at=AT) is not None and Message.objects.filter(status="sent").count() == 20)
        say(person_id)
        later = AT + timedelta(minutes=10)
        sending(centre, second)
        judge = sending(centre, second)
        assert until(judge, "delivered", at=later).gateway == f"second{second.port}"


def test_a_part_without_a_receipt_is_asked_about_and_given_up_after_days(
    centre: RunningCentre, person_id: uuid.UUID, sending: Sending
) -> None:
    centre.set(outcome="never")
    say(person_id)
    sender = sending()
    until(sender, "sent")
    queries = centre.counts().get("queries", 0)
    asked = AT + timedelta(hours=1)
    wait_until(lambda: sender.turn(at=asked) is not None and centre.counts().get("queries", 0) > queries)
    sender.turn(at=AT + timedelta(days=3))
    message = Message.objects.get()
    assert (message.status, message.failure, message.parameters_enc) == ("sent", "no_receipt", None)
    assert SmsPart.objects.get().word == "silent"


def test_a_long_text_arrives_whole_and_is_delivered_when_all_its_parts_are(
    centre: RunningCentre, person_id: uuid.UUID, sending: Sending
) -> None:
    say(person_id, "result_pass", name="Budi", wave=19, fund=1_000_000, deadline=(AT + timedelta(days=30)).isoformat())
    sender = sending()
    until(sender, "delivered")
    assert [part.number for part in SmsPart.objects.order_by("number")] == [1, 2]
    said = centre.taken()[-1][1]
    assert said.startswith("Selamat, Anda lolos Kartu Prakerja Gelombang 19.")
    assert said.endswith("Buka dashboard Prakerja.")


def test_a_command_that_sends_and_ends_takes_no_receipts_away(
    centre: RunningCentre, person_id: uuid.UUID, sending: Sending
) -> None:
    """It has nobody who would write them down; the worker, which has, is told."""
    say(person_id)
    command = gateway(centre)
    try:
        deliver_messages(resolve=lambda people, kind: {one: Address(PHONE) for one in people}, gateway=command, at=AT)
        assert Message.objects.get().status == "sent"
        # While its session still stands.
        until(sending(), "delivered")
        assert sum(one.receipts for one in command.states()) == 0
    finally:
        command.close()


def test_receipts_that_were_not_written_down_come_again(
    centre: RunningCentre, person_id: uuid.UUID, sending: Sending
) -> None:
    centre.set(receipt_after=0.5)
    say(person_id)
    dead = sending()
    wait_until(lambda: dead.turn(at=AT) is not None and Message.objects.filter(status="sent").exists())
    # Its receipt comes to a worker that dies with it, unwritten.
    wait_until(lambda: centre.counts().get("receipts", 0) >= 1)
    centre.hang_up()
    until(sending(), "delivered")
