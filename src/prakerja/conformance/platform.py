"""What a platform lives by: quota, OTP, payment, status, void (contract.md 2.1 to 2.5).

The purchase is a real one: it spends a participant's money, looks from every side whether it did, and is voided again.
"""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from prakerja.conformance import forgery, shapes
from prakerja.conformance.otp import NoCode
from prakerja.conformance.report import Report, Section
from prakerja.conformance.wire import OWN, PAYMENT, Answer, Credentials, Wire, now

# In a sandbox these eleven digits and the five of an ERRPLT code are a card that asks for that very error.
_TEST_CARD = "99990000000"
# What send-otp, authorize, status and void may refuse with, each asked for by name in a sandbox.
_AT_SEND_OTP = (
    *("40036", "40490", "40491", "40090", "40396", "40091", "40990", "40492", "40392", "40394", "40395", "40393"),
    *("40991", "40992", "40092", "40390", "40093", "42390", "42990", "42991"),
)
_AT_AUTHORIZE = ("40993", "40094", "40095", "40994", "40391", "40190", "40093", "40990")
_AT_VOID = ("ERRVOD40001", "ERRPLT40028", "ERRVOD40990", "ERRVOD40991")
_VOUCHER = re.compile(r"[0-9A-Z]{12}")
_TRANSACTION = re.compile(r"[0-9A-Z]{16}|[0-9A-HJKMNP-TV-Z]{26}")


@dataclass(frozen=True)
class Goods:
    """What may be bought: a course, its schedule and the registered price in rupiah."""

    course_code: str
    schedule_code: str
    amount: int

    @property
    def codes(self) -> dict[str, str]:
        return {"schedule_code": self.schedule_code, "course_code": self.course_code}


@dataclass(frozen=True)
class Market:
    """What a list of listings shows beside the goods: something of another course, and a class without a seat."""

    goods: Goods | None = None
    other: Goods | None = None
    full: Goods | None = None
    # An institution's, who is asked about the code that was bought where its course is another's.
    teacher: Credentials | None = None


@dataclass(frozen=True)
class Buyer:
    """Whose money is spent, and where the OTP comes from."""

    card_number: str
    otp: Callable[[], str]
    phone: str = ""


@dataclass
class Shop:
    """One platform at one server, while its purchase is played."""

    section: Section
    wire: Wire
    credentials: Credentials
    goods: Goods
    teacher: Credentials | None = None
    heard: list[Answer] = field(default_factory=list)
    is_own_class: bool = False

    def ask(self, call: str, members: Any, *, authorization: str = "", **changes: Any) -> Answer:
        answer = self.wire.post(self.credentials, f"{PAYMENT}/{call}", members, authorization=authorization, **changes)
        self.heard.append(answer)
        return answer

    def forge(self, call: str, members: Any, *, authorization: str = "") -> None:
        ask = forgery.post(f"{PAYMENT}/{call}", members, authorization=authorization)
        forgery.refuse_forgeries(self.section, self.wire, self.credentials, call, ask)

    def quota(self) -> Any:
        return self.ask("quota-schedule", self.goods.codes).data.get("quota")

    def refused(self, name: str, answer: Answer, status: int, code: str) -> None:
        refused(self.section, name, answer, status, code)


def refused(section: Section, name: str, answer: Answer, status: int, code: str, *, published: bool = False) -> None:
    """That it is refused is required; the number too where the pages show it, else it is our proposal."""
    section.required(f"{name} is refused", not answer.succeeded and answer.status >= 400, answer.shown())
    note = section.required if published else section.proposed
    note(f"{name}: {status} {code}", answer.is_refusal(status, code), answer.shown())


