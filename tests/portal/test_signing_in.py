"""The way in: phone and one-time password, and nothing that tells who is registered."""

from __future__ import annotations

from django.test import Client

from tests.builders import otp_of
from tests.portal import world


def test_phone_and_code_open_the_dashboard(portal: Client) -> None:
    person_id = world.award(world.person(phone="+6281234567890")).person_id
    sent = portal.post("/masuk", {"phone": "0812 3456 7890", "next": "/insentif"})
    assert sent.status_code == 200
    assert 'name="otp"' in sent.text
    code = otp_of(person_id, "otp_sign_in")
    inside = portal.post(
        "/masuk/kode", {"phone": "0812 3456 7890", "otp": f"{code[:3]} {code[3:]}", "next": "/insentif"}
    )
    assert (inside.status_code, inside["Location"]) == (302, "/insentif")
    assert portal.session["person_id"] == str(person_id)
    assert portal.get("/dashboard").status_code == 200


def test_a_code_works_once(portal: Client) -> None:
    person_id = world.person(phone="+6281234567891")
    portal.post("/masuk", {"phone": "081234567891"})
    code = otp_of(person_id, "otp_sign_in")
    assert portal.post("/masuk/kode", {"phone": "081234567891", "otp": code}).status_code == 302
    again = Client().post("/masuk/kode", {"phone": "081234567891", "otp": code})
    assert again.status_code == 422
    assert "kedaluwarsa" in again.text


def test_wrong_codes_are_counted_and_then_locked(portal: Client) -> None:
    person_id = world.person(phone="+6281234567892")
    portal.post("/masuk", {"phone": "081234567892"})
    right = otp_of(person_id, "otp_sign_in")
    wrong = "000000" if right != "000000" else "000001"
    answers = [portal.post("/masuk/kode", {"phone": "081234567892", "otp": wrong}) for _ in range(3)]
    assert "Sisa percobaan: 2" in answers[0].text
    assert "Sisa percobaan: 1" in answers[1].text
    assert "25 September 2021 pukul 20.30 WIB" in answers[2].text
    locked = portal.post("/masuk/kode", {"phone": "081234567892", "otp": right})
    assert locked.status_code == 422
    assert "person_id" not in portal.session


def test_what_is_no_code_costs_no_try(portal: Client) -> None:
    person_id = world.person(phone="+6281234567897")
    portal.post("/masuk", {"phone": "081234567897"})
    for typed in ("", "12345", "1234567", "12345a", "１２３４５６"):
        answer = portal.post("/masuk/kode", {"phone": "081234567897", "otp": typed})
        assert answer.status_code == 422
        assert "Kode terdiri dari 6 angka." in answer.text
    right = otp_of(person_id, "otp_sign_in")
    assert portal.post("/masuk/kode", {"phone": "081234567897", "otp": right}).status_code == 302


def test_a_stranger_gets_the_same_page(portal: Client) -> None:
    world.person(phone="+6281234567893")
    known = portal.post("/masuk", {"phone": "081234567893"})
    again = portal.post("/masuk", {"phone": "081234567893"})
    unknown = portal.post("/masuk", {"phone": "081299999999"})
    assert known.status_code == again.status_code == unknown.status_code == 200

    def plain(answer: object, phone: str) -> str:
        text = answer.text  # type: ignore[attr-defined]
        token = text.split('csrfmiddlewaretoken" value="')[1].split('"')[0]
        masked = text.replace(phone, "")
        while "csrfmiddlewaretoken" in masked:
            start = masked.index('csrfmiddlewaretoken" value="')
            masked = masked[:start] + masked[start + len('csrfmiddlewaretoken" value="') + len(token) :]
        return masked

    assert plain(known, "081234567893") == plain(again, "081234567893") == plain(unknown, "081299999999")


def test_what_is_no_phone_number_is_said(portal: Client) -> None:
    for typed in ("", "abc", "'; DROP TABLE people_person; --", "📱", "1" * 400):
        answer = portal.post("/masuk", {"phone": typed})
        assert answer.status_code == 422, typed
        assert "Nomor ponsel tidak benar" in answer.text
        assert 'DROP TABLE people_person; --"' not in answer.text


def test_nobody_is_sent_to_another_site(portal: Client) -> None:
    person_id = world.person(phone="+6281234567894")
    portal.post("/masuk", {"phone": "081234567894"})
    code = otp_of(person_id, "otp_sign_in")
    answer = portal.post(
        "/masuk/kode", {"phone": "081234567894", "otp": code, "next": "https://jahat.example/dashboard"}
    )
    assert answer["Location"] == "/dashboard"
    for address in ("//jahat.example", "https://jahat.example", "javascript:alert(1)"):
        assert portal.get("/bahasa/en", {"next": address})["Location"] == "/"


def test_a_planted_session_is_not_kept_and_signing_out_ends_it(portal: Client) -> None:
    person_id = world.person(phone="+6281234567895")
    session = portal.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    portal.cookies["portal_session"] = planted
    portal.post("/masuk", {"phone": "081234567895"})
    portal.post("/masuk/kode", {"phone": "081234567895", "otp": otp_of(person_id, "otp_sign_in")})
    inside = portal.cookies["portal_session"].value
    assert inside != planted
    assert "planted" not in portal.session
    out = portal.post("/keluar")
    assert out["Location"] == "/masuk?keluar=1"
    thief = Client()
    thief.cookies["portal_session"] = inside
    assert thief.get("/dashboard").status_code == 302


def test_a_page_of_a_participant_asks_a_stranger_to_sign_in_and_leads_back(portal: Client) -> None:
    answer = portal.get("/insentif")
    assert (answer.status_code, answer["Location"]) == (302, "/masuk?next=%2Finsentif")


def test_a_form_without_its_token_changes_nothing(portal: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/masuk", {"phone": "081234567896"})
    assert answer.status_code == 403
    assert "Formulir sudah kedaluwarsa" in answer.text
