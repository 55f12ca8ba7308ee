"""The bank: what each ending of a number does, nothing paid twice, the programme called back."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from examples.world.doors import signature
from tests.waiting import SHORT, wait_until

from .conftest import BankClient, Programme

pytestmark = pytest.mark.journeys

AT = "2021-10-12T03:00:00Z"


def order(reference: str, number: str, **more: object) -> dict[str, object]:
    fields = {"provider": "bni", "number": number, "holder_name": "Siti Aminah", "amount": 600_000, "at": AT}
    return {"reference": reference} | fields | more


def answered(bank: BankClient, reference: str, status: str) -> dict[str, object]:
    """What the bank says of a transfer of 600,000; its own name of it is whatever it is."""
    own = bank.get(f"/bank/transfers/{reference}").json()["bank_reference"]
    assert re.fullmatch(r"DEMO[0-9]{10}", own)
    return {"reference": reference, "bank_reference": own, "status": status, "amount": 600_000}


def without_stamp(said: dict[str, object]) -> dict[str, object]:
    """A callback without its wall-clock stamp, which must be of now."""
    stamp = datetime.fromisoformat(str(said["sent_at"]))
    assert abs(datetime.now(tz=UTC) - stamp) < timedelta(minutes=5)
    return {name: value for name, value in said.items() if name != "sent_at"}


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("1000000010", ("SITI AMINAH", True, True)),
        ("1000000001", ("ORANG LAIN", False, True)),
        ("1000000002", ("SITI AMINAH", True, False)),
        ("1000000003", ("SITI AMINAH", True, True)),
    ],
)
def test_inquiry_tells_whose_account_it_is(bank: BankClient, number: str, expected: tuple[str, bool, bool]) -> None:
    asked = {"provider": "bca", "number": number, "name": "Siti Aminah", "nik_tail": "0001"}
    answer = bank.post("/bank/inquiry", asked)
    assert answer.status_code == 200
    assert answer.json() == {
        "found": True,
        "holder_name": expected[0],
        "nik_matches": expected[1],
        "is_kyc_complete": expected[2],
        "status": "active",
    }


@pytest.mark.parametrize(
    ("name", "nik_tail", "is_owner"),
    [
        ("siti  aminah", "0001", True),
        ("Siti Aminah", "0002", False),
        ("Budi Santoso", "0001", False),
    ],
)
def test_an_account_is_one_persons(bank: BankClient, name: str, nik_tail: str, is_owner: bool) -> None:
    """The same NIK to two people is no answer that a bank gives."""
    number = f"10000{nik_tail}{len(name):02}11"
    asked = {"provider": "bca", "number": number, "name": "Siti Aminah", "nik_tail": "0001"}
    assert bank.post("/bank/inquiry", asked).json()["nik_matches"] is True
    answer = bank.post("/bank/inquiry", asked | {"name": name, "nik_tail": nik_tail}).json()
    assert (answer["nik_matches"], answer["status"]) == (is_owner, "active")
    assert bank.post("/bank/inquiry", asked).json()["nik_matches"] is True


@pytest.mark.parametrize(
    ("provider", "number"),
    [("bni", "123"), ("bni", "08x2345678"), ("mandiri", "1000000010"), ("ovo", "12345")],
)
def test_an_impossible_account_is_not_found(bank: BankClient, provider: str, number: str) -> None:
    answer = bank.post("/bank/inquiry", {"provider": provider, "number": number})
    assert answer.json() == {
        "found": False,
        "holder_name": None,
        "nik_matches": False,
        "is_kyc_complete": False,
        "status": "unknown",
    }
    paid = bank.post("/bank/transfers", order(f"t-none-{provider}-{number}", number, provider=provider))
    assert (paid.status_code, paid.json()) == (422, {"error": "account_unknown"})


@pytest.mark.parametrize(
    ("number", "status", "reason"),
    [
        ("2000000001", "failed", "identity_differs"),
        ("2000000002", "failed", "not_upgraded"),
        ("2000000003", "failed", "account_blocked"),
        ("2000000004", "held", "under_review"),
        ("2000000044", "settled", None),
    ],
)
def test_the_ending_chooses_the_answer(bank: BankClient, number: str, status: str, reason: str | None) -> None:
    answer = bank.post("/bank/transfers", order(f"t-{number}", number))
    expected = answered(bank, f"t-{number}", status) | ({"reason": reason} if reason else {})
    assert (answer.status_code, answer.json()) == (200, expected)
    assert bank.get(f"/bank/transfers/t-{number}").json() == expected


def test_a_block_shows_after_the_payment_that_met_it(bank: BankClient) -> None:
    asked = {"provider": "bni", "number": "2100000003"}
    assert bank.post("/bank/inquiry", asked).json()["status"] == "active"
    bank.post("/bank/transfers", order("t-block", "2100000003"))
    assert bank.post("/bank/inquiry", asked).json()["status"] == "blocked"


def test_the_same_reference_is_paid_once(bank: BankClient, browser: httpx.Client) -> None:
    def pay(_: int) -> tuple[int, object]:
        answer = bank.post("/bank/transfers", order("t-once", "2200000010"))
        return answer.status_code, answer.json()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(pay, range(16)))
    assert answers == [(200, answered(bank, "t-once", "settled"))] * 16
    for change in ({"amount": 600_001}, {"number": "2200000011"}, {"provider": "bca"}):
        answer = bank.post("/bank/transfers", order("t-once", "2200000010") | change)
        assert (answer.status_code, answer.json()) == (409, {"error": "reference_used"})
    assert "Rp600.000" in look_up(browser, "2200000010").text
    assert "Rp1.200.000" not in look_up(browser, "2200000010").text


def test_silence_ends_in_a_payment_that_status_finds(bank: BankClient) -> None:
    with pytest.raises(httpx.ReadTimeout):
        bank.client.post(
            "/bank/transfers",
            content=(raw := str(order("t-silent", "2300000005")).replace("'", '"').encode()),
            headers={"X-Bank-Signature": signature(bank.key, raw)},
            timeout=SHORT,
        )
    wait_until(lambda: bank.get("/bank/transfers/t-silent").status_code == 200)
    settled = answered(bank, "t-silent", "settled")
    assert bank.get("/bank/transfers/t-silent").json() == settled
    assert bank.post("/bank/transfers", order("t-silent", "2300000005")).json() == settled


def test_a_return_calls_back_until_it_is_taken(bank: BankClient, programme: Programme) -> None:
    programme.refuse_next = 1
    first = bank.post("/bank/transfers", order("t-return", "2400000006"))
    assert first.json() == answered(bank, "t-return", "settled")
    told = {"reference": "t-return", "status": "returned", "reason": "account_closed", "at": AT}
    assert [without_stamp(said) for said in programme.wait_for("t-return", calls=2)] == [told, told]
    for body, given, raw in programme.calls:
        if body["reference"] == "t-return":
            assert given == signature(bank.key, raw)
    now = answered(bank, "t-return", "returned") | {"reason": "account_closed"}
    assert bank.get("/bank/transfers/t-return").json() == now
    # What was answered once is answered again: only asking for the status tells what happened later.
    assert bank.post("/bank/transfers", order("t-return", "2400000006")).json() == first.json()


def wait_for_status(bank: BankClient, reference: str, status: str) -> None:
    """Until the bank's books say so: its own thread turns them."""
    wait_until(lambda: bank.get(f"/bank/transfers/{reference}").json()["status"] == status, what=(reference, status))


