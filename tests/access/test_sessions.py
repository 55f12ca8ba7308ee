"""Sessions: the table holds no key, they end by themselves or by their owner, and a door's cookie opens that door only."""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.sessions.backends.base import UpdateError
from django.core.cache import cache

from prakerja.access import sessions
from prakerja.access.actors import Actor
from prakerja.access.models import Session
from prakerja.access.session_store import SessionStore
from prakerja.audit.models import Record
from prakerja.kernel.clock import wall
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from tests.builders import BUY_AT as AT

pytestmark = pytest.mark.django_db
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36"
)


@pytest.fixture(autouse=True)
def _portal(settings: Any) -> None:
    settings.SESSION_DOOR, settings.SESSION_OWNER, settings.SESSION_COOKIE_NAME = (
        "portal",
        "person_id",
        "portal_session",
    )
    settings.SESSION_COOKIE_AGE, settings.SESSION_ABSOLUTE_AGE = 3600, 12 * 3600
    cache.clear()


def begun(person_id: uuid.UUID, device: str = "Chrome · Android") -> str:
    store = SessionStore()
    store["person_id"], store["device"] = str(person_id), device
    store.save()
    return str(store.session_key)


def opened(key: str) -> dict[str, Any]:
    """What another process finds under this key."""
    cache.clear()
    return dict(SessionStore(key).items())


def aged(**changes: timedelta) -> None:
    row = Session.objects.get()
    Session.objects.update(**{name: getattr(row, name) - span for name, span in changes.items()})


def test_the_database_holds_no_key() -> None:
    person = new_id()
    key = begun(person)
    row = Session.objects.get()
    assert bytes(row.key_hash) == hashlib.sha256(key.encode()).digest()
    assert (row.owner, row.device, row.door) == (person, "Chrome · Android", "portal")
    assert key not in "".join(str(value) for value in Session.objects.values().get().values())
    assert opened(key)["person_id"] == str(person)
    # What stands in the table opens nothing.
    for stolen in (bytes(row.key_hash).hex(), str(row.id), row.signed_data[:32]):
        assert opened(stolen) == {}


def test_an_idle_session_ends() -> None:
    key = begun(new_id())
    assert Session.objects.get().ends_at - Session.objects.get().started_at == timedelta(hours=1)
    aged(ends_at=timedelta(minutes=59, seconds=30))
    assert opened(key) != {}
    aged(ends_at=timedelta(minutes=1))
    assert opened(key) == {}


def test_a_session_that_is_used_ends_after_its_absolute_time() -> None:
    key = begun(new_id())
    aged(started_at=timedelta(hours=11, minutes=30), used_at=timedelta(minutes=6))
    cache.clear()
    store = SessionStore(key)
    assert store.get("person_id") is not None
    # A visit after five minutes is written, and moves the idle end, but never past the absolute one.
    assert store.modified
    store.save()
    row = Session.objects.get()
    assert row.ends_at == row.started_at + timedelta(hours=12)
    aged(started_at=timedelta(minutes=31), ends_at=timedelta(minutes=31))
    assert opened(key) == {}


def test_a_visit_within_five_minutes_writes_nothing() -> None:
    key = begun(new_id())
    cache.clear()
    store = SessionStore(key)
    assert store.get("person_id") is not None
    assert store.modified is False


def test_the_cookie_of_one_door_is_worthless_at_another(settings: Any) -> None:
    key = begun(new_id())
    settings.SESSION_DOOR, settings.SESSION_COOKIE_NAME = "console", "console_session"
    assert opened(key) == {}


def test_the_owner_sees_and_ends_sessions_of_their_own() -> None:
    person, stranger = new_id(), new_id()
    this, other, third = begun(person), begun(person, "Firefox · Windows"), begun(person, "")
    theirs = begun(stranger)
    shown = sessions.sessions_of(door="portal", owner=person, key=this)
    assert {(one.device, one.is_this) for one in shown} == {
        ("Chrome · Android", True),
        ("Firefox · Windows", False),
        ("", False),
    }
    firefox = next(one.session_id for one in shown if one.device == "Firefox · Windows")
    acting: dict[str, Any] = {"door": "portal", "owner": person, "actor": Actor.participant(person), "at": AT}
    sessions.end_session(session_id=firefox, **acting)
    assert [opened(key) == {} for key in (this, other, third, theirs)] == [False, True, False, False]
    # Nobody ends somebody else's, and nobody ends one twice.
    for gone in (firefox, Session.objects.get(owner=stranger).id):
        with pytest.raises(Refused, match="session_unknown"):
            sessions.end_session(session_id=gone, **acting)
    assert sessions.end_other_sessions(key=this, **acting) == 1
    assert [opened(key) == {} for key in (this, third, theirs)] == [False, True, False]
    told = Record.objects.filter(action="session.ended").order_by("id")
    assert [(one.actor_kind, one.actor_id, one.person_id, one.data) for one in told] == [
        ("participant", str(person), person, {"count": 1})
    ] * 2


def test_a_session_that_was_ended_meanwhile_is_not_written_again() -> None:
    key = begun(new_id())
    store = SessionStore(key)
    store["notice"] = "x"
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        store.save()
    assert Session.objects.count() == 0


def test_new_sessions_sweep_old_ones() -> None:
    for _ in range(6):
        begun(new_id())
    Session.objects.update(ends_at=wall() - timedelta(seconds=1))
    begun(new_id())
    assert Session.objects.count() == 6 - 4 + 1
    SessionStore.clear_expired()
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (ANDROID, "Chrome · Android"),
        (ANDROID.replace("Chrome/126", "SamsungBrowser/25 Chrome/121"), "Samsung Internet · Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox · Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605 Version/17.5 Safari/604",
            "Safari · iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/126.0 Safari/537 Edg/126.0", "Edge · Windows"),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_a_browser_is_named_in_words_that_its_owner_knows(agent: str, words: str) -> None:
    assert sessions.device_words(agent) == words


def test_the_doors_say_how_long_a_session_lives() -> None:
    from prakerja.config.settings import console, portal

    for door in (portal, console):
        assert configured.SESSION_ENGINE == door.SESSION_ENGINE == "prakerja.access.session_store"
        assert door.SESSION_COOKIE_AGE < door.SESSION_ABSOLUTE_AGE
