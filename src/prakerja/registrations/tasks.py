"""What falls due in registrations: letters to strangers, and questions that the registry did not answer."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.kernel.due import DueTask, do_due
from prakerja.kernel.looks import least_of
from prakerja.notifications.strangers import deliver_to_strangers, next_to_stranger
from prakerja.registrations.checking import WORKER_WAITS, ask_registry
from prakerja.registrations.finishing import finish_registration
from prakerja.registrations.pruning import next_pruning, prune

# A registration is no person yet; its id is the one that its person will have.
_WAITING = (
    "SELECT id AS person_id, id, next_ask_at AS due_at FROM registrations_registration WHERE next_ask_at IS NOT NULL"
)


# The instant at which the first question may be asked again.
next_question = least_of(_WAITING)


def run_questions(at: datetime) -> int:
    """Ask the registry what waits, several at once in a wide turn, and finish what it has proven."""
    return do_due(_WAITING, at=at, work=lambda _, registration_id: _ask(registration_id, at))


def _ask(registration_id: uuid.UUID, at: datetime) -> bool:
    # What is proven needs no question: whoever proved it died before it was finished.
    if finish_registration(registration_id=registration_id, at=at) == "registered":
        return True
    ask_registry(registration_id=registration_id, at=at, by_person=False, wait=WORKER_WAITS)
    finish_registration(registration_id=registration_id, at=at)
    return True


def run_letters(at: datetime) -> int:
    """Send what is to be told to people who are none of ours yet."""
    return deliver_to_strangers(at=at)


def run_pruning(at: datetime) -> int:
    """Tonight's pruning."""
    return prune(at=at)


TASKS = [
    DueTask(name="write to strangers", next_due=next_to_stranger, run=run_letters, calls_network=True),
    DueTask(name="ask the registry", next_due=next_question, run=run_questions, calls_network=True),
    DueTask(name="prune registrations", next_due=next_pruning, run=run_pruning),
]
