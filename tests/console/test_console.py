"""The operators' site: nobody enters by a password alone, only a retry changes anything, nothing sealed is shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing

import httpx
import pytest

from prakerja.cli.journeys.browser import Browser
from prakerja.cli.journeys.people import Participant, Phone
from tests import running
from tests.console.signing_in import token, with_password
from tests.waiting import LIMIT, wait_until

pytestmark = [pytest.mark.journeys, pytest.mark.xdist_group("system")]


def changes_account(system: running.System, *, stage: str, number: str) -> str:
    """The demo person at this stage links another account, by the portal's pages; returns the name."""
    who = next(one for one in system.urls["accounts"]["participants"] if one["stage"] == stage)
    phone = Phone(system.urls["phone"], who["phone"])
    phone.skip()
    with closing(Participant(who["name"], who["phone"], "", Browser(system.urls["portal"]), phone)) as owner:
        owner.sign_in()
        owner.unlink()
        owner.link(provider="bni", number=number).must_say(number[-4:])
    return str(who["name"])


@pytest.fixture(scope="module")
def waiting(system: running.System) -> tuple[str, str]:
    """Whose payment is held, because the account was changed that morning, and whose the bank refused.

    The one is paid on Thursday the 30th at ten; the other on the day after, since its conditions were met again only
    with the account of the 27th.
    """
    failed = changes_account(system, stage="reviewed", number="7700123403")
    system.json("clock", "set", "2021-09-30T09:00")
    held = changes_account(system, stage="paying", number="7700123457")
    system.json("clock", "set", "2021-10-01T10:01")
    return held, failed


def test_a_password_alone_opens_nothing(system: running.System) -> None:
    with httpx.Client(base_url=system.urls["console"], follow_redirects=True, timeout=LIMIT) as client:
        with_password(client, system.urls["accounts"]["operators"][2])
        for path in ("/", "/people/person/", "/payments/", "/attention/", "/login/"):
            assert client.get(path).url.path.startswith("/accounts/"), path


def test_a_wrong_code_opens_nothing(system: running.System) -> None:
    with httpx.Client(base_url=system.urls["console"], follow_redirects=True, timeout=LIMIT) as client:
        asked = with_password(client, system.urls["accounts"]["operators"][3])
        answer = client.post(str(asked.url), data={"csrfmiddlewaretoken": token(asked.text), "code": "000000"})
        assert answer.url.path == "/accounts/2fa/authenticate/"
        assert client.get("/").url.path.startswith("/accounts/")


def test_a_stranger_is_sent_to_the_sign_in(system: running.System) -> None:
    with httpx.Client(base_url=system.urls["console"], follow_redirects=True, timeout=LIMIT) as client:
        for path in ("/", "/people/person/", "/payments/", "/accounts/signup/"):
            assert client.get(path).url.path == "/accounts/login/", path


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/password/reset/", "/accounts/email/"])
def test_what_is_not_listed_does_not_exist(approver: httpx.Client, path: str) -> None:
    answer = approver.get(path)
    assert answer.status_code == 404
    assert "Halaman tidak ditemukan" in answer.text
    assert 'href="/"' in answer.text


def test_every_page_says_that_this_is_a_demo(approver: httpx.Client) -> None:
    for path in ("/", "/people/person/", "/payments/", "/accounts/logout/", "/tidak-ada"):
        assert "Demo, bukan situs resmi" in approver.get(path).text, path


def test_rupiah_and_plurals_are_written_as_people_write_them(approver: httpx.Client) -> None:
    assert "Rp600.000" in approver.get("/incentives/incentive/").text
    first = approver.get("/").text.lower()
    assert "payment batches" in first
    for wrong in ("batchs", "deliverys", "seatss"):
        assert wrong not in first


