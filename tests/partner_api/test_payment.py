"""The published payment calls through the door's URLs, over real operations and a real database."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.catalogue.models import Listing
from prakerja.catalogue.operations import add_promotion
from prakerja.developer_site import openapi
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import transaction
from prakerja.partner_api import clients, errors
from prakerja.partners.models import Partner as PartnerRow
from prakerja.partners.operations import add_partner
from prakerja.purchases.models import PaymentIntent, Purchase
from tests import builders as b
from tests.partner_api.partner import PAYMENT, Partner, Scene, refused, set_programme_time
from tests.partner_api.signer import Signer


def test_quota(scene: Scene) -> None:
    ask = {"course_code": scene.course.code, "schedule_code": scene.run.code}
    assert scene.shop.post(f"{PAYMENT}/quota-schedule", ask) == (
        200,
        {
            "success": True,
            "message": "OK",
            "data": {"schedule_code": scene.run.code, "course_code": scene.course.code, "quota": 100},
        },
    )
    scene.bought()
    assert scene.shop.post(f"{PAYMENT}/quota-schedule", ask)[1]["data"]["quota"] == 99


def test_send_otp(scene: Scene) -> None:
    status, answer = scene.send_otp()
    assert status == 200
    assert answer["message"] == "OTP berhasil dikirim."
    assert list(answer["data"]) == ["payment_token"]


def test_the_same_signed_request_again_gets_the_same_token(scene: Scene) -> None:
    """The contract has no nonce: who overheard a send-otp gets nothing by it and ends nothing (decisions.md 58)."""
    path, body = f"{PAYMENT}/send-otp", json.dumps(scene.intent(), separators=(",", ":")).encode()
    headers = Signer(scene.shop.credential, "sha1").headers("POST", path, body)
    first, again = (scene.shop.ask("POST", path, body=body, signed=body, headers=headers) for _ in range(2))
    assert again == first
    assert PaymentIntent.objects.count() == 1
    assert scene.authorize(first[1]["data"]["payment_token"])[0] == 200


def test_authorize_answers_exactly_as_published(scene: Scene) -> None:
    status, answer = scene.authorize(scene.token())
    reference = Purchase.objects.get().reference
    assert (status, answer) == (
        200,
        {
            "success": True,
            "message": "Pelatihan berhasil dibeli.",
            "data": {
                "invoice_code": "INV-1",
                "transaction_code": reference,
                "amount": 475_000,
                "status": "SUCCESS",
                "prakerja_name": Purchase.objects.get().person.name,
            },
        },
    )
    assert len(reference) == 16


def test_an_honest_retry_gets_the_first_answer_even_with_a_wrong_otp(scene: Scene) -> None:
    token = scene.token()
    first = scene.authorize(token)
    before = scene.counts()
    assert scene.authorize(token, otp="000000") == first
    assert scene.counts() == before
    assert refused(scene.authorize(token, invoice_code="INV-2")) == (409, "ERRPLT40993", "Token sudah dipakai.")


def test_an_integer_invoice_code_is_stored_as_text(scene: Scene) -> None:
    token = scene.token()
    assert scene.authorize(token, invoice_code=1234567)[1]["data"]["invoice_code"] == "1234567"
    assert scene.shop.post(f"{PAYMENT}/status", {"invoice_code": 1234567})[1]["data"]["status"] == "SUCCESS"


def test_payment_status(scene: Scene) -> None:
    bought = scene.bought()
    status, answer = scene.shop.post(f"{PAYMENT}/status", {"invoice_code": "INV-1"})
    assert status == 200
    assert list(answer["data"]) == [
        "created_at",
        "invoice_code",
        "transaction_code",
        "amount",
        "status",
        "prakerja_name",
    ]
    assert answer["data"] == bought | {"created_at": answer["data"]["created_at"]}
    # Programme time, in UTC with whole seconds.
    assert answer["data"]["created_at"].startswith("2021-09-25T12:30:")
    assert answer["data"]["created_at"].endswith("Z")


def test_another_platform_does_not_see_it(scene: Scene) -> None:
    scene.bought()
    other = Partner(add_partner(actor=SYSTEM, kind="platform", code="bukalapak", name="Bukalapak", at=b.ANNOUNCED))
    unknown = (404, "ERRPLT40493", "Transaksi tidak ditemukan.")
    assert refused(other.post(f"{PAYMENT}/status", {"invoice_code": "INV-1"})) == unknown
    assert refused(other.get("/api/v1/partner/transactions/INV-1")) == unknown
    code = Purchase.objects.get().reference
    answer = other.post(f"{PAYMENT}/void", {"invoice_code": "INV-1", "transaction_code": code})
    assert refused(answer) == (400, "ERRVOD40001", "Kode transaksi tidak ditemukan.")


def test_void(scene: Scene) -> None:
    code = scene.bought()["transaction_code"]
    ask = {"invoice_code": "INV-1", "transaction_code": code}
    for wrong in ("QHBST9GB5OSS888I", "", "TX 1/2", "é", "A" * 100):
        answer = scene.shop.post(f"{PAYMENT}/void", ask | {"transaction_code": wrong})
        assert refused(answer) == (400, "ERRVOD40001", "Kode transaksi tidak ditemukan.")
    assert scene.shop.post(f"{PAYMENT}/void", ask) == (
        200,
        {"success": True, "message": "Transaksi berhasil dibatalkan."},
    )
    assert refused(scene.shop.post(f"{PAYMENT}/void", ask)) == (
        400,
        "ERRPLT40028",
        "Transaksi sudah dibatalkan sebelumnya.",
    )
    assert scene.shop.post(f"{PAYMENT}/status", {"invoice_code": "INV-1"})[1]["data"]["status"] == "VOID"
    voucher = b.code_of(scene.who.person_id)
    answer = scene.lms.post(f"{PAYMENT}/redeem-code/commit", {"redeem_code": voucher})
    assert refused(answer) == (401, "ERRTRX40101", "Gagal verifikasi, transaksi sudah dibatalkan")


def test_authorize_repeated_after_a_void_sells_nothing(scene: Scene) -> None:
    """Clients hand out the course on every 200 (decisions.md 16)."""
    token = scene.token()
    bought = scene.authorize(token)[1]["data"]
    ask = {name: bought[name] for name in ("invoice_code", "transaction_code")}
    assert scene.shop.post(f"{PAYMENT}/void", ask)[0] == 200
    before = scene.counts()
    for otp in ({}, {"otp": "000000"}):
        assert refused(scene.authorize(token, **otp)) == (
            409,
            "ERRPLT40995",
            "Transaksi ini sudah dibatalkan (VOID). Pelatihannya tidak dibeli.",
        )
    assert scene.counts() == before
    assert scene.shop.post(f"{PAYMENT}/status", {"invoice_code": "INV-1"})[1]["data"]["status"] == "VOID"


def refusable(path: str) -> list[str]:
    """The codes of payments that a call may refuse with, as the published file has them."""
    answers = openapi.document("id")["paths"][f"{PAYMENT}/{path}"]["post"]["responses"]
    found = re.findall(r"\b(?:ERRPLT|ERRVOD)\d{5}\b", json.dumps(answers))
    return sorted({code for code in found if errors.BY_CODE[code].name != "codes_empty"})


def test_a_sandbox_platform_can_ask_for_every_refusal(scene: Scene) -> None:
    """Test cards and test invoices; nothing is bought, and a live platform's are ordinary unknown ones."""
    PartnerRow.objects.filter(id=scene.world.platform.partner_id).update(is_sandbox=True)
    clients.forget_clients()
    ask: dict[str, Any] = {"otp": "123456", "invoice_url": "https://shop.example/i", "transaction_code": "X"}
    calls = {path: refusable(path) for path in ("send-otp", "authorize", "status", "void")}
    assert [len(codes) for codes in calls.values()] == [20, 27, 1, 4]
    for path, codes in calls.items():
        for code in codes:
            if path == "send-otp":
                answer = scene.send_otp(prakerja_id="99990000000" + code[6:])
            else:
                answer = scene.shop.post(f"{PAYMENT}/{path}", ask | {"invoice_code": code}, token="t")
            row = errors.BY_CODE[code]
            assert refused(answer)[:2] == (row.status, code), (path, code)
            assert "-" not in refused(answer)[2].partition(" ")[2], "the sentence is filled"
    assert scene.counts() == (scene.counts()[0], 0, 0, 0)
    # What the call cannot refuse with, or what no error is, is an ordinary name.
    assert refused(scene.send_otp(prakerja_id="9999000000040993"))[1] == "ERRPLT40492"
    assert refused(scene.send_otp(prakerja_id="9999000000012345"))[1] == "ERRPLT40492"
    assert refused(scene.shop.post(f"{PAYMENT}/status", {"invoice_code": "ERRPLT40093"}))[1] == "ERRPLT40493"
    PartnerRow.objects.update(is_sandbox=False)
    clients.forget_clients()
    assert refused(scene.send_otp(prakerja_id="9999000000040093"))[1] == "ERRPLT40492"
    answer = scene.shop.post(f"{PAYMENT}/authorize", ask | {"invoice_code": "ERRPLT40093"}, token="t")
    assert refused(answer)[1] == "ERRPLT40190"


