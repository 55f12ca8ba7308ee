"""Changing one's own phone and e-mail address (rules.md 8.5)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from prakerja.access.models import Session
from prakerja.disbursements.operations import change_phone, request_phone_change
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.notifications.models import Message
from prakerja.people.operations import change_email, request_contact_code
from prakerja.people.queries import contact_of, person_id_by_contact
from tests.builders import otp_of
from tests.portal import world

Enter = Callable[[uuid.UUID], Client]
NEW = "+6281299990001"


def fresh(browser: Client) -> Client:
    session = browser.session
    session["signed_in_at"] = int(clock.wall().timestamp())
    session.save()
    return browser


def test_a_phone_is_changed_by_the_code_that_went_to_the_new_one(enter: Enter) -> None:
    person_id = world.person()
    old = contact_of(person_id=person_id, kind="phone")
    browser = fresh(enter(person_id))
    assert browser.get("/akun").text.count("/akun/ponsel") == 1
    assert browser.post("/akun/ponsel", {"value": "bukan nomor"}).status_code == 422
    assert browser.post("/akun/ponsel", {"value": "0812 9999-0001"})["Location"] == "/akun/ponsel/kode"
    assert "0812 •••• 001" in browser.get("/akun/ponsel/kode").text.replace("•••••", "••••")
    wrong = browser.post("/akun/ponsel/kode", {"otp": "000000"})
    assert wrong["Location"] == "/akun/ponsel/kode"
    assert contact_of(person_id=person_id, kind="phone") == old
    done = browser.post("/akun/ponsel/kode", {"otp": otp_of(person_id, "otp_phone")})
    assert done["Location"] == "/masuk"
    assert contact_of(person_id=person_id, kind="phone") == NEW
    assert person_id_by_contact(kind="phone", value=str(old)) is None
    assert not Session.objects.filter(owner=person_id).exists()
    told = set(Message.objects.filter(person_id=person_id).values_list("template", "channel"))
    assert {("phone_changed", "sms"), ("phone_changed", "dashboard"), ("phone_left", "sms")} <= told


def test_whoever_only_has_an_open_session_changes_nothing(enter: Enter) -> None:
    browser = enter(world.person())
    assert browser.post("/akun/ponsel", {"value": NEW})["Location"].startswith("/masuk")
    assert not Message.objects.filter(template="otp_phone").exists()


def test_the_account_is_unlinked_first(enter: Enter) -> None:
    who = world.award(videos=3)
    world.link(who)
    with pytest.raises(Refused, match="account_still_linked"):
        request_phone_change(person_id=who.person_id, phone=NEW, at=world.BOUGHT)
    assert "/rekening/putuskan" in fresh(enter(who.person_id)).get("/akun/ponsel").text


def test_another_persons_phone_is_said_only_to_whoever_has_it(portal: Client) -> None:
    world.person(phone=NEW)
    mine = world.person()
    before = contact_of(person_id=mine, kind="phone")
    request_phone_change(person_id=mine, phone=NEW, at=world.BOUGHT)
    with pytest.raises(Refused, match="contact_of_other_person"):
        change_phone(person_id=mine, phone=NEW, otp=otp_of(mine, "otp_phone"), at=world.BOUGHT + timedelta(seconds=9))
    assert contact_of(person_id=mine, kind="phone") == before


def test_an_email_address_is_changed_by_its_own_code(portal: Client) -> None:
    mine = world.person()
    request_contact_code(person_id=mine, kind="email", value=" Baru@Contoh.id", at=world.BOUGHT)
    message = Message.objects.get(person_id=mine, template="otp_change_email")
    assert message.channel == "email"
    otp = otp_of(mine, "otp_change_email")
    # A code that went to one address changes no other.
    with pytest.raises(Refused, match="otp_expired"):
        change_email(person_id=mine, email="lain@contoh.id", otp=otp, at=world.BOUGHT + timedelta(seconds=9))
    change_email(person_id=mine, email="baru@contoh.id", otp=otp, at=world.BOUGHT + timedelta(seconds=9))
    assert contact_of(person_id=mine, kind="email") == "baru@contoh.id"


def test_no_code_came_has_a_page_that_leads_on(portal: Client) -> None:
    text = portal.get("/masuk/kode/tidak-datang").text
    assert 'id="nomor-hilang"' in text
    assert "60 detik" in text
