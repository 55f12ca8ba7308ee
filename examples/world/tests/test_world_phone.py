"""The phone: what the gateway takes, what the inbox shows."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from examples.world.phone import codes_in

pytestmark = pytest.mark.journeys

AT = "2021-09-27T01:00:00Z"


def message(reference: str, to: str, **more: object) -> dict[str, object]:
    return {"reference": reference, "channel": "sms", "to": to, "text": "Halo", "at": AT} | more


def token_of(page: httpx.Response) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', page.text)
    assert found is not None
    return found.group(1)


def test_a_message_is_taken_once(gateway: httpx.Client) -> None:
    first = gateway.post("/phone/messages", json=message("m-once", "081200000101"))
    again = gateway.post("/phone/messages", json=message("m-once", "081200000101", text="Lain"))
    assert (first.status_code, first.json()) == (200, {"accepted": True})
    assert (again.status_code, again.json()) == (200, {"accepted": True})
    received = gateway.get("/phone/0812-0000-0101/messages.json").json()
    assert [one["text"] for one in received] == ["Halo"]


def test_all_spellings_of_a_number_are_one_phone_and_the_newest_comes_first(gateway: httpx.Client) -> None:
    for count, number in enumerate(("081200000102", "+6281200000102", "62 812-0000-0102")):
        gateway.post("/phone/messages", json=message(f"m-spelling-{count}", number, text=str(count)))
    received = gateway.get("/phone/081200000102/messages.json").json()
    assert [one["text"] for one in received] == ["2", "1", "0"]
    assert received[0] == {
        "id": received[0]["id"],
        "at": AT,
        "channel": "sms",
        "to": "+6281200000102",
        "subject": None,
        "text": "2",
    }
    after = gateway.get("/phone/%2B6281200000102/messages.json", params={"after": received[1]["id"]}).json()
    assert [one["text"] for one in after] == ["2"]


def test_an_email_has_an_inbox_and_joins_a_phone_that_adds_it(gateway: httpx.Client, browser: httpx.Client) -> None:
    mail = message("m-mail", "Siti@Contoh.example", channel="email", subject="Selamat", text="Anda terpilih")
    assert gateway.post("/phone/messages", json=mail).status_code == 200
    assert "Anda terpilih" in browser.get("/phone/siti@contoh.example").text
    phone = browser.get("/phone/081200000103")
    assert "Anda terpilih" not in phone.text
    form = {"form_token": token_of(phone), "email": "siti@contoh.example"}
    added = browser.post("/phone/081200000103/mailboxes", data=form)
    assert "<h2>Selamat</h2>" in added.text
    received = gateway.get("/phone/081200000103/messages.json").json()
    assert [(one["to"], one["subject"]) for one in received] == [("siti@contoh.example", "Selamat")]


def test_the_inbox_follows_the_time_of_writing_not_of_arrival(gateway: httpx.Client, browser: httpx.Client) -> None:
    for reference, at in (("m-late", "2021-09-27T09:00:00+07:00"), ("m-early", "2021-09-27T01:30:00Z")):
        gateway.post("/phone/messages", json=message(reference, "081200000110", text=reference, at=at))
    page = browser.get("/phone/081200000110").text
    assert page.index("m-late") < page.index("m-early")
    newest = gateway.get("/phone/081200000110/messages.json").json()[0]
    assert (newest["text"], f'data-newest="{newest["id"]}"' in page) == ("m-early", True)


def test_the_list_of_phones_names_numbers_before_mailboxes(gateway: httpx.Client, browser: httpx.Client) -> None:
    gateway.post("/phone/messages", json=message("m-list-1", "081200000111"))
    mail = message("m-list-2", "wati@contoh.example", channel="email", subject="Selamat")
    gateway.post("/phone/messages", json=mail)
    page = browser.get("/phone/", params={"lang": "en"}).text
    assert page.index("+6281200000111") < page.index("wati@contoh.example")
    assert "1 message<" in page
    assert "1 messages" not in page
    assert "1 pesan<" in browser.get("/phone/", params={"lang": "id"}).text


@pytest.mark.parametrize(
    ("number", "status", "error"),
    [("081200000009", 503, "temporarily_unavailable"), ("081200000008", 422, "unreachable")],
)
def test_two_endings_are_out_of_reach(gateway: httpx.Client, number: str, status: int, error: str) -> None:
    answer = gateway.post("/phone/messages", json=message(f"m-{number}", number))
    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert gateway.get(f"/phone/{number}/messages.json").json() == []


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "gateway-key-of-a-test", "Basic \xff"])
def test_the_gateway_wants_its_key(gateway: httpx.Client, authorization: str) -> None:
    headers = {b"Authorization": authorization.encode("latin-1")}
    answer = gateway.post("/phone/messages", json=message("m-key", "081200000104"), headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"error": "unauthorised"})
    assert gateway.get("/phone/081200000104/messages.json").json() == []


@pytest.mark.parametrize(
    ("change", "status", "answer"),
    [
        ({"reference": ""}, 400, {"error": "invalid", "field": "reference"}),
        ({"reference": "a b"}, 400, {"error": "invalid", "field": "reference"}),
        ({"channel": "fax"}, 400, {"error": "invalid", "field": "channel"}),
        ({"channel": "email"}, 422, {"error": "address"}),
        ({"to": "bukan nomor"}, 422, {"error": "address"}),
        ({"to": None}, 400, {"error": "invalid", "field": "to"}),
        ({"text": 5}, 400, {"error": "invalid", "field": "text"}),
        ({"text": "a\x00b"}, 400, {"error": "invalid", "field": "text"}),
        ({"text": "\ud800"}, 400, {"error": "invalid", "field": "text"}),
        ({"at": "kemarin"}, 400, {"error": "invalid", "field": "at"}),
        ({"at": "2021-09-27T08:00:00"}, 400, {"error": "invalid", "field": "at"}),
    ],
)
def test_a_malformed_message_is_refused(
    gateway: httpx.Client, change: dict[str, object], status: int, answer: dict[str, str]
) -> None:
    response = gateway.post("/phone/messages", content=json.dumps(message("m-bad", "081200000105") | change))
    assert (response.status_code, response.json()) == (status, answer)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 60_000])
def test_a_body_that_is_no_object_is_refused(gateway: httpx.Client, body: bytes) -> None:
    response = gateway.post("/phone/messages", content=body)
    assert (response.status_code, response.json()) == (400, {"error": "malformed"})


@pytest.mark.parametrize("size", [65_537, 2_000_000])
def test_a_huge_body_is_refused(gateway: httpx.Client, size: int) -> None:
    assert gateway.post("/phone/messages", content=b"x" * size).status_code == 413


def test_the_inbox_shows_text_as_text_and_the_code_to_copy(gateway: httpx.Client, browser: httpx.Client) -> None:
    text = "Kode OTP Anda 482913 untuk <b>Rp600.000</b> 🙂. Jangan berikan kepada siapa pun."
    gateway.post("/phone/messages", json=message("m-otp", "081200000106", text=text))
    page = browser.get("/phone/081200000106")
    assert "&lt;b&gt;Rp600.000&lt;/b&gt; 🙂" in page.text
    assert re.findall(r"<code>(.*?)</code>", page.text) == ["482913"]
    assert "27 Sep 2021 08.00 WIB" in page.text
    # Nothing is loaded again under the hands of whoever reads or types.
    assert 'http-equiv="refresh"' not in page.text


def test_a_person_opens_an_inbox_by_its_number(gateway: httpx.Client, browser: httpx.Client) -> None:
    gateway.post("/phone/messages", json=message("m-open", "081200000107"))
    start = browser.get("/phone/")
    assert 'href="/phone/+6281200000107"' in start.text
    opened = browser.post("/phone/", data={"form_token": token_of(start), "address": " 0812 0000 0107 "})
    assert opened.url.path == "/phone/+6281200000107"
    wrong = browser.post("/phone/", data={"form_token": token_of(start), "address": "<script>"})
    assert wrong.status_code == 422
    assert "Tuliskan nomor ponsel" in wrong.text
    foreign = browser.post("/phone/", data={"form_token": "0", "address": "081200000107"})
    assert foreign.status_code == 403


@pytest.mark.parametrize("path", ["/phone/abc", "/phone/abc/messages.json", "/phone/1' OR '1'='1"])
def test_what_is_no_number_has_no_inbox(browser: httpx.Client, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "Halaman tidak ditemukan" in answer.text


def test_after_must_be_a_number(gateway: httpx.Client) -> None:
    answer = gateway.get("/phone/081200000107/messages.json", params={"after": "x"})
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid", "field": "after"})


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Kode OTP: 123456.", ["123456"]),
        ("Kode OTP 123456 atau 123456", ["123456"]),
        ("Kode voucher Anda K7M2Q9X4WD3F", ["K7M2Q9X4WD3F"]),
        ("Kode Anda K7M2-Q9X4-WD3F, sampai 21 Oktober 2021", ["K7M2-Q9X4-WD3F"]),
        ("Insentif 600.000 pada 27-09-2021 ke 081234567890", []),
        ("Kode OTP berlaku 300 detik untuk Rp1.000.000", []),
        ("Nomor 123456", []),
    ],
)
def test_codes_are_found_and_amounts_are_not(text: str, codes: list[str]) -> None:
    assert codes_in(text) == codes