def check_quota(report: Report, wire: Wire, credentials: Credentials, market: Market) -> None:
    """payment/quota-schedule (contract.md 2.1)."""
    section = report.section("Quota")
    path = f"{PAYMENT}/quota-schedule"
    for name, members in (
        ("both codes empty", {"schedule_code": "", "course_code": ""}),
        ("schedule_code empty", {"schedule_code": "", "course_code": "x"}),
        ("course_code empty", {"schedule_code": "x", "course_code": ""}),
    ):
        answer = wire.post(credentials, path, members)
        section.required(f"{name}: 400 ERRPLT40036", answer.is_refusal(400, "ERRPLT40036"), answer.shown())
    missing = wire.post(credentials, path, {"course_code": "x"})
    section.proposed("schedule_code left out: 400 ERRPLT40036", missing.is_refusal(400, "ERRPLT40036"), missing.shown())
    unknown = wire.post(credentials, path, {"schedule_code": "tidak-ada-0", "course_code": "tidak-ada-0"})
    refused(section, "an unknown schedule", unknown, 404, "ERRPLT40490")
    odd = wire.post(credentials, path, {"schedule_code": "a b", "course_code": "x"})
    refused(section, "a schedule_code with a blank", odd, 400, "ERRINT40091")
    goods = market.goods
    if goods is None:
        section.omit("a known schedule: give --course-code and --schedule-code")
        return
    forgery.refuse_forgeries(section, wire, credentials, "quota-schedule", forgery.post(path, goods.codes))
    answer = wire.post(credentials, path, goods.codes)
    if section.required("a known schedule: 200", answer.succeeded, answer.shown()):
        _shape(section, "its members are the published ones", answer, shapes.QUOTA)
        echoed = {name: answer.data.get(name) for name in goods.codes}
        section.required("it repeats both codes", echoed == goods.codes, str(echoed))
        section.required('message is "OK"', answer.message == "OK", answer.message)
        section.required("quota is not below 0", answer.data.get("quota", -1) >= 0, str(answer.data.get("quota")))
        again = wire.post(credentials, path, goods.codes)
        section.required("asked again, the same answer", again.raw == answer.raw, again.shown())
    nowhere = wire.post(credentials, path, goods.codes | {"course_code": "tidak-ada-0"})
    refused(section, "an unknown course", nowhere, 404, "ERRPLT40491")
    if market.other is not None:
        crossed = wire.post(credentials, path, goods.codes | {"course_code": market.other.course_code})
        refused(section, "another course's schedule", crossed, 400, "ERRPLT40090")
    if market.full is not None:
        full = wire.post(credentials, path, market.full.codes)
        section.required("a full class: quota 0", full.data.get("quota") == 0, full.shown())


def check_test_names(report: Report, wire: Wire, credentials: Credentials, market: Market, *, is_sandbox: bool) -> None:
    """In a sandbox a card or an invoice can be an error's own code. `is_sandbox`: it is one, whatever it answers."""
    goods = market.goods or Goods("tidak-ada-0", "tidak-ada-0", 1)

    def by_card(digits: str) -> Answer:
        # Another visitor each time: whoever names unknown cards again and again is slowed down, and to a server without
        # test cards all of these are unknown.
        visitor = f"konformansi-{uuid.uuid4().hex[:12]}"
        members = {"user_platform_id": visitor, "prakerja_id": f"{_TEST_CARD}{digits}", "amount": goods.amount}
        return wire.post(credentials, f"{PAYMENT}/send-otp", goods.codes | members)

    def by_invoice(call: str, code: str) -> Answer:
        payment = {"otp": "123456", "invoice_url": "https://toko.example/invoice", "invoice_code": code}
        members = {"authorize": payment, "status": {"invoice_code": code}}
        void = {"invoice_code": code, "transaction_code": "TIDAKADA00000000"}
        header = "Payment bukan-token" if call == "authorize" else ""
        return wire.post(credentials, f"{PAYMENT}/{call}", members.get(call, void), authorization=header)

    found = [(f"card of ERRPLT{digits}", f"ERRPLT{digits}", by_card(digits)) for digits in _AT_SEND_OTP]
    found += [
        (f"invoice ERRPLT{digits} at authorize", f"ERRPLT{digits}", by_invoice("authorize", f"ERRPLT{digits}"))
        for digits in _AT_AUTHORIZE
    ]
    found += [(f"invoice {code} at void", code, by_invoice("void", code)) for code in _AT_VOID]
    found.append(("invoice ERRPLT40493 at status", "ERRPLT40493", by_invoice("status", "ERRPLT40493")))
    # Two that an ordinary server answers so as well prove nothing.
    ordinary = {"ERRPLT40492", "ERRPLT40190", "ERRPLT40493", "ERRVOD40001"}
    if not is_sandbox and not any(answer.code == code for _, code, answer in found if code not in ordinary):
        report.section("Test cards and invoices", skipped="this client is no sandbox client")
        return
    section = report.section("Test cards and invoices")
    for name, code, answer in found:
        section.required(f"{name}: its error and status", answer.is_refusal(int(code[6:9]), code), answer.shown())


