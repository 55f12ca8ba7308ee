"""The published payment calls of a platform (contract.md 2.1 to 2.5): read, one call, answer."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

from prakerja.catalogue import queries as catalogue
from prakerja.kernel.errors import Refused
from prakerja.partner_api import answers, bodies, clients, errors
from prakerja.partner_api.endpoint import Call, endpoint
from prakerja.partner_api.envelope import NO_DATA, stamp
from prakerja.partner_api.guide import Guide
from prakerja.partner_api.simulated import refuse_test_card, refuse_test_invoice
from prakerja.purchases import operations as purchases
from prakerja.purchases import queries as purchase_queries
from prakerja.purchases.tokens import SignedRequest

_PREFIX = "/api/v1/integration/payment"
# The states of a purchase in the contract's words (contract.md G8).
STATUS = {"succeeded": "SUCCESS", "voided": "VOID"}

_CODES = ("codes_empty", "run_unknown", "course_unknown", "run_of_other_course")
# What stands in the way of a purchase, checked at send-otp and, under lock, again at authorize.
_PURCHASE = (
    *_CODES[1:],
    "not_listed",
    "class_begun",
    "class_full",
    "card_unknown",
    "videos_unfinished",
    "deadline_passed",
    "balance_expired",
    "class_too_late",
    "account_bound",
    "course_bought_before",
    "previous_unfinished",
    "price_mismatch",
    "requirements_not_met",
    "balance_too_low",
    "otp_locked",
    "otp_too_soon",
    "otp_daily_limit",
)
_SEND_OTP = ("codes_empty", *_PURCHASE)
_AUTHORIZE = ("token_used", "purchase_voided", "otp_wrong", "otp_expired", "invoice_used", "award_ended", *_PURCHASE)
_STATUS = ("invoice_unknown",)
_VOID = ("transaction_unknown", "void_twice", "void_after_redemption", "void_after_expiry")


@endpoint(
    path=f"{_PREFIX}/quota-schedule",
    kind="platform",
    body=bodies.QuotaSchedule,
    guide=Guide(
        title=_("Cek kuota"),
        about=_(
            "Menjawab sisa kursi satu jadwal. Boleh dipanggil sebelum dan sesudah pembelian, dan boleh ditampilkan."
        ),
        data=answers.QuotaData,
        refuses=_CODES,
    ),
)
def quota_schedule(call: Call[bodies.QuotaSchedule]) -> Any:
    course_code, schedule_code = _codes(call.body)
    seats = catalogue.seats_left(course_code=course_code, schedule_code=schedule_code)
    return {"schedule_code": schedule_code, "course_code": course_code, "quota": seats}


@endpoint(
    path=f"{_PREFIX}/send-otp",
    kind="platform",
    body=bodies.SendOtp,
    message=errors.OTP_SENT,
    names_a_card=True,
    guide=Guide(
        title=_("Kirim OTP"),
        about=_(
            "Memeriksa rencana pembelian, mengirim OTP lewat SMS ke peserta, dan memberi token pembayaran. Belum ada "
            "uang atau kursi yang ditahan: semuanya diperiksa lagi ketika OTP disahkan. Tampilkan kalimat setiap "
            "penolakan kepada pembeli."
        ),
        data=answers.PaymentTokenData,
        refuses=_SEND_OTP,
    ),
)
def send_otp(call: Call[bodies.SendOtp]) -> Any:
    course_code, schedule_code = _codes(call.body)
    refuse_test_card(call, call.body.prakerja_id, among=_SEND_OTP)
    token = purchases.send_otp(
        platform_id=call.client.partner_id,
        platform_user=call.body.user_platform_id,
        card_number=call.body.prakerja_id,
        course_code=course_code,
        schedule_code=schedule_code,
        amount=int(call.body.amount),
        at=call.at,
        request=SignedRequest(seconds=call.signed_at, fingerprint=call.fingerprint),
    )
    return {"payment_token": token}


@endpoint(
    path=f"{_PREFIX}/authorize",
    kind="platform",
    body=bodies.Authorize,
    message=errors.BOUGHT,
    has_authorization=True,
    guide=Guide(
        title=_("Sahkan pembayaran"),
        about=_(
            "Membeli: memeriksa OTP, mendebit saldo, mengambil kursi, dan membuat kode. Bila jawabannya tidak sampai, "
            "ulangi dengan token dan invoice yang sama; jawabannya akan sama dan tidak ada yang dibeli dua kali. Sesudah "
            "transaksi dibatalkan ulangan ditolak: jangan berikan pelatihannya."
        ),
        data=answers.ReceiptData,
        refuses=_AUTHORIZE,
    ),
)
def authorize(call: Call[bodies.Authorize]) -> Any:
    refuse_test_invoice(call, str(call.body.invoice_code), among=(*_AUTHORIZE, "token_invalid"))
    try:
        receipt = purchases.authorise_purchase(
            platform_id=call.client.partner_id,
            token=call.token,
            otp=call.body.otp,
            invoice_code=str(call.body.invoice_code),
            invoice_url=call.body.invoice_url,
            at=call.at,
        )
    except Refused as refused:
        if refused.reason in ("otp_wrong", "otp_locked"):
            clients.count_code(client=call.client, is_right=False)
        raise
    clients.count_code(client=call.client, is_right=True)
    return {
        "invoice_code": receipt.invoice_code,
        "transaction_code": receipt.reference,
        "amount": receipt.amount,
        "status": STATUS[receipt.status],
        "prakerja_name": receipt.name,
    }


@endpoint(
    path=f"{_PREFIX}/status",
    kind="platform",
    body=bodies.PaymentStatus,
    guide=Guide(
        title=_("Status pembayaran"),
        about=_("Menjawab bagaimana keadaan transaksi dari invoice Anda sendiri."),
        data=answers.PaymentStatusData,
        refuses=_STATUS,
    ),
)
def status(call: Call[bodies.PaymentStatus]) -> Any:
    refuse_test_invoice(call, str(call.body.invoice_code), among=_STATUS)
    found = purchase_queries.payment_status(
        platform_id=call.client.partner_id, invoice_code=str(call.body.invoice_code)
    )
    return payment_status_data(found)


@endpoint(
    path=f"{_PREFIX}/void",
    kind="platform",
    body=bodies.Void,
    message=errors.VOIDED,
    guide=Guide(
        title=_("Batalkan transaksi"),
        about=_(
            "Membatalkan transaksi selama kodenya belum ditukar: kursi kembali, kode mati. Uangnya kembali ke saldo peserta "
            "selama saldo itu masih berlaku; peserta kami beri tahu ke mana. Pembatalan kedua ditolak. Jawabannya tidak punya "
            "anggota data."
        ),
        data=None,
        refuses=_VOID,
    ),
)
def void(call: Call[bodies.Void]) -> Any:
    refuse_test_invoice(call, str(call.body.invoice_code), among=_VOID)
    purchases.void_purchase(
        platform_id=call.client.partner_id,
        invoice_code=str(call.body.invoice_code),
        reference=call.body.transaction_code,
        at=call.at,
    )
    return NO_DATA


def payment_status_data(found: purchase_queries.PaymentStatus) -> dict[str, Any]:
    """The published members of payment/status; our own transactions answer begins with them."""
    return {
        "created_at": stamp(found.created_at),
        "invoice_code": found.invoice_code,
        "transaction_code": found.reference,
        "amount": found.amount,
        "status": STATUS[found.status],
        "prakerja_name": found.name,
    }


def _codes(body: bodies.CourseAndRun) -> tuple[str, str]:
    if not (body.course_code and body.schedule_code):
        raise Refused("codes_empty")
    return body.course_code, body.schedule_code
