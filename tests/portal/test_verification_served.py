"""From a signed url-generate to the institution's own address, through both real servers and a browser's cookies."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from prakerja.kernel import clock
from tests import builders as b
from tests.attendance import EMAIL, STARTS, bought_class
from tests.partner_api import served
from tests.partner_api.partner import PAYMENT, set_programme_time
from tests.partner_api.signer import Signer
from tests.waiting import LIMIT, free_port

pytestmark = [pytest.mark.journeys, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).parents[2]
DOORS = ("portal", "partner_api")


@pytest.fixture(scope="module")
def doors(django_db_setup: None) -> Iterator[dict[str, str]]:
    """Both doors as they are served, on the tests' own database: {name: address}."""
    ports = {door: free_port() for door in DOORS}
    addresses = {door: f"http://127.0.0.1:{port}" for door, port in ports.items()}
    environment = {"PRAKERJA_ENV": "sandbox", "PRAKERJA_PORTAL_URL": addresses["portal"]}
    with contextlib.ExitStack() as stack:
        for door, port in ports.items():
            stack.enter_context(served.running(door, number=port, **environment))
        yield addresses


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
    with httpx.Client(trust_env=False, timeout=LIMIT) as http:
        yield Browser(http)


def call(address: str, partner: Any, path: str, members: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps(members, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json"} | Signer(partner).headers("POST", path, body)
    answer = httpx.post(f"{address}{path}", content=body, headers=headers, trust_env=False, timeout=LIMIT)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["data"])


def test_from_the_link_to_the_institution_and_its_proof(doors: dict[str, str], browser: Browser) -> None:
    taken = bought_class()
    set_programme_time(STARTS[0])
    clock.wait_until_all_know()
    api, institution = doors["partner_api"], taken.world.institution
    members = {"redeem_code": taken.code, "redirect_uri": b.RETURN_WITH_QUERY, "email": EMAIL, "sequence": 1}
    link = call(api, institution, "/api/v1/integration/oauth/url-generate", members)
    assert link["url"].startswith(f"{doors['portal']}/verifikasi/")

    page = browser.ask(link["url"])
    assert page.status_code == 200
    assert "form-action 'self' https://lms.example" in page.headers["Content-Security-Policy"]
    asked = browser.submit(page, link["url"], action="send")
    assert (asked.status_code, asked.headers["Location"]) == (302, urlsplit(link["url"]).path)
    page = browser.ask(link["url"])
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
