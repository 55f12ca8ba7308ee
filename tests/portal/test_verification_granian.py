"""From a signed url-generate to the institution's own address, through both real servers and a browser's cookies."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import httpx
import pytest
from django.db import connection

from tests import builders as b
from tests.attendance import EMAIL, STARTS, bought_class
from tests.partner_api.partner import PAYMENT, set_programme_time
from tests.partner_api.signer import Signer

pytestmark = [pytest.mark.journeys, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).parents[2]
DOORS = ("portal", "partner_api")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def doors(django_db_setup: None) -> Iterator[dict[str, str]]:
    """Both doors under granian on the tests' own database: {name: address}."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    ports = {door: free_port() for door in DOORS}
    addresses = {door: f"http://127.0.0.1:{port}" for door, port in ports.items()}
    environment = os.environ | {
        "DATABASE_URL": urlunsplit(parts._replace(path="/" + quote(str(connection.settings_dict["NAME"])))),
        "PYTHONPATH": str(ROOT / "src"),
        "PRAKERJA_SUPERVISED": "1",
        "PRAKERJA_POOL": "2",
        "PRAKERJA_ENV": "sandbox",
        "PRAKERJA_PORTAL_URL": addresses["portal"],
    }
    # Each entry names the settings of its own door.
    for name in ("PRAKERJA_CLOCK", "DJANGO_SETTINGS_MODULE"):
        environment.pop(name, None)
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "4"]
    processes = [
        subprocess.Popen(
            [*granian, "--port", str(port), f"prakerja.config.wsgi.{door}:application"], env=environment, cwd=ROOT
        )
        for door, port in ports.items()
    ]
    try:
        for address, process in zip(addresses.values(), processes, strict=True):
            _wait_until_healthy(address, process)
        yield addresses
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)


def _wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the door ended before it answered"
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{address}/health", trust_env=False).status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the door did not answer within 30 seconds")


class Browser:
    """Keeps cookies, and stops where it is sent."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def ask(self, address: str) -> httpx.Response:
        return self.http.get(address)

    def submit(self, page: httpx.Response, address: str, **form: str) -> httpx.Response:
        """Send a form of this page with its token."""
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token is not None
        return self.http.post(address, data={"csrfmiddlewaretoken": token[1], **form}, headers={"Referer": address})


@pytest.fixture
def browser() -> Iterator[Browser]:
    with httpx.Client(trust_env=False, timeout=10) as http:
        yield Browser(http)


def call(address: str, partner: Any, path: str, members: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps(members, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json"} | Signer(partner).headers("POST", path, body)
    answer = httpx.post(f"{address}{path}", content=body, headers=headers, trust_env=False)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["data"])


def test_from_the_link_to_the_institution_and_its_proof(doors: dict[str, str], browser: Browser) -> None:
    taken = bought_class()
    set_programme_time(STARTS[0])
    # Every process reads the moved clock again within this time.
    time.sleep(0.6)
    api, institution = doors["partner_api"], taken.world.institution
    members = {"redeem_code": taken.code, "redirect_uri": b.RETURN_WITH_QUERY, "email": EMAIL, "sequence": 1}
    link = call(api, institution, "/api/v1/integration/oauth/url-generate", members)
    assert link["url"].startswith(f"{doors['portal']}/verifikasi/")

    page = browser.ask(link["url"])
    assert page.status_code == 200
    assert "form-action 'self' https://lms.example" in page.headers["Content-Security-Policy"]
    page = browser.submit(page, link["url"], action="send")
    assert page.status_code == 200
    otp = b.otp_of(taken.who.person_id, "otp_attendance")
    proved = browser.submit(page, link["url"], action="check", otp=otp)
    assert (proved.status_code, proved.headers["Location"]) == (302, urlsplit(link["url"]).path)
    page = browser.ask(f"{link['url']}?langkah=wajah")
    back = browser.submit(page, link["url"], action="confirm", face="match")
    assert (back.status_code, back.headers["Location"]) == (
        302,
        f"https://lms.example/kembali?kelas=7&state={link['state']}#hasil",
    )
    # Coming back proves nothing; this does.
    told = call(api, institution, f"{PAYMENT}/redeem-code/status", {"redeem_code": taken.code, "sequence": 1})
    assert (told["status"], told["attendance_status"]) == (1, 1)
    assert browser.ask(link["url"]).status_code == 410


def test_addresses_that_could_split_a_header(doors: dict[str, str], browser: Browser) -> None:
    for tail in ("%0d%0aSet-Cookie:%20a=b", "x%00y", "..%2f..%2fdashboard", "A" * 4000):
        answer = browser.ask(f"{doors['portal']}/verifikasi/{tail}")
        assert answer.status_code == 404
        assert "a=b" not in answer.headers.get("Set-Cookie", "")
