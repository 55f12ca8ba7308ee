"""Who is registered is known to nobody but whoever holds the phone, the mailbox or the card."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from prakerja.kernel import clock
from prakerja.kernel.db import transaction
from prakerja.kernel.ids import new_id
from prakerja.notifications.models import Message, StrangerMessage
from prakerja.people.models import Person
from prakerja.people.operations import register_person
from prakerja.people.policies import Identity
from prakerja.people.queries import contact_of
from prakerja.registrations.models import Case, Profile, Registration
from prakerja.registrations.registry.dukcapil import Dukcapil
from tests.builders import otp_of
from tests.portal import world
from tests.portal.conftest import set_clock
from tests.registrations.walking import ANSWERS, Walker, code_to_stranger

# What is new at every look: a form's secret, the time, seconds to wait.
SECRET = re.compile(r'csrfmiddlewaretoken" value="[^"]+"|\d\d\.\d\d|data-countdown="\d+">\d+')


def told(browser: Client, phone: str, address: str = "/daftar") -> list[tuple[int, str, str]]:
    """What a browser is answered on the way to a wrong code, three times, without what is new at every look."""
    answers = [browser.post(address, {"phone": phone})]
    answers.append(browser.get("/masuk/kode"))
    for _ in range(4):
        answers.append(browser.post("/masuk/kode", {"otp": "000000"}))
        answers.append(browser.get("/masuk/kode"))
    return [
        (one.status_code, one.headers.get("Location", ""), SECRET.sub("", one.text).replace(phone[-3:], ""))
        for one in answers
    ]


@pytest.mark.parametrize("address", ["/daftar", "/masuk"])
def test_a_registered_number_and_one_of_nobody_get_the_same_answers(portal: Client, address: str) -> None:
    world.person(phone="+6281355500011")
    assert told(Client(), "081355500011", address) == told(Client(), "081355500012", address)


def test_whoever_holds_a_registered_phone_comes_in_by_registering_too(portal: Client) -> None:
    person_id = world.award(world.person(phone="+6281355500013")).person_id
    portal.post("/daftar", {"phone": "081355500013"})
    assert not StrangerMessage.objects.exists()
    inside = portal.post("/masuk/kode", {"otp": otp_of(person_id, "otp_sign_in")})
    assert inside["Location"] == "/dashboard"
    assert not Registration.objects.exists()


def test_signing_in_sends_nothing_to_a_number_of_nobody(portal: Client) -> None:
    portal.post("/masuk", {"phone": "081355500014"})
    assert not StrangerMessage.objects.exists()


def test_another_device_goes_on_where_the_first_one_was(portal: Client, registry: Dukcapil) -> None:
    walker = Walker(portal)
    walker.begin()
    walker.identify()
    set_clock(clock.now() + timedelta(minutes=2))
    other = Client()
    other.post("/masuk", {"phone": walker.phone})
    assert other.post("/masuk/kode", {"otp": code_to_stranger()})["Location"] == "/daftar/langkah"
    assert 'value="9901021708900001"' in other.get("/daftar/isi/nik").text
    assert Registration.objects.count() == 1


def test_a_nik_of_somebody_else_is_a_humans_affair_and_its_owner_is_told(portal: Client, registry: Dukcapil) -> None:
    """Everything matches, because the numbers of a card that was photographed are known: that is no proof of who holds it."""
    owner = Walker(Client(), phone="081355500021")
    owner.begin()
    owner.identify()
    owner.finish()
    [person] = Person.objects.all()
    thief = Walker(portal, phone="081355500022")
    thief.begin()
    thief.identify()
    thief.finish()
    page = portal.get("/daftar/langkah").text
    assert "Petugas sedang memeriksa pendaftaran Anda" in page
    assert "081355500021"[-4:] not in page
    assert (Case.objects.get().reason, Person.objects.count()) == ("nik_claimed", 1)
    assert Message.objects.filter(person_id=person.id, template="nik_registered_again", channel="sms").exists()
    assert contact_of(person_id=person.id, kind="phone") == "+6281355500021"


def test_whom_a_list_brought_meanwhile_with_the_very_phone_is_the_same_person(
    portal: Client, registry: Dukcapil
) -> None:
    walker = Walker(portal, phone="081355500031")
    walker.begin()
    walker.identify()
    listed = new_id()
    identity = Identity(
        nik="9901021708900001",
        family_card_number="9901010101150002",
        name="Siti Élok",
        birth_date=date(1990, 8, 17),
        phone="+6281355500031",
        email="",
        province_code="31",
        education="sma",
    )
    with transaction():
        register_person(person_id=listed, identity=identity, at=clock.now())
    assert walker.finish()["Location"] == "/daftar/langkah"
    assert portal.get("/daftar/langkah")["Location"] == "/dashboard"
    assert portal.session["person_id"] == str(listed)
    assert Profile.objects.get().person_id == listed
    assert Person.objects.count() == 1


def test_an_address_of_somebody_else_is_told_to_its_owner_and_to_nobody_else(
    portal: Client, registry: Dukcapil
) -> None:
    owner = world.person(phone="+6281355500041")
    address = contact_of(person_id=owner, kind="email")
    pages = []
    for number, email in ((1, str(address)), (2, "tidak.ada@contoh.example")):
        browser = Client()
        walker = Walker(browser, phone=f"08135550005{number}")
        walker.begin()
        sent = walker.answer("email", has_email="yes", email=email.upper())
        assert sent["Location"] == "/daftar/email/kode"
        text = SECRET.sub("", browser.get("/daftar/email/kode").text)
        pages.append(text.replace(email, "…"))
    assert pages[0] == pages[1]
    assert Message.objects.get(person_id=owner, template="email_registered_again").channel == "email"
    assert StrangerMessage.objects.filter(channel="email").count() == 1
    # And the one that is free is confirmed by its code.
    assert browser.post("/daftar/email/kode", {"otp": code_to_stranger()}).status_code == 302
    assert "tidak.ada@contoh.example" in browser.get("/daftar/isi/email").text


def test_what_was_typed_outlives_the_session(portal: Client, registry: Dukcapil) -> None:
    from django.core.cache import cache

    from prakerja.access.models import Session

    walker = Walker(portal)
    walker.begin()
    Session.objects.all().delete()
    cache.clear()
    led = walker.answer("alamat", street="Gang Kelinci 7")
    assert led["Location"] == "/masuk?next=%2Fdaftar%2Fisi%2Falamat"
    set_clock(clock.now() + timedelta(minutes=2))
    portal.post("/masuk", {"phone": walker.phone, "next": "/daftar/isi/alamat"})
    assert portal.post("/masuk/kode", {"otp": code_to_stranger()})["Location"] == "/daftar/isi/alamat"
    assert "Gang Kelinci 7" in portal.get("/daftar/isi/alamat").text


@pytest.mark.parametrize("slug", [slug for slug in ANSWERS if slug != "kebutuhan"])
def test_an_empty_page_says_what_is_missing_and_saves_nothing(portal: Client, slug: str) -> None:
    walker = Walker(portal)
    walker.begin()
    if slug == "kabupaten":
        walker.answer("provinsi")
    before = bytes(Registration.objects.get().answers_enc or b"")
    refused = portal.post(f"/daftar/isi/{slug}", {})
    assert refused.status_code == 422
    assert "Kesalahan:" in refused.text
    assert 'href="#' in refused.text
    assert bytes(Registration.objects.get().answers_enc or b"") == before


@pytest.mark.parametrize(
    ("slug", "field", "typed"),
    [
        ("nik", "nik", "3201010101900001"),
        ("nik", "nik", "٩٩٠١٠٢١٧٠٨٩٠٠٠٠١"),
        ("nik", "nik", "9901021708900001x"),
        ("nik", "nik", "9" * 4000),
        ("nama", "name", "=HYPERLINK()"),
        ("nama", "name", "12345"),
        ("nama", "name", "x" * 151),
        ("nama", "name", "Siti\x00Elok\x01"),
        ("tanggal-lahir", "birth_year", "90"),
        ("tanggal-lahir", "birth_day", "31.02"),
        ("tanggal-lahir", "birth_month", "13"),
        ("email", "email", "bukan email"),
        ("provinsi", "province_code", "99"),
        ("pendidikan", "education", "s9"),
        ("alamat", "street", "x" * 201),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(portal: Client, slug: str, field: str, typed: str) -> None:
    walker = Walker(portal, answers={"email": {"has_email": "yes", "email": "a@contoh.id"}})
    walker.begin()
    assert walker.answer(slug, **{field: typed}).status_code == 422


@pytest.mark.parametrize("name", ["Siti Élok", "Ni Luh Putu", "محمد", "สมชาย", "O'Neil", "A"])
def test_any_script_may_be_a_name(portal: Client, name: str) -> None:
    walker = Walker(portal)
    walker.begin()
    assert walker.answer("nama", name=f" \u200b{name}\u00a0").status_code == 302
