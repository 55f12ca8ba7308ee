"""The outbox: what leaves it, when, how often, and what stays behind."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from prakerja.audit.models import Record
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.http import refuse_inside_transaction
from prakerja.kernel.ids import new_id
from prakerja.notifications.delivery import Sender, deliver_messages
from prakerja.notifications.gateways import Accepted, Channel, Delivery, Handed, PermanentFailure, TemporaryFailure
from prakerja.notifications.lanes import CODES, OTHERS, Lane
from prakerja.notifications.models import Message
from prakerja.notifications.operations import Notice, queue_many, queue_message
from prakerja.notifications.queries import undelivered_messages
from prakerja.notifications.retrying import DECISIONS, next_try, tries_of
from prakerja.notifications.templates import TEMPLATES
from prakerja.people.undelivered import let_go, send_again
from tests import builders
from tests.waiting import LIMIT, wait_until

pytestmark = pytest.mark.django_db
AT = datetime(2021, 9, 22, 13, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Address:
    value: str
    language: str = "id"
    province_code: str = ""


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
    assert (message.status, message.sent_at, message.parameters_enc) == ("sent", AT, None)


def test_nothing_leaves_before_its_time(person_id: uuid.UUID) -> None:
    say(person_id)
    assert deliver_messages(at=AT - timedelta(seconds=1), resolve=resolve, gateway=Gateway()) == 0


def test_a_temporary_failure_comes_back_later_and_keeps_its_words(person_id: uuid.UUID) -> None:
    message = say(person_id, "withdrawn")
    assert deliver_messages(at=AT, resolve=resolve, gateway=Gateway(TemporaryFailure("busy"))) == 1
    message.refresh_from_db()
    assert (message.status, message.send_after) == ("failed_temporary", AT + timedelta(seconds=15))
    assert (message.failure, message.parameters_enc is not None) == ("busy", True)
    later = AT + timedelta(seconds=15)
    assert deliver_messages(at=later - timedelta(seconds=1), resolve=resolve, gateway=Gateway()) == 0
    assert deliver_messages(at=later, resolve=resolve, gateway=Gateway()) == 1
    message.refresh_from_db()
    assert (message.status, message.attempt_count, message.failure) == ("sent", 2, "")


def tried_at(template: str, *, ends_at: datetime | None = None) -> list[datetime]:
    """The instants at which a message is tried while the gateway is away, until it is tried no more."""
    tried: list[datetime] = []
    following: datetime | None = AT
    while following is not None:
        tried.append(following)
        following = next_try(
            tries=tries_of(template=template, at=following),
            attempts=len(tried),
            began_at=AT,
            ends_at=ends_at,
            at=following,
        )
    return tried


@pytest.mark.parametrize(
    ("template", "days"), [("result_pass", 14), ("revoked", 14), ("cert_ready", 7), ("no_such_template", 7)]
)
def test_it_is_tried_for_days(template: str, days: int) -> None:
    """A result was given up for ever, and wiped, after the two hours of one afternoon."""
    tried = tried_at(template)
    assert [later - AT for later in tried[:4]] == [timedelta(seconds=wait) for wait in (0, 15, 45, 105)]
    assert tried[-1] == AT + timedelta(days=days)
    assert max(later - earlier for earlier, later in pairwise(tried)) == timedelta(hours=1)


def test_a_code_is_tried_every_few_seconds_while_it_lives() -> None:
    tried = tried_at("otp_sign_in", ends_at=AT + timedelta(minutes=5))
    assert max(later - earlier for earlier, later in pairwise(tried)) == timedelta(seconds=10)
    assert AT + timedelta(minutes=5) - timedelta(seconds=10) <= tried[-1] < AT + timedelta(minutes=5)


def test_a_reminder_is_tried_until_its_deadline() -> None:
    tried = tried_at("deadline_reminder", ends_at=AT + timedelta(days=1))
    assert AT + timedelta(days=1) - timedelta(minutes=10) <= tried[-1] < AT + timedelta(days=1)


def test_every_decision_is_a_message() -> None:
    assert set(TEMPLATES) >= DECISIONS


def test_what_was_tried_for_its_days_is_kept_for_an_operator(person_id: uuid.UUID) -> None:
    message = tried_for_days(person_id)
    assert (message.status, message.failure, message.attempt_count) == ("undelivered", "no_answer", 201)
    assert message.parameters_enc is not None


def tried_for_days(person_id: uuid.UUID) -> Message:
    """A message that has been tried two hundred times, for as long as it may be."""
    message = say(person_id, "withdrawn")
    Message.objects.filter(id=message.id).update(attempt_count=200, tries_began_at=AT - timedelta(days=14))
    assert deliver_messages(at=AT, resolve=resolve, gateway=Gateway(TemporaryFailure("no_answer"))) == 1
    message.refresh_from_db()
    return message


@pytest.mark.parametrize("failure", [TemporaryFailure("no_answer"), PermanentFailure("unreachable")])
def test_a_code_that_expired_is_neither_sent_nor_kept(person_id: uuid.UUID, failure: Delivery) -> None:
    message = say(person_id)
    at, gateway = AT + timedelta(minutes=5) - timedelta(seconds=1), Gateway(failure)
    assert deliver_messages(at=at, resolve=resolve, gateway=gateway) == 1
    message.refresh_from_db()
    assert (message.status, message.parameters_enc, len(gateway.sent)) == ("failed_permanent", None, 1)
    late = say(builders.participant(builders.world(wave=20)).person_id)
    Message.objects.exclude(template="otp_sign_in").delete()
    assert deliver_messages(at=AT + timedelta(minutes=5), resolve=resolve, gateway=gateway) == 1
    late.refresh_from_db()
    assert (late.status, late.failure, len(gateway.sent)) == ("failed_permanent", "expired", 1)


def test_an_operator_sends_again_what_was_set_aside_and_it_is_wiped_then(person_id: uuid.UUID) -> None:
    message = tried_for_days(person_id)
    assert [tuple(one) for one in undelivered_messages()] == [("withdrawn", "sms", "no_answer", 1, 1, AT)]
    by, later = builders.operator("helper"), AT + timedelta(days=30, hours=-3)
    with pytest.raises(Refused, match="not_permitted"):
        send_again(reason="gerbang pulih", actor=builders.operator("viewer"), at=later)
    with pytest.raises(Refused, match="reason_missing"):
        send_again(reason=" ", actor=by, at=later)
    with pytest.raises(Refused, match="nothing_undelivered"):
        send_again(reason="gerbang pulih", template="result_pass", actor=by, at=later)
    assert send_again(reason="gerbang pulih", actor=by, at=later) == 1
    assert Record.objects.get(action="message.sent_again").subject_id == message.id
    # It has its days to try anew, however often it was tried before.
    assert deliver_messages(at=later, resolve=resolve, gateway=Gateway(TemporaryFailure("no_answer"))) == 1
    message.refresh_from_db()
    assert (message.status, message.send_after) == ("failed_temporary", later + timedelta(hours=1))
    gateway = Gateway()
    assert deliver_messages(at=message.send_after, resolve=resolve, gateway=gateway) == 1
    message.refresh_from_db()
    assert (message.status, message.parameters_enc, len(gateway.sent)) == ("sent", None, 1)
    with pytest.raises(Refused, match="nothing_undelivered"):
        send_again(reason="lagi", actor=by, at=later)


def test_what_an_operator_lets_go_is_wiped(person_id: uuid.UUID) -> None:
    message = say(person_id, "withdrawn")
    assert deliver_messages(at=AT, resolve=nobody, gateway=Gateway()) == 1
    assert [one.failure for one in undelivered_messages(person_id=person_id)] == ["no_address"]
    assert let_go(reason="nomor tidak ada lagi", person_id=person_id, actor=builders.operator("helper"), at=AT) == 1
    message.refresh_from_db()
    assert (message.status, message.parameters_enc, undelivered_messages()) == ("failed_permanent", None, [])


@pytest.mark.parametrize("how", ["gateway", "no address", "no parameter"])
def test_a_code_that_can_never_be_sent_is_given_up_at_once(person_id: uuid.UUID, how: str) -> None:
    message = {
        "no parameter": lambda: say(person_id, "otp_purchase", otp="123456"),
    }.get(how, lambda: say(person_id))()
    gateway = Gateway(PermanentFailure("unreachable") if how == "gateway" else Accepted())
    assert deliver_messages(at=AT, resolve=nobody if how == "no address" else resolve, gateway=gateway) == 1
    message.refresh_from_db()
    assert (message.status, message.parameters_enc) == ("failed_permanent", None)
    assert len(gateway.sent) == (1 if how == "gateway" else 0)


@pytest.mark.parametrize("template", ["withdrawn", "no_such_template"])
def test_what_can_never_be_sent_is_kept_for_an_operator_at_once(person_id: uuid.UUID, template: str) -> None:
    """A wrong number is corrected, a template is mended: then it is sent again."""
    message = say(person_id, template)
    assert deliver_messages(at=AT, resolve=resolve, gateway=Gateway(PermanentFailure("0812 345678 is dead"))) == 1
    message.refresh_from_db()
    why = {"withdrawn": "refused", "no_such_template": "cannot_be_written"}[template]
    assert (message.status, message.failure, message.parameters_enc is None) == ("undelivered", why, False)


@pytest.mark.parametrize(("template", "lane"), [("otp_sign_in", CODES), ("withdrawn", OTHERS)])
def test_a_claim_of_a_dead_worker_is_taken_over_when_its_lease_is_over(
    person_id: uuid.UUID, template: str, lane: Lane
) -> None:
    """A killed worker's one-time passwords waited two minutes."""
    say(person_id, template)
    silent = Held()
    dead = Sender(lane, resolve=resolve, gateway=silent)
    assert dead.turn(at=AT) == 1
    next_one = Sender(lane, resolve=resolve, gateway=Gateway())
    assert next_one.turn(at=AT + lane.lease - timedelta(milliseconds=1)) == 0
    assert next_one.turn(at=AT + lane.lease) == 1
    silent.released.set()
    assert timedelta(seconds=8) < CODES.lease < timedelta(seconds=15) < OTHERS.lease