def check_purchase(report: Report, wire: Wire, credentials: Credentials, market: Market, buyer: Buyer) -> Answer | None:
    """send-otp → authorize → status → void, with what must be refused on the way (2.2 to 2.5). It spends and refunds.

    Returns what authorize answered.
    """
    assert market.goods is not None
    shop = Shop(report.section("Purchase"), wire, credentials, market.goods, market.teacher)
    section = shop.section
    # The same at every run: a server may bind a platform's user to the card for good.
    user = "konformansi-" + hashlib.sha256(buyer.card_number.encode()).hexdigest()[:12]
    intent = {
        "user_platform_id": user,
        "prakerja_id": buyer.card_number,
        **shop.goods.codes,
        "amount": shop.goods.amount,
    }
    _wrong_intents(shop, intent, market)
    before = shop.quota()
    shop.forge("send-otp", intent)
    moment = str(now() - 9)
    sent = shop.ask("send-otp", intent, timestamp=moment)
    if sent.status == 429:
        section.omit(
            f"send-otp and what follows: too soon after the last one ({sent.shown()}); run the kit again later"
        )
        section.required("send-otp: 429 is ERRPLT4299x", sent.code.startswith("ERRPLT4299"), sent.shown())
        return None
    token = sent.data.get("payment_token")
    if not section.required("send-otp: 200", sent.succeeded, sent.shown()) or not section.required(
        "it gives a payment_token", isinstance(token, str) and bool(token)
    ):
        section.omit("authorize, status and void: no OTP was sent")
        return None
    _shape(section, "send-otp: nothing but the token", sent, {"payment_token": str})
    section.proposed(
        'send-otp: message is "OTP berhasil dikirim."', sent.message == "OTP berhasil dikirim.", sent.message
    )
    _token_tells_nothing(section, str(token), buyer)
    section.required("send-otp holds no seat", shop.quota() == before)
    replayed = shop.ask("send-otp", intent, timestamp=moment)
    section.proposed("the very same request again: the same token", replayed.raw == sent.raw, replayed.shown())
    # With another timestamp it is a second one.
    soon = shop.ask("send-otp", intent, timestamp=str(now() - 3))
    shop.refused("a second OTP at once", soon, 429, "ERRPLT42990")
    if wire.request_ids:
        waits = soon.headers.get("retry-after", "")
        section.proposed("a second OTP at once: when it may be asked for", waits.isdigit() and int(waits) <= 60, waits)
    try:
        code = buyer.otp()
    except NoCode as error:
        section.required("the OTP comes to the participant's phone", False, str(error))
        section.omit("authorize, status and void: no OTP came")
        return None
    payment = {
        "otp": code,
        "invoice_url": "https://toko.example/invoice",
        "invoice_code": f"KONF/{uuid.uuid4().hex[:10].upper()}",
    }
    bought = _authorize(shop, payment, f"Payment {token}")
    if bought is not None:
        section.required("one seat fewer", shop.quota() == before - 1, f"{before} before, {shop.quota()} after")
        again = shop.ask("send-otp", intent, timestamp=str(now() - 5))
        shop.refused("what was bought", again, 409, "ERRPLT40991")
        other = shop.ask("send-otp", intent | {"user_platform_id": f"{user}-lain"})
        shop.refused("the card with another account", other, 403, "ERRPLT40393")
        _status_and_void(shop, bought, payment, f"Payment {token}")
        section.required("after the void the seat is back", shop.quota() == before, f"{shop.quota()}, not {before}")
    otp = re.compile(rb"(?<![0-9A-Za-z])" + payment["otp"].encode() + rb"(?![0-9A-Za-z])")
    told = [one for one in shop.heard if otp.search(one.raw) or payment["otp"] in " ".join(one.headers.values())]
    section.required("no answer holds the OTP", not told, "; ".join(one.shown() for one in told))
    named = [one for one in shop.heard if buyer.card_number.encode() in one.raw]
    section.required("no answer holds the card number", not named)
    return bought


