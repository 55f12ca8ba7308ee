"""A list of results by page, disturbed at every statement of its tasks: it is read once, awarded once, told once, and forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from prakerja.awards.models import Award
from prakerja.config.due import Runner, due_tasks
from prakerja.intake.models import UploadedList, UploadedPiece
from prakerja.intake.operations import ask_confirmation, upload_results, waiting_results
from prakerja.intake.uploaded_lists import KEPT
from prakerja.ledger.models import Transfer
from prakerja.notifications.models import Message
from tests import builders as b
from tests.lists import files
from tests.races.killing import at_every_statement
from tests.waiting import LIMIT

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
IMPORT, FORGET = "import lists of results", "forget lists of results"
# tests/races/test_life.py looks here for what its own people do not meet.
MET = frozenset((IMPORT, FORGET))
PEOPLE = 2


def test_its_tasks_are_killed_at_every_statement() -> None:
    b.world()
    first, second = b.operator("approver"), b.operator("authoriser")
    tasks = {task.name: task for task in due_tasks()}
    at = b.ANNOUNCED

    def disturb(name: str, at: object) -> None:
        # It was really killed, and more than once.
        assert at_every_statement(lambda: Runner().run(tasks[name], at=at, seconds=LIMIT)) > 1  # type: ignore[arg-type]
        assert tasks[name].run(at) == 0  # type: ignore[arg-type]

    upload_results(
        content=files.text(files.people(PEOPLE)).encode(),
        wave_number=21,
        decree_number="SK-21",
        announced_at=at,
        more_lists_follow=False,
        take_over=False,
        actor=first,
        at=at,
    )
    disturb(IMPORT, at)
    (waiting,) = waiting_results(wave_number=21)
    assert (waiting.people, Award.objects.count()) == (PEOPLE, 0)
    ask_confirmation(
        wave_number=21,
        digest=waiting.digest,
        is_short_deadline_confirmed=False,
        take_over=False,
        actor=second,
        at=at,
    )
    disturb(IMPORT, at)
    assert Award.objects.count() == Transfer.objects.filter(kind="fund").count() == PEOPLE
    assert Message.objects.filter(channel="sms", template="result_pass").count() == PEOPLE
    assert not UploadedPiece.objects.exists()
    disturb(FORGET, at + KEPT + timedelta(days=1))
    assert not UploadedList.objects.exists()
