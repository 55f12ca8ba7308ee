"""Buying with the card: OTP, refusals, time-outs, the code, cancelling."""

from __future__ import annotations

import logging
import re
from html import escape
from pathlib import Path

import pytest
from flask import Flask

from examples.platform import checkout
from examples.tests.conftest import PHRASE, PORTS, Visitor
from examples.tests.fake_prakerja import CARD, OTP, FakePrakerja, refusal

FORM = {"course": "python_1", "schedule": "python_1-run"}
CHECKOUT = "/checkout?course=python_1&schedule=python_1-run"


def reach_otp(buyer: Visitor) -> str:
    """Sign up and send the OTP; return the path of the OTP page."""
    buyer.sign_up()
    buyer.get(CHECKOUT)
    buyer.send("/checkout", card_number="9900 1122-3344 5566", **FORM)
    assert re.fullmatch(r"/orders/TOKPED-[2-9A-Z]{13}/otp", buyer.path)
    return buyer.path


def named(fake: FakePrakerja, name: str) -> list[dict[str, object]]:
    """Return what was sent to one call."""
    return [sent for _, called, sent in fake.calls if called == name]


def test_a_purchase_shows_the_code(buyer: Visitor, fake: FakePrakerja) -> None:
    path = reach_otp(buyer)
    assert 'autocomplete="one-time-code"' in buyer.html
    buyer.send(path, otp=OTP)
    invoice = path.split("/")[2]
    assert buyer.path == f"/orders/{invoice}"
    assert buyer.text("voucher-code") == "ABCDEFGH0001"
    assert buyer.text("order-status") == "Berhasil dibayar"
    assert buyer.text("price") == "Rp475.000"
    assert buyer.text("invoice-code") == invoice
    assert buyer.text("transaction-code") == "TRX0000000000001"
    assert "Buka situs LPK-SATU." in buyer.html
    assert 'href="http://127.0.0.1:8005/lpk-satu/"' in buyer.html
    assert "25 September 2021 pukul 19.30 WIB" in buyer.html
    assert named(fake, "payment/authorize") == [
        {"otp": OTP, "invoice_url": f"http://127.0.0.1:9107/orders/{invoice}", "invoice_code": invoice}
    ]
    sent = named(fake, "payment/send-otp")
    assert [call["amount"] for call in sent] == [475_000]
    html = buyer.get("/orders")
    assert buyer.text("voucher-code") == "ABCDEFGH0001"
    assert f'data-invoice="{invoice}"' in html


def test_one_account_sends_one_user_id(buyer: Visitor, fake: FakePrakerja, platform: Flask) -> None:
    path = reach_otp(buyer)
    buyer.send(path, otp=OTP)
    buyer.get("/checkout?course=kopi_1&schedule=kopi_1-run")
    buyer.send("/checkout", card_number=CARD, course="kopi_1", schedule="kopi_1-run")
    other = Visitor(platform.test_client(), f"http://127.0.0.1:{PORTS[0]}")
    other.sign_up()
    other.get(CHECKOUT)
    other.send("/checkout", card_number=CARD, **FORM)
    assert re.match("/orders/BUKALP-", other.path)
    users = [call["user_platform_id"] for call in named(fake, "payment/send-otp")]
    assert users[0] == users[1] != users[2]


def test_a_promotion_is_paid_at_its_price(buyer: Visitor, fake: FakePrakerja) -> None:
    fake.listings[0]["promotion"] = {"discount": 75_000, "ends_at": None}
    buyer.send(reach_otp(buyer), otp=OTP)
    assert [call["amount"] for call in named(fake, "payment/send-otp")] == [400_000]
    assert buyer.text("price") == "Rp400.000"


def test_checkout_needs_an_account_and_comes_back(buyer: Visitor) -> None:
    buyer.get(CHECKOUT)
    assert buyer.path == "/signin"
    assert 'name="next" value="/checkout?course=python_1&amp;schedule=python_1-run"' in buyer.html
    buyer.get("/signup")
    buyer.send("/signup", name="Siti", email="siti@contoh.id", password=PHRASE, next=CHECKOUT)
    assert buyer.path == "/checkout"
    assert 'name="card_number"' in buyer.html
    buyer.get("/checkout?course=python_1&schedule=kopi_1-run", 404)


