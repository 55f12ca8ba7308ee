"""The privacy page tells what the code does: who gets what, for how long, which cookies, and how one uses one's rights."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest
from django.test import Client

from prakerja.access.policies import RETENTION
from prakerja.config import partner_urls
from prakerja.disbursements.rails.base import Rail
from prakerja.grants.policies import FACTS
from prakerja.notifications.gateways.base import MessageGateway
from prakerja.partner_api.endpoint import ENDPOINTS
from prakerja.portal.privacy import RECIPIENTS, cookies, retention
from prakerja.registrations.registry.base import Asked
from prakerja.webhooks.events import EVENTS
from tests import builders as b
from tests.portal import world

assert partner_urls
# Every member of every answer to partners that tells something of a person, and which line of the page tells of it.
TOLD = {
    "prakerja_name": ("platform", "nama lengkap"),
    "transaction_code": ("platform", "transaksi di platform"),
    "invoice_code": ("platform", "transaksi di platform"),
    "payment_token": ("platform", "nomor kartu dan kode OTP benar"),
    "amount": ("platform", "transaksi di platform"),
    "voucher_code": ("platform", "kode voucher"),
    "voucher_status": ("platform", "keadaan dan masa berlakunya"),
    "redeemable_from": ("platform", "keadaan dan masa berlakunya"),
    "redeemable_until": ("platform", "keadaan dan masa berlakunya"),
    "voided_at": ("platform", "dibatalkan"),
    "class_cancelled_at": ("platform", "dibatalkan"),
    "redeem_code": ("institution", "kode voucher yang Anda berikan"),
    "redeem_at": ("institution", "waktu penukaran"),
    "redeemed_at": ("institution", "waktu penukaran"),
    "attendance_status": ("institution", "kehadiran"),
    "dp_platform": ("institution", "nama platform"),
    "required_assignments": ("institution", "jumlah tugas wajib"),
    "assignment": ("institution", "keadaan tugas"),
    "feedback": ("institution", "keadaan tugas"),
    "notes": ("institution", "keadaan tugas"),
    "url_file": ("institution", "keadaan tugas"),
    "completed_date": ("institution", "kelas selesai"),
    "score": ("institution", "laporan"),
    "certificate_number": ("institution", "laporan"),
    "visible_from": ("institution", "sertifikat terlihat"),
    "name": ("permitted", "nama"),
    "email": ("permitted", "email"),
    "phone_number": ("permitted", "nomor ponsel"),
    "no_prakerja": ("permitted", "nomor kartu"),
    "dp_user_id": ("permitted", "akun Anda di platform"),
    "user_id": ("permitted", "pengenal"),
}

# Of courses, classes, prices, webhooks, tokens; and states, instants and counts of what stands above.
NOBODYS = frozenset(
    [
        "access_token",
        "address",
        "attempted_at",
        "attempts",
        "capacity",
        "case",
        "category",
        "certificate_kind",
        "certificate_kinds",
        "city",
        "code",
        "competency_standard",
        "count",
        "course",
        "course_code",
        "course_learning_method",
        "course_title",
        "course_type",
        "course_type_label",
        "created_at",
        "curation",
        "decided_at",
        "delivery",
        "disabled_message",
        "disabled_reason",
        "discount",
        "duration_hours",
        "duration_ms",
        "ends_at",
        "event",
        "events",
        "expires_in",
        "happened_at",
        "has_post_test",
        "how_to_redeem",
        "http_status",
        "id",
        "institution",
        "is_enabled",
        "is_listed",
        "is_on_sale",
        "is_online_attendance",
        "items",
        "language",
        "learning_method",
        "live_price",
        "min_age",
        "min_education",
        "mode",
        "next_attempt_at",
        "next_cursor",
        "note",
        "outcome",
        "outside_price",
        "place",
        "platform",
        "price",
        "promotion",
        "proposed_at",
        "province_code",
        "quota",
        "rating_average",
        "rating_count",
        "redirect_url",
        "refresh_token",
        "runs",
        "schedule_code",
        "schedule_start_end",
        "scope",
        "seats_available",
        "seats_taken",
        "secret",
        "secret_count",
        "sequence",
        "session_count",
        "sessions",
        "starts_at",
        "state",
        "status",
        "submitted_at",
        "summary",
        "syllabus",
        "target_job",
        "title",
        "token_type",
        "type",
        "url",
        "webhook_id",
        "withdrawn_at",
    ]
)


def told_by(name: str) -> str:
    return " ".join(str(part) for one in RECIPIENTS if one.name == name for part in (*one.told, one.when))


def members(kind: Any) -> Iterator[str]:
    """The members of a struct and of the structs in it."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        for name, hint in get_type_hints(kind).items():
            yield name
            yield from members(hint)
    elif get_origin(kind) is not None:
        for part in get_args(kind):
            yield from members(part)


