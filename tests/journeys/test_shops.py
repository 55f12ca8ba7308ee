"""The example shop against a running Prakerja: the moments at which something goes wrong between the two."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from prakerja.cli.journeys.browser import Browser, Page
from prakerja.cli.journeys.people import Participant, Phone
from tests.partner_api.signer import Signer
from tests.running import System
from tests.waiting import LIMIT, free_port, serving, stop, wait_until, wait_until_healthy

pytestmark = pytest.mark.journeys
ROOT = Path(__file__).parents[2]
AUTHORIZE = "/api/v1/integration/payment/authorize"


class Line(ThreadingHTTPServer):
    """The line between shop and Prakerja. `loses` is what it loses of the next payment: question or answer."""

    def __init__(self, api: str) -> None:
        self.api, self.loses = urlsplit(api).netloc, ""
        super().__init__(("127.0.0.1", 0), _Relay)


class _Relay(BaseHTTPRequestHandler):
    server: Line

    def _relay(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        lost = self.server.loses if self.path == AUTHORIZE else ""
        if lost:
            self.server.loses = ""
        if lost != "question":
            line = http.client.HTTPConnection(self.server.api, timeout=LIMIT)
            try:
                line.request(self.command, self.path, body=body, headers=dict(self.headers.items()))
                answer = line.getresponse()
                content = answer.read()
            finally:
                line.close()
        if lost:
            # The line breaks: the shop has no answer, and does not know which of the two was lost.
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name in ("Content-Type", "Content-Encoding"):
            if answer.headers[name]:
                self.send_header(name, answer.headers[name])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _relay

    def log_message(self, *_: Any) -> None:
        """The test says what went wrong."""


@pytest.fixture(scope="module")
def line(system: System) -> Iterator[Line]:
    server = Line(system.urls["partner_api"])
    with serving(server):
        yield server


@pytest.fixture(scope="module")
def shop(system: System, line: Line, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A shop of Pintaria's whose calls go over the line."""
    ports = [free_port() for _ in range(7)]
    environment = {
        "PATH": os.environ["PATH"],
        "PRAKERJA_API": f"http://127.0.0.1:{line.server_address[1]}",
        "PARTNERS_FILE": str(_partners_file(system)),
        "DATA_DIR": str(tmp_path_factory.mktemp("shop")),
        "PORTS": ",".join(map(str, ports)),
        "PRAKERJA_TIMEOUT_S": str(LIMIT),
    }
    process = subprocess.Popen([sys.executable, "-m", "examples.platform"], cwd=ROOT, env=environment)
    # In the order of brands.json.
    address = f"http://127.0.0.1:{ports[2]}"
    try:
        wait_until_healthy(address, process)
        yield address
    finally:
        assert stop(process) == 0


def _partners_file(system: System) -> Path:
    (found,) = system.data_dir.rglob("partners.json")
    return found


@pytest.fixture
def buyer(system: System) -> Iterator[Participant]:
    """Somebody of wave 21 who may buy."""
    made = system.json("sandbox", "participant", "--stage", "ready")
    someone = Participant(
        name="Pembeli Uji",
        phone_number=made["phone"],
        email=f"pembeli-{uuid.uuid4().hex[:8]}@contoh.id",
        portal=Browser(system.urls["portal"]),
        phone=Phone(system.urls["phone"], made["phone"]),
        card_number=made["card_number"],
    )
    with closing(someone):
        yield someone


def signed(system: System, kind: str, code: str, path: str, members: dict[str, Any], **more: str) -> Any:
    """What Prakerja answers this partner."""
    partner = json.loads(_partners_file(system).read_text())[kind][code]
    body = json.dumps(members).encode()
    credential = SimpleNamespace(client_code=partner["client_code"], sign_key=partner["sign_key"])
    signer = Signer(credential, "sha256" if path.startswith("/api/v1/partner/") else "sha1")  # type: ignore[arg-type]
    headers = signer.headers("POST", path, body) | {"Content-Type": "application/json"} | more
    answer = httpx.post(
        f"{system.urls['partner_api']}{path}", content=body, headers=headers, trust_env=False, timeout=LIMIT
    )
    assert answer.status_code == 200, answer.text
    return answer.json().get("data")


def status_of(system: System, shop: str, invoice: str) -> str:
    asked = {"invoice_code": invoice}
    return str(signed(system, "platforms", shop, "/api/v1/integration/payment/status", asked)["status"])


@pytest.mark.parametrize("lost", ["answer", "question"])
def test_a_time_out_at_authorize(system: System, line: Line, shop: str, buyer: Participant, lost: str) -> None:
    course = system.json("sandbox", "course", "--price", "150000")
    asked = buyer.order(shop, course["course_code"])
    otp = buyer.phone.otp()
    line.loses = lost
    page = buyer.pay(shop, asked, otp)
    if lost == "question":
        # Prakerja knows nothing of it: the shop says so, and the same OTP may be sent once more.
        assert page.marked_text("order-status") == "Sedang diperiksa"
        page.must_say("Jangan membeli lagi sebelum diperiksa.")
        checked = buyer.shop(shop).submit(page, action="/check")
        checked.must_say("Prakerja belum mencatat pembayaran ini. Saldo Anda belum berkurang.")
        page = buyer.pay(shop, buyer.shop(shop).get(f"{checked.path}/otp"), otp)
    assert page.marked_text("order-status") == "Berhasil dibayar"
    assert len(page.marked_text("voucher-code")) == 12
    assert status_of(system, "pintaria", page.marked_text("invoice-code")) == "SUCCESS"
    # Paid once.
    buyer.dashboard().must_say("Rp850.000")


def test_a_class_that_the_institution_calls_off(system: System, buyer: Participant) -> None:
    """Nobody looks at the order: Prakerja tells the shop, and the shop gives the money back."""
    now = system.json("clock", "show")["now"]
    course = system.json("sandbox", "course", "--price", "300000", "--starts", _days_later(now, 5))
    base = system.urls["platforms"]["tokopedia"]
    paid = _buy(buyer, base, course["course_code"])
    buyer.dashboard().must_say("Rp700.000")
    path = f"/api/v1/partner/course-runs/{course['schedule_code']}/cancel"
    signed(system, "institutions", course["institution"], path, {}, **{"Idempotency-Key": uuid.uuid4().hex})
    wait_until(
        lambda: status_of(system, "tokopedia", paid.marked_text("invoice-code")) == "VOID",
        what="the shop voids what it sold",
    )
    buyer.dashboard().must_say("Rp1.000.000")
    order = buyer.shop(base).get(paid.path)
    assert order.marked_text("order-status") == "Dibatalkan"
    order.must_say("Kami sudah membatalkan pesanan Anda")
    assert buyer.shop(base).get(f"/course/{course['course_code']}").status == 404


def _buy(buyer: Participant, base: str, course_code: str) -> Page:
    return buyer.pay(base, buyer.order(base, course_code), buyer.phone.otp())


def _days_later(now: str, days: int) -> str:
    return (datetime.fromisoformat(now) + timedelta(days=days)).isoformat()