@pytest.mark.parametrize("typed", ["", "1234", "99001122334455667", "990011223344556x", "<script>", "९९००११२२३३४४५५६६"])
def test_a_number_that_is_no_card_number_is_not_sent(buyer: Visitor, fake: FakePrakerja, typed: str) -> None:
    buyer.sign_up()
    buyer.get(CHECKOUT)
    html = buyer.send("/checkout", 422, card_number=typed, **FORM)
    assert 'href="#card_number">Nomor Kartu Prakerja terdiri dari 16 angka.' in html
    # What was typed is there to be mended, as text and nothing else.
    assert f'value="{escape(typed)}"' in html
    assert named(fake, "payment/send-otp") == []


def test_a_refusal_shows_the_sentence_and_what_to_do(buyer: Visitor, fake: FakePrakerja) -> None:
    buyer.sign_up()
    buyer.get(CHECKOUT)
    html = buyer.send("/checkout", 422, card_number="9900112233440000", **FORM)
    assert buyer.text("error-message") == "Nomor Kartu Prakerja tidak ditemukan."
    assert "Periksa lagi 16 angka" in html
    # One slip does not cost sixteen digits; nobody else, and no later page, sees them.
    assert 'value="9900112233440000"' in html
    assert "9900112233440000" not in buyer.get(CHECKOUT)
    fake.refusals["payment/send-otp"] = refusal(
        "ERRPLT40392", "Tonton tiga video di dashboard Prakerja terlebih dahulu."
    )
    html = buyer.send("/checkout", 422, card_number=CARD, **FORM)
    assert buyer.text("error-message") == "Tonton tiga video di dashboard Prakerja terlebih dahulu."
    assert "tonton ketiga video sampai selesai" in html
    assert "Anda belum membeli pelatihan di sini." in buyer.get("/orders")


def test_refusals_are_asked_for_in_the_visitors_language(buyer: Visitor, fake: FakePrakerja) -> None:
    buyer.sign_up()
    for language in ("en", "id"):
        buyer.get(f"/language/{language}?next={CHECKOUT.replace('&', '%26')}")
        buyer.send("/checkout", 422, card_number="9900112233440000", **FORM)
        assert fake.languages[-1] == language


def test_a_wrong_otp_tells_the_tries_left_and_locks(buyer: Visitor, fake: FakePrakerja) -> None:
    path = reach_otp(buyer)
    assert "6 angka" in buyer.send(path, otp="12")
    assert named(fake, "payment/authorize") == []
    buyer.send(path, otp="000000")
    assert buyer.text("error-message") == "OTP salah. Sisa percobaan 2."
    buyer.send(path, otp="000000")
    assert buyer.text("error-message") == "OTP salah. Sisa percobaan 1."
    buyer.send(path, otp="000000")
    assert buyer.text("error-message") == "OTP terkunci sampai pukul 11.00."
    # A reload says it again, in another tab too, and tries nothing.
    tried = len(named(fake, "payment/authorize"))
    for _ in range(2):
        buyer.get(path)
        assert buyer.text("error-message") == "OTP terkunci sampai pukul 11.00."
    assert len(named(fake, "payment/authorize")) == tried
    assert fake.transactions == {}


@pytest.mark.parametrize("pasted", ["450 522", "450\u00a0522", " 450-522.", "4 5 0 5 2 2\u200b"])
def test_an_otp_is_taken_as_people_paste_it(buyer: Visitor, fake: FakePrakerja, pasted: str) -> None:
    path = reach_otp(buyer)
    # A browser cuts what is longer than the field allows.
    length = re.search(r'name="otp"[^>]*maxlength="(\d+)"', buyer.html)
    assert length is not None
    buyer.send(path, otp=pasted[: int(length[1])])
    assert [sent["otp"] for sent in named(fake, "payment/authorize")] == ["450522"]


def test_when_the_next_otp_is_possible_is_told() -> None:
    moment = [100.0]
    words = checkout.LastWords(monotonic=lambda: moment[0])
    assert words.wait("A") == 0
    words.say("A", "x")
    words.sent("A")
    assert (words.wait("A"), words.of("A")) == (60, "")
    moment[0] += 59.5
    assert words.wait("A") == 1
    moment[0] += 0.6
    assert words.wait("A") == 0


