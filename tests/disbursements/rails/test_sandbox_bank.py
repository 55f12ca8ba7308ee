"""The client of the sandbox bank against the real program: every ending, time-outs, forged and broken answers."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.exceptions import ImproperlyConfigured

from examples.world.testing import RunningWorld, running_world
from prakerja.disbursements.rails import CallbackRefused, InquiryResult, NoStatement, ReferenceConflict, ReportedResult
from prakerja.disbursements.rails.base import TransferResult
from prakerja.disbursements.rails.sandbox import SandboxBank
from tests.waiting import LIMIT, SHORT, serving, wait_until

pytestmark = pytest.mark.journeys

AT = datetime(2021, 10, 12, 3, 0, tzinfo=UTC)
WALL = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
AGE = timedelta(minutes=5)


@pytest.fixture(scope="module")
def world() -> Iterator[RunningWorld]:
    with running_world(BANK_SILENCE_SECONDS=str(LIMIT), BANK_RETURN_SECONDS="0") as running:
        yield running


@pytest.fixture
def bank(world: RunningWorld) -> SandboxBank:
    return SandboxBank(url=world.url, key=world.bank_key, read_timeout=LIMIT)


def pay(bank: SandboxBank, reference: str, number: str, *, amount: int = 600_000) -> TransferResult:
    return bank.transfer(reference=reference, provider="bni", number=number, holder_name="SITI", amount=amount, at=AT)


@pytest.mark.parametrize(
    ("provider", "number", "expected"),
    [
        ("bni", "3000000010", InquiryResult("active", "SITI", True, True)),
        ("gopay", "081234567801", InquiryResult("active", "ORANG LAIN", False, True)),
        ("ovo", "+6281234567802", InquiryResult("active", "SITI", True, False)),
        ("bca", "12", InquiryResult("not_found")),
        ("mandiri", "3000000010", InquiryResult("not_found")),
    ],
)
def test_inquiry(bank: SandboxBank, provider: str, number: str, expected: InquiryResult) -> None:
    assert bank.inquire(provider=provider, number=number, name="Siti", nik_tail="0001") == expected


@pytest.mark.parametrize(
    ("ending", "status", "reason"),
    [
        ("10", "settled", None),
        ("01", "failed", "identity_differs"),
        ("02", "failed", "not_upgraded"),
        ("03", "failed", "account_blocked"),
        ("04", "held", "under_review"),
    ],
)
def test_transfer(bank: SandboxBank, ending: str, status: str, reason: str | None) -> None:
    result = pay(bank, f"p-{ending}", f"31000000{ending}")
    assert (result.reference, result.status, result.reason) == (f"p-{ending}", status, reason)
    assert result.amount == 600_000
    assert result.rail_reference.startswith("DEMO")
    assert bank.status(reference=f"p-{ending}") == result
    assert pay(bank, f"p-{ending}", f"31000000{ending}") == result


def test_a_blocked_account_shows_after_the_failure(bank: SandboxBank) -> None:
    pay(bank, "p-blocked", "3200000003")
    assert bank.inquire(provider="bni", number="3200000003", name="Siti", nik_tail="0001").status == "blocked"


def test_silence_is_unknown_and_asking_finds_the_payment(bank: SandboxBank, world: RunningWorld) -> None:
    impatient = SandboxBank(url=world.url, key=world.bank_key, read_timeout=SHORT)
    assert pay(impatient, "p-silent", "3300000005") == TransferResult("p-silent", "unknown", trouble="unreachable")
    # The bank may still be busy with what it was asked when we give up.
    wait_until(lambda: bank.status(reference="p-silent").status == "settled")
    found = bank.status(reference="p-silent")
    assert found == TransferResult("p-silent", "settled", None, 600_000, found.rail_reference)
    assert pay(bank, "p-silent", "3300000005") == found


def test_a_returned_payment_is_found_by_asking(bank: SandboxBank) -> None:
    assert pay(bank, "p-return", "3400000006").status == "settled"
    wait_until(lambda: bank.status(reference="p-return").status != "settled")
    found = bank.status(reference="p-return")
    assert (found.status, found.reason, found.amount) == ("returned", "account_closed", 600_000)


def test_an_unknown_reference_may_be_sent(bank: SandboxBank) -> None:
    assert bank.status(reference="p-never") == TransferResult("p-never", "not_found")


def test_a_reference_cannot_stand_for_two_payments(bank: SandboxBank) -> None:
    pay(bank, "p-conflict", "3500000010")
    with pytest.raises(ReferenceConflict, match=r"^p-conflict$"):
        pay(bank, "p-conflict", "3500000010", amount=600_001)


def test_an_impossible_account_fails(bank: SandboxBank) -> None:
    assert pay(bank, "p-impossible", "1") == TransferResult("p-impossible", "failed", "account_unknown")


def test_the_statement_is_read_page_by_page(bank: SandboxBank) -> None:
    pay(bank, "p-listed", "3900000010")
    pay(bank, "p-listed-failed", "3900000003", amount=50_000)
    lines = {line.reference: (line.status, line.amount) for line in bank.statement()}
    assert lines["p-listed"] == ("settled", 600_000)
    assert lines["p-listed-failed"] == ("failed", 50_000)
    with pytest.raises(NoStatement):
        list(SandboxBank(url="http://127.0.0.1:9", key="k").statement())


def test_a_wrong_key_concludes_nothing(world: RunningWorld, caplog: pytest.LogCaptureFixture) -> None:
    stranger = SandboxBank(url=world.url, key="another key")
    with caplog.at_level(logging.DEBUG):
        assert pay(stranger, "p-stranger", "3600000010").status == "unknown"
    assert stranger.status(reference="p-stranger").status == "unknown"
    assert stranger.inquire(provider="bni", number="3600000010", name="Siti", nik_tail="1").status == "unknown"
    assert "the sandbox bank answered 401 to a POST" in caplog.messages
    assert "3600000010" not in caplog.text


def test_nobody_there_is_unknown() -> None:
    nobody = SandboxBank(url="http://127.0.0.1:9", key="k")
    assert pay(nobody, "p-nobody", "3700000010").status == "unknown"
    assert nobody.status(reference="p-nobody").status == "unknown"
    assert nobody.inquire(provider="bni", number="3700000010", name="Siti", nik_tail="1") == InquiryResult("unknown")


@pytest.mark.parametrize(
    ("code", "body"),
    [
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"reference": "p-odd", "status": "paid"}'),
        (200, b'{"reference": "another", "status": "settled"}'),
        (500, b'{"reference": "p-odd", "status": "settled"}'),
        (404, b"not found"),
        (302, b"{}"),
    ],
)
def test_an_answer_that_makes_no_sense_is_unknown(code: int, body: bytes) -> None:
    class Odd(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def do_GET(self) -> None:
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Odd) as server, serving(server):
        odd = SandboxBank(url=f"http://127.0.0.1:{server.server_address[1]}", key="k")
        results = (pay(odd, "p-odd", "3800000010"), odd.status(reference="p-odd"))
    assert results == (TransferResult("p-odd", "unknown"),) * 2


def signed(body: bytes, key: str = "k") -> str:
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


SAID = {"reference": "p-1", "status": "returned", "reason": "account_closed", "sent_at": "2026-11-29T16:00:00+07:00"}


def read(bank: SandboxBank, body: bytes, signature: str) -> ReportedResult:
    return bank.read_callback(body=body, signature=signature, wall=WALL, longest_age=AGE)


def test_a_callback_is_read() -> None:
    bank = SandboxBank(url="http://127.0.0.1:9", key="k")
    body = json.dumps(SAID).encode()
    expected = ReportedResult(reference="p-1", status="returned", reason="account_closed")
    assert read(bank, body, signed(body)) == expected


@pytest.mark.parametrize(("seconds", "is_read"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_a_callback_is_read_while_it_is_fresh(seconds: int, is_read: bool) -> None:
    """What is signed and old may be a recording of somebody else's."""
    bank = SandboxBank(url="http://127.0.0.1:9", key="k")
    body = json.dumps(SAID | {"sent_at": (WALL + timedelta(seconds=seconds)).isoformat()}).encode()
    if is_read:
        assert read(bank, body, signed(body)).reference == "p-1"
    else:
        with pytest.raises(CallbackRefused, match=r"^stale$"):
            read(bank, body, signed(body))
        with pytest.raises(CallbackRefused, match=r"^signature$"):
            read(bank, body, signed(body, "x"))


@pytest.mark.parametrize("signature", ["", "0" * 64, "\udcff", signed(b"{}"), signed(json.dumps(SAID).encode(), "x")])
def test_a_forged_callback_is_refused(signature: str) -> None:
    bank = SandboxBank(url="http://127.0.0.1:9", key="k")
    with pytest.raises(CallbackRefused, match=r"^signature$"):
        read(bank, json.dumps(SAID).encode(), signature)


@pytest.mark.parametrize(
    "said",
    [
        [],
        {},
        None,
        SAID | {"status": "held"},
        SAID | {"status": []},
        SAID | {"reference": 1},
        SAID | {"reason": 1},
        SAID | {"sent_at": "2021-10-12"},
        SAID | {"sent_at": None},
    ],
)
def test_a_malformed_callback_is_refused(said: object) -> None:
    bank = SandboxBank(url="http://127.0.0.1:9", key="k")
    body = json.dumps(said).encode()
    with pytest.raises(CallbackRefused, match=r"^malformed$"):
        read(bank, body, signed(body))


@pytest.mark.parametrize(("url", "key"), [("", "k"), ("http://127.0.0.1:9", "")])
def test_it_does_not_start_without_address_or_key(url: str, key: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        SandboxBank(url=url, key=key)