def _wrong_intents(shop: Shop, intent: dict[str, Any], market: Market) -> None:
    """In the published order: schedule, course, seats; then ours: price, card."""
    ask = shop.ask
    # By another visitor each time: whoever names unknown cards again and again is slowed down.
    stranger_card = {"prakerja_id": "9360000000000000", "user_platform_id": f"konformansi-{uuid.uuid4().hex[:12]}"}
    nowhere = {"schedule_code": "tidak-ada-0"}
    shop.refused("OTP for an unknown schedule", ask("send-otp", intent | nowhere), 404, "ERRPLT40490")
    empty = ask("send-otp", intent | {"schedule_code": ""})
    shop.section.proposed(
        "OTP without a schedule: 400 ERRPLT40036", empty.is_refusal(400, "ERRPLT40036"), empty.shown()
    )
    no_course = ask("send-otp", intent | {"course_code": "tidak-ada-0"})
    shop.refused("OTP for an unknown course", no_course, 404, "ERRPLT40491")
    if market.other is not None:
        crossed = ask("send-otp", intent | {"course_code": market.other.course_code})
        shop.refused("OTP for another course's schedule", crossed, 400, "ERRPLT40090")
        # The schedule is looked at first, then the card: the published order.
        both = ask("send-otp", intent | stranger_card | {"course_code": market.other.course_code})
        shop.section.proposed("the schedule before the card", both.code == crossed.code, both.shown())
    if market.full is not None:
        full = ask("send-otp", intent | market.full.codes | {"amount": market.full.amount})
        shop.refused("OTP for a full class", full, 409, "ERRPLT40990")
    wrong_price = ask("send-otp", intent | {"amount": shop.goods.amount + 1})
    shop.refused("another price", wrong_price, 400, "ERRPLT40092")
    cheap = ask("send-otp", intent | {"amount": shop.goods.amount - 1})
    shop.refused("a lower price", cheap, 400, "ERRPLT40092")
    text = ask("send-otp", intent | {"amount": str(shop.goods.amount + 1)})
    shop.section.required(
        "amount as a text is read too", (text.status, text.code) == (wrong_price.status, wrong_price.code), text.shown()
    )
    stranger = ask("send-otp", intent | stranger_card)
    shop.refused("an unknown card", stranger, 404, "ERRPLT40492")
    short = ask("send-otp", intent | {"prakerja_id": "936"})
    shop.refused("a card of three digits", short, 400, "ERRINT40091")
    for name in ("user_platform_id", "prakerja_id", "amount"):
        answer = ask("send-otp", {key: value for key, value in intent.items() if key != name})
        shop.refused(f"no {name}", answer, 400, "ERRINT40091")


def _token_tells_nothing(section: Section, token: str, buyer: Buyer) -> None:
    """Opaque: neither as it is nor decoded does it hold what identifies a person."""
    raw = token.encode()
    texts = [raw]
    for part in (token, *token.split(".")):
        padded = part + "=" * (-len(part) % 4)
        try:
            texts.append(base64.urlsafe_b64decode(padded))
        except ValueError:
            continue
    digits = buyer.phone.lstrip("+").removeprefix("62").lstrip("0")
    secrets = [one.encode() for one in (buyer.card_number, digits) if len(one) > 6]
    found = any(secret in text for secret in secrets for text in texts)
    section.required("the token holds neither card nor phone", not found)