def test_void_after_redemption(scene: Scene) -> None:
    bought = scene.bought()
    scene.lms.post(f"{PAYMENT}/redeem-code/commit", {"redeem_code": b.code_of(scene.who.person_id)})
    ask = {"invoice_code": "INV-1", "transaction_code": bought["transaction_code"]}
    assert refused(scene.shop.post(f"{PAYMENT}/void", ask)) == (
        409,
        "ERRVOD40990",
        "Kode sudah ditukar; transaksi tidak dapat dibatalkan.",
    )


SEND_OTP_REFUSALS = [
    ({"schedule_code": "nowhere"}, 404, "ERRPLT40490", "Jadwal tidak ditemukan."),
    ({"course_code": "nothing"}, 404, "ERRPLT40491", "Pelatihan tidak ditemukan."),
    ({"course_code": ""}, 400, "ERRPLT40036", "Kode pelatihan dan kode jadwal wajib diisi."),
    ({"prakerja_id": "9360000000000000"}, 404, "ERRPLT40492", "Nomor Kartu Prakerja tidak ditemukan."),
    ({"amount": 474_999}, 400, "ERRPLT40092", "Harga tidak sama dengan harga terdaftar."),
    ({"amount": 475_001}, 400, "ERRPLT40092", "Harga tidak sama dengan harga terdaftar."),
    ({"amount": 0}, 400, "ERRPLT40092", "Harga tidak sama dengan harga terdaftar."),
    ({"amount": -1}, 400, "ERRINT40091", "Isian amount tidak sesuai."),
    ({"prakerja_id": "'; DROP TABLE x; -"}, 400, "ERRINT40091", "Isian prakerja_id tidak sesuai."),
    ({"user_platform_id": ""}, 400, "ERRINT40091", "Isian user_platform_id tidak sesuai."),
]