def test_the_otp_can_be_sent_again(buyer: Visitor, fake: FakePrakerja) -> None:
    path = reach_otp(buyer)
    resend = path.replace("/otp", "/resend")
    fake.refusals["payment/send-otp"] = refusal("ERRPLT42990", "Tunggu 60 detik sebelum meminta OTP lagi.")
    buyer.send(resend)
    assert buyer.text("error-message") == "Tunggu 60 detik sebelum meminta OTP lagi."
    fake.refusals.clear()
    assert "OTP baru sudah dikirim." in buyer.send(resend)
    assert buyer.path == path
    buyer.send(path, otp=OTP)
    assert buyer.text("voucher-code") == "ABCDEFGH0001"
    assert [call["prakerja_id"] for call in named(fake, "payment/send-otp")] == [CARD, CARD, CARD]


def test_after_a_restart_the_card_number_is_asked_again(buyer: Visitor, platform: Flask) -> None:
    path = reach_otp(buyer)
    platform.extensions["shop"].cards._cards.clear()
    assert "Ketik lagi nomor kartu" in buyer.get(path)
    buyer.send(path.replace("/otp", "/resend"))
    assert buyer.path == "/checkout"


def test_card_memory_forgets_after_ten_minutes() -> None:
    moment = [100.0]
    memory = checkout.CardMemory(monotonic=lambda: moment[0])
    memory.keep("A", CARD)
    moment[0] += 599.9
    assert memory.recall("A") == CARD
    moment[0] += 0.1
    assert memory.recall("A") is None
    memory.keep("B", CARD)
    assert list(memory._cards) == ["B"]


def test_a_time_out_at_authorize_is_settled_by_asking(buyer: Visitor, fake: FakePrakerja) -> None:
    path = reach_otp(buyer)
    fake.late.add("payment/authorize")
    buyer.send(path, otp=OTP)
    assert buyer.text("voucher-code") == "ABCDEFGH0001"
    assert len(fake.transactions) == 1
    assert [name for _, name, _ in fake.calls if name.startswith("payment/")][-2:] == [
        "payment/authorize",
        "payment/status",
    ]


def test_a_lost_authorize_may_be_repeated_and_pays_once(buyer: Visitor, fake: FakePrakerja) -> None:
    path = reach_otp(buyer)
    here = path.removesuffix("/otp")
    fake.lost.add("payment/authorize")
    buyer.send(path, otp=OTP)
    assert buyer.path == here
    assert buyer.text("order-status") == "Sedang diperiksa"
    assert "belum mencatat pembayaran" in buyer.send(f"{here}/check")
    fake.lost.clear()
    assert "tidak mungkin dibayar dua kali" in buyer.get(path)
    buyer.send(path, otp=OTP)
    assert buyer.text("voucher-code") == "ABCDEFGH0001"
    assert len(fake.transactions) == 1


def test_an_unknown_outcome_is_found_out_later(buyer: Visitor, fake: FakePrakerja) -> None:
    path = reach_otp(buyer)
    fake.late |= {"payment/authorize", "payment/status"}
    buyer.send(path, otp=OTP)
    assert buyer.text("order-status") == "Sedang diperiksa"
    assert "Jangan membeli lagi" in buyer.html
    fake.late.clear()
    buyer.get("/orders")
    assert buyer.text("order-status") == "Berhasil dibayar"
    assert buyer.text("voucher-code") == "ABCDEFGH0001"


