"""Somebody joins a wave by one tap, leaves it, and joins it again while it is open."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from prakerja.access.actors import Actor
from prakerja.access.session_store import OWNED_SOURCE, OWNED_WHERE, owned
from prakerja.audit.operations import record
from prakerja.intake.models import Application, Wave
from prakerja.intake.policies import has_results
from prakerja.intake.states import APPLICATION_STATES
from prakerja.kernel.clock import wall
from prakerja.kernel.codes import readable_code
from prakerja.kernel.db import requires_transaction, transaction, update_rows
from prakerja.kernel.errors import Refused
from prakerja.kernel.hot_calls import HotCall, RoutedCall
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import seal_bytes
from prakerja.notifications.operations import queue_message, seal_parameters, wake_throttled
from prakerja.notifications.quiet_hours import leaves_at

_JOIN = HotCall(Path(__file__).with_name("join_wave.sql"))
_JOIN_BY_SESSION = RoutedCall(
    _JOIN, source=OWNED_SOURCE, where=OWNED_WHERE, given={"person_id": "session.owner"}, returned="session.owner"
)
TICKET_LENGTH = 10
# What the draw's list knows an applicant by is made of their NIK and so many bytes that nobody can guess (draw.md 3).
NONCE_BYTES = 32


def join_wave(*, person_id: uuid.UUID, wave_number: int, at: datetime) -> str:
    """Ask to be selected in an open wave; returns the ticket. Asked twice it is joined once, and the ticket is the same.

    A hot call (architecture.md "Hot calls"). The receipt goes out by SMS and stands on the dashboard. Raises Refused: wave_unknown,
    wave_not_open, wave_closed, person_unknown, not_registered, not_eligible (against: every reason, rules.md 3.4), test_missing.
    """
    reason, found, against = _JOIN(person_id=person_id, **_made(wave_number=wave_number, at=at))
    if reason == "withdrawn":
        return _rejoin(person_id=person_id, wave_number=wave_number, at=at)
    if reason == "not_eligible":
        raise Refused("not_eligible", against=tuple(against.split()))
    if reason not in (None, "joined_already"):
        raise Refused(reason)
    if reason is None:
        wake_throttled()
    return str(found or "")


def join_by_session(*, key: str, wave_number: int, at: datetime) -> bool:
    """The same for whoever is signed in with this session, in one trip; returns whether they have joined, now or before.

    False: nothing was done. The session is none, or is to be looked at by itself, or joining is refused, which `join_wave` explains.
    """
    found = _JOIN_BY_SESSION(**owned(key), **_made(wave_number=wave_number, at=at))
    if found is None or found[1] not in (None, "joined_already"):
        return False
    if found[1] is None:
        wake_throttled()
    return True


def _made(*, wave_number: int, at: datetime) -> dict[str, Any]:
    """What the function takes besides who joins."""
    ticket = f"{wave_number}-{readable_code(TICKET_LENGTH)}"
    parameters = {"wave": wave_number, "ticket": ticket}
    sms_id, note_id, application_id = new_id(), new_id(), new_id()
    return {
        "wave_number": wave_number,
        "at": at,
        "wall": wall(),
        "application_id": application_id,
        "ticket": ticket,
        "sms_id": sms_id,
        "sms_parameters": seal_parameters(message_id=sms_id, parameters=parameters),
        "sms_after": leaves_at(template="wave_joined", channel="sms", parameters=parameters, at=at),
        "note_id": note_id,
        "note_parameters": seal_parameters(message_id=note_id, parameters=parameters),
        "audit_id": new_id(),
        "nonce_enc": seal_nonce(application_id=application_id, nonce=secrets.token_bytes(NONCE_BYTES)),
    }


def seal_nonce(*, application_id: uuid.UUID, nonce: bytes) -> bytes:
    """The nonce of an application as its row keeps it. Needs keys and no database."""
    return seal_bytes(nonce, table="intake_application", column="nonce_enc", row_id=application_id)


@requires_transaction
def keep_nonces(*, nonces: Sequence[tuple[uuid.UUID, uuid.UUID, bytes]]) -> None:
    """Nonces of applications that had none, as (person, application, sealed): they joined before there were draws."""
    if nonces:
        people, applications, sealed = zip(*nonces, strict=True)
        update_rows(
            Application,
            keys=["person_id", "id"],
            each={"person_id": people, "id": applications, "nonce_enc": sealed},
        )


def withdraw_application(*, person_id: uuid.UUID, wave_number: int, at: datetime) -> None:
    """Leave a wave before its results are there; while it is open one may join again. Done twice it is done once.

    Results are there when they are announced, and of a draw when they are published (rules.md 4.4). Raises Refused: not_joined, wave_decided.
    """
    with transaction():
        application, wave = _lock(person_id, wave_number)
        if application.status == "withdrawn":
            return
        # The list that is being read may hold them: from here on the result is told.
        if has_results(wave) or application.status != "waiting":
            raise Refused("wave_decided")
        application.status = APPLICATION_STATES.advance(current=application.status, verb="withdraw")
        application.decided_at = at
        application.save(update_fields=["status", "decided_at"])
        _tell(application, wave, "wave_left", "application.withdrawn", at)


@requires_transaction
def end_withdrawals(*, wave_id: uuid.UUID, at: datetime) -> None:
    """From now on nobody leaves this wave: everybody can read what its draw gave them. Twice is once."""
    Wave.objects.filter(id=wave_id, drawn_at=None).update(drawn_at=at)


def _rejoin(*, person_id: uuid.UUID, wave_number: int, at: datetime) -> str:
    """The same application and ticket as before."""
    with transaction():
        application, wave = _lock(person_id, wave_number)
        if application.status == "withdrawn":
            if at >= wave.closes_at or has_results(wave):
                raise Refused("wave_closed")
            application.status = APPLICATION_STATES.advance(current=application.status, verb="rejoin")
            application.joined_at, application.decided_at = at, None
            application.save(update_fields=["status", "joined_at", "decided_at"])
            _tell(application, wave, "wave_joined", "application.joined", at)
        return application.ticket or ""


@requires_transaction
def _lock(person_id: uuid.UUID, wave_number: int) -> tuple[Application, Wave]:
    """The wave first, as whoever announces it does; many may hold it at once."""
    wave = Wave.objects.raw("SELECT * FROM intake_wave WHERE number = %s FOR SHARE", [wave_number])
    found = next(iter(wave), None)
    application = (
        Application.objects.select_for_update(no_key=True).filter(person_id=person_id, wave=found).first()
        if found is not None
        else None
    )
    if found is None or application is None:
        raise Refused("not_joined")
    return application, found


@requires_transaction
def _tell(application: Application, wave: Wave, template: str, action: str, at: datetime) -> None:
    queue_message(
        person_id=application.person_id,
        template=template,
        channels=("sms", "dashboard") if template == "wave_joined" else ("dashboard",),
        parameters={"wave": wave.number, "ticket": application.ticket or "–"},
        dedupe_key=f"{template}:{application.id}:{at.isoformat()}",
        at=at,
    )
    record(
        action=action,
        at=at,
        actor=Actor.participant(application.person_id),
        person_id=application.person_id,
        subject_kind="application",
        subject_id=application.id,
        data={"wave": wave.number},
    )
