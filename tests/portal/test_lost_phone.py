"""A lost phone is replaced: proven, sent, decided by two, announced, and stopped by its owner (rules.md 8.5)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from prakerja.access.models import Session
from prakerja.audit.models import Record
from prakerja.disbursements.models import PayoutAccount
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.notifications.models import Message
from prakerja.people.queries import contact_of, nik_of, person_id_by_contact
from prakerja.privacy.lost_phone_queries import waiting_lost_phones
from prakerja.privacy.lost_phones import (
    confirm_new_phone,
    object_to_new_phone,
    propose_new_phone,
    prune_lost_phones,
    refuse_new_phone,
    reveal_lost_phone,
)
from prakerja.privacy.models import LostPhoneCase, LostPhonePhoto
from prakerja.privacy.tasks import next_change, run_changes
from tests import builders as b
from tests.portal import world
from tests.registrations.walking import card, code_to_stranger

Enter = Callable[[uuid.UUID], Client]
NEW, OTHER_NEW = "+6281299990001", "+6281299990002"
NOBODYS = "9901021708909999"
WHY = "Kedua kartu cocok dengan akun."


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("kartu.jpg", card(), content_type="image/jpeg")


def proven(browser: Client, phone: str = NEW) -> None:
    assert browser.post("/masuk/nomor-hilang", {"phone": phone})["Location"] == "/masuk/nomor-hilang/kode"
    done = browser.post("/masuk/nomor-hilang/kode", {"otp": code_to_stranger()})
    assert done["Location"] == "/masuk/nomor-hilang/foto/ktp"


def sent(browser: Client, nik: str, phone: str = NEW) -> Any:
    proven(browser, phone)
    kk = browser.post("/masuk/nomor-hilang/foto/ktp", {"photo": photo()})
    assert kk["Location"] == "/masuk/nomor-hilang/foto/kk"
    assert browser.post("/masuk/nomor-hilang/foto/kk", {"photo": photo()})["Location"] == "/masuk/nomor-hilang/kirim"
    return browser.post("/masuk/nomor-hilang/kirim", {"nik": nik, "words": "Ponsel saya dicuri."})


def refused(verb: Any, **given: Any) -> str:
    with pytest.raises(Refused) as found:
        verb(**given)
    return found.value.reason


def confirmed(person_id: uuid.UUID) -> tuple[uuid.UUID, datetime]:
    sent(Client(), nik_of(person_id=person_id))
    (line,) = waiting_lost_phones(most=9)
    propose_new_phone(case_id=line.case_id, why=WHY, actor=b.operator("helper"), at=clock.now())
    due = confirm_new_phone(case_id=line.case_id, why=WHY, actor=b.operator("helper"), at=clock.now())
    return line.case_id, due


def told(person_id: uuid.UUID) -> set[tuple[str, str]]:
    return set(Message.objects.filter(person_id=person_id).values_list("template", "channel"))


def test_two_operators_and_three_days_later_the_phone_is_another(portal: Client, enter: Enter) -> None:
    who = world.award(videos=3)
    world.link(who)
    enter(who.person_id)
    old = str(contact_of(person_id=who.person_id, kind="phone"))
    page = sent(portal, nik_of(person_id=who.person_id))
    assert "Permintaan Anda kami terima" in page.text
    assert {("lost_phone_asked", "sms"), ("lost_phone_asked", "email"), ("lost_phone_asked", "dashboard")} <= told(
        who.person_id
    )
    (line,) = waiting_lost_phones(most=9)
    assert (line.about, line.answer_by - line.sent_at) == (who.person_id, timedelta(days=5))
    one, other, at = b.operator("helper"), b.operator("helper"), clock.now()
    case: dict[str, Any] = {"case_id": line.case_id, "at": at}
    assert refused(confirm_new_phone, **case, why=WHY, actor=other) == "lost_phone_answered"
    propose_new_phone(**case, why=WHY, actor=one)
    assert refused(confirm_new_phone, **case, why=WHY, actor=one) == "same_operator"
    due = confirm_new_phone(**case, why=WHY, actor=other)
    assert (due, next_change()) == (at + timedelta(days=3), due)
    assert {("lost_phone_confirmed", "sms"), ("lost_phone_confirmed", "email")} <= told(who.person_id)
    # Nothing is another before its day.
    assert run_changes(due - timedelta(seconds=1)) == 0
    assert contact_of(person_id=who.person_id, kind="phone") == old
    assert Session.objects.filter(owner=who.person_id).exists()
    assert run_changes(due) == 1
    assert contact_of(person_id=who.person_id, kind="phone") == NEW
    assert person_id_by_contact(kind="phone", value=old) is None
    assert not Session.objects.filter(owner=who.person_id).exists()
    assert PayoutAccount.objects.get().unlinked_at == due
    assert {("phone_left", "sms"), ("phone_corrected", "sms"), ("lost_phone_changed", "email")} <= told(who.person_id)
    assert run_changes(due) == 0
    trail = list(
        Record.objects.filter(subject_id=line.case_id).order_by("recorded_at", "id").values_list("action", flat=True)
    )
    assert trail == ["lost_phone.asked", "lost_phone.proposed", "lost_phone.confirmed", "lost_phone.changed"]


def test_a_bank_account_stays_its_owners(portal: Client) -> None:
    who = world.award(videos=3)
    world.link(who, number="7700123456", kind="bank_account", provider="bni")
    _, due = confirmed(who.person_id)
    run_changes(due)
    assert PayoutAccount.objects.get().unlinked_at is None


def test_nobodys_nik_gets_the_same_pages_and_is_never_proposed(portal: Client) -> None:
    person_id = world.person()
    theirs = sent(portal, nik_of(person_id=person_id))
    nobodys = sent(Client(), NOBODYS, OTHER_NEW)
    numbers = [line.case_id.hex[-8:].upper() for line in waiting_lost_phones(most=9)]

    def plain(page: Any) -> str:
        words = page.text.split("<main")[1].split("</main>")[0]
        for number in numbers:
            words = words.replace(number, "#")
        return str(words).replace("0001", "#").replace("001", "#").replace("002", "#")

    assert (theirs.status_code, plain(theirs)) == (nobodys.status_code, plain(nobodys))
    case = next(line for line in waiting_lost_phones(most=9) if line.about is None)
    given: dict[str, Any] = {"case_id": case.case_id, "actor": b.operator("helper"), "at": clock.now()}
    assert refused(propose_new_phone, **given, why=WHY) == "lost_phone_nobody"
    refuse_new_phone(**given, answer="Datanya tidak cocok.")
    assert LostPhoneCase.objects.get(id=case.case_id).status == "refused"


def test_its_owner_stops_it_until_the_last_moment(portal: Client, enter: Enter) -> None:
    person_id = world.person()
    old = contact_of(person_id=person_id, kind="phone")
    case_id, due = confirmed(person_id)
    browser = enter(person_id)
    assert "/akun/nomor-hilang/hentikan" in browser.get("/akun").text
    assert browser.post("/akun/nomor-hilang/hentikan")["Location"] == "/akun"
    assert LostPhoneCase.objects.get().status == "objected"
    assert run_changes(due) == 0
    assert contact_of(person_id=person_id, kind="phone") == old
    assert "/akun/nomor-hilang/hentikan" not in browser.get("/akun").text
    given: dict[str, Any] = {"case_id": case_id, "why": WHY, "actor": b.operator("helper"), "at": clock.now()}
    assert refused(propose_new_phone, **given) == "lost_phone_answered"
    assert refused(object_to_new_phone, person_id=person_id, at=clock.now()) == "lost_phone_unknown"


def test_a_sign_in_by_the_lost_phone_stops_it(portal: Client) -> None:
    """Whoever reads the code that went to the phone has not lost it; the new phone is told."""
    person_id = world.person()
    _, due = confirmed(person_id)
    portal.post("/masuk", {"phone": contact_of(person_id=person_id, kind="phone")})
    assert portal.post("/masuk/kode", {"otp": b.otp_of(person_id, "otp_sign_in")}).status_code == 302
    assert LostPhoneCase.objects.get().status == "objected"
    assert ("lost_phone_stopped", "sms") in told(person_id)
    assert run_changes(due) == 0


def test_the_page_of_waves_is_named_for_many(portal: Client, enter: Enter) -> None:
    enter(world.person())
    portal.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert '<h1 class="govuk-heading-l">Waves</h1>' in portal.get("/gelombang").text


def test_nobody_stops_another_persons(portal: Client, enter: Enter) -> None:
    confirmed(world.person())
    enter(world.person()).post("/akun/nomor-hilang/hentikan")
    assert LostPhoneCase.objects.get().status == "confirmed"


def test_who_has_not_typed_the_code_sends_nothing(portal: Client) -> None:
    nik = nik_of(person_id=world.person())
    portal.post("/masuk/nomor-hilang", {"phone": NEW})
    for address, form in (("foto/ktp", {"photo": photo()}), ("kirim", {"nik": nik})):
        assert portal.post(f"/masuk/nomor-hilang/{address}", form)["Location"] == "/masuk/nomor-hilang"
    assert portal.post("/masuk/nomor-hilang/kode", {"otp": "000000"})["Location"] == "/masuk/nomor-hilang/kode"
    stranger = Client()
    assert stranger.post("/masuk/nomor-hilang/kode", {"otp": code_to_stranger()})["Location"] == "/masuk/nomor-hilang"
    assert not LostPhonePhoto.objects.exists()
    assert LostPhoneCase.objects.get().status == "asked"


def test_a_file_that_is_no_card_and_a_form_without_photos_are_refused(portal: Client) -> None:
    proven(portal)
    bad = SimpleUploadedFile("kartu.jpg", b"%PDF-1.7", content_type="image/jpeg")
    assert portal.post("/masuk/nomor-hilang/foto/ktp", {"photo": bad}).status_code == 422
    assert portal.post("/masuk/nomor-hilang/kirim", {"nik": NOBODYS})["Location"] == "/masuk/nomor-hilang/foto/ktp"
    assert waiting_lost_phones(most=9) == []


def test_a_phone_that_signs_in_already_is_said_only_to_whoever_holds_it(portal: Client) -> None:
    world.person(phone=NEW)
    assert portal.post("/masuk/nomor-hilang", {"phone": NEW})["Location"] == "/masuk/nomor-hilang/kode"
    page = portal.post("/masuk/nomor-hilang/kode", {"otp": code_to_stranger()})
    assert (page.status_code, "sudah terdaftar" in page.text) == (409, True)


def test_a_phone_that_became_anothers_meanwhile_ends_it(portal: Client) -> None:
    person_id = world.person()
    old = contact_of(person_id=person_id, kind="phone")
    _, due = confirmed(person_id)
    other = world.person(phone=NEW)
    assert run_changes(due) == 1
    assert contact_of(person_id=person_id, kind="phone") == old
    assert person_id_by_contact(kind="phone", value=NEW) == other
    assert LostPhoneCase.objects.get().status == "refused"


def test_two_cases_of_one_person_are_not_decided_beside_each_other(portal: Client) -> None:
    person_id = world.person()
    confirmed(person_id)
    sent(Client(), nik_of(person_id=person_id), OTHER_NEW)
    second = next(line for line in waiting_lost_phones(most=9) if line.status == "open")
    given: dict[str, Any] = {"case_id": second.case_id, "why": WHY, "actor": b.operator("helper"), "at": clock.now()}
    assert refused(propose_new_phone, **given) == "lost_phone_decided"


def test_only_helpers_decide_and_look_and_the_database_wants_two(portal: Client) -> None:
    sent(portal, nik_of(person_id=world.person()))
    (line,) = waiting_lost_phones(most=9)
    given: dict[str, Any] = {"case_id": line.case_id, "at": clock.now()}
    viewer = b.operator("viewer", "approver")
    for verb in (propose_new_phone, confirm_new_phone, reveal_lost_phone):
        assert refused(verb, **given, why=WHY, actor=viewer) == "not_permitted"
    assert refused(propose_new_phone, **given, why=WHY, actor=b.SYSTEM) == "operator_needed"
    assert refused(propose_new_phone, **given, why="ya", actor=b.operator("helper")) == "reason_missing"
    shown = reveal_lost_phone(**given, why=WHY, actor=b.operator("helper"))
    assert (shown.phone, shown.words, bool(shown.ktp and shown.kk)) == (NEW, "Ponsel saya dicuri.", True)
    assert Record.objects.filter(action="lost_phone.revealed", person_id=line.about).count() == 1
    helper = b.operator("helper")
    propose_new_phone(**given, why=WHY, actor=helper)
    with pytest.raises(IntegrityError), transaction.atomic():
        LostPhoneCase.objects.update(status="confirmed", confirmed_by=helper.id, changes_at=clock.now())


def test_what_was_sent_goes_by_the_dated_rule(portal: Client) -> None:
    person_id = world.person()
    case_id, due = confirmed(person_id)
    run_changes(due)
    proven(Client(), OTHER_NEW)
    assert prune_lost_phones(at=due + timedelta(days=30) - timedelta(seconds=1)) == 1
    assert LostPhonePhoto.objects.count() == 2
    assert prune_lost_phones(at=due + timedelta(days=30)) == 1
    assert not LostPhonePhoto.objects.exists()
    case = LostPhoneCase.objects.get(id=case_id)
    assert (case.phone_enc, case.nik_enc, case.words_enc, case.status) == (None, None, None, "changed")