@dataclass
class Held:
    """A gateway that takes its time over announcements: it answers when it is told to."""

    released: threading.Event = field(default_factory=threading.Event)
    sent: list[str] = field(default_factory=list)

    def send(self, *, text: str, **message: object) -> Delivery:
        if "OTP" not in text:
            self.released.wait(LIMIT)
        self.sent.append(text)
        return Accepted()


def test_a_one_time_password_is_there_while_the_gateway_still_has_the_announcements(person_id: uuid.UUID) -> None:
    """A gateway of seconds for one message left a code unsent behind the bulk."""
    for number in range(50):
        with transaction():
            queue_message(
                person_id=person_id,
                template="withdrawn",
                channels=("sms",),
                parameters={},
                dedupe_key=f"many:{number}",
                at=AT - timedelta(hours=1),
            )
    gateway = Held()
    others, codes = (Sender(lane, resolve=resolve, gateway=gateway) for lane in (OTHERS, CODES))
    assert others.turn(at=AT) == OTHERS.width
    assert others.turn(at=AT) == 0
    # No sign of life is given while so much waits (rules.md 12.26).
    assert not others.has_caught_up
    code = say(person_id)
    assert codes.turn(at=AT) == 1
    wait_until(codes.woken.is_set, what="the code is sent")
    codes.settle(at=AT)
    code.refresh_from_db()
    assert (code.status, len(gateway.sent)) == ("sent", 1)
    assert (others.in_hand, Message.objects.filter(status="queued").count()) == (OTHERS.width, 50 - OTHERS.width)
    gateway.released.set()
    wait_until(lambda: len(gateway.sent) == 1 + OTHERS.width, what="the announcements are sent")
    others.settle(at=AT)
    wait_until(lambda: not others.turn(at=AT) and not others.in_hand, what="the rest is sent")
    assert Message.objects.exclude(status="sent").count() == 0
    assert others.has_caught_up