@pytest.mark.parametrize(("changes", "status", "code", "sentence"), SEND_OTP_REFUSALS)
def test_send_otp_refusals_change_nothing(
    scene: Scene, changes: dict[str, Any], status: int, code: str, sentence: str
) -> None:
    before = scene.counts()
    assert refused(scene.send_otp(**changes)) == (status, code, sentence)
    assert scene.counts() == before


def test_run_of_another_course(scene: Scene) -> None:
    other, _ = b.course(scene.world)
    assert refused(scene.send_otp(course_code=other.code)) == (
        400,
        "ERRPLT40090",
        "Jadwal bukan milik pelatihan ini.",
    )
    ask = {"course_code": other.code, "schedule_code": scene.run.code}
    assert refused(scene.shop.post(f"{PAYMENT}/quota-schedule", ask))[1] == "ERRPLT40090"


def test_not_sold_here(scene: Scene) -> None:
    other = Partner(add_partner(actor=SYSTEM, kind="platform", code="bukalapak", name="Bukalapak", at=b.ANNOUNCED))
    assert refused(other.post(f"{PAYMENT}/send-otp", scene.intent()))[1] == "ERRPLT40396"


def test_class_begun_and_class_full(scene: Scene) -> None:
    hours = timedelta(hours=3)
    begun, begun_run = b.course(scene.world, delivery="live", starts_at=b.BUY_AT - hours, ends_at=b.BUY_AT + hours)
    answer = scene.send_otp(course_code=begun.code, schedule_code=begun_run.code)
    assert refused(answer) == (400, "ERRPLT40091", "Pelatihan sudah dimulai. Pilih jadwal lain.")
    full, full_run = b.course(scene.world, seats=1)
    rival = b.participant(scene.world)
    b.buy(scene.world, rival, full_run)
    answer = scene.send_otp(course_code=full.code, schedule_code=full_run.code)
    assert refused(answer) == (409, "ERRPLT40990", "Kuota kelas habis.")


