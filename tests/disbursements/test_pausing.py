"""A bank that is busy is left alone for a while, longer each time; nothing is sent twice, nothing is lost, others go on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pytest_django import Settings

from examples.world.testing import RunningWorld
from prakerja.audit.models import Record
from prakerja.disbursements.models import PaymentInstruction
from prakerja.disbursements.pausing import Pause, calls_to_make, note_rail_health, rail_pauses
from prakerja.disbursements.rails import TransferResult
from prakerja.disbursements.tasks import next_leaving, next_question_due, run_payments
from prakerja.incentives.models import Incentive
from prakerja.kernel.db import transaction
from tests.builders import World
from tests.money import books, participant_with_phone, reviewed, run_until, transfers, wib
from tests.waiting import serving

PAID = "2021-10-12 10:00"


class Busy(ThreadingHTTPServer):
    """A bank that takes no calls now."""

    code = 503

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.calls: list[str] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answers(BaseHTTPRequestHandler):
    server: Busy

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.calls.append(f"{self.command} {self.path.split('/')[2]}")
        self.send_response(self.server.code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def busy() -> Iterator[Busy]:
    with Busy() as server, serving(server):
        yield server


@pytest.mark.parametrize("code", [429, 503])
def test_a_busy_bank_is_left_alone_and_everybody_is_paid_once_it_answers(
    g21: World, busy: Busy, bank: RunningWorld, settings: Settings, code: int
) -> None:
    busy.code = code
    people = [participant_with_phone(g21, phone=f"0812100004{number}3") for number in range(3)]
    for number, who in enumerate(people):
        reviewed(g21, who, number=f"77001235{number}6")
    run_until(wib("2021-10-12 09:00"))
    settings.BANK_URL = busy.url

    assert ("2021-10-12 10:00", "send_payments", 3) in run_until(wib(PAID))
    # They were claimed together; after that nobody calls it before half a minute is over.
    assert busy.calls == ["POST transfers"] * 3
    assert rail_pauses() == [Pause("sandbox", "busy", 1, wib(PAID), wib("2021-10-12 10:00:30"))]
    assert calls_to_make(rail="sandbox", most=64, at=wib("2021-10-12 10:00:29")) == 0
    assert calls_to_make(rail="sandbox", most=64, at=wib("2021-10-12 10:00:30")) == 1
    assert calls_to_make(rail="another", most=64, at=wib(PAID)) == 64

    # Asked after five minutes, one call alone: still busy, and the next pause is longer.
    run_until(wib("2021-10-12 10:05:30"))
    assert busy.calls == ["POST transfers"] * 3 + ["GET transfers"]
    assert rail_pauses() == [Pause("sandbox", "busy", 2, wib(PAID), wib("2021-10-12 10:06"))]
    assert next_question_due() == wib("2021-10-12 10:06")

    settings.BANK_URL = bank.url
    run_until(wib("2021-10-12 12:00"))
    assert rail_pauses() == []
    assert [Incentive.objects.get(person_id=who.person_id, number=1).status for who in people] == ["paid"] * 3
    for who in people:
        assert transfers(who, "send", "settle") == [(PAID, "send", 600_000), *transfers(who, "settle")]
        assert len(transfers(who, "settle")) == 1
        assert "in_transit:sandbox" not in books(who)
    heard = Record.objects.filter(subject_kind="rail").order_by("id")
    assert list(heard.values_list("action", flat=True)) == ["rail.paused", "rail.resumed"]


def test_what_waits_leaves_when_the_pause_ends(g21: World, settings: Settings) -> None:
    who = participant_with_phone(g21, phone="081210000033")
    reviewed(g21, who)
    run_until(wib("2021-10-12 09:00"))
    with transaction():
        note_rail_health(
            said=[("sandbox", TransferResult("X", "unknown", trouble="unreachable"))], at=wib("2021-10-12 09:59:45")
        )
    steps = run_until(wib("2021-10-12 10:05"))
    assert ("2021-10-12 10:00", "send_payments", 1) in steps
    assert PaymentInstruction.objects.get(person_id=who.person_id).sent_at == wib("2021-10-12 10:00:15")


def said(*troubles: str) -> list[tuple[str, TransferResult]]:
    return [
        ("sandbox", TransferResult(f"R{number}", "unknown" if trouble else "settled", trouble=trouble))  # type: ignore[arg-type]
        for number, trouble in enumerate(troubles)
    ]


@pytest.mark.django_db
def test_the_pause_grows_to_its_ceiling_and_one_answer_ends_it() -> None:
    at = wib("2021-10-12 10:00")
    waits = []
    for _ in range(7):
        with transaction():
            note_rail_health(said=said("busy"), at=at)
        [pause] = rail_pauses()
        waits.append((pause.until - at).total_seconds())
        # Of the same burst, and no further try.
        with transaction():
            note_rail_health(said=said("busy", "busy"), at=at)
        assert rail_pauses() == [pause]
        at = pause.until
    assert waits == [30, 60, 120, 300, 600, 600, 600]
    with transaction():
        note_rail_health(said=said(""), at=at)
    assert rail_pauses() == []


@pytest.mark.django_db
def test_one_silent_call_among_answers_is_no_pause_and_too_many_calls_is_a_short_one() -> None:
    at = wib("2021-10-12 10:00")
    with transaction():
        note_rail_health(said=said("", "unreachable"), at=at)
    assert rail_pauses() == []
    for minute in range(3):
        with transaction():
            note_rail_health(said=said("", "busy"), at=wib(f"2021-10-12 10:0{minute}"))
    [pause] = rail_pauses()
    assert (pause.refusals, pause.until) == (1, wib("2021-10-12 10:02:30"))


@pytest.mark.django_db
def test_nothing_waits_for_a_rail_without_payments() -> None:
    with transaction():
        note_rail_health(said=said("busy"), at=wib(PAID))
    assert (next_leaving(), next_question_due()) == (None, None)
    assert run_payments(wib(PAID)) == 0
