"""The one table of codes."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from prakerja.partner_api import errors
from prakerja.training.policies import CALLBACK_CODES

# The order and the codes of contract.md 2.5, 2.7 and G2, written out once more: a lost row is seen here.
EXPECTED = {
    "headers_missing": ("ERRINT40190", 401),
    "client_unknown": ("ERRINT40191", 401),
    "signature_wrong": ("ERRINT40192", 401),
    "timestamp_outside": ("ERRINT40193", 401),
    "key_revoked": ("ERRINT40194", 401),
    "body_malformed": ("ERRINT40090", 400),
    "field_invalid": ("ERRINT40091", 400),
    "partner_kind": ("ERRINT40390", 403),
    "route_unknown": ("ERRINT40490", 404),
    "method_not_allowed": ("ERRINT40590", 405),
    "body_too_large": ("ERRINT41390", 413),
    "request_slow": ("ERRINT40890", 408),
    "rate_limited": ("ERRINT42990", 429),
    "internal": ("ERRINT50090", 500),
    "busy": ("ERRINT50390", 503),
    "codes_empty": ("ERRPLT40036", 400),
    "run_unknown": ("ERRPLT40490", 404),
    "course_unknown": ("ERRPLT40491", 404),
    "run_of_other_course": ("ERRPLT40090", 400),
    "not_listed": ("ERRPLT40396", 403),
    "class_begun": ("ERRPLT40091", 400),
    "class_full": ("ERRPLT40990", 409),
    "requirements_not_met": ("ERRPLT40390", 403),
    "card_unknown": ("ERRPLT40492", 404),
    "award_ended": ("ERRPLT40391", 403),
    "videos_unfinished": ("ERRPLT40392", 403),
    "deadline_passed": ("ERRPLT40394", 403),
    "balance_expired": ("ERRPLT40395", 403),
    "class_too_late": ("ERRPLT40397", 403),
    "account_bound": ("ERRPLT40393", 403),
    "course_bought_before": ("ERRPLT40991", 409),
    "previous_unfinished": ("ERRPLT40992", 409),
    "price_mismatch": ("ERRPLT40092", 400),
    "balance_too_low": ("ERRPLT40093", 400),
    "otp_too_soon": ("ERRPLT42990", 429),
    "otp_daily_limit": ("ERRPLT42991", 429),
    "otp_locked": ("ERRPLT42390", 423),
    "otp_wrong": ("ERRPLT40094", 400),
    "otp_expired": ("ERRPLT40095", 400),
    "token_invalid": ("ERRPLT40190", 401),
    "token_used": ("ERRPLT40993", 409),
    "invoice_used": ("ERRPLT40994", 409),
    "purchase_voided": ("ERRPLT40995", 409),
    "invoice_unknown": ("ERRPLT40493", 404),
    "transaction_unknown": ("ERRVOD40001", 400),
    "void_twice": ("ERRPLT40028", 400),
    "void_after_redemption": ("ERRVOD40990", 409),
    "void_after_expiry": ("ERRVOD40991", 409),
    "code_unknown": ("ERRTRX40020", 400),
    "type_mismatch": ("ERRTRX40001", 400),
    "outside_window": ("ERRTRX40027", 400),
    "not_owner": ("ERRTRX40028", 400),
    "code_void": ("ERRTRX40022", 400),
    "transaction_void": ("ERRTRX40101", 401),
    "code_used": ("ERRTRX40021", 400),
    "sequence_invalid": ("ERRTRX40090", 400),
    "sequence_out_of_order": ("ERRTRX40990", 409),
    "redirect_uri_unregistered": ("ERRTRX40091", 400),
    "email_used": ("ERRTRX40991", 409),
    "attendance_cancelled": ("ERRTRX40092", 400),
    "commit_disabled": ("ERRTRX40390", 403),
    "reset_not_allowed": ("ERRTRX40391", 403),
    "face_not_verified": ("ERRTRX40392", 403),
    "state_expired": ("ERRTRX41090", 410),
    "assignment_sequence_invalid": ("ERRTRX40096", 400),
    "file_url_invalid": ("ERRTRX40097", 400),
    "file_address_forbidden": ("ERRTRX40098", 400),
    "code_not_redeemed": ("ERRTRX40995", 409),
    "assignment_missing": ("ERRTRX40996", 409),
    "webhook_url_invalid": ("ERRPRT40096", 400),
    "webhook_address_forbidden": ("ERRPRT40097", 400),
    "webhook_unknown": ("ERRPRT40490", 404),
    "message_unknown": ("ERRPRT40491", 404),
    "attendance_incomplete": ("ERRPRT40994", 409),
    "client_id_missing": ("ERROAUTH4024", 400),
    "client_id_unknown": ("ERROAUTH4029", 400),
    "access_token_missing": ("ERROAUTH4030", 400),
    "grant_invalid": ("ERROAUTH4031", 400),
    "voucher_not_redeemed": ("ERRPRT40992", 409),
    "class_not_over": ("ERRPRT40993", 409),
    "completion_differs": ("ERRPRT40990", 409),
    "certificate_number_used": ("ERRPRT40991", 409),
    "certificate_kind_unknown": ("ERRPRT40098", 400),
    "completion_unreported": ("ERRPRT40492", 404),
    "certificate_visible": ("ERRPRT40390", 403),
    # How a partner may call, and curation (docs/partner-api.md).
    "address_not_allowed": ("ERRINT40391", 403),
    "nonce_used": ("ERRINT40195", 401),
    "idempotency_key_used": ("ERRPRT40995", 409),
    "curation_pending": ("ERRPRT40996", 409),
    "curation_not_open": ("ERRPRT40997", 409),
    "price_above_outside": ("ERRPRT40090", 400),
    "course_fact_fixed": ("ERRPRT40091", 400),
    "dates_invalid": ("ERRPRT40092", 400),
    "run_begun": ("ERRPRT40093", 400),
    "capacity_below_taken": ("ERRPRT40998", 409),
    "class_has_buyers": ("ERRPRT40999", 409),
}


def test_table_is_the_table_of_the_model() -> None:
    assert {row.name: (row.code, row.status) for row in errors.TABLE} == EXPECTED


def test_every_code_and_reason_stands_once() -> None:
    assert len(errors.BY_CODE) == len(errors.TABLE)
    assert len(errors.reasons()) == sum(1 + len(row.also) for row in errors.TABLE)


@pytest.mark.parametrize("row", errors.TABLE, ids=lambda row: row.code)
def test_rows_obey_the_grammar(row: errors.ErrorRow) -> None:
    assert re.fullmatch(
        r"ERROAUTH40\d\d|ERR(INT|PLT|TRX|VOD|PRT)(400|401|403|404|405|408|409|410|413|423|429|500|503)\d\d", row.code
    )
    assert row.indonesian
    assert row.english
    assert row.meaning
    # Ours are told from real ones by their number.
    assert (int(row.code[-2:]) >= 90) is (row.origin == "proposed")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("ERRVOD40001", "Kode transaksi tidak ditemukan."),
        ("ERRTRX40020", "Transaksi tidak ditemukan"),
        ("ERRTRX40001", "Gagal verifikasi, tipe pelatihan tidak sesuai."),
        (
            "ERRTRX40027",
            "Jadwal pelatihan belum dimulai atau sudah selesai, silahkan cek jadwal pelatihan pada dashboard Prakerja",
        ),
        ("ERRTRX40028", "Gagal verifikasi, kode redeem bukan milik lembaga pelatihan."),
        ("ERRTRX40022", "Gagal verifikasi, kode sudah dibatalkan"),
        ("ERRTRX40101", "Gagal verifikasi, transaksi sudah dibatalkan"),
        ("ERRTRX40021", "Redeem Code sudah digunakan"),
    ],
)
def test_published_sentences_stand_to_the_letter(code: str, sentence: str) -> None:
    assert errors.BY_CODE[code].sentence(language="id") == sentence


def test_sentences_with_fields() -> None:
    until = datetime(2021, 9, 27, 4, 0, tzinfo=UTC)
    assert errors.for_reason("otp_wrong").sentence(language="id", details={"left": 2}) == "OTP salah. Sisa percobaan 2."
    assert (
        errors.for_reason("otp_locked").sentence(language="id", details={"until": until})
        == "OTP terkunci sampai pukul 11.00."
    )
    assert (
        errors.for_reason("otp_locked").sentence(language="en", details={"until": until})
        == "OTPs are locked until 11:00 WIB."
    )
    assert (
        errors.for_reason("field_invalid").sentence(language="id", details={"field": "amount"})
        == "Isian amount tidak sesuai."
    )


def test_cards_that_are_unknown_closed_or_revoked_are_one_answer() -> None:
    rows = {errors.for_reason(name) for name in ("card_unknown", "card_closed", "card_revoked")}
    assert len(rows) == 1


def test_access_errors_do_not_say_which_part_was_wrong() -> None:
    denied = [row for row in errors.TABLE if row.code.startswith("ERRINT401")]
    assert len({row.indonesian for row in denied}) == 1
    assert len(denied) >= 5


def test_an_unknown_reason_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        errors.for_reason("no_such_reason")


def test_magic_codes_are_all_codes_about_redemption_and_attendance() -> None:
    assert {code: name for code, name in errors.MAGIC_CODES.items() if errors.BY_CODE[code].origin == "seen"} == {
        "ERRTRX40020": "code_unknown",
        "ERRTRX40001": "type_mismatch",
        "ERRTRX40027": "outside_window",
        "ERRTRX40028": "not_owner",
        "ERRTRX40022": "code_void",
        "ERRTRX40101": "transaction_void",
        "ERRTRX40021": "code_used",
    }
    assert set(errors.MAGIC_CODES) == {row.code for row in errors.TABLE if row.code.startswith("ERRTRX")}


def test_the_published_family_stands_in_the_order_of_its_checks() -> None:
    assert errors.PUBLISHED_FAMILY == (
        "code_unknown",
        "type_mismatch",
        "outside_window",
        "not_owner",
        "code_void",
        "transaction_void",
        "code_used",
    )


def test_the_browser_s_way_back_names_the_codes_of_this_table() -> None:
    """The portal's door is a stranger here, so training keeps the codes that it puts into addresses."""
    assert {errors.for_reason(reason).code: code for reason, code in CALLBACK_CODES.items()} == {
        code: code for code in CALLBACK_CODES.values()
    }