def test_videos_unfinished(scene: Scene) -> None:
    unready = b.participant(scene.world, ready=False)
    assert refused(scene.send_otp(prakerja_id=unready.card)) == (
        403,
        "ERRPLT40392",
        "Tonton tiga video di dashboard Prakerja terlebih dahulu.",
    )


def test_after_the_deadline(scene: Scene) -> None:
    # Day 30 ends at 23:59:59 WIB; announcement day is day 1.
    set_programme_time(datetime(2021, 10, 22, 0, 0, 1, tzinfo=WIB))
    assert refused(scene.send_otp()) == (
        403,
        "ERRPLT40394",
        "Batas waktu pembelian pelatihan pertama sudah lewat.",
    )


def test_previous_unfinished_and_bought_before(scene: Scene) -> None:
    scene.bought()
    set_programme_time(b.BUY_AT + timedelta(minutes=2))
    other, run = b.course(scene.world, price=100_000)
    answer = scene.send_otp(course_code=other.code, schedule_code=run.code, amount=100_000)
    assert refused(answer) == (409, "ERRPLT40992", "Selesaikan pelatihan sebelumnya terlebih dahulu.")
    assert refused(scene.send_otp()) == (409, "ERRPLT40991", "Pelatihan ini sudah pernah dibeli.")


def test_one_account_one_card(scene: Scene) -> None:
    scene.bought()
    rival = b.participant(scene.world)
    assert refused(scene.send_otp(prakerja_id=rival.card)) == (
        403,
        "ERRPLT40393",
        "Satu akun hanya untuk satu nomor Kartu Prakerja.",
    )


def test_balance_too_low(scene: Scene) -> None:
    dear, run = b.course(scene.world, price=1_000_001)
    answer = scene.send_otp(course_code=dear.code, schedule_code=run.code, amount=1_000_001)
    assert refused(answer) == (400, "ERRPLT40093", "Saldo pelatihan tidak cukup.")


def test_a_registered_promotion_is_a_price(scene: Scene) -> None:
    listing = Listing.objects.get(course=scene.course)
    with transaction():
        add_promotion(listing_id=listing.id, discount=30_000, starts_at=b.BUY_AT, ends_at=b.BUY_AT + timedelta(days=1))
    assert scene.authorize(scene.token(amount=445_000))[1]["data"]["amount"] == 445_000


def test_otp_gap(scene: Scene) -> None:
    scene.token()
    # Written otherwise it is another request, also within the same second.
    again = scene.shop.post(f"{PAYMENT}/send-otp", json.dumps(scene.intent(), indent=1).encode())
    assert refused(again) == (429, "ERRPLT42990", "Tunggu 60 detik sebelum meminta OTP lagi.")


