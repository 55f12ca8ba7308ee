"""Where somebody is signed in, for themselves: look, end one, end all others. Wall time."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.models import Session
from prakerja.access.session_store import key_hash
from prakerja.audit.operations import record
from prakerja.kernel.clock import wall
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused

# The first that is found counts: most browsers also name those they descend from.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("UCBrowser", "UC Browser"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class OwnSession:
    """A browser that is signed in. `device` is "" when it did not say anything that we know; instants are wall time."""

    session_id: uuid.UUID
    device: str
    started_at: datetime
    used_at: datetime
    is_this: bool


def device_words(user_agent: str) -> str:
    """`Chrome · Android`: enough to recognise one's own browser, and nothing that tells two people apart."""
    found = [next((name for mark, name in known if mark in user_agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return " · ".join(word for word in found if word)


def sessions_of(*, door: str, owner: uuid.UUID, key: str) -> list[OwnSession]:
    """Where this person or operator is signed in at this door, the latest first. `key` is the asking session's own."""
    this = key_hash(key)
    live = Session.objects.filter(door=door, owner=owner, ends_at__gt=wall()).order_by("-used_at")
    return [OwnSession(one.id, one.device, one.started_at, one.used_at, bytes(one.key_hash) == this) for one in live]


def end_session(*, door: str, owner: uuid.UUID, session_id: uuid.UUID, actor: Actor, at: datetime) -> None:
    """End one session of one's own; other processes know within five seconds. Raises Refused: session_unknown."""
    with transaction():
        if not Session.objects.filter(door=door, owner=owner, id=session_id).delete()[0]:
            raise Refused("session_unknown")
        _note(door, owner, 1, actor, at)


def end_other_sessions(*, door: str, owner: uuid.UUID, key: str, actor: Actor, at: datetime) -> int:
    """End all sessions of one's own but the one with this key. Returns how many ended."""
    with transaction():
        return end_sessions(door=door, owner=owner, but=key, actor=actor, at=at)


@requires_transaction
def end_sessions(*, door: str, owner: uuid.UUID, actor: Actor, at: datetime, but: str = "") -> int:
    """End every session of somebody, inside the work that makes them end (a new password, a disabled operator)."""
    found = Session.objects.filter(door=door, owner=owner)
    if but:
        found = found.exclude(key_hash=key_hash(but))
    count = found.delete()[0]
    if count:
        _note(door, owner, count, actor, at)
    return count


def _note(door: str, owner: uuid.UUID, count: int, actor: Actor, at: datetime) -> None:
    record(
        action="session.ended",
        at=at,
        actor=actor,
        person_id=owner if door == "portal" else None,
        subject_kind="person" if door == "portal" else "operator",
        subject_id=owner,
        data={"count": count},
    )