def test_an_attempt_that_stays_unknown_ends(
    buyer: Visitor, fake: FakePrakerja, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = reach_otp(buyer)
    fake.lost.add("payment/authorize")
    buyer.send(path, otp=OTP)
    monkeypatch.setattr(checkout, "SETTLED_S", -1)
    buyer.get("/orders")
    assert buyer.text("order-status") == "Tidak dilanjutkan"
    assert fake.transactions == {}


def test_a_code_that_only_the_dashboard_shows(buyer: Visitor, fake: FakePrakerja) -> None:
    fake.shows_code = False
    buyer.send(reach_otp(buyer), otp=OTP)
    assert "Kode untuk membuka kelas ada di dashboard Prakerja Anda." in buyer.html
    assert 'data-testid="voucher-code"' not in buyer.html


def test_a_code_that_comes_late_is_fetched_on_the_next_view(buyer: Visitor, fake: FakePrakerja) -> None:
    path = reach_otp(buyer)
    invoice = path.split("/")[2]
    fake.refusals[f"transactions/{invoice}"] = (503, {})
    buyer.send(path, otp=OTP)
    assert "sedang kami ambil" in buyer.html
    fake.refusals.clear()
    buyer.get(f"/orders/{invoice}")
    assert buyer.text("voucher-code") == "ABCDEFGH0001"


def test_cancelling_voids_once_and_hides_the_code(buyer: Visitor, fake: FakePrakerja) -> None:
    path = reach_otp(buyer)
    buyer.send(path, otp=OTP)
    invoice = path.split("/")[2]
    cancel = f"/orders/{invoice}/cancel"
    assert "Ya, batalkan" in buyer.get(cancel)
    buyer.send(cancel)
    assert buyer.path == f"/orders/{invoice}"
    assert buyer.text("order-status") == "Dibatalkan"
    assert "ABCDEFGH0001" not in buyer.html
    buyer.send(cancel)
    assert named(fake, "payment/void") == [{"invoice_code": invoice, "transaction_code": "TRX0000000000001"}]


def test_a_dead_code_is_not_shown_as_a_purchase(buyer: Visitor, fake: FakePrakerja) -> None:
    """Nothing tells the shop that a code ended: it asks for what it shows."""
    path = reach_otp(buyer)
    buyer.send(path, otp=OTP)
    invoice = path.split("/")[2]
    assert "Kode dapat ditukar mulai 25 September 2021 pukul 19.30 WIB" in buyer.text("code-window")
    fake.transactions[invoice]["voucher_status"] = "expired"
    buyer.get("/orders")
    assert buyer.text("order-status") == "Kode berakhir"
    assert "ABCDEFGH0001" not in buyer.html
    html = buyer.get(f"/orders/{invoice}")
    assert "Pembelian berhasil" not in html
    assert "ABCDEFGH0001" not in html
    assert "tidak ditukar sampai 26 November 2021" in buyer.text("code-ended")
    assert "tidak kembali ke saldo pelatihan Anda" in buyer.text("code-ended")
    assert f"/orders/{invoice}/cancel" not in html


def test_a_cancelled_order_claims_no_way_that_the_money_went(buyer: Visitor, fake: FakePrakerja) -> None:
    path = reach_otp(buyer)
    buyer.send(path, otp=OTP)
    html = buyer.send(path.replace("/otp", "/cancel"))
    assert "kembali ke saldo" not in html
    assert html.count("Ke mana dananya kembali tertulis di dashboard Prakerja Anda") == 2


def test_an_older_order_in_another_tab_says_what_stopped_it(buyer: Visitor, fake: FakePrakerja) -> None:
    older = reach_otp(buyer)
    buyer.get("/checkout?course=kopi_1&schedule=kopi_1-run")
    buyer.send("/checkout", card_number=CARD, course="kopi_1", schedule="kopi_1-run")
    newer = buyer.path.removesuffix("/otp")
    buyer.send(older, otp=OTP)
    assert buyer.path == older.removesuffix("/otp")
    assert "berhenti karena Anda memulai pesanan lain sesudahnya" in buyer.text("replaced")
    assert f'href="{newer}"' in buyer.html
    assert named(fake, "payment/authorize") == []


def test_a_class_that_the_institution_cancelled(buyer: Visitor, fake: FakePrakerja) -> None:
    path = reach_otp(buyer)
    html = buyer.send(path, otp=OTP)
    invoice = path.split("/")[2]
    assert f'href="/orders/{invoice}/cancel?reason=class"' in html
    html = buyer.get(f"/orders/{invoice}/cancel?reason=class")
    assert "Selama kepesertaan dan masa pakai saldo Anda berjalan, dananya kembali" in html
    buyer.send(f"/orders/{invoice}/cancel")
    assert buyer.text("order-status") == "Dibatalkan"
    amount = fake.transactions[invoice]["amount"]
    assert f'data-testid="refund" data-amount="{amount}"' in buyer.html


def test_a_class_that_prakerja_says_is_cancelled(buyer: Visitor, fake: FakePrakerja) -> None:
    path = reach_otp(buyer)
    buyer.send(path, otp=OTP)
    invoice = path.split("/")[2]
    fake.transactions[invoice]["class_cancelled_at"] = "2021-10-02T03:00:00Z"
    fake.refusals["payment/void"] = (503, {})
    buyer.get(f"/orders/{invoice}")
    assert buyer.text("order-status") == "Berhasil dibayar"
    assert "pesanan belum dapat dibatalkan" in buyer.text("class-was-cancelled")
    fake.refusals.clear()
    buyer.get(f"/orders/{invoice}")
    assert buyer.text("order-status") == "Dibatalkan"
    assert "Anda tidak perlu melakukan apa pun." in buyer.text("class-was-cancelled")
    assert fake.transactions[invoice]["status"] == "VOID"
    buyer.get(f"/orders/{invoice}")
    assert len(named(fake, "payment/void")) == 2


def test_a_cancelled_class_whose_code_was_used(buyer: Visitor, fake: FakePrakerja) -> None:
    path = reach_otp(buyer)
    buyer.send(path, otp=OTP)
    invoice = path.split("/")[2]
    fake.codes["ABCDEFGH0001"]["status"] = 1
    fake.transactions[invoice]["class_cancelled_at"] = "2021-10-02T03:00:00Z"
    buyer.get(f"/orders/{invoice}")
    assert buyer.text("order-status") == "Berhasil dibayar"
    assert "hubungi lembaga" in buyer.text("class-was-cancelled")


def test_a_redeemed_order_cannot_be_cancelled(buyer: Visitor, fake: FakePrakerja) -> None:
    path = reach_otp(buyer)
    buyer.send(path, otp=OTP)
    fake.codes["ABCDEFGH0001"]["status"] = 1
    cancel = path.replace("/otp", "/cancel")
    buyer.get(cancel)
    buyer.send(cancel, 422)
    assert buyer.text("error-message") == "Kode sudah ditukar; transaksi tidak dapat dibatalkan."


def test_a_void_whose_answer_was_lost(buyer: Visitor, fake: FakePrakerja) -> None:
    path = reach_otp(buyer)
    buyer.send(path, otp=OTP)
    cancel = path.replace("/otp", "/cancel")
    buyer.get(cancel)
    fake.late.add("payment/void")
    buyer.send(cancel)
    assert buyer.text("order-status") == "Dibatalkan"


def test_a_new_otp_ends_the_order_that_waited(buyer: Visitor, fake: FakePrakerja) -> None:
    first = reach_otp(buyer)
    buyer.get("/checkout?course=kopi_1&schedule=kopi_1-run")
    buyer.send("/checkout", card_number=CARD, course="kopi_1", schedule="kopi_1-run")
    buyer.get(first)
    assert buyer.path == first.removesuffix("/otp")
    assert buyer.text("order-status") == "Tidak dilanjutkan"


def test_orders_are_private(buyer: Visitor, platform: Flask) -> None:
    path = reach_otp(buyer)
    buyer.send(path, otp=OTP)
    other = Visitor(platform.test_client(), buyer.base)
    other.sign_up(email="budi@contoh.id")
    other.get(path.removesuffix("/otp"), 404)
    other.get(path, 404)
    other.send(path.replace("/otp", "/cancel"), 404)


def test_the_card_number_leaves_no_trace(buyer: Visitor, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    path = reach_otp(buyer)
    pages = buyer.html
    pages += buyer.send(path, otp="000000")
    files = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert b"token-1" in files
    pages += buyer.send(path, otp=OTP) + buyer.get("/orders")
    for file in tmp_path.iterdir():
        assert CARD.encode() not in file.read_bytes()
    for trace in (CARD, OTP, "token-1"):
        assert trace not in pages
        assert trace not in caplog.text
    assert buyer.page is not None
    assert buyer.page.headers["Cache-Control"] == "no-store"