def _authorize(shop: Shop, payment: dict[str, str], header: str) -> Answer | None:
    section, ask = shop.section, shop.ask
    wrong = "000000" if payment["otp"] != "000000" else "111111"
    answer = ask("authorize", payment | {"otp": wrong}, authorization=header)
    shop.refused("a wrong OTP", answer, 400, "ERRPLT40094")
    stranger = ask("authorize", payment, authorization="Payment bukan-token")
    shop.refused("an unknown token", stranger, 401, "ERRPLT40190")
    number = ask("authorize", payment | {"invoice_code": 990_000_000_002}, authorization="Payment bukan-token")
    section.required("authorize: invoice_code may be a number", number.code == stranger.code, number.shown())
    turned = header[:-1] + ("A" if header[-1] != "A" else "B")
    changed = ask("authorize", payment, authorization=turned[:-4] + turned[-4:][::-1])
    shop.refused("a changed token", changed, 401, "ERRPLT40190")
    nobody = ask("authorize", payment)
    shop.refused("no token", nobody, 401, "ERRPLT40190")
    for name, members in (
        ("an OTP of five digits", payment | {"otp": "12345"}),
        ("no OTP", {key: value for key, value in payment.items() if key != "otp"}),
        ("no invoice_code", {key: value for key, value in payment.items() if key != "invoice_code"}),
        ("no invoice_url", {key: value for key, value in payment.items() if key != "invoice_url"}),
        ("an invoice_url that is none", payment | {"invoice_url": "bukan alamat"}),
    ):
        shop.refused(f"authorize with {name}", ask("authorize", members, authorization=header), 400, "ERRINT40091")
    shop.forge("authorize", payment, authorization=header)
    unbought = ask("status", {"invoice_code": payment["invoice_code"]})
    shop.refused("nothing refused was bought: status", unbought, 404, "ERRPLT40493")
    bought = ask("authorize", payment, authorization=header)
    if not section.required("authorize with the OTP: 200", bought.succeeded, bought.shown()):
        section.omit("status and void: nothing was bought")
        return None
    _shape(section, "its members are the published ones", bought, shapes.RECEIPT)
    section.required(
        "it repeats invoice_code and amount, status SUCCESS",
        [bought.data.get(name) for name in ("invoice_code", "amount", "status")]
        == [payment["invoice_code"], shop.goods.amount, "SUCCESS"],
    )
    section.required("it tells whose it is", bool(str(bought.data.get("prakerja_name", "")).strip()))
    code = str(bought.data.get("transaction_code", ""))
    section.required("transaction_code has a published shape", _TRANSACTION.fullmatch(code) is not None, code)
    section.required(
        'message is "Pelatihan berhasil dibeli."', bought.message == "Pelatihan berhasil dibeli.", bought.message
    )
    # After a time-out nobody knows whether it was bought: the same call again must not buy, and must say the same.
    again = ask("authorize", payment, authorization=header)
    section.required("the same call again: the same answer", again.raw == bought.raw, again.shown())
    bare = ask(
        "authorize", payment, authorization=header, signed_parts={"authorization": header.removeprefix("Payment ")}
    )
    section.required("the token alone may be signed", bare.succeeded, bare.shown())
    other = ask("authorize", payment | {"invoice_code": "KONF/LAIN"}, authorization=header)
    shop.refused("the token with another invoice", other, 409, "ERRPLT40993")
    return bought


