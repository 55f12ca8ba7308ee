"""The operators' site: nobody enters by a password alone, nothing can be changed, nothing sealed is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pyotp
import pytest

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


@pytest.fixture(scope="module")
def browser(system: running.System, operator: dict[str, str]) -> Iterator[httpx.Client]:
    """Somebody who signed in with password and code."""
    with httpx.Client(base_url=system.urls["console"], follow_redirects=True) as client:
        asked = with_password(client, operator)
        assert asked.url.path == "/accounts/2fa/authenticate/"
        code = pyotp.TOTP(operator["totp_secret"]).now()
        entered = client.post(str(asked.url), data={"csrfmiddlewaretoken": token(asked.text), "code": code})
        assert entered.url.path == "/"
        yield client


def test_a_password_alone_opens_nothing(system: running.System) -> None:
    with httpx.Client(base_url=system.urls["console"], follow_redirects=True) as client:
        with_password(client, system.urls["accounts"]["operators"][2])
        for path in ("/", "/people/person/", "/payments/", "/login/"):
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
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "Halaman tidak ditemukan" in answer.text
    assert 'href="/"' in answer.text


def test_every_page_says_that_this_is_a_demo(browser: httpx.Client) -> None:
    for path in ("/", "/people/person/", "/payments/", "/accounts/logout/", "/tidak-ada"):
        assert "Demo, bukan situs resmi" in browser.get(path).text, path


def test_rupiah_and_plurals_are_written_as_people_write_them(browser: httpx.Client) -> None:
    assert "Rp600.000" in browser.get("/incentives/incentive/").text
    first = browser.get("/").text.lower()
    assert "payment batches" in first
    for wrong in ("batchs", "deliverys", "seatss"):
        assert wrong not in first


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


def test_five_wrong_passwords_lock_the_door(system: running.System) -> None:
    wrong = dict(system.urls["accounts"]["operators"][0], password="salah")
    with httpx.Client(base_url=system.urls["console"], follow_redirects=True) as client:
        answers = [with_password(client, wrong).status_code for _ in range(5)]
        right = with_password(client, system.urls["accounts"]["operators"][0])
    assert answers == [200, 200, 200, 200, 429]
    assert right.url.path == "/accounts/login/"


def test_its_cookies_have_its_own_names(browser: httpx.Client) -> None:
    assert {cookie.name for cookie in browser.cookies.jar} == {"console_session", "console_csrf"}
