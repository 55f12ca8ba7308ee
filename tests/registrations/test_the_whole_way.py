"""From a stranger to a person, through the portal's pages, with the example world's registry at the other end of a wire."""

from __future__ import annotations

from django.test import Client

from prakerja.kernel.db import rows
from prakerja.people.models import Consent, Person
from prakerja.people.queries import person_id_by_contact, person_id_by_nik
from prakerja.registrations.models import Declaration, Document, Profile, Registration
from prakerja.registrations.registry.dukcapil import Dukcapil
from prakerja.reporting.proof_checks import CHECKS
from tests.registrations.walking import Walker


def test_a_stranger_becomes_a_person_and_stands_before_the_dashboard(portal: Client, registry: Dukcapil) -> None:
    walker = Walker(portal)
    inside = walker.begin()
    assert (inside.status_code, inside["Location"]) == (302, "/daftar/langkah")
    assert "0 dari 16 pertanyaan selesai" in portal.get("/daftar/langkah").text
    asked = walker.identify()
    assert asked["Location"] == "/daftar/langkah"
    assert "Data Anda cocok dengan Dukcapil" in portal.get("/daftar/langkah").text
    assert walker.finish()["Location"] == "/daftar/langkah"
    entered = portal.get("/daftar/langkah")
    assert (entered.status_code, entered["Location"]) == (302, "/dashboard")
    assert portal.get("/dashboard").status_code == 200
    [person] = Person.objects.all()
    assert portal.session["person_id"] == str(person.id)
    assert (person.name, person.birth_date.isoformat(), person.province_code) == ("Siti Élok", "1990-08-17", "31")
    assert person_id_by_nik(nik="9901021708900001") == person.id
    assert person_id_by_contact(kind="phone", value="+6281355500001") == person.id
    assert [consent.purpose for consent in Consent.objects.all()] == ["identity_check"]
    assert {one.what for one in Declaration.objects.all()} == {"truth", "own", "repay"}
    assert Profile.objects.get().work_status == "seeking"
    # Nothing that identifies anybody is left on the registration but the photo, which a rule prunes.
    [registration] = Registration.objects.all()
    assert (registration.became, registration.answers_enc, registration.phone_enc) == (person.id, None, None)
    assert Document.objects.count() == 1


def test_a_town_of_another_province_is_not_kept_when_two_tabs_disagree(portal: Client, registry: Dukcapil) -> None:
    walker = Walker(portal)
    walker.begin()
    walker.answer("provinsi", province_code="33")
    assert portal.get("/daftar/isi/kabupaten").status_code == 200
    walker.answer("provinsi", province_code="31")
    late = walker.answer("kabupaten", regency_code="3374")
    assert late.status_code == 422
    assert "Provinsi: DKI Jakarta" in late.text
    assert walker.answer("kabupaten")["Location"] == "/daftar/isi/alamat"


def test_whoever_looks_for_a_card_keeps_the_session(portal: Client, registry: Dukcapil) -> None:
    Walker(portal).begin()
    page = portal.get("/daftar/isi/foto-ktp").text
    assert 'data-session-ends="3300"' in page
    assert 'action="/daftar/lanjut"' in page
    kept = portal.post("/daftar/lanjut", headers={"X-Requested-With": "fetch"})
    assert (kept.status_code, kept.content) == (200, b"3300")


def test_the_proof_finds_a_registration_without_its_yes(portal: Client, registry: Dukcapil) -> None:
    def broken() -> list[str]:
        return [name for name, _, sql in CHECKS if rows(sql.replace("%", "%%"))]

    walker = Walker(portal)
    walker.begin()
    walker.identify()
    walker.finish()
    assert broken() == []
    Registration.objects.update(registry_status="dead")
    assert broken() == ["whom the registry did not prove an operator did"]
    Registration.objects.update(registry_status="match")
    Declaration.objects.filter(what="own").delete()
    assert broken() == ["whoever registered agreed to the comparison first and made every statement"]