def test_a_failure_that_arrives_late_calls_back(bank: BankClient, programme: Programme) -> None:
    first = bank.post("/bank/transfers", order("t-late", "2400000007"))
    assert first.json() == answered(bank, "t-late", "failed") | {"reason": "clearing_refused"}
    told = {"reference": "t-late", "status": "settled", "reason": "cleared_late", "at": AT}
    assert [without_stamp(said) for said in programme.wait_for("t-late")] == [told]
    assert bank.get("/bank/transfers/t-late").json()["status"] == "settled"


def test_a_lost_callback_is_never_sent(bank: BankClient, programme: Programme) -> None:
    assert bank.post("/bank/transfers", order("t-mute", "2400000008")).json()["status"] == "settled"
    wait_for_status(bank, "t-mute", "returned")
    # What the bank owes later is told in its order: this one would have come before it.
    bank.post("/bank/transfers", order("t-after-mute", "2400010006"))
    assert len(programme.wait_for("t-after-mute")) == 1
    assert [said for said, _, _ in programme.calls if said["reference"] == "t-mute"] == []


def test_a_false_callback_is_signed_and_the_books_deny_it(bank: BankClient, programme: Programme) -> None:
    bank.post("/bank/transfers", order("t-false", "2400000000"))
    told = {"reference": "t-false", "status": "returned", "reason": "account_closed", "at": AT}
    assert [without_stamp(said) for said in programme.wait_for("t-false")] == [told]
    assert bank.get("/bank/transfers/t-false").json() == answered(bank, "t-false", "settled")


def test_an_order_can_be_lost(bank: BankClient) -> None:
    for _ in range(2):
        assert bank.post("/bank/transfers", order("t-lost", "2400000009")).status_code == 503
    assert bank.get("/bank/transfers/t-lost").json() == {"error": "not_found"}