def _status_and_void(shop: Shop, bought: Answer, payment: dict[str, str], header: str) -> None:
    section, ask = shop.section, shop.ask
    invoice = {"invoice_code": bought.data.get("invoice_code")}
    shop.forge("status", invoice)
    status = ask("status", invoice)
    if section.required("status of the invoice: 200", status.succeeded, status.shown()):
        _shape(section, "its members are the published ones (status)", status, shapes.PAYMENT_STATUS)
        section.required("created_at is RFC 3339 with Z", shapes.is_stamp(status.data.get("created_at")))
        section.required("it tells what authorize told", status.data.items() >= bought.data.items())
        section.required('status: message is "OK"', status.message == "OK", status.message)
        again = ask("status", invoice)
        section.required("status again: the same answer", again.raw == status.raw, again.shown())
    shop.refused("status of an unknown invoice", ask("status", {"invoice_code": "KONF/TIDAK/ADA"}), 404, "ERRPLT40493")
    number = ask("status", {"invoice_code": 990_000_000_001})
    shop.refused("status of an unknown invoice that is a number", number, 404, "ERRPLT40493")
    for name, code in (("another transaction_code", "TIDAKADA00000000"), ("an empty transaction_code", "")):
        wrong = ask("void", invoice | {"transaction_code": code})
        refused(section, f"void with {name}", wrong, 400, "ERRVOD40001", published=True)
        said = wrong.message == "Kode transaksi tidak ditemukan."
        section.required(f"void with {name}: the published sentence", said, wrong.message)
    transaction = invoice | {"transaction_code": bought.data.get("transaction_code")}
    elsewhere = ask("void", transaction | {"invoice_code": "KONF/TIDAK/ADA"})
    shop.refused("void of an unknown invoice", elsewhere, 400, "ERRVOD40001")
    numbered = ask("void", transaction | {"invoice_code": 990_000_000_001})
    section.required("void: invoice_code may be a number", numbered.code == elsewhere.code, numbered.shown())
    shop.forge("void", transaction)
    unvoided = ask("status", invoice)
    section.required("nothing refused was voided", unvoided.data.get("status") == "SUCCESS", unvoided.shown())
    _own_view(shop, status, is_void=False)
    voided = ask("void", transaction)
    if not section.required("void: 200", voided.succeeded, voided.shown()):
        return
    section.required("void answers without data", "data" not in (voided.document or {}))
    section.required(
        'message is "Transaksi berhasil dibatalkan."',
        voided.message == "Transaksi berhasil dibatalkan.",
        voided.message,
    )
    twice = ask("void", transaction)
    section.required("a second void: 400 ERRPLT40028", twice.is_refusal(400, "ERRPLT40028"), twice.shown())
    begins = twice.message.startswith("Transaksi sudah dibatalkan sebelumnya")
    section.required("a second void: the published sentence", begins, twice.message)
    after = ask("status", invoice)
    section.required("status afterwards: VOID", after.data.get("status") == "VOID", str(after.data.get("status")))
    same = {**status.data, "status": "VOID"}
    section.required("status afterwards: nothing else changed", after.data == same, after.shown())
    late = ask("authorize", payment, authorization=header)
    # Whoever hands the course out at 200 must not hand it out now.
    shop.refused("authorize repeated after the void", late, 409, "ERRPLT40995")
    _own_view(shop, after, is_void=True)


def _own_view(shop: Shop, status: Answer, *, is_void: bool) -> None:
    """What our own calls tell of the same transaction; nothing where a server has none."""
    section, words = shop.section, "after the void" if is_void else "as bought"
    invoice = str(status.data.get("invoice_code"))
    target = f"{OWN}/transactions/{invoice.replace('/', '%2F')}"
    one = shop.wire.get(shop.credentials, target, signed_parts={"path": target})
    if one.status in (405, 501) or one.code == "ERRINT40490":
        section.omit("GET transactions: not there")
        return
    if not section.required(f"GET transactions/<invoice> {words}: 200", one.succeeded, one.shown()):
        return
    problem = shapes.problem(one.data, shapes.TRANSACTION, may_grow=True)
    section.required(f"GET transactions/<invoice> {words}: its members", not problem, problem)
    section.required(f"GET transactions/<invoice> {words}: what status tells", one.data.items() >= status.data.items())
    section.required(
        f"GET transactions/<invoice> {words}: whose class it is",
        {name: one.data.get(name) for name in shop.goods.codes} == shop.goods.codes,
    )
    _code_elsewhere(shop, one, is_void=is_void)
    state = "cancelled" if is_void else "issued"
    section.required(
        f"GET transactions/<invoice> {words}: the code is {state}",
        one.data.get("voucher_status") == state,
        str(one.data.get("voucher_status")),
    )
    listed = shop.wire.get(shop.credentials, f"{OWN}/transactions?limit=100&status={'VOID' if is_void else 'SUCCESS'}")
    items = listed.data.get("items") or []
    if listed.data.get("next_cursor"):
        section.omit(f"GET transactions {words}: more than a page of them")
        return
    mine = [item for item in items if item.get("invoice_code") == invoice]
    if section.required(f"GET transactions {words}: it is listed once", len(mine) == 1, f"{len(mine)} times"):
        told = {name: status.data.get(name) for name in mine[0] if name in status.data}
        section.required(f"GET transactions {words}: the same members", mine[0].items() >= told.items(), str(told))
        section.required(
            f"GET transactions {words}: voided_at",
            bool(mine[0].get("voided_at")) is is_void,
            str(mine[0].get("voided_at")),
        )