@dataclass
class Together(Gateway):
    """A gateway that takes several messages in one call, of which it can never reach the second; it may be deaf."""

    calls: list[int] = field(default_factory=list)
    hears: bool = True

    def send_many(self, messages: Sequence[Handed]) -> list[Delivery]:
        refuse_inside_transaction()
        self.calls.append(len(messages))
        if not self.hears:
            return [TemporaryFailure("no_answer") for _ in messages]
        return [
            PermanentFailure("unreachable") if number == 1 else self.send(**asdict(message))
            for number, message in enumerate(messages)
        ]


def _say_many(person_id: uuid.UUID, count: int) -> None:
    with transaction():
        queue_many(
            template="withdrawn",
            channels=("sms",),
            notices=[Notice(person_id, {}, f"many:{number}") for number in range(count)],
            at=AT,
        )


def test_more_and_more_go_into_one_call_of_a_gateway_that_is_quick(person_id: uuid.UUID) -> None:
    """A call for each message, and two commits for every eight: some hundreds a second."""
    _say_many(person_id, 1_000)
    gateway = Together()
    sender = Sender(OTHERS, resolve=resolve, gateway=gateway)
    wait_until(lambda: not sender.turn(at=AT) and not sender.in_hand, what="everything is sent")
    assert max(gateway.calls) > 50
    assert max(gateway.calls) <= OTHERS.at_once
    states = Counter(Message.objects.values_list("status", flat=True))
    assert states == {"sent": len(gateway.sent), "undelivered": len(gateway.calls)}
    assert sum(states.values()) == 1_000