def test_wrong_otp_until_locked(scene: Scene) -> None:
    token = scene.token()
    right = b.otp_of(scene.who.person_id)
    wrong = "000000" if right != "000000" else "111111"
    assert refused(scene.authorize(token, otp=wrong)) == (400, "ERRPLT40094", "OTP salah. Sisa percobaan 2.")
    assert refused(scene.authorize(token, otp=wrong)) == (400, "ERRPLT40094", "OTP salah. Sisa percobaan 1.")
    locked = (423, "ERRPLT42390", "OTP terkunci sampai pukul 20.30.")
    assert refused(scene.authorize(token, otp=wrong)) == locked
    assert refused(scene.authorize(token, otp=right)) == locked
    assert Purchase.objects.count() == 0


def test_otp_expired(scene: Scene) -> None:
    token = scene.token()
    set_programme_time(b.BUY_AT + timedelta(minutes=5, seconds=2))
    assert refused(scene.authorize(token)) == (400, "ERRPLT40095", "OTP kedaluwarsa. Minta OTP baru.")


@pytest.mark.parametrize("token", ["nonsense", "A" * 64, "x.y.z", "%00"])
def test_payment_tokens_that_we_did_not_make(scene: Scene, token: str) -> None:
    scene.token()
    assert refused(scene.authorize(token)) == (401, "ERRPLT40190", "Token pembayaran tidak berlaku.")


def test_a_payment_token_tells_nobody_who_buys(scene: Scene) -> None:
    """Two shops that compare their tokens find no bytes in common: no identifier of the person, the award or the class."""
    tokens = [scene.token(user_platform_id=user) for user in ("user-1", "user-2")]
    one, other = (base64.urlsafe_b64decode(token + "==") for token in tokens)
    for known in (scene.who.person_id.bytes, scene.who.award.id.bytes, scene.run.id.bytes):
        # Its second half is chance; the first is the time, which is no secret.
        assert not any(known[at : at + 4] in one for at in range(8, 13))
    shared = {one[at : at + 4] for at in range(len(one) - 3)} & {other[at : at + 4] for at in range(len(other) - 3)}
    assert all(bytes_ in one[16:22] for bytes_ in shared)


def test_token_of_another_platform(scene: Scene) -> None:
    token = scene.token()
    other = Partner(add_partner(actor=SYSTEM, kind="platform", code="bukalapak", name="Bukalapak", at=b.ANNOUNCED))
    members = {
        "otp": b.otp_of(scene.who.person_id),
        "invoice_url": "https://shop.example/i/1",
        "invoice_code": "INV-1",
    }
    answer = other.post(f"{PAYMENT}/authorize", members, token=token)
    assert refused(answer) == (401, "ERRPLT40190", "Token pembayaran tidak berlaku.")


def test_an_invoice_pays_once(scene: Scene) -> None:
    b.buy(scene.world, b.participant(scene.world), scene.run, invoice="INV-1")
    assert refused(scene.authorize(scene.token())) == (409, "ERRPLT40994", "Kode invoice sudah dipakai.")


def test_hostile_free_text_is_only_data(scene: Scene) -> None:
    invoice = "🎓<script>'; DROP TABLE purchases_purchase; --"
    assert scene.authorize(scene.token(user_platform_id="<b>é</b>"), invoice_code=invoice)[0] == 200
    found = scene.shop.post(f"{PAYMENT}/status", {"invoice_code": invoice})
    assert found[1]["data"]["invoice_code"] == invoice


def test_a_card_number_in_groups_and_an_amount_with_a_point(scene: Scene) -> None:
    """What a buyer copied from the dashboard, and what a program writes whose numbers have no integers."""
    card = scene.who.card
    grouped = " ".join(card[place : place + 4] for place in range(0, 16, 4))
    intent = scene.intent()
    body = intent | {"prakerja_id": grouped, "amount": float(intent["amount"])}
    status, answer = scene.shop.post(f"{PAYMENT}/send-otp", body)
    assert (status, "payment_token" in answer["data"]) == (200, True)
