"""Whoever looks at people stands in the audit trail, and whoever opens what is sealed says why."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from prakerja.access.models import User
from prakerja.access.operators import install_operator
from prakerja.access.permitting import operator_by_email
from prakerja.audit.models import Record
from prakerja.kernel.clock import wall
from prakerja.kernel.errors import Refused
from prakerja.people.revealing import reveal
from tests import builders as b
from tests.console.test_own_account import text

pytestmark = pytest.mark.django_db
WHY = "Peserta menelepon, SMS tidak sampai."


@pytest.fixture
def who() -> b.Participant:
    cache.clear()
    b.install()
    return b.participant(b.world())


def client_of(*roles: str) -> Client:
    """An operator's browser, past the sign-in (test_own_account)."""
    email = f"{'-'.join(roles)}@contoh.example"
    install_operator(
        email=email, name="O", roles=roles, password="kuda-laut-terbang-7", totp_secret="JBSWY3DPEHPK3PXP", wall=wall()
    )
    client = Client()
    client.force_login(User.objects.get(email=email))
    return client


def address(person_id: uuid.UUID) -> str:
    return f"/people/{person_id}/personal-data/"


def refusal(**given: Any) -> str:
    with pytest.raises(Refused) as found:
        reveal(**given)
    return found.value.reason


def test_a_helper_says_why_and_sees(who: b.Participant) -> None:
    client = client_of("helper")
    asked = client.get(address(who.person_id))
    assert who.nik not in asked.content.decode()
    assert Record.objects.filter(action="person.revealed").count() == 0
    shown = client.post(address(who.person_id), {"why": WHY})
    assert {who.nik, who.phone} <= set(text(shown).split())
    assert "no-store" in shown["Cache-Control"]
    told = Record.objects.get(action="person.revealed")
    assert (told.actor_kind, told.actor_id) == ("operator", str(User.objects.get().id))
    assert (told.person_id, told.subject_kind, told.subject_id) == (who.person_id, "person", who.person_id)
    assert told.data == {"fields": ["nik", "family_card_number", "birth_date", "phone", "email"], "why": WHY}


@pytest.mark.parametrize("why", ["", "   ", "pendek", "x" * 501])
def test_without_a_reason_nothing_is_shown(who: b.Participant, why: str) -> None:
    client = client_of("helper")
    assert who.nik not in client.post(address(who.person_id), {"why": why}).content.decode()
    acting = operator_by_email(email="helper@contoh.example")
    assert refusal(person_id=who.person_id, why=why, actor=acting, at=b.BUY_AT) == "reason_missing"
    assert Record.objects.filter(action="person.revealed").count() == 0


@pytest.mark.parametrize("roles", [("viewer",), ("approver", "curator", "partner_manager"), ("administrator",)])
def test_others_see_nothing_and_their_try_is_written_down(who: b.Participant, roles: tuple[str, ...]) -> None:
    client = client_of(*roles)
    for answer in (client.get(address(who.person_id)), client.post(address(who.person_id), {"why": WHY})):
        assert answer.status_code == 403
        assert who.nik not in answer.content.decode()
    tries = Record.objects.filter(action="operator.refused", data__verb="person.reveal")
    assert {one.actor_id for one in tries} == {str(User.objects.get().id)}
    assert Record.objects.filter(action="person.revealed").count() == 0


def test_a_person_who_does_not_exist(who: b.Participant) -> None:
    client = client_of("helper")
    for asked in (client.get(address(who.award.id)), client.post(address(who.award.id), {"why": WHY})):
        assert asked.status_code == 404
    acting = operator_by_email(email="helper@contoh.example")
    assert refusal(person_id=who.award.id, why=WHY, actor=acting, at=b.BUY_AT) == "person_unknown"


def test_whoever_looks_at_people_is_written_down(who: b.Participant) -> None:
    client = client_of("viewer")
    row = f"/people/person/{who.person_id}/change/"
    assert client.get("/people/person/?q=peserta").status_code == 200
    page = client.get(row)
    assert f'href="{address(who.person_id)}"' in page.content.decode()
    client.get(f"/awards/award/{who.award.id}/change/")
    client.get("/attention/")
    # Rows that are about nobody are not.
    client.get("/programmes/programme/")
    looks = Record.objects.filter(action="people.looked_at").order_by("id")
    assert [(one.subject_kind, one.person_id, one.subject_id, one.data) for one in looks] == [
        ("people.Person", None, None, {"asked": {"q": "peserta"}}),
        ("people.Person", who.person_id, who.person_id, {}),
        ("awards.Award", who.person_id, who.award.id, {}),
        ("/attention/", None, None, {}),
    ]
    assert {one.actor_id for one in looks} == {str(User.objects.get().id)}


def test_an_operator_without_a_role_sees_nothing(who: b.Participant) -> None:
    client = client_of("viewer")
    User.objects.get().roles.all().delete()
    for path in ("/people/person/", "/attention/", "/payments/", address(who.person_id)):
        answer = client.get(path)
        assert answer.status_code in (302, 403), path
        assert b"Peserta Ke-" not in answer.content
