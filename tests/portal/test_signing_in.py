"""The way in: phone and one-time password, and nothing that tells who is registered."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.test import Client

from prakerja.access.code_load import RULES
from prakerja.access.session_store import SessionStore
from prakerja.audit.models import Record
from prakerja.awards.models import Award
from prakerja.kernel import clock
from prakerja.kernel.ids import new_id
from prakerja.notifications.models import Message
from prakerja.people.models import ContactPoint, Person
from tests.builders import otp_of
from tests.portal import world
from tests.portal.conftest import set_clock


def test_phone_and_code_open_the_dashboard(portal: Client) -> None:
    person_id = world.award(world.person(phone="+6281234567890")).person_id
    sent = portal.post("/masuk", {"phone": "0812 3456 7890", "next": "/insentif"})
    assert (sent.status_code, sent["Location"]) == (302, "/masuk/kode")
    assert 'name="otp"' in portal.get("/masuk/kode").text
    code = otp_of(person_id, "otp_sign_in")
    inside = portal.post("/masuk/kode", {"otp": f"{code[:3]}\u00a0{code[3:]}.\u200b"})
    assert (inside.status_code, inside["Location"]) == (302, "/insentif")
    assert portal.session["person_id"] == str(person_id)
    assert portal.get("/dashboard").status_code == 200


def test_messages_follow_the_language_that_was_chosen_before_the_sign_in(portal: Client) -> None:
    person_id = world.person(phone="+6281234567889")
    for chosen, kept in (("", "id"), ("en", "en"), ("", "en"), ("id", "id")):
        if chosen:
            portal.get(f"/bahasa/{chosen}")
        else:
            portal.cookies.pop("portal_language", None)
        portal.post("/masuk", {"phone": "081234567889"})
        portal.post("/masuk/kode", {"otp": otp_of(person_id, "otp_sign_in")})
        assert Person.objects.get(id=person_id).language == kept
        portal.post("/keluar")
        set_clock(clock.now() + timedelta(minutes=2))


def test_a_code_works_once(portal: Client) -> None:
    person_id = world.person(phone="+6281234567891")
    portal.post("/masuk", {"phone": "081234567891"})
    code = otp_of(person_id, "otp_sign_in")
    assert portal.post("/masuk/kode", {"otp": code}).status_code == 302
    portal.post("/keluar")
    portal.post("/masuk", {"phone": "081234567891"})
    again = portal.post("/masuk/kode", {"otp": code}, follow=True)
    assert "Kode OTP salah. Sisa percobaan: 2." in again.text
    stranger = Client().post("/masuk/kode", {"otp": code})
    assert stranger["Location"] == "/masuk"


def test_wrong_codes_are_counted_and_then_locked(portal: Client) -> None:
    person_id = world.person(phone="+6281234567892")
    portal.post("/masuk", {"phone": "081234567892"})
    right = otp_of(person_id, "otp_sign_in")
    wrong = "000000" if right != "000000" else "000001"
    answers = [portal.post("/masuk/kode", {"otp": wrong}, follow=True) for _ in range(3)]
    assert "Sisa percobaan: 2" in answers[0].text
    assert "Sisa percobaan: 1" in answers[1].text
    assert "25 September 2021 pukul 20.30 WIB" in answers[2].text
    locked = portal.post("/masuk/kode", {"otp": right}, follow=True)
    assert "person_id" not in portal.session
    # It stays to be read, also by who asks for another code, starts again or reads English.
    for seen in (locked, portal.post("/masuk/kode/baru", follow=True), portal.get("/masuk/kode")):
        assert "25 September 2021 pukul 20.30 WIB" in seen.text
        assert 'name="otp"' not in seen.text
    assert "25 September 2021 at 20:30 WIB" in portal.get("/bahasa/en", {"next": "/masuk/kode"}, follow=True).text


def test_what_is_no_code_costs_no_try(portal: Client) -> None:
    person_id = world.person(phone="+6281234567897")
    portal.post("/masuk", {"phone": "081234567897"})
    for typed in ("", "12345", "1234567", "12345a", "１２３４５６"):
        answer = portal.post("/masuk/kode", {"otp": typed}, follow=True)
        assert "Kode terdiri dari 6 angka." in answer.text
    right = otp_of(person_id, "otp_sign_in")
    assert portal.post("/masuk/kode", {"otp": right})["Location"] == "/dashboard"


def test_a_stranger_gets_the_same_page(portal: Client, move: Callable[[datetime], None]) -> None:
    """The whole way, with a gap, wrong codes and a lock: nothing tells a registered number from another one."""
    person_id = world.person(phone="+6281234567893")
    told = []
    for phone in ("081234567893", "081299999893"):
        browser, seen = Client(), []
        move(world.BOUGHT)
        seen.append(browser.post("/masuk", {"phone": phone}, follow=True))
        move(world.BOUGHT)
        seen.append(browser.post("/masuk/kode/baru", follow=True))
        for _ in range(3):
            move(world.BOUGHT)
            wrong = "000000" if otp_of(person_id, "otp_sign_in") != "000000" else "111111"
            seen.append(browser.post("/masuk/kode", {"otp": wrong}, follow=True))
        move(world.BOUGHT)
        seen.append(browser.post("/masuk", {"phone": phone}, follow=True))
        told.append([plain(answer.text) for answer in seen])
    assert told[0] == told[1]
    assert "Kode baru belum dikirim" in told[0][1]
    assert "0812 ••••• 893" in told[0][0]


def plain(text: str) -> str:
    """A page without the token of its forms, and without the seconds that go by while it is asked for."""
    return re.sub(r'csrfmiddlewaretoken" value="[^"]*"|data-countdown="[0-9]+">[0-9]+', "", text)


def test_nobody_locks_another_browser_out_or_ends_its_code(portal: Client) -> None:
    """Whoever knows the number may ask and guess as often as he likes: its owner gets in (decisions.md 58)."""
    person_id = world.award(world.person(phone="+6281234567880")).person_id
    portal.post("/masuk", {"phone": "081234567880"})
    mine = otp_of(person_id, "otp_sign_in")
    wrong = "000000" if mine != "000000" else "111111"
    for _ in range(3):
        attacker = Client()
        attacker.post("/masuk", {"phone": "081234567880"})
        for _ in range(3):
            last = attacker.post("/masuk/kode", {"otp": wrong}, follow=True)
        assert "Terlalu banyak kode salah" in last.text
    # The phone got their codes too: the wrong one of them costs the owner none of the tries.
    other = Client()
    other.post("/masuk", {"phone": "081234567880"})
    theirs = otp_of(person_id, "otp_sign_in")
    if theirs != mine:
        for _ in range(3):
            typed = portal.post("/masuk/kode", {"otp": theirs}, follow=True)
            assert "diminta dari ponsel atau peramban lain" in typed.text
    assert portal.post("/masuk/kode", {"otp": mine})["Location"] == "/dashboard"
    # The owner was told once that day, operators of every lock; without a number.
    told = Message.objects.filter(person_id=person_id, template="sign_in_codes_wrong")
    assert sorted(told.values_list("channel", flat=True)) == ["dashboard", "sms"]
    assert Record.objects.filter(action="sign_in.locked").count() == 3
    assert Record.objects.filter(action="sign_in.done", person_id=person_id).count() == 1


def test_a_known_browser_has_a_day_of_its_own(portal: Client, move: Callable[[datetime], None]) -> None:
    person_id = world.award(world.person(phone="+6281234567881")).person_id
    portal.post("/masuk", {"phone": "081234567881"})
    portal.post("/masuk/kode", {"otp": otp_of(person_id, "otp_sign_in")})
    portal.post("/keluar")
    at = world.BOUGHT
    for number in range(31):
        at += timedelta(minutes=2)
        move(at)
        # Every time another browser, from three networks.
        Client(REMOTE_ADDR=f"203.0.113.{number % 4}").post("/masuk", {"phone": "081234567881"})
    new = Client(REMOTE_ADDR="203.0.113.9").post("/masuk", {"phone": "081234567881"}, follow=True)
    assert "Batas permintaan kode hari ini tercapai" in new.text
    portal.post("/masuk", {"phone": "081234567881"})
    assert portal.post("/masuk/kode", {"otp": otp_of(person_id, "otp_sign_in")})["Location"] == "/dashboard"


def test_the_code_page_can_be_asked_for_again(portal: Client) -> None:
    """A reload, a closed tab, another language: the page and what was typed into it are a plain address."""
    world.person(phone="+6281234567882")
    portal.post("/masuk", {"phone": "081234567882"})
    first = portal.get("/masuk/kode")
    assert "0812 ••••• 882" in first.text
    assert "81234567882" not in first.text
    assert 'value="' not in first.text.split('name="otp"')[1].split(">")[0].replace('value=""', "")
    assert plain(portal.get("/masuk/kode").text) == plain(first.text)
    assert "If 0812 ••••• 882" in portal.get("/bahasa/en", {"next": "/masuk/kode"}, follow=True).text


def test_a_new_code_is_said_to_be_sent_only_when_it_was(portal: Client, move: Callable[[datetime], None]) -> None:
    world.person(phone="+6281234567883")
    portal.post("/masuk", {"phone": "081234567883"})
    move(world.BOUGHT + timedelta(seconds=20))
    early = portal.post("/masuk/kode/baru", follow=True)
    assert "sudah dikirim. Kode sebelumnya" not in early.text
    assert "Kode baru belum dikirim" in early.text
    assert 'data-countdown="4' in early.text
    move(world.BOUGHT + timedelta(seconds=61))
    assert "Kode baru sudah dikirim. Kode sebelumnya" in portal.post("/masuk/kode/baru", follow=True).text


def test_a_village_behind_one_address_is_not_stopped(portal: Client) -> None:
    """Two hundred phones behind one address get in; an IPv6 house counts by its /64."""
    for _ in range(200):
        assert Client(REMOTE_ADDR="203.0.113.7").post("/masuk", {"phone": "0"}).status_code == 422

    def from_address(address: str) -> int:
        return Client(REMOTE_ADDR=address).post("/masuk", {"phone": "0"}).status_code

    house = {from_address(f"2001:db8:1:1::{number:x}") for number in range(1, 401)}
    assert house == {422, 429}
    # Whoever is in the middle of it behind the same address goes on, and whoever signed in there before.
    portal.post("/masuk", {"phone": "081234567890"}, REMOTE_ADDR="2001:db8:1:3::1")
    assert portal.post("/masuk", {"phone": "0"}, REMOTE_ADDR="2001:db8:1:1::1").status_code == 422
    assert from_address("2001:db8:1:2::1") == 422
    assert from_address("203.0.113.9") == 422


def test_what_is_no_phone_number_is_said(portal: Client) -> None:
    for typed in ("", "abc", "'; DROP TABLE people_person; --", "📱", "1" * 400):
        answer = portal.post("/masuk", {"phone": typed})
        assert answer.status_code == 422, typed
        assert "Nomor ponsel tidak benar" in answer.text
        assert 'DROP TABLE people_person; --"' not in answer.text


def test_nobody_is_sent_to_another_site(portal: Client) -> None:
    person_id = world.person(phone="+6281234567894")
    portal.post("/masuk", {"phone": "081234567894", "next": "https://jahat.example/dashboard"})
    code = otp_of(person_id, "otp_sign_in")
    answer = portal.post("/masuk/kode", {"otp": code})
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
    portal.post("/masuk/kode", {"otp": otp_of(person_id, "otp_sign_in")})
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


def test_the_secret_of_forms_changes_at_the_sign_in(portal: Client) -> None:
    """Whoever planted it, or read it, before somebody signed in writes no form for them afterwards."""
    person_id = world.person(phone="+6281234567898")
    strict = Client(enforce_csrf_checks=True)
    strict.get("/masuk")
    before = strict.cookies["portal_csrf"].value
    strict.post("/masuk", {"phone": "081234567898", "csrfmiddlewaretoken": before})
    inside = strict.post("/masuk/kode", {"otp": otp_of(person_id, "otp_sign_in"), "csrfmiddlewaretoken": before})
    assert inside.status_code == 302
    assert strict.cookies["portal_csrf"].value != before
    assert strict.post("/keluar", {"csrfmiddlewaretoken": before}).status_code == 403


def test_the_code_comes_by_email_and_opens_nothing_that_asks_for_the_phone(portal: Client) -> None:
    person_id = world.award(world.person(phone="+6281234567801")).person_id
    ContactPoint.objects.update_or_create(
        person_id=person_id,
        kind="email",
        defaults={"verified_at": clock.now()},
        create_defaults={"id": new_id(), "value_enc": b"sealed", "verified_at": clock.now()},
    )
    portal.post("/masuk", {"phone": "081234567801"})
    assert "Kirim kode ke email" in portal.get("/masuk/kode").text
    soon = portal.post("/masuk/kode/email", follow=True)
    assert "Masukkan kode dari SMS" in soon.text
    set_clock(clock.now() + timedelta(minutes=1))
    asked = portal.post("/masuk/kode/email", follow=True)
    assert "Masukkan kode dari email" in asked.text
    assert "sudah dikirim. Kode sebelumnya" not in asked.text
    code = Message.objects.filter(person_id=person_id, template="otp_sign_in").order_by("-created_at").first()
    assert code is not None
    assert code.channel == "email"
    inside = portal.post("/masuk/kode", {"otp": otp_of(person_id, "otp_sign_in")})
    assert (inside.status_code, inside["Location"]) == (302, "/dashboard")
    assert portal.get("/dashboard").status_code == 200
    for address in ("/akun/ponsel", "/akun/email", "/data-saya/baca", "/rekening/putuskan", "/mengundurkan-diri"):
        portal.get("/dashboard")
        assert not is_open(portal, address), address
    assert portal.post("/mengundurkan-diri", {"sure": "yes"})["Location"] == "/masuk"
    assert Award.objects.get(person_id=person_id).status == "active"


def is_open(portal: Client, address: str) -> bool:
    """Whether the page shows itself; the session of a browser that is sent to sign in is over, so each is tried with a copy."""
    kept = portal.cookies["portal_session"].value
    data = dict(portal.session)
    answer = portal.get(address)
    if answer.status_code == 200:
        return True
    assert answer["Location"].startswith("/masuk?")
    session = SessionStore()
    session.update(data)
    session.save()
    portal.cookies["portal_session"] = session.session_key
    assert kept != session.session_key
    return False


def test_where_many_codes_went_unused_the_page_gives_a_turn_and_keeps_it(portal: Client) -> None:
    person_id = world.person(phone="+6281234567877")
    from_house = {"REMOTE_ADDR": "2001:db8::7"}
    for number in range(RULES[0].household.unused):
        Client().post("/masuk", {"phone": f"08990000{number:04}"}, **from_house)
    asked = portal.post("/masuk", {"phone": "081234567877"}, **from_house)
    assert asked["Location"] == "/masuk/kode"
    waiting = portal.get("/masuk/kode", **from_house).text
    assert "Tunggu giliran Anda" in waiting
    assert not Message.objects.filter(person_id=person_id).exists()
    # Too early: the turn stays. At its time the code leaves, whoever else asks.
    portal.post("/masuk/kode/baru", **from_house)
    assert "Tunggu giliran Anda" in portal.get("/masuk/kode", **from_house).text
    set_clock(clock.now() + RULES[0].soonest)
    assert "Sekarang giliran Anda" in portal.get("/masuk/kode", **from_house).text
    assert portal.post("/masuk/kode/baru", **from_house)["Location"] == "/masuk/kode"
    assert 'name="otp"' in portal.get("/masuk/kode", **from_house).text
    inside = portal.post("/masuk/kode", {"otp": otp_of(person_id, "otp_sign_in")}, **from_house)
    assert (inside.status_code, portal.session["person_id"]) == (302, str(person_id))
