"""A gateway that takes ten messages at a time and says so: nothing is lost, nothing is sent twice, and codes go first."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from prakerja.kernel.clock import wall
from prakerja.kernel.db import transaction
from prakerja.notifications.delivery import Sender
from prakerja.notifications.gateways.sandbox_phone import SandboxPhone
from prakerja.notifications.lanes import CODES, OTHERS
from prakerja.notifications.models import Message
from prakerja.notifications.operations import queue_message
from prakerja.notifications.queries import put_off_until_too_late
from tests import builders as b
from tests.notifications.test_delivery import AT, Address
from tests.waiting import serving, wait_until

pytestmark = pytest.mark.django_db
ANNOUNCEMENTS, CODES_ASKED, TAKES = 40, 3, 10


class Busy(ThreadingHTTPServer):
    """Takes ten messages in half a second, which begins with the first of them; of what comes besides it says 429."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Desk)
        self.lock = threading.Lock()
        self.taken: list[tuple[str, str]] = []
        self.refused: list[str] = []
        self._began = wall()
        self._room = TAKES
        self.is_open = True

    def take(self, reference: str, text: str) -> bool:
        with self.lock:
            if wall() - self._began >= timedelta(seconds=0.5):
                self._began, self._room = wall(), TAKES
            if not self._room or not self.is_open:
                self.refused.append(text)
                return False
            self._room -= 1
            self.taken.append((reference, text))
            return True


class _Desk(BaseHTTPRequestHandler):
    server: Busy

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        taken = [self.server.take(one["reference"], one["text"]) for one in said.get("messages", [said])]
        answer: dict[str, object]
        if "messages" in said:
            # Of a call with several it says of each.
            status, answer = 200, {"outcomes": [{"status": 200 if it else 429, "accepted": it} for it in taken]}
        else:
            status, answer = 200 if taken[0] else 429, {"accepted": taken[0]}
        body = json.dumps(answer).encode()
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def busy() -> Iterator[Busy]:
    server = Busy()
    with serving(server):
        yield server


def say(person_id: uuid.UUID, template: str, key: str, **parameters: object) -> None:
    with transaction():
        queue_message(
            person_id=person_id, template=template, channels=("sms",), parameters=parameters, dedupe_key=key, at=AT
        )


def test_a_gateway_that_is_busy_is_left_alone_and_codes_go_first(busy: Busy) -> None:
    """Each refusal was a try, after a few of which a message waited for an hour, and codes fought for the room that was left."""
    person_id = b.participant(b.world()).person_id
    Message.objects.all().delete()
    for number in range(ANNOUNCEMENTS):
        say(person_id, "withdrawn", f"many:{number}")
    gateway = SandboxPhone(url=f"http://127.0.0.1:{busy.server_port}", key="key")
    began = wall()

    def now() -> datetime:
        return AT + (wall() - began)

    def resolve(person_ids: list[uuid.UUID], kind: str) -> Mapping[uuid.UUID, Address]:
        return {person_id: Address("+6281300000001") for person_id in person_ids}

    others, codes = (Sender(lane, resolve=resolve, gateway=gateway) for lane in (OTHERS, CODES))

    def after_a_turn(*lanes: Sender) -> bool:
        for lane in lanes:
            lane.turn(at=now())
        return True

    wait_until(lambda: after_a_turn(others) and busy.refused, what="the gateway is busy")
    for number in range(CODES_ASKED):
        say(person_id, "otp_sign_in", f"code:{number}", otp="123456", minutes=5)
    wait_until(
        lambda: after_a_turn(codes, others) and not Message.objects.exclude(status="sent").exists(),
        what="all are sent",
    )
    assert len(busy.taken) == len({reference for reference, _ in busy.taken}) == ANNOUNCEMENTS + CODES_ASKED
    # A refusal is no try, and what was refused was not asked about again and again.
    assert set(Message.objects.values_list("attempt_count", "failure")) == {(1, ""), (2, "")}
    assert len(busy.refused) < ANNOUNCEMENTS
    # The codes left among the first that it took after they were asked for.
    last_code = max(place for place, (_, text) in enumerate(busy.taken) if "OTP" in text)
    assert last_code < 3 * TAKES


def test_who_could_not_be_told_because_it_was_busy_is_known(busy: Busy) -> None:
    """A reminder that it refused to the end is one that could not be sent: nobody is revoked for it."""
    person_id = b.participant(b.world()).person_id
    Message.objects.all().delete()
    ends = AT + timedelta(hours=1)
    say(person_id, "deadline_reminder", "reminder", deadline=ends.isoformat())
    others = Sender(
        OTHERS,
        resolve=lambda people, kind: {one: Address("+6281300000001") for one in people},
        gateway=SandboxPhone(url=f"http://127.0.0.1:{busy.server_port}", key="key"),
    )
    busy.is_open = False
    assert others.turn(at=AT) == 1

    def is_now(status: str, failure: str, at: datetime) -> bool:
        others.turn(at=at)
        return Message.objects.filter(status=status, failure=failure).exists()

    wait_until(lambda: is_now("failed_temporary", "busy", AT), what="it is refused")
    wait_until(lambda: is_now("failed_permanent", "deadline_passed", ends), what="it is given up")
    asked = {"person_ids": [person_id], "template": "deadline_reminder"}
    assert put_off_until_too_late(**asked, since=AT - timedelta(days=1), until=ends) == {person_id}
