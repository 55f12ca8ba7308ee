"""A human decides about a registration, by the documents, and writes down why."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client

from prakerja.access.actors import Actor
from prakerja.audit.models import Record
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.notifications.models import StrangerMessage
from prakerja.people.models import Person
from prakerja.registrations.models import Case, Document, Profile, Registration, RegistryAnswer
from prakerja.registrations.operations import accept_identity, refuse_registration, send_back
from prakerja.registrations.pruning import next_pruning, prune
from prakerja.registrations.queries import open_cases
from prakerja.registrations.registry.dukcapil import Dukcapil
from prakerja.registrations.revealing import reveal_case
from tests import builders as b
from tests.registrations.walking import Walker

WHY = "Foto KTP sama dengan jawaban."


@pytest.fixture
def asked(portal: Client, registry: Dukcapil) -> Walker:
    """Somebody whom the registry takes for dead, and who asked a human."""
    walker = Walker(portal, answers={"nik": {"nik": "9901021708909011"}})
    walker.begin()
    walker.identify()
    assert "Minta petugas memeriksa" in portal.get("/daftar/dukcapil").text
    assert "Kirim dulu foto KTP" in portal.get("/daftar/petugas").text
    walker.answer("foto-ktp")
    sent = portal.post("/daftar/petugas", {"words": "Saya masih hidup."})
    assert sent["Location"] == "/daftar/langkah"
    assert "Petugas sedang melihat pendaftaran Anda" in portal.get("/daftar/langkah").text
    return walker


def case() -> uuid.UUID:
    return open_cases(most=5)[0].case_id


def test_an_accepted_identity_goes_on_to_the_end(asked: Walker) -> None:
    helper = b.operator("helper")
    shown = reveal_case(case_id=case(), why=WHY, actor=helper, at=clock.now())
    assert (shown.nik, shown.words, shown.kk) == ("9901021708909011", "Saya masih hidup.", None)
    assert shown.ktp is not None
    accept_identity(case_id=case(), answer=WHY, actor=helper, at=clock.now())
    page = asked.browser.get("/daftar/langkah").text
    assert "identitas ini milik Anda" in page
    assert "Perlu diperbaiki" not in page
    assert asked.finish()["Location"] == "/daftar/langkah"
    assert Profile.objects.get().proven_by == "operator"
    assert Person.objects.count() == 1
    told = [one.action for one in Record.objects.filter(action__startswith="registration.").order_by("recorded_at")]
    assert told == ["registration.revealed", "registration.accepted", "registration.done"]
    assert not any("9901021708909011" in str(one.data) for one in Record.objects.all())


def test_another_identity_is_another_question(asked: Walker) -> None:
    """Accepted is what was looked at: whoever writes another NIK afterwards is asked about anew."""
    accept_identity(case_id=case(), answer=WHY, actor=b.operator("helper"), at=clock.now())
    asked.answer("nik", nik="9901021708909012")
    asked.answers["nik"] = {"nik": "9901021708909012"}
    assert asked.finish()["Location"] == "/daftar/dukcapil"


def test_sent_back_and_refused_are_told_with_the_answer(asked: Walker) -> None:
    send_back(case_id=case(), answer="Foto KTP terpotong, kirim lagi.", actor=b.operator("helper"), at=clock.now())
    assert "Foto KTP terpotong" in asked.browser.get("/daftar/langkah").text
    assert "registration_answered" in {one.template for one in StrangerMessage.objects.all()}
    asked.browser.post("/daftar/petugas", {"words": ""})
    refuse_registration(case_id=case(), answer="KTP ini milik orang lain.", actor=b.operator("helper"), at=clock.now())
    page = asked.browser.get("/daftar/langkah").text
    assert "Pendaftaran tidak dapat diterima" in page
    assert "KTP ini milik orang lain." in page
    assert asked.browser.get("/daftar/isi/nik")["Location"] == "/daftar/langkah"


def test_a_claimed_nik_is_not_handed_over(portal: Client, registry: Dukcapil) -> None:
    for number, browser in ((61, Client()), (62, portal)):
        walker = Walker(browser, phone=f"0813555000{number}")
        walker.begin()
        walker.identify()
        walker.finish()
    with pytest.raises(Refused, match="case_still_claimed"):
        accept_identity(case_id=case(), answer=WHY, actor=b.operator("helper"), at=clock.now())
    assert (Person.objects.count(), Case.objects.get().status) == (1, "open")


@pytest.mark.parametrize("actor", ["viewer", "approver", ""])
def test_only_a_helper_decides_and_looks(asked: Walker, actor: str) -> None:
    who = b.operator(actor) if actor else Actor.participant(uuid.uuid4())
    for verb in (accept_identity, send_back, refuse_registration):
        with pytest.raises(Refused, match="not_permitted"):
            verb(case_id=case(), answer=WHY, actor=who, at=clock.now())  # type: ignore[operator]
    with pytest.raises(Refused, match="not_permitted"):
        reveal_case(case_id=case(), why=WHY, actor=who, at=clock.now())
    assert Case.objects.get().status == "open"


def test_what_is_not_finished_is_told_of_and_goes(portal: Client, registry: Dukcapil) -> None:
    walker = Walker(portal)
    walker.begin()
    walker.answer("foto-ktp")
    StrangerMessage.objects.all().delete()
    touched = Registration.objects.get().touched_at
    first = next_pruning()
    assert first is not None
    assert timedelta(days=83) <= first - touched <= timedelta(days=84)
    prune(at=first)
    assert [one.template for one in StrangerMessage.objects.all()] == ["registration_ending"]
    second = next_pruning()
    assert second is not None
    assert timedelta(days=7) <= second - first <= timedelta(days=8)
    prune(at=second)
    assert (Registration.objects.count(), Document.objects.count()) == (0, 0)
    # Whoever comes back finds nothing, and begins anew.
    assert portal.get("/daftar/langkah")["Location"].startswith("/masuk")


def test_photos_go_after_thirty_days_and_verdicts_after_a_year(portal: Client, registry: Dukcapil) -> None:
    walker = Walker(portal)
    walker.begin()
    walker.identify()
    walker.finish()
    ended = Registration.objects.get().ended_at
    assert ended is not None
    prune(at=ended + timedelta(days=29))
    assert Document.objects.count() == 1
    prune(at=ended + timedelta(days=31))
    assert (Document.objects.count(), RegistryAnswer.objects.count()) == (0, 1)
    prune(at=ended + timedelta(days=366))
    assert (Registration.objects.count(), RegistryAnswer.objects.count(), Person.objects.count()) == (0, 0, 1)


def test_nothing_is_pruned_at_which_a_human_still_looks_and_nobody_waits_for_it(asked: Walker) -> None:
    first = Registration.objects.get().touched_at + timedelta(days=90)
    assert (next_pruning(), prune(at=first)) == (None, 0)
    refuse_registration(case_id=case(), answer=WHY, actor=b.operator("helper"), at=first)
    assert next_pruning() is not None
