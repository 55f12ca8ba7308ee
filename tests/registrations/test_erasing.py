"""What an erasure takes of a registration: where somebody lives, what they need, their photos; who was paid stays known."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
import pytest
from django.test import Client

from prakerja.kernel import clock
from prakerja.kernel.db import transaction
from prakerja.kernel.secrets import unseal
from prakerja.people.models import Consent, Person
from prakerja.registrations.forgetting import wipe_needs, wipe_registration
from prakerja.registrations.models import Document, Profile, Registration
from prakerja.registrations.registry.dukcapil import Dukcapil
from prakerja.registrations.rows import place
from tests.registrations.walking import Walker


def details() -> dict[str, Any]:
    profile = Profile.objects.get()
    found: dict[str, Any] = msgspec.json.decode(
        unseal(profile.details_enc, **place("profile", "details_enc", profile.id))
    )
    return found


@pytest.fixture
def person_id(portal: Client, registry: Dukcapil) -> uuid.UUID:
    needs = {"disabilities": ["seeing"], "help_wanted": "Huruf besar", "agree_needs": "yes"}
    walker = Walker(portal, answers={"kebutuhan": needs})
    walker.begin()
    walker.identify()
    walker.finish()
    return Person.objects.get().id


def test_needs_go_at_once_and_the_address_with_the_photos(person_id: uuid.UUID) -> None:
    assert (details()["disabilities"], details()["help_wanted"]) == (["seeing"], "Huruf besar")
    assert Registration.objects.get().phone_index == b""
    with transaction():
        assert wipe_needs(person_id=person_id, by="erasure", at=clock.now()) == 1
    assert details() == {
        "district": "Tebet",
        "village": "Manggarai",
        "street": "Jalan Melati 5, RT 02/RW 03",
        "disabilities": [],
        "help_wanted": "",
    }
    assert Consent.objects.get(purpose="special_needs").withdrawn_by == "erasure"
    with transaction():
        assert wipe_registration(person_id=person_id) == 2
        assert wipe_registration(person_id=person_id) == 0
    assert set(map(str, details().values())) == {"", "[]"}
    assert not Document.objects.exists()
    assert Profile.objects.get().work_status == "seeking"


def test_nothing_about_health_is_kept_without_its_own_yes(portal: Client) -> None:
    walker = Walker(portal)
    walker.begin()
    refused = walker.answer("kebutuhan", disabilities=["seeing"])
    assert refused.status_code == 422
    assert "Centang kotak ini supaya jawaban Anda boleh kami simpan" in refused.text
    assert walker.answer("kebutuhan", disabilities=["seeing"], agree_needs="yes").status_code == 302
    # Emptied later, the yes goes with it.
    assert walker.answer("kebutuhan").status_code == 302
    assert "checked" not in portal.get("/daftar/isi/kebutuhan").text
