"""An institution lets a participant sign in with Prakerja: signed call, phone, consent page, back with a code, profile.

In a real browser, because browsers hold the redirect after a form against the policy of the form's page.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.checks import problems_of
from tests.browser.citizen import Citizen
from tests.browser.system import RunningSystem
from tests.waiting import LIMIT

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

AUTHORIZE = "/api/v1/oauth/authorize"


class Institution:
    """A program of a partner: it knows its credential and the addresses, nothing else."""

    def __init__(self, system: RunningSystem, code: str) -> None:
        self.api = str(system.process.urls["partner_api"])
        self.landing = f"{system.institution}/rasakata/kembali?dari=prakerja"
        self.login = f"{system.institution}/rasakata/signin"
        addresses = ("--redirect-uri", self.landing, "--redirect-uri", self.login)
        made = system.process.json(
            "partner", "add", "--kind", "institution", "--code", code, "--name", "LKP Masuk Bersama", *addresses
        )
        self.client_id, self.key = str(made["client_code"]), str(made["sign_key"])

    def question(self) -> str:
        """Where to send the browser."""
        query = urlencode(
            {"state": "s-1", "scope": "name notelp", "redirect_uri": self.landing, "login_uri": self.login}
        )
        stamp = str(int(time.time()))
        raw = f"{self.client_id}{stamp}GET{AUTHORIZE}?{query}"
        signature = hmac.new(self.key.encode(), raw.encode(), hashlib.sha1).hexdigest()
        headers = {"X-Client-Id": self.client_id, "X-Timestamp": stamp, "X-Signature": signature}
        return str(
            self._data(httpx.get(f"{self.api}{AUTHORIZE}?{query}", headers=headers, timeout=LIMIT))["redirect_url"]
        )

    def profile(self, code: str) -> dict[str, Any]:
        headers = {"X-Client-Id": self.client_id}
        pair = self._data(
            httpx.post(f"{self.api}/api/v1/oauth/token", headers=headers, json={"code": code}, timeout=LIMIT)
        )
        headers["Authorization"] = pair["access_token"]
        return self._data(httpx.get(f"{self.api}/api/v1/resource/user_profile", headers=headers, timeout=LIMIT))

    @staticmethod
    def _data(answer: httpx.Response) -> dict[str, Any]:
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["data"]
        return found


def test_sign_in_with_prakerja(context: BrowserContext, system: RunningSystem) -> None:
    lms = Institution(system, "masuk-bersama")
    me = Citizen(context, system, system.new_participant(stage="ready"))
    me.page.goto(lms.question())
    # Nobody is signed in yet: phone, code, and then the question itself.
    me.page.fill("#phone", me.number)
    me.page.click("main button[type=submit]")
    me.page.fill("#otp", me.otp("masuk ke dashboard"))
    me.page.click("main form:has(#otp) button")
    expect(me.page.locator("h1")).to_have_text("LKP Masuk Bersama ingin mengenali Anda")
    assert problems_of(me.page) == []
    me.page.get_by_role("button", name="Izinkan").click()
    me.page.wait_for_url(re.compile(re.escape(lms.landing)))
    came = parse_qs(urlsplit(me.page.url).query)
    assert (came["dari"], came["state"]) == (["prakerja"], ["s-1"])
    told = lms.profile(came["code"][0])
    assert (told["name"], told["email"], told["no_prakerja"]) == (me.name, "", "")
    assert told["phone_number"].endswith(me.number.removeprefix("0"))

    # A second time the way is one click, and the other button leads to the sign-in page of the institution.
    me.page.goto(lms.question())
    me.page.get_by_role("button", name="Tolak").click()
    me.page.wait_for_url(re.compile(re.escape(lms.login)))
    assert parse_qs(urlsplit(me.page.url).query) == {"error": ["access_denied"], "state": ["s-1"]}

    me.visit("/privasi").get_by_role("link", name="Izin lembaga").click()
    assert problems_of(me.page) == []
    me.page.get_by_role("button", name="Cabut izin LKP Masuk Bersama").click()
    expect(me.page.get_by_role("status")).to_contain_text("Izin dicabut.")
