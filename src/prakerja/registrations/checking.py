"""The civil registry is asked about an identity, outside of any transaction: by the page, which waits a moment, or by the worker.

Asked is written down before the call, so that nobody asks the same twice at once; what was said counts only for the identity that
it was said of.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings

from prakerja.kernel.clock import WIB
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.notifications.strangers import queue_to_stranger
from prakerja.registrations.models import Registration, RegistryAnswer
from prakerja.registrations.policies import UNASKED, WAITING, asks_again_at, terms_at
from prakerja.registrations.registry import REGISTRIES, Asked, CivilRegistry, Verdict
from prakerja.registrations.registry.base import UNANSWERED
from prakerja.registrations.rows import answers_of, lock_registration, phone_of
from prakerja.registrations.states import REGISTRATION_STATES

# Wall seconds that a page waits for the registry, and the worker.
PAGE_WAITS = 3.0
WORKER_WAITS = 20.0
# Programme time that a question belongs to whoever asks it; longer than any answer takes.
_LEASE = timedelta(minutes=1)


def ask_registry(
    *,
    registration_id: uuid.UUID,
    at: datetime,
    by_person: bool,
    wait: float = PAGE_WAITS,
    registry: CivilRegistry | None = None,
) -> str:
    """Ask about the identity of a registration, unless that was answered or is being asked; returns the registry's state.

    `by_person`: it counts for the day's limit. `wait` in wall seconds. `registry` defaults to the one in the settings. Raises
    Refused: registration_unknown, identity_incomplete, registry_asked_enough (come back tomorrow, or ask a human).
    """
    with transaction():
        registration = lock_registration(registration_id)
        asked = _claim(registration, at=at, by_person=by_person)
        if asked is None:
            return registration.registry_status
        version, asks = registration.identity_version, registration.asks
    chosen = registry or REGISTRIES[settings.CIVIL_REGISTRY]()
    verdict = chosen.compare(asked, wait=wait)
    with transaction():
        return _settle(lock_registration(registration_id), verdict, version=version, asks=asks, at=at)


@requires_transaction
def _claim(registration: Registration, *, at: datetime, by_person: bool) -> Asked | None:
    """Write down that it is asked now; None when there is nothing to ask."""
    answers = answers_of(registration)
    if not answers.has_identity() or answers.said_yes("identity_check") is None or answers.birth_date is None:
        raise Refused("identity_incomplete")
    if registration.status not in REGISTRATION_STATES.group("LIVE"):
        return None
    if registration.registry_status not in (UNASKED, WAITING):
        return None
    if registration.next_ask_at is not None and registration.next_ask_at > at:
        return None
    if by_person:
        today = at.astimezone(WIB).date()
        count = registration.asks_today if registration.ask_day == today else 0
        if count >= terms_at(at).asks_per_day:
            raise Refused("registry_asked_enough")
        registration.ask_day, registration.asks_today = today, count + 1
    registration.registry_status = WAITING
    registration.asks += 1
    registration.next_ask_at = at + _LEASE
    registration.save()
    return Asked(answers.nik, answers.family_card_number, answers.name, answers.birth_date)


@requires_transaction
def _settle(registration: Registration, verdict: Verdict, *, version: int, asks: int, at: datetime) -> str:
    RegistryAnswer.objects.create(
        registration=registration,
        identity_version=version,
        asked_at=at,
        outcome=verdict.outcome,
        code=verdict.code[:40],
        fields=" ".join(verdict.fields),
        score=verdict.score,
    )
    if registration.identity_version != version or registration.status not in REGISTRATION_STATES.group("LIVE"):
        # Corrected meanwhile: that is another question.
        return registration.registry_status
    if verdict.outcome in UNANSWERED:
        registration.next_ask_at = asks_again_at(outcome=verdict.outcome, asks=asks, at=at)
    else:
        registration.registry_status = str(verdict.outcome)
        registration.registry_fields = " ".join(verdict.fields)
        # A sent one is finished next; whoever dies before leaves that to the worker.
        registration.next_ask_at = at if registration.status == "submitted" and verdict.outcome == "match" else None
        if registration.registry_status != "match" and registration.status == "submitted":
            _send_back(registration, at=at)
    registration.save()
    return registration.registry_status


@requires_transaction
def _send_back(registration: Registration, *, at: datetime) -> None:
    """It was sent while the registry was silent, and cannot stay so: its owner corrects it, and is told by SMS."""
    registration.status = REGISTRATION_STATES.advance(current=registration.status, verb="send_back")
    registration.returned_for = "registry"
    registration.submitted_at = None
    registration.touched_at = at
    queue_to_stranger(
        to=phone_of(registration),
        channel="sms",
        template="registration_to_correct",
        parameters={},
        language=registration.language,
        at=at,
        ends_at=at + timedelta(days=3),
    )
