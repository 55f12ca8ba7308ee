"""Every word of the civil registry, and what the person then reads and may do; corrected, asked again, given to a human."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.test import Client

from prakerja.kernel import clock, http
from prakerja.kernel.clock import WIB
from prakerja.notifications.models import StrangerMessage
from prakerja.people.models import Person
from prakerja.registrations.checking import ask_registry
from prakerja.registrations.models import Registration, RegistryAnswer
from prakerja.registrations.registry import Asked, Outcome, Verdict
from prakerja.registrations.registry.dukcapil import Dukcapil, read_answer
from prakerja.registrations.tasks import next_question, run_questions
from tests.registrations.walking import Walker


def nik(ending: str) -> dict[str, dict[str, str]]:
    return {"nik": {"nik": f"990102170890{ending}"}}


# The last four digits of the NIK → what the page is called then, and where it leads.
CONTRADICTIONS = {
    "9008": "NIK tidak ditemukan",
    "9011": "NIK ini tercatat meninggal dunia",
    "9012": "NIK ini tercatat dua kali",
    "9013": "NIK tidak ditemukan",
    "9014": "NIK ini tidak aktif",
    "9015": "NIK tidak ditemukan",
    "9050": "Ada data yang berbeda",
    "9051": "Ada data yang berbeda",
}
SILENCES = ("9003", "9004", "9005", "9006", "9007", "9009", "9010", "9016", "9017", "9053")


@pytest.mark.parametrize("ending", CONTRADICTIONS)
def test_a_contradiction_says_what_it_means_and_stops_the_sending(
    portal: Client, registry: Dukcapil, ending: str
) -> None:
    walker = Walker(portal, answers=nik(ending))
    walker.begin()
    assert walker.identify()["Location"] == "/daftar/dukcapil"
    page = portal.get("/daftar/dukcapil").text
    assert CONTRADICTIONS[ending] in page
    assert "Yang dapat Anda lakukan" in page
    assert walker.finish()["Location"] == "/daftar/dukcapil"
    assert Registration.objects.get().status == "drafting"
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("ending", "field", "right"),
    [
        ("9050", "nama", {"name": "Siti Elok"}),
        ("9051", "kartu-keluarga", {"family_card_number": "9901021708900001"}),
    ],
)
def test_the_field_that_differs_is_named_corrected_and_asked_again(
    portal: Client, registry: Dukcapil, ending: str, field: str, right: dict[str, str]
) -> None:
    walker = Walker(portal, answers=nik(ending) | {"nama": {"name": "Budi"}})
    walker.begin()
    walker.identify()
    page = portal.get("/daftar/dukcapil").text
    assert page.count(">perbaiki<") == 1
    assert f'href="/daftar/isi/{field}"' in page
    assert "Perlu diperbaiki" in portal.get("/daftar/langkah").text
    assert walker.answer(field, **right)["Location"] == "/daftar/langkah"
    assert Registration.objects.get().registry_status == "match"


@pytest.mark.parametrize("ending", SILENCES)
def test_a_registry_that_cannot_answer_keeps_nobody(portal: Client, registry: Dukcapil, ending: str) -> None:
    """Whatever is wrong there, the person goes on, sends, and is asked about later."""
    walker = Walker(portal, answers=nik(ending))
    walker.begin()
    assert walker.identify()["Location"] == "/daftar/dukcapil"
    assert "Dukcapil belum menjawab" in portal.get("/daftar/dukcapil").text
    assert walker.finish()["Location"] == "/daftar/langkah"
    assert "Pendaftaran sudah kami terima" in portal.get("/daftar/langkah").text
    registration = Registration.objects.get()
    assert (registration.status, registration.registry_status) == ("submitted", "waiting")
    assert registration.next_ask_at is not None
    assert next_question() == registration.next_ask_at


@dataclass
class Told:
    """A registry that says what it is told to, one word after the other; the last one for ever."""

    verdicts: list[Verdict]
    asked: list[Asked] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def compare(self, asked: Asked, *, wait: float) -> Verdict:
        # As every real one: never inside a transaction.
        http.refuse_inside_transaction()
        self.asked.append(asked)
        self.meanwhile()
        return self.verdicts.pop(0) if len(self.verdicts) > 1 else self.verdicts[0]


def sent_in_silence(portal: Client, settings: object) -> uuid.UUID:
    """Somebody who sent everything while no registry answered."""
    settings.CIVIL_REGISTRY = "none"  # type: ignore[attr-defined]
    walker = Walker(portal)
    walker.begin()
    walker.identify()
    walker.finish()
    return Registration.objects.get().id


def test_down_during_the_whole_registration_and_up_later(portal: Client, settings: object, registry: Dukcapil) -> None:
    registration_id = sent_in_silence(portal, settings)
    settings.CIVIL_REGISTRY = "dukcapil"  # type: ignore[attr-defined]
    assert run_questions(clock.now() + timedelta(minutes=10)) == 1
    assert Person.objects.get().id == registration_id
    assert portal.get("/daftar/langkah")["Location"] == "/dashboard"


def test_down_and_a_contradiction_later_is_told_by_sms_and_corrected(portal: Client, settings: object) -> None:
    registration_id = sent_in_silence(portal, settings)
    StrangerMessage.objects.all().delete()
    told = Told([Verdict(Outcome.MISMATCH, ("family_card_number",))])
    later = clock.now() + timedelta(hours=4)
    assert ask_registry(registration_id=registration_id, at=later, by_person=False, registry=told) == "mismatch"
    assert Registration.objects.get().status == "drafting"
    assert [one.template for one in StrangerMessage.objects.all()] == ["registration_to_correct"]
    page = portal.get("/daftar/langkah").text
    assert "ada yang perlu Anda perbaiki" in page


def test_each_silence_waits_longer_and_a_used_up_day_until_tomorrow(portal: Client, settings: object) -> None:
    registration_id = sent_in_silence(portal, settings)
    at = datetime(2021, 9, 18, 10, tzinfo=WIB)
    told = Told([Verdict(Outcome.SILENT), Verdict(Outcome.BUSY), Verdict(Outcome.QUOTA)])
    Registration.objects.update(asks=0, next_ask_at=at)
    waits = []
    for _ in range(3):
        ask_registry(registration_id=registration_id, at=at, by_person=False, registry=told)
        following = Registration.objects.get().next_ask_at
        assert following is not None
        waits.append(following - at)
        at = following
    assert waits[:2] == [timedelta(minutes=1), timedelta(minutes=5)]
    assert at == datetime(2021, 9, 19, 0, 10, tzinfo=WIB)


def test_what_was_said_of_the_old_data_is_not_said_of_the_new(portal: Client, settings: object) -> None:
    """The person corrects the name in another tab while the registry thinks about the old one."""
    settings.CIVIL_REGISTRY = "none"  # type: ignore[attr-defined]
    walker = Walker(portal)
    walker.begin()
    walker.identify()
    registration = Registration.objects.get()
    told = Told([Verdict(Outcome.UNKNOWN)], meanwhile=lambda: walker.answer("nama", name="Siti Baru") and None)
    at = clock.now() + timedelta(minutes=5)
    ask_registry(registration_id=registration.id, at=at, by_person=False, registry=told)
    now = Registration.objects.get()
    assert (now.identity_version, now.registry_status) == (registration.identity_version + 1, "waiting")


def test_nobody_asks_twice_at_once(portal: Client, settings: object) -> None:
    """A double click, the worker beside the page: whoever comes second finds that it is being asked."""
    settings.CIVIL_REGISTRY = "none"  # type: ignore[attr-defined]
    walker = Walker(portal)
    walker.begin()
    walker.identify()
    registration_id = Registration.objects.get().id
    at = clock.now() + timedelta(minutes=5)
    inner = Told([Verdict(Outcome.MATCH)])
    outer = Told(
        [Verdict(Outcome.MATCH)],
        meanwhile=lambda: ask_registry(registration_id=registration_id, at=at, by_person=True, registry=inner) and None,
    )
    assert ask_registry(registration_id=registration_id, at=at, by_person=True, registry=outer) == "match"
    assert (len(outer.asked), inner.asked) == (1, [])


def test_verdicts_are_no_way_to_find_out_a_family_card(portal: Client, registry: Dukcapil) -> None:
    walker = Walker(portal, answers=nik("9051"))
    walker.begin()
    walker.identify()
    for number in range(2, 9):
        walker.answer("kartu-keluarga", family_card_number=f"990101010115000{number}")
    assert RegistryAnswer.objects.count() == 6
    assert "coba lagi besok" in portal.get("/daftar/dukcapil").text.lower()


def test_what_is_kept_of_an_answer_names_nobody(portal: Client, registry: Dukcapil) -> None:
    walker = Walker(portal, answers=nik("9050"))
    walker.begin()
    walker.identify()
    [answer] = RegistryAnswer.objects.all()
    assert (answer.outcome, answer.fields, answer.code) == ("mismatch", "name", "")
    assert answer.score is not None
    assert 0 < answer.score < 90


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ({"content": [{"RESPONSE": "x", "RESPONSE_CODE": 13}]}, Verdict(Outcome.UNKNOWN, code="13")),
        ({"content": [{"RESPON": "Data Tidak Ditemukan"}]}, Verdict(Outcome.UNKNOWN)),
        ({"content": [{"RESPON": "Login Gagal"}]}, Verdict(Outcome.REFUSED)),
        ({"content": []}, Verdict(Outcome.SILENT, code="incomplete")),
        ([], Verdict(Outcome.SILENT, code="unreadable")),
        (None, Verdict(Outcome.SILENT, code="unreadable")),
        # A field that is missing says nothing: neither a match nor a difference.
        (
            {"content": [{"NIK": "Sesuai", "NAMA_LGKP": "Sesuai (97)"}]},
            Verdict(Outcome.SILENT, code="incomplete"),
        ),
        (
            {"content": [{"NIK": "Sesuai", "NO_KK": "Tidak Sesuai", "NAMA_LGKP": "Sesuai (91)", "TGL_LHR": "Sesuai"}]},
            Verdict(Outcome.MISMATCH, ("family_card_number",), score=91),
        ),
    ],
)
def test_how_an_answer_is_read(said: object, verdict: Verdict) -> None:
    assert read_answer(said) == verdict


def test_a_registry_that_keeps_silent_is_not_waited_for(registry: Dukcapil) -> None:
    from datetime import date

    asked = Asked("9901021708909052", "9901010101150002", "Siti", date(1990, 8, 17))
    assert registry.compare(asked, wait=0.2).outcome is Outcome.SILENT
