"""The copy that a person takes along: whole, theirs alone, without what would be money or a key in other hands."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from examples.world.testing import RunningWorld
from prakerja.audit.models import Record
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.notifications.models import Message
from prakerja.people.contacts import correct_contact
from prakerja.people.models import ContactPoint, Person
from prakerja.privacy.operations import note_own_data_read
from prakerja.reporting.own_data import SECTION_LIST, own_data, own_data_file, schema
from tests import builders as b
from tests.money import link, participant_with_phone, reviewed, wib

pytestmark = pytest.mark.django_db
ADDRESS = "https://portal.example/data-saya/skema.json"


@pytest.fixture
def who(bank: RunningWorld) -> b.Participant:
    """Bought, learned, reviewed, linked; beside somebody of whom nothing may be in the copy."""
    world = b.world()
    made = participant_with_phone(world, phone="081255500111")
    other = participant_with_phone(world, phone="081255500222")
    link(other, number="7700999888", at=wib("2021-09-24 09:00"))
    reviewed(world, made)
    return made


def copy_of(who: b.Participant) -> tuple[str, dict[str, Any]]:
    file = own_data_file(person_id=who.person_id, language="id", address=ADDRESS, at=wib("2021-10-07 08:00"))
    return file.decode(), json.loads(file)


def test_the_copy_is_whole_and_keeps_to_its_schema(who: b.Participant) -> None:
    shape = schema(address=ADDRESS)
    Draft202012Validator.check_schema(shape)
    _, found = copy_of(who)
    Draft202012Validator(shape, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(found)
    filled = {name for name, rows in found.items() if isinstance(rows, list) and rows}
    assert filled >= {
        "person", "contacts", "applications", "awards", "videos", "wallets", "balances", "transfers", "purchase_attempts",
        "purchases", "vouchers", "completions", "certificates", "ratings", "payout_accounts", "messages",
        "codes_sent", "counts", "trail", "left_out",
    }  # fmt: skip
    (person,) = found["person"]
    assert (person["nik"], person["education"], person["province_code"]) == (who.nik, "sma", "99")
    assert {one["value"] for one in found["contacts"]} >= {who.phone}
    assert found["payout_accounts"][0]["number"] == "7700123456"
    assert found["ratings"][0]["review"] == "Sangat berguna."
    assert found["left_out"][0].startswith("Kode voucher dan nomor kartu hanya empat tanda terakhir")


def test_nothing_in_it_is_money_or_a_key_in_other_hands(who: b.Participant) -> None:
    text, found = copy_of(who)
    code = b.code_of(who.person_id)
    assert code not in text
    assert found["vouchers"][0]["code"] == "…" + code[-4:]
    assert who.card not in text
    assert found["awards"][0]["card_number"] == "…" + who.card[-4:]
    # Codes of messages that have not left yet: neither the sentence nor the digits.
    for template in ("otp_link_account", "otp_purchase"):
        assert b.otp_of(who.person_id, template) not in text
    assert {one["text"] for one in found["messages"] if one["template"].startswith("otp_")} == {None}
    told = [one["text"] for one in found["messages"] if one["template"] == "purchase_ok" and one["text"]]
    assert told
    assert all(code not in one for one in told)


def test_nothing_of_anybody_else_is_in_it(who: b.Participant) -> None:
    text, _ = copy_of(who)
    (other,) = Person.objects.exclude(id=who.person_id)
    for theirs in ("81255500222", "7700999888", str(other.id), other.name):
        assert theirs not in text


def test_a_former_number_may_be_a_strangers_by_now(who: b.Participant) -> None:
    ContactPoint.objects.filter(person_id=who.person_id).update(verified_at=None)
    helper = b.operator("helper")
    correct_contact(
        person_id=who.person_id, kind="phone", value="081255500333", why="Nomor salah di daftar.", actor=helper,
        at=wib("2021-10-06 20:00"),
    )  # fmt: skip
    text, found = copy_of(who)
    assert who.phone not in text
    assert sorted(one["value"] for one in found["contacts"] if one["kind"] == "phone") == ["+6281255500333", "…0111"]
    # Who corrected it and why is somebody else's: the act is told, not the name.
    assert helper.id not in text
    assert "Nomor salah di daftar." not in text
    assert "person.contact_corrected" in {one["action"] for one in found["trail"]}


def test_reading_and_taking_are_written_down_and_a_file_is_told_of(who: b.Participant) -> None:
    at = wib("2021-10-07 08:00")
    note_own_data_read(person_id=who.person_id, form="page", at=at)
    assert not Message.objects.filter(template="own_data_taken").exists()
    note_own_data_read(person_id=who.person_id, form="file", at=at)
    told = Record.objects.filter(action="person.own_data_read").order_by("id")
    assert [one.data for one in told] == [{"form": "page"}, {"form": "file"}]
    assert {(one.actor_kind, one.actor_id, one.person_id) for one in told} == {
        ("participant", str(who.person_id), who.person_id)
    }
    assert set(Message.objects.filter(template="own_data_taken").values_list("channel", flat=True)) == {
        "email",
        "dashboard",
    }


def test_nobody_gets_the_copy_of_nobody() -> None:
    b.install()
    with pytest.raises(Refused, match="person_unknown"):
        own_data(person_id=new_id(), language="id", at=b.ANNOUNCED)
    assert len({section.name for section in SECTION_LIST}) == len(SECTION_LIST)
