"""The door through the real server: underscore headers, double slashes, chunks and large bodies are its business too."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from prakerja.kernel import clock
from tests import builders as b
from tests.partner_api.partner import PAYMENT, set_programme_time
from tests.partner_api.served import ask
from tests.partner_api.signer import Signer
from tests.waiting import LIMIT

pytestmark = [pytest.mark.journeys, pytest.mark.django_db(transaction=True)]

STATUS = f"{PAYMENT}/status"


def signed(platform: Any, body: bytes, target: str = STATUS) -> dict[str, str]:
    return Signer(platform).headers("POST", target, body) | {"Content-Type": "application/json"}


BODY = b'{"invoice_code":"INV-1"}'
# What a good request is answered with here: nothing was bought.
UNKNOWN = (404, "ERRPLT40493")


def outcome(answer: tuple[int, str]) -> tuple[int, str]:
    return answer[0], json.loads(answer[1])["code"]


@pytest.mark.parametrize(
    "spelling", [str.lower, str.title, str.upper], ids=["client_code", "Client_Code", "CLIENT_CODE"]
)
def test_underscore_headers_arrive_in_any_case(port: int, spelling: Any) -> None:
    platform = b.world().platform
    headers = {spelling(name): value for name, value in signed(platform, BODY).items()}
    assert outcome(ask(port, "POST", STATUS, BODY, headers)) == UNKNOWN


def test_go_canonical_headers(port: int) -> None:
    platform = b.world().platform
    sent = signed(platform, BODY)
    headers = {
        "Client_code": sent["client_code"],
        "Timestamp": sent["timestamp"],
        "Signature": sent["signature"].upper(),
    }
    assert outcome(ask(port, "POST", STATUS, BODY, headers)) == UNKNOWN


@pytest.mark.parametrize("slashes", ["//", "///"])
def test_double_slash_in_the_path(port: int, slashes: str) -> None:
    platform = b.world().platform
    target = slashes + STATUS.lstrip("/")
    assert outcome(ask(port, "POST", target, BODY, signed(platform, BODY))) == UNKNOWN


def test_python_spacing(port: int) -> None:
    platform = b.world().platform
    assert outcome(ask(port, "POST", STATUS, b'{"invoice_code": "INV-1"}', signed(platform, BODY))) == UNKNOWN


def raw(port: int, text: bytes) -> tuple[int, str]:
    """Send exactly these bytes and read one answer, without ever sending more."""
    with socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as link:
        link.sendall(text)
        head, _, rest = b"", b"", b""
        while b"\r\n\r\n" not in head:
            piece = link.recv(65536)
            assert piece, "the server closed the connection without an answer"
            head += piece
        head, _, rest = head.partition(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        while len(rest) < length:
            piece = link.recv(65536)
            assert piece
            rest += piece
        return int(head.split(b" ", 2)[1]), rest.decode()


def request_head(headers: dict[str, str], **more: str) -> bytes:
    lines = [f"POST {STATUS} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_length', '-Length')}: {value}" for name, value in (headers | more).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_a_body_in_chunks_is_read(port: int) -> None:
    platform = b.world().platform
    head = request_head(signed(platform, BODY), **{"Transfer-Encoding": "chunked"})
    chunks = b"5\r\n" + BODY[:5] + b"\r\n" + f"{len(BODY) - 5:x}".encode() + b"\r\n" + BODY[5:] + b"\r\n0\r\n\r\n"
    assert outcome(raw(port, head + chunks)) == UNKNOWN


def test_a_large_body_is_refused_before_it_is_sent(port: int) -> None:
    platform = b.world().platform
    head = request_head(signed(platform, BODY), **{"Content-Length": "1048576"})
    assert outcome(raw(port, head)) == (413, "ERRINT41390")


def test_large_bodies_that_are_sent_all_the_same(port: int) -> None:
    platform = b.world().platform
    body = b'{"invoice_code":"' + b"x" * 2**20 + b'"}'
    # The server may answer and close while the client still writes.
    with contextlib.suppress(ConnectionError):
        assert outcome(ask(port, "POST", STATUS, body, signed(platform, body))) == (413, "ERRINT41390")
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    head = request_head(signed(platform, body), **{"Transfer-Encoding": "chunked"})
    with contextlib.suppress(ConnectionError):
        assert outcome(raw(port, head + chunk * 3 + b"0\r\n\r\n")) == (413, "ERRINT41390")
    assert outcome(ask(port, "POST", STATUS, BODY, signed(platform, BODY))) == UNKNOWN


def test_a_client_that_keeps_its_connection_loses_no_call(port: int) -> None:
    """Refusals that come before the body is read end the connection, and say so: the client opens another one."""
    platform = b.world().platform
    nobody = {"Content-Type": "application/json"}
    stale = Signer(platform).headers("POST", STATUS, BODY, timestamp=str(int(time.time()) - 400))
    large = b'{"invoice_code":"' + b"x" * 200_000 + b'"}'
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=LIMIT) as client:
        for _ in range(40):
            for body, headers, expected in (
                (BODY, nobody, "ERRINT40190"),
                (BODY, stale, "ERRINT40193"),
                (large, signed(platform, large), "ERRINT41390"),
            ):
                assert client.post(STATUS, content=body, headers=headers).json()["code"] == expected
                answer = client.post(STATUS, content=BODY, headers=signed(platform, BODY))
                assert (answer.status_code, answer.json()["code"]) == UNKNOWN


def test_bodies_that_do_not_come_hold_no_thread_and_no_connection_to_the_database(port: int) -> None:
    """The door of these tests has four threads and two connections: any of them held would be missed."""
    platform = b.world().platform
    head = request_head(signed(platform, BODY), **{"Content-Length": str(len(BODY))})
    with contextlib.ExitStack() as stack:
        for _ in range(60):
            link = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=LIMIT))
            link.sendall(head + BODY[:5])
        for _ in range(5):
            assert outcome(ask(port, "POST", STATUS, BODY, signed(platform, BODY))) == UNKNOWN


@pytest.mark.parametrize(
    "more",
    [{"Host": "127.0.0.1"}, {"Content-Length": "24", "Transfer-Encoding": "chunked"}, {"client-code": "somebody"}],
    ids=["two Hosts", "a length beside chunks", "client-code beside client_code"],
)
def test_what_a_proxy_and_we_could_understand_differently_is_refused(port: int, more: dict[str, str]) -> None:
    platform = b.world().platform
    sent = request_head(signed(platform, BODY) | {"Content-Length": str(len(BODY))} | more)
    # In the envelope, as everything at this door.
    assert outcome(raw(port, sent + BODY)) == (400, "ERRINT40090")
    assert outcome(raw(port, sent.replace(b"\r\n", b"\n") + BODY)) == (400, "ERRINT40090")


def test_a_strangers_name_reaches_nothing(port: int) -> None:
    assert ask(port, "GET", "/openapi.json", headers={"Host": "evil.example"})[0] == 421
    assert ask(port, "GET", "/openapi.json", headers={"Host": f"localhost:{port}"})[0] == 200


def test_answers_to_programs_are_kept_by_nobody(port: int) -> None:
    platform = b.world().platform
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=LIMIT) as client:
        answer = client.post(STATUS, content=BODY, headers=signed(platform, BODY))
    assert (answer.headers["Cache-Control"], answer.headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert answer.headers["X-Request-Id"] != ""


def test_http_2_is_not_spoken(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as link:
        link.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0")
        assert link.recv(65536).startswith(b"HTTP/1.1 400 ")


def test_a_stale_timestamp_is_by_wall_time(port: int) -> None:
    platform = b.world().platform
    set_programme_time(b.BUY_AT)
    stale = Signer(platform).headers("POST", STATUS, BODY, timestamp=str(int(time.time()) - 400))
    assert outcome(ask(port, "POST", STATUS, BODY, stale)) == (401, "ERRINT40193")
    assert outcome(ask(port, "POST", STATUS, BODY, signed(platform, BODY))) == UNKNOWN


def test_buying_and_redeeming_over_http(port: int) -> None:
    """The whole purchase as a partner's program does it: the answers, then the code, then the redemption."""
    world = b.world()
    who = b.participant(world)
    course, run = b.course(world)
    set_programme_time(b.BUY_AT)
    clock.wait_until_all_know()

    def post(partner: Any, path: str, members: dict[str, Any], **headers: str) -> dict[str, Any]:
        body = json.dumps(members, separators=(",", ":")).encode()
        status, text = ask(port, "POST", path, body, signed(partner, body, path) | headers)
        assert status == 200, text
        return dict(json.loads(text)["data"])

    codes = {"course_code": course.code, "schedule_code": run.code}
    intent = codes | {"user_platform_id": "u-1", "prakerja_id": who.card, "amount": 475_000}
    token = post(world.platform, f"{PAYMENT}/send-otp", intent)["payment_token"]
    payment = {"otp": b.otp_of(who.person_id), "invoice_url": "https://x.id/1", "invoice_code": "INV/1 é"}
    bought = post(world.platform, f"{PAYMENT}/authorize", payment, Authorization=f"Payment {token}")
    assert (bought["status"], bought["amount"]) == ("SUCCESS", 475_000)
    assert post(world.platform, f"{PAYMENT}/quota-schedule", codes)["quota"] == 99

    target = f"/api/v1/partner/transactions/{quote('INV/1 é', safe='')}"
    headers = Signer(world.platform, "sha256").headers("GET", target, b"")
    status, text = ask(port, "GET", target, headers=headers)
    assert status == 200, text
    code = json.loads(text)["data"]["voucher_code"]
    assert code == b.code_of(who.person_id)
    redeemed = post(world.institution, f"{PAYMENT}/redeem-code/commit", {"redeem_code": code})
    assert (redeemed["status"], redeemed["invoice_code"]) == (1, "INV/1 é")
