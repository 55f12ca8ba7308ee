"""Two people register the same NIK, or write the same address, at the same moment: one wins, and the other learns nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime

import pytest

from prakerja.kernel.clock import WIB
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import blind_index, seal
from prakerja.people.models import ContactClaim, NikClaim, Person
from prakerja.registrations.answers import Answers, Said
from prakerja.registrations.entering import _begin
from prakerja.registrations.finishing import finish_registration
from prakerja.registrations.models import Case, Registration
from prakerja.registrations.rows import keep_answers, place
from tests.builders import install
from tests.races.barrier import SESSIONS, race

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
AT = datetime(2021, 9, 17, 10, tzinfo=WIB)


def sent(number: int, **changes: object) -> uuid.UUID:
    """A registration that was sent and whose identity the registry has proven."""
    registration_id = new_id()
    phone = f"+62813666{number:05d}"
    answers = Answers(
        nik=f"990102170890{number:04d}",
        family_card_number="9901010101150002",
        name="Siti Élok",
        birth_date=date(1990, 8, 17),
        has_no_email=True,
        province_code="31",
        regency_code="3171",
        district="Tebet",
        village="Manggarai",
        street="Jalan Melati 5",
        education="sma",
        is_enrolled=False,
        work_status="seeking",
        holds_excluded_post=False,
        disabilities=(),
        consents=(Said("identity_check", "1", "id", "register_consent", AT.isoformat()),),
    )
    import msgspec

    registration = Registration(
        id=registration_id,
        phone_index=blind_index("phone", phone),
        phone_enc=seal(phone, **place("registration", "phone_enc", registration_id)),
        begun_at=AT,
        registry_status="match",
    )
    keep_answers(registration, msgspec.structs.replace(answers, **changes), at=AT)
    registration.save()
    Registration.objects.filter(id=registration_id).update(status="submitted", submitted_at=AT)
    return registration_id


def finishing(registration_id: uuid.UUID) -> Callable[[], object]:
    return lambda: finish_registration(registration_id=registration_id, at=AT)


def test_of_two_with_one_nik_one_is_registered_and_the_others_are_looked_at() -> None:
    install()
    ids = [sent(number, nik="9901021708900001") for number in range(SESSIONS)]
    states = race([finishing(one) for one in ids])
    assert sorted(map(str, states)) == ["registered"] + ["submitted"] * (SESSIONS - 1)
    [winner] = Person.objects.all()
    assert NikClaim.objects.get().person_id == winner.id
    # Nobody who lost holds a phone or a row of a person.
    assert {claim.person_id for claim in ContactClaim.objects.all()} == {winner.id}
    assert Case.objects.filter(reason="nik_claimed").count() == SESSIONS - 1


def test_of_two_with_one_address_one_has_it_and_the_other_writes_another() -> None:
    install()
    ids = [sent(number, email="siti@contoh.example", email_confirmed=True) for number in range(1, SESSIONS + 1)]
    states = race([finishing(one) for one in ids])
    assert sorted(map(str, states)) == ["drafting"] * (SESSIONS - 1) + ["registered"]
    assert ContactClaim.objects.filter(kind="email").count() == 1
    assert Registration.objects.filter(returned_for="email_claimed").count() == SESSIONS - 1
    assert NikClaim.objects.count() == 1


def test_a_registration_that_is_finished_twice_at_once_is_one_person() -> None:
    install()
    one = sent(1)
    assert race([finishing(one) for _ in range(SESSIONS)]) == ["registered"] * SESSIONS
    assert (Person.objects.count(), NikClaim.objects.count(), ContactClaim.objects.count()) == (1, 1, 1)


def test_a_phone_that_begins_twice_at_once_has_one_registration() -> None:
    install()
    begun = race([lambda: _begin(phone="081366600077", language="id", at=AT)] * SESSIONS)
    assert len(set(begun)) == 1
    assert Registration.objects.count() == 1