def test_fewer_go_into_one_call_of_a_gateway_that_does_not_answer(person_id: uuid.UUID) -> None:
    _say_many(person_id, 1_000)
    gateway = Together()
    sender = Sender(OTHERS, resolve=resolve, gateway=gateway)
    wait_until(lambda: sender.turn(at=AT) >= 0 and max(gateway.calls, default=0) > 20, what="large calls", every=0)
    wait_until(lambda: sender.settle(at=AT) is None and not sender.in_hand, what="all is answered")
    gateway.hears = False
    wait_until(lambda: sender.turn(at=AT) >= 0 and gateway.calls[-1] <= 2, what="small calls again", every=0)
    wait_until(lambda: sender.settle(at=AT) is None and not sender.in_hand, what="all is answered")
    # Nothing is given up for it: it is tried again, under the same references.
    assert not Message.objects.exclude(status__in=("queued", "sent", "undelivered", "failed_temporary")).exists()


def test_a_fault_over_many_is_the_fault_of_one(person_id: uuid.UUID) -> None:
    class Faulty(Together):
        def send_many(self, messages: Sequence[Handed]) -> list[Delivery]:
            raise ValueError("one of them")

    _say_many(person_id, 100)
    gateway = Faulty()
    sender = Sender(OTHERS, resolve=resolve, gateway=gateway)
    wait_until(lambda: not sender.turn(at=AT) and not sender.in_hand, what="everything is sent")
    assert len(gateway.sent) == Message.objects.filter(status="sent").count() == 100


def test_a_message_that_meets_a_fault_keeps_nobody_waiting(person_id: uuid.UUID) -> None:
    class Broken(Gateway):
        def send(self, **message: Any) -> Delivery:
            if not self.sent:
                self.sent.append(message)
                raise RuntimeError("a fault of ours")
            return super().send(**message)

    first, second = (say(person_id, template) for template in ("withdrawn", "no_such_template"))
    Message.objects.filter(id=second.id).update(template="withdrawn")
    gateway = Broken()
    assert deliver_messages(at=AT, resolve=resolve, gateway=gateway) == 2
    assert sorted(Message.objects.values_list("status", "failure")) == [
        ("failed_temporary", "fault"),
        ("sent", ""),
    ]
    assert first.id != second.id


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


def test_a_limit_is_written_by_the_readers_own_clock_too(person_id: uuid.UUID) -> None:
    """In Jayapura the 21st is over two hours before it is over in Jakarta."""
    say(person_id, "deadline_reminder", deadline="2021-10-21T17:00:00+00:00")
    gateway = Gateway()
    there = Address("+6281300000001", province_code="94")
    deliver_messages(at=AT, resolve=lambda people, kind: dict.fromkeys(people, there), gateway=gateway)
    (sent,) = gateway.sent
    assert "21 Oktober 2021 pukul 23.59 WIB (22 Oktober 2021 pukul 01.59 WIT)" in str(sent["text"])
