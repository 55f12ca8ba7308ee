"""An operator corrects a phone or an address: both are told, and whoever had the old phone gets in no more."""

from __future__ import annotations

import uuid
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.test import Client

from prakerja.access.actors import SYSTEM, Actor
from prakerja.access.models import OtpChallenge, Session
from prakerja.access.permitting import operator_by_email
from prakerja.audit.models import Record
from prakerja.config.worker import addresses_of
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import blind_index, seal
from prakerja.notifications.delivery import deliver_messages
from prakerja.notifications.gateways import Accepted
from prakerja.notifications.models import Message
from prakerja.people.contacts import correct_contact
from prakerja.people.models import ContactClaim, ContactPoint
from prakerja.people.operations import request_sign_in_otp, sign_in
from prakerja.people.queries import contact_of, has_shown_contact, person_id_by_contact
from tests import builders as b
from tests.console.test_revealing import client_of

pytestmark = pytest.mark.django_db
WHY = "Nomor salah ketik di daftar SK-21."
NEW = "+6281399990001"


class Phone:
    """A gateway that writes down where each message went."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def send(self, *, to: str, text: str, **more: Any) -> Accepted:
        self.sent.append((to, text))
        return Accepted()


@pytest.fixture
def world() -> b.World:
    cache.clear()
    b.install()
    return b.world()


@pytest.fixture
def who(world: b.World) -> b.Participant:
    """Somebody of a list, whose phone nobody has shown yet."""
    return listed(world)


def listed(world: b.World) -> b.Participant:
    found = b.participant(world)
    ContactPoint.objects.filter(person_id=found.person_id).update(verified_at=None)
    return found


@pytest.fixture
def helper(who: b.Participant) -> Actor:
    client_of("helper")
    return operator_by_email(email="helper@contoh.example")


def correct(who: b.Participant, helper: Actor, **changes: Any) -> None:
    given = {"person_id": who.person_id, "kind": "phone", "value": "0813-9999-0001", "why": WHY, "actor": helper}
    correct_contact(**{**given, "at": b.BUY_AT, **changes})


def test_a_phone_is_corrected_and_both_are_told(who: b.Participant, helper: Actor) -> None:
    request_sign_in_otp(phone=who.phone, at=b.BUY_AT)
    Message.objects.all().delete()
    correct(who, helper)
    assert contact_of(person_id=who.person_id, kind="phone") == NEW
    assert person_id_by_contact(kind="phone", value=NEW) == who.person_id
    assert person_id_by_contact(kind="phone", value=who.phone) is None
    assert OtpChallenge.objects.filter(used_at=None, replaced_at=None).count() == 0
    phone = Phone()
    deliver_messages(at=b.BUY_AT, resolve=addresses_of, gateway=phone)
    assert sorted((to, text.split(".")[0]) for to, text in phone.sent) == sorted(
        [
            (NEW, "Nomor ini sekarang nomor ponsel akun Kartu Prakerja Anda"),
            (who.phone, "Nomor ini tidak lagi dipakai untuk sebuah akun Kartu Prakerja"),
        ]
    )
    assert [one.template for one in Message.objects.filter(channel="dashboard")] == ["phone_corrected"]
    told = Record.objects.get(action="person.contact_corrected")
    assert (told.actor_kind, told.person_id) == ("operator", who.person_id)
    assert told.data == {"kind": "phone", "had_one": True, "why": WHY}


def test_an_address_is_corrected(who: b.Participant, helper: Actor) -> None:
    old = contact_of(person_id=who.person_id, kind="email")
    Message.objects.all().delete()
    correct(who, helper, kind="email", value="Siti.Baru@Contoh.ID")
    assert contact_of(person_id=who.person_id, kind="email") == "siti.baru@contoh.id"
    phone = Phone()
    deliver_messages(at=b.BUY_AT, resolve=addresses_of, gateway=phone)
    assert sorted(to for to, _ in phone.sent) == sorted([str(old), "siti.baru@contoh.id"])


def test_signed_in_browsers_are_signed_out(who: b.Participant, helper: Actor) -> None:
    client = Client()
    session = client.session
    session["person"] = str(who.person_id)
    session.save()
    Session.objects.update(door="portal", owner=who.person_id)
    correct(who, helper)
    assert not Session.objects.filter(door="portal", owner=who.person_id).exists()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"value": "0812-3500-OOO9"}, "phone_format"),
        ({"kind": "email", "value": "a@x.id;b@x.id"}, "email_format"),
        ({"why": "pendek"}, "reason_missing"),
        ({"person_id": uuid.UUID(int=1)}, "person_unknown"),
        ({"actor": SYSTEM}, "operator_needed"),
    ],
)
def test_refusals_change_nothing(who: b.Participant, helper: Actor, changes: dict[str, Any], reason: str) -> None:
    before = list(ContactPoint.objects.order_by("id").values_list("id", "retired_at"))
    messages = Message.objects.count()
    with pytest.raises(Refused) as caught:
        correct(who, helper, **changes)
    assert caught.value.reason == reason
    assert list(ContactPoint.objects.order_by("id").values_list("id", "retired_at")) == before
    assert Message.objects.count() == messages


def test_nobody_gets_anothers_number_nor_their_own_again(world: b.World, who: b.Participant, helper: Actor) -> None:
    other = listed(world)
    claims = set(ContactClaim.objects.values_list("person_id", "kind"))
    for value, reason in ((other.phone, "contact_of_other_person"), (who.phone, "contact_same")):
        with pytest.raises(Refused) as caught:
            correct(who, helper, value=value)
        assert caught.value.reason == reason
    assert set(ContactClaim.objects.values_list("person_id", "kind")) == claims
    # A number that was given up is free for its next owner.
    correct(who, helper)
    correct(other, helper, value=who.phone)
    assert person_id_by_contact(kind="phone", value=who.phone) == other.person_id


def test_a_helper_corrects_on_a_page_and_nobody_else(who: b.Participant) -> None:
    address = f"/people/{who.person_id}/contact/"
    given = {"kind": "phone", "value": "0813 9999 0001", "why": WHY}
    for roles in (("viewer",), ("approver", "curator")):
        assert client_of(*roles).post(address, given).status_code == 403
    client = client_of("helper")
    assert who.phone not in client.get(address).content.decode()
    wrong = client.post(address, {**given, "value": "021-555-0000"})
    assert (wrong.status_code, "0812-3456-7890" in wrong.content.decode()) == (200, True)
    assert contact_of(person_id=who.person_id, kind="phone") == who.phone
    assert client.post(address, given).status_code == 302
    assert contact_of(person_id=who.person_id, kind="phone") == NEW
    assert client.get(f"/people/{uuid.UUID(int=1)}/contact/").status_code == 404


def test_addresses_that_were_kept_with_capitals_get_their_spelling(who: b.Participant) -> None:
    """The migration of a database that took `Siti@Contoh.id` for another address than `siti@contoh.id`."""
    point = ContactPoint.objects.get(person_id=who.person_id, kind="email")
    address = str(contact_of(person_id=who.person_id, kind="email"))
    point.value_enc = seal(address.title(), table="people_contactpoint", column="value_enc", row_id=point.id)
    point.save(update_fields=["value_enc"])
    claim = ContactClaim.objects.filter(person_id=who.person_id, kind="email")
    claim.update(index=blind_index("email", address.title()))
    import_module("prakerja.people.migrations.0004_email_addresses_in_small_letters").lower(apps, None)
    assert contact_of(person_id=who.person_id, kind="email") == address
    assert person_id_by_contact(kind="email", value=address) == who.person_id


def test_a_phone_that_was_shown_is_no_single_operators(who: b.Participant) -> None:
    """One operator would take over an account, round the two of the lost phone."""
    client = client_of("helper")
    ContactPoint.objects.filter(person_id=who.person_id, kind="phone").update(verified_at=b.BUY_AT)
    with pytest.raises(Refused) as caught:
        correct(who, operator_by_email(email="helper@contoh.example"))
    assert caught.value.reason == "phone_needs_two"
    assert contact_of(person_id=who.person_id, kind="phone") == who.phone
    given = {"kind": "phone", "value": "0813 9999 0001", "why": WHY}
    assert "dua petugas memutuskannya" in client.post(f"/people/{who.person_id}/contact/", given).text


def test_a_corrected_address_gets_no_sign_in_codes(who: b.Participant, helper: Actor) -> None:
    ContactPoint.objects.filter(person_id=who.person_id, kind="email").update(verified_at=b.BUY_AT)
    correct(who, helper, kind="email", value="pencuri@contoh.id")
    assert not has_shown_contact(person_id=who.person_id, kind="email")


def test_a_phone_of_a_list_is_shown_by_its_code(world: b.World) -> None:
    """Before it a single operator may mend a slip of the list, afterwards nobody alone."""
    who = b.participant(world)
    assert not ContactPoint.objects.filter(person_id=who.person_id, verified_at__isnull=False).exists()
    request_sign_in_otp(phone=who.phone, at=b.BUY_AT)
    sign_in(phone=who.phone, otp=b.otp_of(who.person_id, "otp_sign_in"), at=b.BUY_AT)
    assert ContactPoint.objects.get(person_id=who.person_id, verified_at__isnull=False).kind == "phone"
