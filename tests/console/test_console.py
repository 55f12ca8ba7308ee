"""The operators' site: nobody enters by a password alone, only a retry changes anything, nothing sealed is shown."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import httpx
import pyotp
import pytest

from prakerja.cli.journeys.browser import Browser
from prakerja.cli.journeys.people import Participant, Phone
from tests import running

pytestmark = [pytest.mark.journeys, pytest.mark.xdist_group("system")]


def token(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def with_password(browser: httpx.Client, operator: dict[str, str]) -> httpx.Response:
    form = browser.get("/accounts/login/")
    return browser.post(
        "/accounts/login/",
        data={
            "csrfmiddlewaretoken": token(form.text),
            "login": operator["email"],
            "password": operator["password"],
        },
    )


@pytest.fixture(scope="module")
def operator(system: running.System) -> dict[str, str]:
    found: dict[str, str] = system.urls["accounts"]["operators"][1]
    return found


def enter(client: httpx.Client, operator: dict[str, str]) -> None:
    asked = with_password(client, operator)
    assert asked.url.path == "/accounts/2fa/authenticate/"
    code = pyotp.TOTP(operator["totp_secret"]).now()
    entered = client.post(str(asked.url), data={"csrfmiddlewaretoken": token(asked.text), "code": code})
    assert entered.url.path == "/"


@pytest.fixture(scope="module")
def browser(system: running.System, operator: dict[str, str]) -> Iterator[httpx.Client]:
    """An approver who signed in with password and code."""
    with httpx.Client(base_url=system.urls["console"], follow_redirects=True) as client:
        enter(client, operator)
        yield client


@pytest.fixture(scope="module")
def viewer(system: running.System) -> Iterator[httpx.Client]:
    """An operator who may only look."""
    with httpx.Client(base_url=system.urls["console"], follow_redirects=True) as client:
        enter(client, system.urls["accounts"]["operators"][0])
        yield client


@pytest.fixture(scope="module")
def held(system: running.System) -> str:
    """A payment that waits for its re-check, because its owner changed the account that morning; returns the name."""
    who = next(one for one in system.urls["accounts"]["participants"] if one["stage"] == "paying")
    portal, phone = Browser(system.urls["portal"]), Phone(system.urls["phone"], who["phone"])
    owner = Participant(who["name"], who["phone"], "", portal, phone)
    # Worked out on Friday the 24th, scheduled for the Monday after, so paid on Thursday the 30th at ten.
    system.json("clock", "set", "2021-09-30T09:00")
    owner.sign_in()
    owner.unlink()
    owner.link(provider="bni", number="7700123457").must_say("3457")
    portal.close()
    system.json("clock", "set", "2021-09-30T10:01")
    return str(who["name"])


def test_a_password_alone_opens_nothing(system: running.System) -> None:
    with httpx.Client(base_url=system.urls["console"], follow_redirects=True) as client:
        with_password(client, system.urls["accounts"]["operators"][2])
        for path in ("/", "/people/person/", "/payments/", "/attention/", "/login/"):
            assert client.get(path).url.path.startswith("/accounts/"), path


def test_a_wrong_code_opens_nothing(system: running.System) -> None:
    with httpx.Client(base_url=system.urls["console"], follow_redirects=True) as client:
        asked = with_password(client, system.urls["accounts"]["operators"][3])
        answer = client.post(str(asked.url), data={"csrfmiddlewaretoken": token(asked.text), "code": "000000"})
        assert answer.url.path == "/accounts/2fa/authenticate/"
        assert client.get("/").url.path.startswith("/accounts/")


def test_a_stranger_is_sent_to_the_sign_in(system: running.System) -> None:
    with httpx.Client(base_url=system.urls["console"], follow_redirects=True) as client:
        for path in ("/", "/people/person/", "/payments/", "/accounts/signup/"):
            assert client.get(path).url.path == "/accounts/login/", path


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/password/reset/", "/accounts/email/"])
def test_what_is_not_listed_does_not_exist(browser: httpx.Client, path: str) -> None:
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/people/person/",
        "/people/contactpoint/",
        "/intake/award/",
        "/purchases/purchase/",
        "/purchases/paymentintent/",
        "/vouchers/voucher/",
        "/partners/apicredential/",
        "/notifications/message/",
        "/ledger/transfer/",
        "/audit/record/",
        "/access/user/",
        "/payments/",
        "/attention/",
    ],
)
def test_everything_can_be_read_and_nothing_sealed(browser: httpx.Client, path: str) -> None:
    page = browser.get(path)
    assert page.status_code == 200
    assert re.findall(r"\w*(?:_enc|_hash|_index|argon2)\b", page.text) == []
    assert f'href="{path}add/"' not in page.text


def test_a_person_is_shown_without_identity_numbers(browser: httpx.Client) -> None:
    listed = browser.get("/people/person/").text
    row = re.search(r'href="(/people/person/[0-9a-f-]{36}/change/[^"]*)"', listed)
    assert row is not None
    page = browser.get(row.group(1)).text
    assert not re.search(r"\b99\d{14}\b", page)


def test_nothing_can_be_changed(browser: httpx.Client) -> None:
    listed = browser.get("/purchases/purchase/").text
    row = re.search(r'href="(/purchases/purchase/[0-9a-f-]{36}/change/)', listed)
    assert row is not None
    secret = browser.cookies["console_csrf"]
    for path in (row.group(1), row.group(1).replace("change", "delete"), "/purchases/purchase/add/"):
        answer = browser.post(path, data={"csrfmiddlewaretoken": secret, "amount": "1"})
        assert answer.status_code == 403, path


def retry_links(page: str) -> list[str]:
    return re.findall(r'href="(/payments/[0-9a-f-]{36}/[0-9a-f-]{36}/retry/)"', page)


def test_a_held_payment_is_tried_again_by_an_operator_who_may(
    system: running.System, browser: httpx.Client, viewer: httpx.Client, held: str
) -> None:
    listed = browser.get("/payments/").text
    assert held in listed
    assert "Rekening diganti dekat tanggal pembayaran" in listed
    (address,) = retry_links(listed)

    # Who may only look sees the line without the link, and the address does nothing for them.
    seen = viewer.get("/payments/").text
    assert held in seen
    assert retry_links(seen) == []
    sent = viewer.post(address, data={"csrfmiddlewaretoken": viewer.cookies["console_csrf"]})
    assert [viewer.get(address).status_code, sent.status_code] == [403, 403]
    # Nor does a form of another site, nor looking at the question.
    assert browser.post(address).status_code == 403
    asked = browser.get(address)
    assert "Periksa pembayaran ini sekarang?" in asked.text
    assert retry_links(browser.get("/payments/").text) == [address]
    assert "incentive.retried" not in browser.get("/audit/record/").text

    done = browser.post(address, data={"csrfmiddlewaretoken": token(asked.text)})
    assert (done.url.path, done.history[0].status_code) == ("/payments/", 302)
    assert "Pembayaran ini diperiksa lagi sekarang." in done.text
    audited = browser.get("/audit/record/?q=&action=incentive.retried").text
    assert "menyetujui@prakerja.example" in audited
    limit = time.monotonic() + 15
    while retry_links(browser.get("/payments/").text) and time.monotonic() < limit:
        time.sleep(0.2)
    # The account is in order, so the payment has new dates and is held no more.
    assert held not in browser.get("/payments/").text
    again = browser.post(address, data={"csrfmiddlewaretoken": token(asked.text)})
    assert "tidak lagi menunggu" in again.text
    assert browser.get(address.replace(address.split("/")[3], address.split("/")[2])).status_code == 404
    assert system.json("proof", "--json")["ok"] is True


def test_its_own_pages_speak_both_languages(browser: httpx.Client) -> None:
    page = browser.get("/language/en/?next=/payments/")
    assert page.url.path == "/payments/"
    assert '<html lang="en">' in page.text
    assert "Held and failed payments" in page.text
    assert "Needs attention" in browser.get("/attention/").text
    assert browser.get("/language/id/?next=https://asing.example/").url.path == "/"
    assert "Pembayaran yang tertahan dan gagal" in browser.get("/payments/").text
    assert browser.get("/language/xx/").status_code == 404


def test_five_wrong_passwords_lock_the_door(system: running.System) -> None:
    wrong = dict(system.urls["accounts"]["operators"][0], password="salah")
    with httpx.Client(base_url=system.urls["console"], follow_redirects=True) as client:
        answers = [with_password(client, wrong).status_code for _ in range(5)]
        right = with_password(client, system.urls["accounts"]["operators"][0])
    assert answers == [200, 200, 200, 200, 429]
    assert right.url.path == "/accounts/login/"


def test_its_cookies_have_its_own_names(browser: httpx.Client) -> None:
    names = {cookie.name for cookie in browser.cookies.jar}
    assert names == {"console_session", "console_csrf", "console_language"}
