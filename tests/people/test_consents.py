"""A yes is a row that says to which words, when and on which page; a no is none and costs nothing (rules.md 11.2)."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from prakerja.audit.models import Record
from prakerja.incentives.models import Incentive
from prakerja.incentives.operations import submit_survey
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.people.consents import TEXTS
from prakerja.people.models import Consent
from prakerja.people.operations import set_language
from prakerja.programmes.schemes import scheme_for_wave
from prakerja.surveys.models import Response
from prakerja.surveys.operations import plan_responses, withdraw_answers
from prakerja.surveys.queries import kept_answers
from tests import builders as b
from tests.money import wib

pytestmark = pytest.mark.django_db
OPEN = wib("2021-11-12 09:00")


@pytest.fixture
def who() -> b.Participant:
    made = b.participant(b.world())
    with transaction():
        plan_responses(
            person_id=made.person_id, rules=scheme_for_wave(21), first_incentive_paid_at=wib("2021-10-12 10:00")
        )
    return made


def submit(who: b.Participant, **said: Any) -> Response:
    response = Response.objects.select_related("survey").get(person_id=who.person_id, survey__number=1)
    answers = {one["id"]: one["options"][0]["value"] if "options" in one else "3" for one in response.survey.questions}
    submit_survey(person_id=who.person_id, survey_id=response.id, answers={**answers, **said}, at=OPEN)
    response.refresh_from_db()
    return response


def test_words_that_change_get_a_new_version() -> None:
    """Rows name a version: whoever changes the words of one that was used tells people afterwards what they never read."""
    with override("id"):
        assert {(text.purpose, text.version): str(text.words) for text in TEXTS} == {
            ("survey", "1"): "Saya setuju jawaban saya dipakai untuk menilai program, tanpa nama.",
            ("institution", "1"): "Bila Anda mengizinkan, lembaga ini boleh mengetahui:",
            ("identity_check", "1"): (
                "Saya setuju NIK, nomor KK, nama, dan tanggal lahir saya dicocokkan dengan data Dukcapil, dan foto KTP saya "
                "disimpan untuk memeriksa pendaftaran ini."
            ),
            ("special_needs", "1"): (
                "Saya setuju jawaban di halaman ini disimpan supaya saya dapat dibantu sesuai kebutuhan saya."
            ),
        }


@pytest.mark.parametrize("said", [{}, {"consent": ""}, {"consent": "no"}])
def test_a_no_costs_nothing_and_leaves_no_answers(who: b.Participant, said: dict[str, str]) -> None:
    response = submit(who, **said)
    assert (response.submitted_at, response.consented_at, response.answers) == (OPEN, None, None)
    assert not Consent.objects.exists()
    owed = Incentive.objects.get(kind="survey")
    assert (owed.status, owed.amount) == ("due", 50_000)
    assert Record.objects.get(action="survey.submitted").data == {"survey": 1, "kept": False}


def test_a_yes_is_written_down_and_taken_back_at_once(who: b.Participant) -> None:
    set_language(person_id=who.person_id, language="en")
    response = submit(who, consent="yes", consent_version="1")
    assert response.answers is not None
    row = Consent.objects.get()
    assert (row.person_id, row.purpose, row.about, row.version) == (who.person_id, "survey", "1", "1")
    assert (row.language, row.page, row.given_at, row.withdrawn_at) == ("en", "survey", OPEN, None)
    assert [one.number for one in kept_answers(person_id=who.person_id)] == [1]
    later = wib("2021-11-13 09:00")
    assert withdraw_answers(person_id=who.person_id, survey_number=1, at=later)
    row.refresh_from_db()
    response.refresh_from_db()
    assert (row.withdrawn_at, row.withdrawn_by, response.answers) == (later, "own_data", None)
    assert Record.objects.get(action="consent.withdrawn").actor_kind == "participant"
    # What was paid for it stays.
    assert Incentive.objects.get(kind="survey").status == "due"
    assert not withdraw_answers(person_id=who.person_id, survey_number=1, at=later)


def test_a_page_that_is_older_than_its_words_is_read_again(who: b.Participant) -> None:
    with pytest.raises(Refused, match="consent_words_changed"):
        submit(who, consent="yes", consent_version="0")
    assert Response.objects.get(survey__number=1).submitted_at is None
    assert not Incentive.objects.exists()
