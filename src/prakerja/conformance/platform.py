"""What a platform lives by: quota, OTP, payment, status, void (contract.md 2.1 to 2.5)."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from prakerja.conformance import shapes
from prakerja.conformance.report import Report, Section
from prakerja.conformance.wire import OWN, PAYMENT, Answer, Credentials, Wire


@dataclass(frozen=True)
class Goods:
    """What may be bought: a course, its schedule and the registered price in rupiah."""

    course_code: str
    schedule_code: str
    amount: int


def check_quota(report: Report, wire: Wire, credentials: Credentials, goods: Goods | None) -> None:
    """payment/quota-schedule (contract.md 2.1)."""
    section = report.section("Quota")
    path = f"{PAYMENT}/quota-schedule"
    for name, members in (
        ("both codes empty", {"schedule_code": "", "course_code": ""}),
        ("schedule_code empty", {"schedule_code": "", "course_code": "x"}),
        ("course_code empty", {"schedule_code": "x", "course_code": ""}),
    ):
        answer = wire.post(credentials, path, members)
        section.required(f"{name}: 400 ERRPLT40036", _is(answer, 400, "ERRPLT40036"), answer.shown())
    unknown = wire.post(credentials, path, {"schedule_code": "tidak-ada-0", "course_code": "tidak-ada-0"})
    section.required("an unknown schedule is refused", not unknown.succeeded, unknown.shown())
    section.proposed("an unknown schedule: 404 ERRPLT40490", _is(unknown, 404, "ERRPLT40490"), unknown.shown())
    if goods is None:
        section.omit("a known schedule: give --course-code and --schedule-code")
        return
    members = {"schedule_code": goods.schedule_code, "course_code": goods.course_code}
    answer = wire.post(credentials, path, members)
    if section.required("a known schedule: 200", answer.succeeded, answer.shown()):
        _shape(section, "its members are the published ones", answer, shapes.QUOTA)
        echoed = {name: answer.data.get(name) for name in members}
        section.required("it repeats both codes", echoed == members, str(echoed))
        section.required('message is "OK"', (answer.document or {}).get("message") == "OK")


@dataclass(frozen=True)
class Buyer:
    """Whose money is spent, and where the OTP comes from."""

    card_number: str
    otp: Callable[[], str]


def check_purchase(report: Report, wire: Wire, credentials: Credentials, goods: Goods, buyer: Buyer) -> None:
    """send-otp → authorize → status → void, with what must be refused on the way (2.2 to 2.5). It spends and refunds."""
    section = report.section("Purchase")
    # The same at every run: a server may bind a platform's user to the card for good.
    user = "konformansi-" + hashlib.sha256(buyer.card_number.encode()).hexdigest()[:12]
    intent = {
        "user_platform_id": user,
        "prakerja_id": buyer.card_number,
        "course_code": goods.course_code,
        "schedule_code": goods.schedule_code,
        "amount": goods.amount,
    }
    wrong_price = wire.post(credentials, f"{PAYMENT}/send-otp", intent | {"amount": goods.amount + 1})
    section.required("another price is refused", not wrong_price.succeeded, wrong_price.shown())
    section.proposed("another price: 400 ERRPLT40092", _is(wrong_price, 400, "ERRPLT40092"), wrong_price.shown())
    sent = wire.post(credentials, f"{PAYMENT}/send-otp", intent)
    if sent.status == 429:
        section.omit(
            f"send-otp and what follows: too soon after the last one ({sent.shown()}); run the kit again later"
        )
        return
    token = sent.data.get("payment_token")
    if not section.required("send-otp: 200", sent.succeeded, sent.shown()) or not section.required(
        "it gives a payment_token", isinstance(token, str) and bool(token)
    ):
        section.omit("authorize, status and void: no OTP was sent")
        return
    header = f"Payment {token}"
    payment = {
        "otp": buyer.otp(),
        "invoice_url": "https://toko.example/invoice",
        "invoice_code": f"KONF/{uuid.uuid4().hex[:10].upper()}",
    }
    _authorize(section, wire, credentials, payment, header, goods)


def _authorize(
    section: Section, wire: Wire, credentials: Credentials, payment: dict[str, str], header: str, goods: Goods
) -> None:
    path = f"{PAYMENT}/authorize"
    wrong = "000000" if payment["otp"] != "000000" else "111111"
    answer = wire.post(credentials, path, payment | {"otp": wrong}, authorization=header)
    section.required("a wrong OTP is refused", not answer.succeeded, answer.shown())
    section.proposed("a wrong OTP: 400 ERRPLT40094", _is(answer, 400, "ERRPLT40094"), answer.shown())
    stranger = wire.post(credentials, path, payment, authorization="Payment bukan-token")
    section.required("an unknown token is refused", not stranger.succeeded, stranger.shown())
    bought = wire.post(credentials, path, payment, authorization=header)
    if not section.required("authorize with the OTP: 200", bought.succeeded, bought.shown()):
        section.omit("status and void: nothing was bought")
        return
    _shape(section, "its members are the published ones", bought, shapes.RECEIPT)
    section.required(
        "it repeats invoice_code and amount, status SUCCESS",
        [bought.data.get(name) for name in ("invoice_code", "amount", "status")]
        == [payment["invoice_code"], goods.amount, "SUCCESS"],
    )
    section.required(
        'message is "Pelatihan berhasil dibeli."',
        (bought.document or {}).get("message") == "Pelatihan berhasil dibeli.",
    )
    again = wire.post(credentials, path, payment, authorization=header)
    section.proposed("the same call again: the same answer", again.data == bought.data, again.shown())
    other = wire.post(credentials, path, payment | {"invoice_code": "KONF/LAIN"}, authorization=header)
    section.required("the token with another invoice is refused", not other.succeeded, other.shown())
    section.proposed("the token with another invoice: 409 ERRPLT40993", _is(other, 409, "ERRPLT40993"), other.shown())
    _status_and_void(section, wire, credentials, bought)


def _status_and_void(section: Section, wire: Wire, credentials: Credentials, bought: Answer) -> None:
    invoice = {"invoice_code": bought.data.get("invoice_code")}
    path = f"{PAYMENT}/status"
    status = wire.post(credentials, path, invoice)
    if section.required("status of the invoice: 200", status.succeeded, status.shown()):
        _shape(section, "its members are the published ones (status)", status, shapes.PAYMENT_STATUS)
        section.required("created_at is RFC 3339 with Z", shapes.is_stamp(status.data.get("created_at")))
        section.required("it tells what authorize told", status.data.items() >= bought.data.items())
    unknown = wire.post(credentials, path, {"invoice_code": "KONF/TIDAK/ADA"})
    section.required("status of an unknown invoice is refused", not unknown.succeeded, unknown.shown())
    void = f"{PAYMENT}/void"
    wrong = wire.post(credentials, void, invoice | {"transaction_code": "TIDAKADA00000000"})
    section.required(
        "void with another transaction_code: 400 ERRVOD40001", _is(wrong, 400, "ERRVOD40001"), wrong.shown()
    )
    transaction = invoice | {"transaction_code": bought.data.get("transaction_code")}
    voided = wire.post(credentials, void, transaction)
    if not section.required("void: 200", voided.succeeded, voided.shown()):
        return
    section.required("void answers without data", "data" not in (voided.document or {}))
    section.required(
        'message is "Transaksi berhasil dibatalkan."',
        (voided.document or {}).get("message") == "Transaksi berhasil dibatalkan.",
    )
    twice = wire.post(credentials, void, transaction)
    section.required("a second void: 400 ERRPLT40028", _is(twice, 400, "ERRPLT40028"), twice.shown())
    after = wire.post(credentials, path, invoice)
    section.proposed("status afterwards: VOID", after.data.get("status") == "VOID", str(after.data.get("status")))


def find_goods(wire: Wire, credentials: Credentials) -> Goods | None:
    """Something that is on sale, from our own list of listings; None where a server has none."""
    found = wire.get(credentials, f"{OWN}/listings?limit=100")
    items = found.data.get("items")
    for item in items if isinstance(items, list) else ():
        for run in item.get("runs", ()):
            if run.get("is_on_sale"):
                return Goods(item["course_code"], run["schedule_code"], int(item["price"]))
    return None


def _shape(section: Section, name: str, answer: Answer, shape: dict[str, type]) -> None:
    problem = shapes.problem(answer.data, shape)
    section.required(name, not problem, problem)


def _is(answer: Answer, status: int, code: str) -> bool:
    return (answer.status, answer.code) == (status, code)