def test_the_statement_lists_every_transfer_once(bank: BankClient) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: bank.post("/bank/transfers", order(f"t-list-{n}", "2700000010")), range(501)))
    found: list[dict[str, object]] = []
    after: int | None = 0
    while after is not None:
        page = bank.get(f"/bank/transfers?after={after}").json()
        found += page["transfers"]
        after = page["next"]
    references = [line["reference"] for line in found]
    assert len(references) == len(set(references))
    assert {f"t-list-{n}" for n in range(501)} <= set(references)
    assert next(line for line in found if line["reference"] == "t-list-7") == answered(bank, "t-list-7", "settled")
    assert bank.client.get("/bank/transfers").status_code == 401


def test_a_person_sends_a_transfer_back(bank: BankClient, browser: httpx.Client, programme: Programme) -> None:
    bank.post("/bank/transfers", order("t-button", "081255550010", provider="gopay"))
    page = look_up(browser, "0812-5555-0010")
    assert "GoPay" in page.text
    assert "Rp600.000" in page.text
    form = {"form_token": token_of(page)}
    assert browser.post("/bank/transfers/t-button/return", data={"form_token": "0"}).status_code == 403
    after = browser.post("/bank/transfers/t-button/return", data=form)
    assert "Dikembalikan dari halaman ini" in after.text
    assert "Kembalikan transfer ini" not in after.text
    browser.post("/bank/transfers/t-button/return", data=form)
    told = {"reference": "t-button", "status": "returned", "reason": "returned_by_bank", "at": AT}
    assert [without_stamp(said) for said in programme.wait_for("t-button")] == [told]
    assert bank.get("/bank/transfers/t-button").json()["status"] == "returned"
    assert browser.post("/bank/transfers/t-none/return", data=form).status_code == 404


def test_a_person_lets_a_failed_transfer_arrive(bank: BankClient, browser: httpx.Client, programme: Programme) -> None:
    bank.post("/bank/transfers", order("t-arrive", "2400020003"))
    page = look_up(browser, "2400020003")
    assert "Biarkan transfer ini tetap sampai" in page.text
    browser.post("/bank/transfers/t-arrive/arrive", data={"form_token": token_of(page)})
    told = {"reference": "t-arrive", "status": "settled", "reason": "cleared_late", "at": AT}
    assert [without_stamp(said) for said in programme.wait_for("t-arrive")] == [told]
    assert bank.get("/bank/transfers/t-arrive").json()["status"] == "settled"


def test_a_failed_transfer_has_nothing_to_send_back(bank: BankClient, browser: httpx.Client) -> None:
    bank.post("/bank/transfers", order("t-failed", "2500000003"))
    page = look_up(browser, "2500000003")
    assert "Kembalikan transfer ini" not in page.text
    browser.post("/bank/transfers/t-failed/return", data={"form_token": token_of(browser.get("/bank/"))})
    assert bank.get("/bank/transfers/t-failed").json()["status"] == "failed"


def test_an_unknown_account_and_an_unknown_transfer(bank: BankClient, browser: httpx.Client) -> None:
    page = look_up(browser, "9999999999")
    assert page.status_code == 404
    assert "Belum ada rekening atau e-wallet" in page.text
    assert bank.get("/bank/transfers/t-unknown").status_code == 404
    assert browser.get("/bank/accounts/unknown").status_code == 404


def test_unsigned_and_wrongly_signed_calls_are_refused(bank: BankClient) -> None:
    for headers in ({}, {"X-Bank-Signature": "0" * 64}, {"X-Bank-Signature": signature("other", b"{}")}):
        for path in ("/bank/inquiry", "/bank/transfers"):
            answer = bank.client.post(path, content=b"{}", headers=headers)
            assert (answer.status_code, answer.json()) == (401, {"error": "signature"})
        assert bank.client.get("/bank/transfers/t-any", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": "600000"}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"amount": 10**13}, "amount"),
        ({"reference": "x" * 65}, "reference"),
        ({"reference": None}, "reference"),
        ({"holder_name": ""}, "holder_name"),
        ({"at": "2021-10-12"}, "at"),
        ({"number": 1000000010}, "number"),
    ],
)
def test_a_malformed_order_is_refused(bank: BankClient, change: dict[str, object], field: str) -> None:
    answer = bank.post("/bank/transfers", order("t-bad", "2600000010") | change)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid", "field": field})
    assert bank.get("/bank/transfers/t-bad").status_code == 404


def look_up(browser: httpx.Client, number: str) -> httpx.Response:
    return browser.post("/bank/lookup", data={"form_token": token_of(browser.get("/bank/")), "number": number})


def token_of(page: httpx.Response) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', page.text)
    assert found is not None
    return found.group(1)
