"""What an erasure takes, by the verbs of those who own it (rules.md 11.5; `policies.AT_ONCE`, `AFTERWARDS`, `KEPT`)."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.forgetting import forget_person
from prakerja.access.sessions import end_sessions
from prakerja.cases.operations import wipe_own_cases
from prakerja.disbursements.operations import unlink_for_erasure
from prakerja.grants.operations import withdraw_everything
from prakerja.intake.letters import wipe_letters
from prakerja.kernel.db import requires_transaction
from prakerja.notifications.operations import wipe_messages
from prakerja.people.contacts import erase_contacts
from prakerja.privacy.lost_phones import wipe_lost_phones
from prakerja.registrations.forgetting import wipe_needs, wipe_registration
from prakerja.sittings.operations import wipe_test_answers
from prakerja.surveys.operations import wipe_answers
from prakerja.training.operations import close_shares, forget_files

# What ends a consent when it is not a page of the portal.
BY = "erasure"


@requires_transaction
def erase_what_was_allowed(*, person_id: uuid.UUID, at: datetime) -> dict[str, int]:
    """What rests on a consent; it goes whenever the person wants. Returns how much of each."""
    return {
        "answers": wipe_answers(person_id=person_id, by=BY, at=at),
        "needs": wipe_needs(person_id=person_id, by=BY, at=at),
        "grants": withdraw_everything(person_id=person_id, by=BY, at=at),
        "certificate_links": close_shares(person_id=person_id, at=at),
    }


@requires_transaction
def erase_after_participation(*, person_id: uuid.UUID, actor: Actor, at: datetime) -> dict[str, int]:
    """How the person was reached and let in, and what was said to them. The caller has seen that the participation ended."""
    return {
        "registration": wipe_registration(person_id=person_id),
        "test": wipe_test_answers(person_id=person_id),
        "cases": wipe_own_cases(person_id=person_id, at=at),
        "letters": wipe_letters(person_id=person_id),
        "contacts": erase_contacts(person_id=person_id),
        "messages": wipe_messages(person_id=person_id),
        "files": forget_files(person_id=person_id),
        "codes": forget_person(person_id=person_id),
        "lost_phones": wipe_lost_phones(person_id=person_id, actor=actor, at=at),
        "sessions": end_sessions(door="portal", owner=person_id, actor=actor, at=at),
        "accounts": unlink_for_erasure(person_id=person_id, at=at),
    }