@pytest.mark.parametrize(
    "path",
    [
        "/people/person/",
        "/people/contactpoint/",
        "/awards/award/",
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
def test_everything_can_be_read_and_nothing_sealed(approver: httpx.Client, path: str) -> None:
    page = approver.get(path)
    assert page.status_code == 200
    assert re.findall(r"\w*(?:_enc|_hash|_index|argon2)\b", page.text) == []
    assert f'href="{path}add/"' not in page.text


def test_a_person_is_shown_without_identity_numbers(approver: httpx.Client) -> None:
    listed = approver.get("/people/person/").text
    row = re.search(r'href="(/people/person/[0-9a-f-]{36}/change/[^"]*)"', listed)
    assert row is not None
    page = approver.get(row.group(1)).text
    assert not re.search(r"\b99\d{14}\b", page)


def test_nothing_can_be_changed(approver: httpx.Client) -> None:
    listed = approver.get("/purchases/purchase/").text
    row = re.search(r'href="(/purchases/purchase/[0-9a-f-]{36}/change/)', listed)
    assert row is not None
    secret = approver.cookies["console_csrf"]
    for path in (row.group(1), row.group(1).replace("change", "delete"), "/purchases/purchase/add/"):
        answer = approver.post(path, data={"csrfmiddlewaretoken": secret, "amount": "1"})
        assert answer.status_code == 403, path


def operator_id(approver: httpx.Client, email: str) -> str:
    """What the audit trail calls an operator."""
    found = re.search(r"/access/user/([0-9a-f-]{36})/change/", approver.get(f"/access/user/?q={email}").text)
    assert found is not None
    return found.group(1)


def section(page: str, heading: str) -> str:
    """A list of the payments' page, from its heading to the next."""
    return page.partition(f"<h2>{heading}</h2>")[2].partition("<h2>")[0]


def retry_links(page: str) -> list[str]:
    return re.findall(r'href="(/payments/[0-9a-f-]{36}/[0-9a-f-]{36}/retry/)"', page)


def retried(approver: httpx.Client, address: str, *, until: Callable[[str], bool]) -> str:
    """Press the button; returns the held ones as they are once the worker has looked at the payment."""
    asked = approver.get(address)
    done = approver.post(address, data={"csrfmiddlewaretoken": token(asked.text)})
    assert (done.url.path, done.history[0].status_code) == ("/payments/", 302)
    assert "Pembayaran ini diperiksa lagi sekarang." in done.text
    listed: list[str] = []

    def looked_at() -> bool:
        listed[:] = [section(approver.get("/payments/").text, "Tertahan")]
        return until(listed[0])

    wait_until(looked_at, what=listed)
    return listed[0]


def test_a_payment_that_waits_is_tried_again_by_an_operator_who_may(
    system: running.System, approver: httpx.Client, viewer: httpx.Client, waiting: tuple[str, str]
) -> None:
    held, failed = waiting
    listed = approver.get("/payments/").text
    assert held in section(listed, "Tertahan")
    assert "Rekening diganti dekat tanggal pembayaran" in section(listed, "Tertahan")
    assert failed in section(listed, "Gagal atau dikembalikan")
    assert "Transfer gagal (Rekening diblokir" in section(listed, "Gagal atau dikembalikan")
    (address,), (other,) = (retry_links(section(listed, name)) for name in ("Tertahan", "Gagal atau dikembalikan"))

    # Who may only look sees the lines without the links, and the address does nothing for them.
    seen = viewer.get("/payments/").text
    assert held in seen
    assert retry_links(seen) == []
    sent = viewer.post(address, data={"csrfmiddlewaretoken": viewer.cookies["console_csrf"]})
    assert [viewer.get(address).status_code, sent.status_code] == [403, 403]
    # Nor does a form of another site, nor looking at the question.
    assert approver.post(address).status_code == 403
    assert "Periksa pembayaran ini sekarang?" in approver.get(address).text
    assert approver.get("/payments/").text == listed
    audit = "/audit/record/?action__exact=incentive.retried"
    operator = operator_id(approver, "menyetujui@prakerja.example")
    without = approver.get(audit).text.count(operator)

    # The account is in order, so the payment has new dates and is held no more.
    retried(approver, address, until=lambda listed: held not in listed)
    # The one that failed is held now: asked again, the bank says that the account is blocked.
    after = retried(approver, other, until=lambda listed: failed in listed)
    assert "Rekening diblokir atau sudah ditutup" in after
    assert retry_links(after) == [other]
    assert approver.get(audit).text.count(operator) == without + 2
    again = approver.post(address, data={"csrfmiddlewaretoken": approver.cookies["console_csrf"]})
    assert "tidak lagi menunggu" in again.text
    assert approver.get(address.replace(address.split("/")[3], address.split("/")[2])).status_code == 404
    assert system.json("proof", "--json")["ok"] is True


def test_its_own_pages_speak_both_languages(approver: httpx.Client) -> None:
    page = approver.get("/language/en/?next=/payments/")
    assert page.url.path == "/payments/"
    assert '<html lang="en">' in page.text
    assert "Held and failed payments" in page.text
    assert "Needs attention" in approver.get("/attention/").text
    assert approver.get("/language/id/?next=https://asing.example/").url.path == "/"
    assert "Pembayaran yang tertahan dan gagal" in approver.get("/payments/").text
    assert approver.get("/language/xx/").status_code == 404


def test_five_wrong_passwords_lock_the_door(system: running.System) -> None:
    wrong = dict(system.urls["accounts"]["operators"][0], password="salah")
    with httpx.Client(base_url=system.urls["console"], follow_redirects=True, timeout=LIMIT) as client:
        answers = [with_password(client, wrong).status_code for _ in range(5)]
        right = with_password(client, system.urls["accounts"]["operators"][0])
    assert answers == [200, 200, 200, 200, 429]
    assert right.url.path == "/accounts/login/"


def test_its_cookies_have_its_own_names(approver: httpx.Client) -> None:
    approver.get("/language/id/?next=/attention/")
    names = {cookie.name for cookie in approver.cookies.jar}
    assert names == {"console_session", "console_csrf", "console_language", "console_browser"}
