"""The page on which a participant proves to be there: who may click, where it leads, what strangers and thieves see."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from prakerja.access.actors import SYSTEM
from prakerja.kernel.db import transaction
from prakerja.partners.models import Partner
from prakerja.partners.operations import add_partner
from prakerja.purchases.models import Purchase
from prakerja.training.attendance import request_verification
from prakerja.training.models import Attendance, AttendanceAttempt
from prakerja.training.operations import make_sandbox_codes
from prakerja.training.queries import test_codes as codes_of
from tests import builders as b
from tests.attendance import HOURS, STARTS, Class, another, bought_class, completed_class

Enter = Callable[[uuid.UUID], Client]
Move = Callable[[datetime], None]
MATCH = {"action": "confirm", "face": "match"}


@pytest.fixture
def taken(portal: Client, move: Move) -> Class:
    """A class of 2023, on its first day at nine."""
    made = bought_class()
    move(STARTS[0])
    return made


def page_of(taken: Class, **changes: Any) -> tuple[str, str]:
    """The path of a new page, and its state."""
    asked = taken.ask(at=changes.pop("at", STARTS[0]), **changes)
    return f"/verifikasi/{asked.token}", asked.state


def verified() -> list[tuple[int, str]]:
    return list(Attendance.objects.values_list("sequence", "method"))


def test_a_signed_in_participant(taken: Class, enter: Enter) -> None:
    browser = enter(taken.who.person_id)
    path, state = page_of(taken)
    first = browser.get(path)
    assert first.status_code == 200
    for words in ("Rasa Kata", taken.run.course.title, "Pertemuan 1", "15 Mei 2023 pukul 09.00 WIB"):
        assert words in first.text
    # Two pages, as published clients click through (contract.md 3.2): first what is asked, then the face.
    assert f'href="{path}?langkah=wajah"' in first.text
    face = browser.get(f"{path}?langkah=wajah")
    assert 'value="match"' in face.text
    assert verified() == [], "looking at pages changes nothing"
    answer = browser.post(path, MATCH)
    assert (answer.status_code, answer["Location"]) == (302, f"{b.RETURN_TO}?state={state}")
    assert verified() == [(1, "verification_page")]


def test_the_code_on_the_phone_instead_of_signing_in(taken: Class, portal: Client) -> None:
    path, state = page_of(taken)
    asked = portal.get(path)
    assert 'value="send"' in asked.text
    assert "match" not in portal.get(f"{path}?langkah=wajah").text
    sent = portal.post(path, {"action": "send"})
    assert (sent.status_code, sent["Location"]) == (302, path)
    shown = portal.get(path)
    assert 'name="otp"' in shown.text
    assert f"berakhiran {taken.who.phone[-3:]}" in shown.text
    assert taken.who.phone[4:-3] not in shown.text
    code = b.otp_of(taken.who.person_id, "otp_attendance")
    # Half a code is no guess: all three tries are left.
    half = portal.post(path, {"action": "check", "otp": code[:3]}, follow=True)
    assert "Kode terdiri dari 6 angka." in half.text
    wrong = portal.post(path, {"action": "check", "otp": "000000" if code != "000000" else "000001"})
    # A reload asks for the page again and tries nothing.
    assert all("Sisa percobaan: 2" in portal.get(wrong["Location"]).text for _ in range(3))
    before = portal.cookies["portal_session"].value if "portal_session" in portal.cookies else ""
    right = portal.post(path, {"action": "check", "otp": f"{code[:3]} {code[3:]}"})
    assert (right.status_code, right["Location"]) == (302, path)
    assert portal.cookies["portal_session"].value != before
    # That code proves one attempt; it signs nobody in.
    assert portal.get("/dashboard").status_code == 302
    assert portal.post(path, MATCH)["Location"] == f"{b.RETURN_TO}?state={state}"
    later, _ = page_of(another(taken.world, run=taken.run), email="lain@lms.example")
    assert 'value="send"' in portal.get(later).text


def test_wrong_codes_lock_this_class_only(taken: Class, portal: Client) -> None:
    path, _ = page_of(taken)
    portal.post(path, {"action": "send"})
    assert "Kode baru belum dikirim" in portal.post(path, {"action": "send"}, follow=True).text
    code = b.otp_of(taken.who.person_id, "otp_attendance")
    wrong = "000000" if code != "000000" else "000001"
    answers = [portal.post(path, {"action": "check", "otp": wrong}, follow=True) for _ in range(3)]
    assert "Terlalu banyak kode salah" in answers[2].text
    assert "Terlalu banyak kode salah" in portal.post(path, {"action": "check", "otp": code}, follow=True).text
    # Another browser of the person, beside a stranger's that has the address: neither locks or replaces the other's.
    owner = Client()
    owner.post(path, {"action": "send"})
    mine = b.otp_of(taken.who.person_id, "otp_attendance")
    Client().post(path, {"action": "send"})
    assert owner.post(path, {"action": "check", "otp": mine})["Location"] == path
    assert portal.post(path, MATCH).status_code == 200
    assert verified() == []
    # The way through signing in stays open: whoever has the address cannot lock its owner out.
    portal.post("/masuk", {"phone": taken.who.phone, "next": path})
    otp = b.otp_of(taken.who.person_id, "otp_sign_in")
    inside = portal.post("/masuk/kode", {"otp": otp})
    assert inside["Location"] == path
    assert portal.post(path, MATCH).status_code == 302


def test_somebody_else_who_is_signed_in(taken: Class, enter: Enter) -> None:
    thief = another(taken.world, run=taken.run)
    browser = enter(thief.who.person_id)
    path, state = page_of(taken)
    shown = browser.get(path)
    assert "Anda masuk dengan akun lain" in shown.text
    assert browser.post(path, MATCH).status_code == 200
    assert verified() == []
    assert AttendanceAttempt.objects.get().status == "open"
    away = browser.post(path, {"action": "cancel"})
    assert away["Location"] == f"{b.RETURN_TO}?state={state}&success=false&code=ERRTRX40092"
    assert AttendanceAttempt.objects.get().status == "open", "a stranger ends nothing"


def test_cancelling_and_a_face_that_does_not_match(taken: Class, enter: Enter) -> None:
    browser = enter(taken.who.person_id)
    for form, code in (({"action": "cancel"}, "ERRTRX40092"), (MATCH | {"face": "no_match"}, "ERRTRX40392")):
        path, state = page_of(taken)
        answer = browser.post(path, form)
        assert answer["Location"] == f"{b.RETURN_TO}?state={state}&success=false&code={code}"
        assert browser.post(path, MATCH).status_code == 410
    assert verified() == []


def test_a_rule_that_says_no_at_the_last_click(taken: Class, enter: Enter, move: Move) -> None:
    browser = enter(taken.who.person_id)
    path, state = page_of(taken, at=STARTS[0] + timedelta(minutes=45))
    move(STARTS[0] + timedelta(minutes=61))
    assert browser.post(path, MATCH)["Location"] == f"{b.RETURN_TO}?state={state}&success=false&code=ERRTRX40027"
    assert verified() == []


def test_used_expired_and_replaced_addresses_say_so_and_lead_back(taken: Class, enter: Enter, move: Move) -> None:
    browser = enter(taken.who.person_id)
    old, old_state = page_of(taken)
    path, state = page_of(taken)
    assert_ended(browser, old, "Tautan sudah tidak berlaku", f"?state={old_state}&success=false&code=ERRTRX41090")
    browser.post(path, MATCH)
    assert_ended(browser, path, "Kehadiran sudah tercatat", f"?state={state}")
    move(STARTS[1])
    late, late_state = page_of(taken, sequence=2, at=STARTS[1] - timedelta(minutes=31))
    assert_ended(browser, late, "Tautan sudah tidak berlaku", f"?state={late_state}&success=false&code=ERRTRX41090")
    assert len(verified()) == 1


def assert_ended(browser: Client, path: str, heading: str, leads_to: str) -> None:
    for answer in (browser.get(path), browser.post(path, MATCH), browser.post(path, {"action": "cancel"})):
        assert answer.status_code == 410
        assert heading in answer.text
        assert [unescape(found) for found in re.findall(r'href="(https://lms[^"]*)"', answer.text)] == [
            b.RETURN_TO + leads_to
        ]


@pytest.mark.parametrize("token", ["x", "A" * 130, "-" * 300, "%00", "..", "é"])
def test_addresses_that_we_never_made(portal: Client, token: str) -> None:
    for answer in (portal.get(f"/verifikasi/{token}"), portal.post(f"/verifikasi/{token}", MATCH)):
        assert answer.status_code == 404
    assert "Tautan tidak dikenal" in portal.get("/verifikasi/x").text


def test_a_page_shows_nothing_of_the_person_to_a_stranger(taken: Class, portal: Client) -> None:
    path, state = page_of(taken)
    shown = portal.get(path).text + portal.post(path, {"action": "send"}).text
    for secret in (taken.code, taken.who.phone, taken.who.phone[-4:], taken.who.nik, taken.who.card, state, "siti@"):
        assert secret not in shown
    assert "Peserta Ke" not in shown


def test_headers_keep_the_address_and_the_forms_in_bounds(taken: Class, enter: Enter) -> None:
    browser = enter(taken.who.person_id)
    path, _ = page_of(taken)
    for answer in (browser.get(path), browser.get(f"{path}?langkah=wajah"), browser.post(path, MATCH)):
        policy = answer["Content-Security-Policy"]
        assert "form-action 'self' https://lms.example;" in policy + ";"
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["X-Frame-Options"] == "DENY"


def test_a_form_without_its_token_changes_nothing(taken: Class, enter: Enter) -> None:
    path, _ = page_of(taken)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["portal_session"] = enter(taken.who.person_id).cookies["portal_session"].value
    assert strict.post(path, MATCH).status_code == 403
    assert verified() == []


def test_refusals_are_not_logged_with_their_address(taken: Class, portal: Client, caplog: Any) -> None:
    path, _ = page_of(taken)
    page_of(taken)
    portal.get(path)
    portal.get("/verifikasi/rahasia")
    assert [line for line in caplog.messages if "verifikasi/" in line] == []


def test_only_the_registered_address_is_gone_to(taken: Class, enter: Enter) -> None:
    browser = enter(taken.who.person_id)
    path, state = page_of(taken)
    forged = MATCH | {"redirect_uri": "https://jahat.example/", "next": "https://jahat.example/", "state": "x"}
    answer = browser.post(f"{path}?redirect_uri=https://jahat.example/&state=x", forged)
    assert answer["Location"] == f"{b.RETURN_TO}?state={state}"


def test_an_address_taken_back_meanwhile_is_not_gone_to(taken: Class, enter: Enter) -> None:
    browser = enter(taken.who.person_id)
    path, _ = page_of(taken)
    Partner.objects.filter(id=taken.world.institution.partner_id).update(redirect_uris=["https://lain.example/"])
    answer = browser.post(path, MATCH)
    assert (answer.status_code, "Location" in answer) == (410, False)
    assert "Kehadiran sudah tercatat" in answer.text
    assert "lms.example" not in answer.text
    assert verified() == [(1, "verification_page")]


def test_2021_has_no_face_but_one_button(portal: Client, enter: Enter, move: Move) -> None:
    start = STARTS[0].replace(year=2021, month=10, day=4)
    taken = bought_class(wave=21, at=b.BUY_AT, price=475_000, sessions=((start, start + HOURS),), has_post_test=False)
    move(start + HOURS - timedelta(minutes=5))
    browser = enter(taken.who.person_id)
    path, state = page_of(taken, at=start + HOURS - timedelta(minutes=6))
    shown = browser.get(path)
    assert "Ya, saya hadir" in shown.text
    assert "wajah" not in shown.text.lower().split("<main")[1].split("</main")[0]
    assert browser.post(path, {"action": "confirm"})["Location"] == f"{b.RETURN_TO}?state={state}"


def test_in_english(taken: Class, enter: Enter) -> None:
    browser = enter(taken.who.person_id)
    path, _ = page_of(taken)
    browser.get("/bahasa/en")
    shown = browser.get(path).text
    assert "Attendance verification" in shown
    assert "Session 1" in shown
    assert "kehadiran" not in shown.split("<main")[1].split("</main")[0].lower()


def test_a_test_code_needs_nobody(taken: Class, portal: Client) -> None:
    uji = add_partner(
        actor=SYSTEM,
        kind="institution",
        code="uji",
        name="LKP Uji",
        at=STARTS[0],
        is_sandbox=True,
        redirect_uris=(b.RETURN_TO,),
    ).partner_id
    with transaction():
        make_sandbox_codes(institution_id=uji, at=STARTS[0])
    codes = dict(codes_of(institution_id=uji))
    asked = request_verification(
        institution_id=uji,
        is_sandbox=True,
        code=codes["TC2-999"],
        redirect_uri=b.RETURN_TO,
        email="a@lms.example",
        sequence=999,
        at=STARTS[0],
    )
    path = f"/verifikasi/{asked.token}"
    shown = portal.get(path)
    assert "Kode uji" in shown.text
    assert "Tes akhir" in shown.text
    assert 'value="send"' not in shown.text
    assert portal.post(path, {"action": "send"}).status_code == 200
    assert portal.post(path, MATCH)["Location"] == f"{b.RETURN_TO}?state={asked.state}"
    assert portal.get(path).status_code == 410
    assert verified() == []


def test_a_derived_certificate_shows_before_its_number_comes(taken: Class, enter: Enter, move: Move) -> None:
    completed_class(taken)
    move(STARTS[-1] + HOURS + timedelta(minutes=1))
    browser = enter(taken.who.person_id)
    address = f"/transaksi/{Purchase.objects.get().id}"
    assert "nomor menyusul dari lembaga" in browser.get(address).text
    assert "Beri ulasan" in browser.get(address).text
