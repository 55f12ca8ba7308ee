"""Lost phones on the console: listed, documents shown for a reason, decided by two helpers (rules.md 8.5)."""

from __future__ import annotations

import pytest

from prakerja.access.stranger_codes import NEW_PHONE_PER_NUMBER
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.people.queries import nik_of
from prakerja.privacy.asking_lost_phone import (
    ask_for_new_phone,
    keep_card_photo,
    prove_new_phone,
    send_lost_phone_case,
)
from prakerja.privacy.models import LostPhoneCase
from tests import builders as b
from tests.console.test_own_account import text
from tests.console.test_revealing import client_of
from tests.registrations.walking import card, code_to_stranger

pytestmark = pytest.mark.django_db
WHY = "Kedua kartu cocok dengan akun."
NEW = "081299990001"


@pytest.fixture
def case() -> str:
    who, at = b.participant(b.world()), clock.now()
    case_id = ask_for_new_phone(phone=NEW, language="id", at=at)
    prove_new_phone(case_id=case_id, otp=code_to_stranger(), at=at)
    for kind in ("ktp", "kk"):
        keep_card_photo(case_id=case_id, kind=kind, content=card(), at=at)
    send_lost_phone_case(case_id=case_id, nik=nik_of(person_id=who.person_id), words="", at=at)
    return str(case_id)


def test_a_helper_proposes_and_another_confirms(case: str) -> None:
    one, other = client_of("helper"), client_of("helper", "curator")
    address = f"/lost-phones/{case}/"
    assert address in one.get("/attention/").content.decode()
    documents = one.post(f"{address}documents/", {"why": "Membandingkan kartu dengan akun"}).content.decode()
    assert documents.count("data:image/jpeg;base64,") == 2
    assert "data:image" not in one.get(f"{address}documents/").content.decode()
    one.post(address, {"decision": "confirm", "words": WHY})
    assert LostPhoneCase.objects.get().status == "open"
    one.post(address, {"decision": "propose", "words": WHY})
    assert "Petugas lain yang harus menyetujui" in text(one.post(address, {"decision": "confirm", "words": WHY}))
    assert WHY in text(other.get(address))
    other.post(address, {"decision": "confirm", "words": WHY})
    assert LostPhoneCase.objects.get().status == "confirmed"
    other.post(address, {"decision": "refuse", "words": "Ternyata kartunya palsu."})
    assert LostPhoneCase.objects.get().status == "refused"
    assert '<form method="post" action="/lost-phones' not in one.get(address).content.decode()


def test_who_only_looks_decides_nothing(case: str) -> None:
    viewer = client_of("viewer")
    assert f"/lost-phones/{case}/" not in viewer.get("/attention/").content.decode()
    assert viewer.get(f"/lost-phones/{case}/").status_code == 403
    assert viewer.get(f"/lost-phones/{case}/documents/").status_code == 403


def test_one_phone_is_not_flooded_by_new_cases() -> None:
    for _ in range(NEW_PHONE_PER_NUMBER):
        ask_for_new_phone(phone=NEW, language="id", at=clock.now())
    with pytest.raises(Refused, match="otp_daily_limit"):
        ask_for_new_phone(phone=NEW, language="id", at=clock.now())