def test_every_line_of_the_list_stands_on_the_page() -> None:
    for member, (recipient, words) in TOLD.items():
        assert words in told_by(recipient), member


def test_every_personal_member_of_an_answer_to_partners_is_on_the_list() -> None:
    """What an answer may hold beside it is of courses, classes, webhooks and the like, and of nobody: a new one is read here."""
    found = {name for one in ENDPOINTS if one.guide.data for name in members(one.guide.data)}
    assert found - set(TOLD) == NOBODYS
    assert set(TOLD) <= found


def test_a_refusal_tells_platforms_why_and_the_page_says_so() -> None:
    refusals = {reason for one in ENDPOINTS if one.kind == "platform" for reason in one.guide.refuses}
    assert {"balance_too_low", "requirements_not_met", "award_ended", "previous_unfinished"} <= refusals
    assert "alasan penolakan" in told_by("platform")
    assert "usia atau pendidikan" in told_by("platform")


def test_banks_get_these_and_nothing_else() -> None:
    asked = set(inspect.signature(Rail.inquire).parameters) - {"self"}
    paid = set(inspect.signature(Rail.transfer).parameters) - {"self"}
    assert asked == {"provider", "number", "name", "nik_tail"}
    assert paid == {"reference", "provider", "number", "holder_name", "amount", "at"}
    for words in ("nama lengkap", "empat angka terakhir NIK", "nomor rekening", "nama pemilik menurut bank", "jumlah",
                  "nomor rujukan", "waktu"):  # fmt: skip
        assert words in told_by("bank"), words


def test_the_civil_registry_gets_these_and_nothing_else() -> None:
    assert {one.name for one in fields(Asked)} == {"nik", "family_card_number", "name", "birth_date"}
    for words in ("NIK", "nomor KK", "nama", "tanggal lahir"):
        assert words in told_by("registry"), words


def test_gateways_institutions_and_webhooks_get_these_and_nothing_else() -> None:
    sent = set(inspect.signature(MessageGateway.send).parameters) - {"self"}
    assert sent == {"reference", "channel", "to", "text", "at", "subject"}
    assert set(FACTS) == {"name", "email", "phone", "card"}
    told = {member for event in EVENTS for member in event.tells}
    assert told - set(TOLD) == {"source", "withdrawn_at"}
    assert "laporan ditarik" in told_by("platform")
    assert "laporan ditarik" in told_by("institution")


def test_the_times_are_those_that_the_rules_delete_by(portal: Client) -> None:
    lines = {str(one.what): one for one in retention(at=world.BOUGHT)}
    rule = RETENTION[0]
    assert (rule.codes, rule.numbers, rule.purchases) == (timedelta(days=30), timedelta(days=2), timedelta(days=400))
    assert lines["Kode OTP yang dikirim dan hitungan percobaannya"].how_long == "30 hari, dihapus setiap malam"
    assert [one.is_pruned for one in lines.values()].count(False) == 2
    page = portal.get("/privasi").text
    for one in lines.values():
        assert one.how_long in page


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_names_controller_contact_ground_rights_and_complaint(
    portal: Client, settings: Any, language: str
) -> None:
    settings.PRIVACY_CONTROLLER, settings.PRIVACY_EMAIL = "Manajemen Contoh", "privasi@contoh.example"
    portal.cookies["portal_language"] = language
    page = portal.get("/privasi").text
    assert "Manajemen Contoh" in page
    assert 'href="mailto:privasi@contoh.example"' in page
    for article in ("5", "6", "7", "8", "9", "12", "15", "58"):
        assert (f"pasal {article}" if language == "id" else f"article {article}") in page or f" {article}" in page, (
            article
        )
    for address in ("/data-saya", "/data-saya/hapus", "/izin/lembaga"):
        assert f'href="{address}"' in page
    assert ("nama lengkap Anda" in page, "your full name" in page) == (language == "id", language == "en")


def test_a_page_that_nobody_filled_in_says_so(portal: Client, settings: Any) -> None:
    settings.PRIVACY_CONTROLLER = settings.PRIVACY_EMAIL = settings.PRIVACY_ADDRESS = settings.PRIVACY_PHONE = ""
    assert "belum mengisi namanya" in portal.get("/privasi").text


def test_the_cookies_are_those_that_the_portal_sets(portal: Client) -> None:
    """The whole way in sets every cookie that there is, and each stands on the page."""
    who = b.participant(b.world(), ready=False)
    portal.get("/bahasa/id?next=/")
    portal.get("/masuk")
    phone = "0" + who.phone.removeprefix("+62")
    portal.post("/masuk", {"phone": phone})
    seen = set(portal.cookies)
    portal.post("/masuk/kode", {"otp": b.otp_of(who.person_id, "otp_sign_in")})
    portal.get("/data-saya")
    seen |= set(portal.cookies)
    named = {name for name, _ in cookies()}
    assert seen == named
    page = portal.get("/privasi").text
    for name in named:
        assert f">{name}<" in page
