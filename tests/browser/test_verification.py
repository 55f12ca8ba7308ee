"""Proving attendance on a cheap phone without scripts, up to the address at another site that the form ends at."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.checks import problems_of
from tests.browser.citizen import Citizen
from tests.browser.clicking import follow
from tests.browser.system import RunningSystem
from tests.waiting import LIMIT

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
GENERATE = "/api/v1/integration/oauth/url-generate"
STATUS = "/api/v1/integration/payment/redeem-code/status"
TEST_CODES = "/api/v1/partner/test-codes"


def ask(system: RunningSystem, partner: dict[str, str], path: str, members: dict[str, Any] | None = None) -> Any:
    """A signed call, as the institution's own program makes it."""
    address = system.process.urls["partner_api"]
    method = "GET" if members is None else "POST"
    body = b"" if members is None else json.dumps(members, separators=(",", ":")).encode()
    stamp = str(int(time.time()))
    raw = f"{partner['client_code']}{stamp}{method}{path}".encode() + body
    digest = hashlib.sha256 if path.startswith("/api/v1/partner/") else hashlib.sha1
    headers = {
        "client_code": partner["client_code"],
        "timestamp": stamp,
        "signature": hmac.new(partner["sign_key"].encode(), raw, digest).hexdigest(),
        "Content-Type": "application/json",
    }
    answer = httpx.request(method, f"{address}{path}", content=body, headers=headers, trust_env=False, timeout=LIMIT)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_participant_by_the_code_on_the_phone(
    new_person: Callable[..., BrowserContext], system: RunningSystem, scripts: bool
) -> None:
    person = system.new_participant(stage="purchased")
    partner, callback = person["institution_credentials"], f"{system.institution}/{person['institution']}/callback"
    members = {"redeem_code": person["redeem_code"], "redirect_uri": callback, "email": "a@lms.example"}
    link = ask(system, partner, GENERATE, members)
    me = Citizen(new_person(scripts=scripts), system, person)
    page = me.page
    page.goto(link["url"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Verifikasi kehadiran")
    assert not scripts or problems_of(page) == []
    page.get_by_role("button", name="Kirim kode lewat SMS").click()
    assert not scripts or problems_of(page) == []
    page.get_by_label("Masukkan kode dari SMS").fill(me.otp("verifikasi kehadiran"))
    page.get_by_role("button", name="Lanjutkan").click()
    assert not scripts or problems_of(page) == []
    # Scheme 2021 asks for no face.
    page.get_by_role("button", name="Ya, saya hadir").click()
    # The institution wants to know its own user first; that we got there is what counts here.
    page.wait_for_url(f"{system.institution}/**")
    told = ask(system, partner, STATUS, {"redeem_code": person["redeem_code"], "sequence": 1})
    assert (told["status"], told["attendance_status"]) == (1, 1)
    page.goto(link["url"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Kehadiran sudah tercatat")
    assert not scripts or problems_of(page) == []


def test_a_test_code_and_its_face(new_person: Callable[..., BrowserContext], system: RunningSystem) -> None:
    callback = f"{system.institution}/?kelas=1"
    added = ("partner", "add", "--kind", "institution", "--code", "lkp-uji", "--name", "LKP Uji")
    partner = system.process.json(*added, "--redirect-uri", callback)
    codes = {one["case"]: one["redeem_code"] for one in ask(system, partner, TEST_CODES)["items"]}
    members = {"redirect_uri": callback, "email": "a@lms.example"}
    page = new_person().new_page()
    for case, face, more in (
        ("TC1-001", "Wajah tidak cocok", {"success": ["false"], "code": ["ERRTRX40392"]}),
        ("TC1-001", "Wajah cocok", {}),
        ("TC2-999", "Wajah cocok", {}),
    ):
        link = ask(system, partner, GENERATE, members | {"redeem_code": codes[case], "sequence": int(case[-3:])})
        page.goto(link["url"])
        assert problems_of(page) == []
        follow(page.get_by_role("link", name="Ke verifikasi wajah"))
        assert problems_of(page) == []
        page.get_by_role("button", name=face, exact=True).click()
        page.wait_for_url(f"{system.institution}/**")
        assert parse_qs(urlsplit(page.url).query) == {"kelas": ["1"], "state": [link["state"]]} | more
    page.goto(f"{system.portal}/verifikasi/tidak-ada")
    assert problems_of(page) == []
