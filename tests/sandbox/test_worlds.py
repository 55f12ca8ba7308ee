"""The demo worlds hold what the contract promises, and their books are right."""

from __future__ import annotations

from datetime import time

import pytest

from prakerja.catalogue.models import Course, CourseRunSeats, Listing
from prakerja.intake.models import Wave
from prakerja.ledger.models import Transfer
from prakerja.partners.models import ApiCredential, Partner
from prakerja.people.models import Person
from prakerja.programmes.models import SchemeVersion
from prakerja.programmes.schemes import at_wib
from prakerja.reporting.proof import prove
from prakerja.sandbox import making, participants, partners_file
from prakerja.sandbox.calendar import STARTS_AT
from prakerja.surveys.models import Survey
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world(db: None) -> None:
    builders.install()
    making.make_programme()


def test_the_empty_world_has_everything_but_people() -> None:
    assert Partner.objects.filter(kind="platform").count() == 7
    assert Partner.objects.filter(kind="institution").count() >= 20
    assert ApiCredential.objects.count() == Partner.objects.count()
    assert Course.objects.count() >= 60
    assert Listing.objects.filter(ended_at=None).count() > Course.objects.count()
    assert CourseRunSeats.objects.count() > 0
    assert {version.code for version in SchemeVersion.objects.all()} == {"2020A", "2020B", "2021", "2022", "2023"}
    assert list(Wave.objects.order_by("number").values_list("number", flat=True)) == [21, 22, 51]
    assert Survey.objects.count() == 3
    assert [transfer.amount for transfer in Transfer.objects.all()] == [2_679_997_950_000]
    assert Person.objects.count() == 0


def test_the_journey_opens_its_first_wave_itself() -> None:
    assert [number for number, *_ in making.waves_of("journey")] == [22, 51]
    assert STARTS_AT["journey"] < at_wib(making.waves_of("empty")[0][1], time(12))


def test_every_sandbox_client_may_commit_by_the_old_call() -> None:
    assert Partner.objects.filter(legacy_commit=False).count() == 0


def test_the_partners_file_has_a_key_for_everybody() -> None:
    document = partners_file.document()
    assert set(document) == {"platforms", "institutions"}
    assert len(document["platforms"]) == 7
    assert all(len(entry["sign_key"]) == 32 for entry in document["platforms"].values())


@pytest.mark.django_db(transaction=True)
def test_participants_at_every_stage_leave_right_books() -> None:
    for stage in participants.STAGES:
        made = participants.make_participant(stage=stage, wave=21, balance=None, at=STARTS_AT["g21"])
        assert made["stage"] == stage
    assert [check.name for check in prove().checks if not check.ok] == []


def test_a_participant_after_the_deadline_bought_before_it() -> None:
    late = STARTS_AT["g21"].replace(month=11)
    made = participants.make_participant(stage="purchased", wave=21, balance=400_000, at=late)
    assert made["balance"] == 150_000
    assert made["redeem_code"] is not None
