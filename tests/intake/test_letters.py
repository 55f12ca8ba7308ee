"""After three failures a letter may be written; a human answers it, and nothing else happens."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from prakerja.intake.letters import open_letters, own_letters, wipe_letters
from prakerja.intake.models import Application, Letter
from prakerja.intake.operations import answer_letter, write_letter
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.notifications.models import Message
from tests.builders import operator
from tests.console.test_cancelled_classes import signed_in
from tests.intake.joining import OPEN, registered, wave

pytestmark = pytest.mark.django_db
WORDS = "Data saya sudah saya perbaiki di Dukcapil."


def failed(times: int) -> uuid.UUID:
    person_id = registered(1)
    for number in range(19, 19 + times):
        Application.objects.create(
            id=uuid.uuid4(),
            person_id=person_id,
            wave=wave(number),
            joined_at=OPEN,
            ticket=f"{number}-TEST",
            reason="KUOTA_PENUH",
        )
    Application.objects.update(status="not_selected", decided_at=OPEN)
    return person_id


def test_two_failures_are_too_few() -> None:
    person_id = failed(2)
    with pytest.raises(Refused, match="letter_too_early"):
        write_letter(person_id=person_id, words=WORDS, at=OPEN)
    assert not Letter.objects.exists()


def test_one_letter_waits_and_its_answer_is_told() -> None:
    person_id = failed(3)
    for words in ("", " \n ", "x" * 1001):
        with pytest.raises(Refused, match="letter_words"):
            write_letter(person_id=person_id, words=words, at=OPEN)
    write_letter(person_id=person_id, words=WORDS, at=OPEN)
    with pytest.raises(Refused, match="letter_open"):
        write_letter(person_id=person_id, words=WORDS, at=OPEN)
    [waiting] = open_letters(most=5)
    assert (waiting.words, waiting.waves, waiting.answer_by) == (WORDS, "19 20 21", OPEN + timedelta(days=14))
    helper = operator("helper")
    answer_letter(letter_id=waiting.letter_id, answer="Data Anda sudah benar sekarang.", actor=helper, at=OPEN)
    with pytest.raises(Refused, match="letter_answered"):
        answer_letter(letter_id=waiting.letter_id, answer="Data Anda sudah benar sekarang.", actor=helper, at=OPEN)
    assert open_letters(most=5) == []
    assert own_letters(person_id=person_id)[0].answer == "Data Anda sudah benar sekarang."
    assert set(Message.objects.filter(template="letter_answered").values_list("channel", flat=True)) == {
        "sms",
        "dashboard",
    }
    assert set(Application.objects.values_list("status", flat=True)) == {"not_selected"}
    # A year later another one may be written.
    write_letter(person_id=person_id, words=WORDS, at=OPEN + timedelta(days=365))


def test_an_operator_answers_by_page() -> None:
    write_letter(person_id=failed(3), words=WORDS, at=OPEN)
    address = reverse("console_letter", args=[Letter.objects.get().id])
    assert signed_in("approver").get(address).status_code == 403
    helper = signed_in("helper")
    assert address in helper.get(reverse("console_attention")).text
    assert WORDS in helper.get(address).text
    assert "errorlist" in helper.post(address, {"answer": "ya"}).text
    assert helper.post(address, {"answer": "Data Anda sudah benar sekarang."}).status_code == 302
    assert Letter.objects.get().status == "answered"


def test_an_erasure_takes_the_words() -> None:
    person_id = failed(3)
    write_letter(person_id=person_id, words=WORDS, at=OPEN)
    with transaction():
        assert wipe_letters(person_id=person_id) == 1
    assert own_letters(person_id=person_id)[0].words == ""