def _code_elsewhere(shop: Shop, one: Answer, *, is_void: bool) -> None:
    """What an institution is told of the code that was just bought: nothing when the class is another's (contract.md 2.7)."""
    section, words = shop.section, "after the void" if is_void else "as bought"
    code = one.data.get("voucher_code")
    if code is None or shop.teacher is None:
        return
    section.required(f"the code {words}: twelve capitals and digits", _VOUCHER.fullmatch(str(code)) is not None)
    path = f"{PAYMENT}/redeem-code/status"
    told = shop.wire.post(shop.teacher, path, {"redeem_code": code})
    if told.succeeded and not is_void and told.data.get("course_code") == shop.goods.course_code:
        shop.is_own_class = True
        section.required(
            "the code as bought: its invoice", told.data.get("invoice_code") == one.data.get("invoice_code")
        )
    elif shop.is_own_class:
        refused(section, f"the code {words}", told, 401, "ERRTRX40101", published=True)
    else:
        refused(section, f"the code {words}, at another institution", told, 400, "ERRTRX40028", published=True)
        taken = shop.wire.post(shop.teacher, f"{PAYMENT}/redeem-code/commit", {"redeem_code": code})
        refused(
            section, f"commit of the code {words}, at another institution", taken, 400, "ERRTRX40028", published=True
        )


def look_around(wire: Wire, credentials: Credentials) -> Market:
    """What is on sale, from our own list of listings; nothing where a server has none."""
    found = wire.get(credentials, f"{OWN}/listings?limit=100")
    items = found.data.get("items")
    goods = other = full = None
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict):
            continue
        for run in item.get("runs") or ():
            made = Goods(str(item.get("course_code")), str(run.get("schedule_code")), _rupiah(item.get("price")))
            if run.get("is_on_sale") and goods is None:
                goods = made
            elif (
                run.get("is_on_sale") and goods is not None and other is None and made.course_code != goods.course_code
            ):
                other = made
            elif run.get("seats_available") == 0 and full is None:
                full = made
    return Market(goods, other, full)


def check_listings(section: Section, wire: Wire, credentials: Credentials, market: Market) -> None:
    """A listing and a quota tell the same of a class."""
    found = wire.get(credentials, f"{OWN}/listings?limit=100").data.get("items")
    for item in found if isinstance(found, list) else ():
        for run in item.get("runs") or () if isinstance(item, dict) else ():
            if market.other is None or run.get("schedule_code") != market.other.schedule_code:
                continue
            quota = wire.post(credentials, f"{PAYMENT}/quota-schedule", market.other.codes).data.get("quota")
            section.required(
                "a listing tells the seats that quota-schedule tells", run.get("seats_available") == quota, str(quota)
            )
            order = str(run.get("starts_at")) < str(run.get("ends_at"))
            section.required("a listing's class begins before it ends", order)


def _rupiah(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _shape(section: Section, name: str, answer: Answer, shape: dict[str, Any]) -> None:
    problem = shapes.problem(answer.data, shape)
    section.required(name, not problem, problem)
