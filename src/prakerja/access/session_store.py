"""Sessions of the doors with pages: in the database under the hash of their key, remembered by each process for seconds.

The key travels in the browser's cookie only; what stands in the table opens nothing. A session ends after an idle time
(`SESSION_COOKIE_AGE`), after an absolute one (`SESSION_ABSOLUTE_AGE`), or when its owner ends it. Each process keeps a copy
for five seconds: a page then costs its own query only, and an ended session is ended everywhere at once for a person.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.core.cache import caches
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Least
from django.utils.crypto import salted_hmac

from prakerja.access.models import Session
from prakerja.kernel.clock import wall
from prakerja.kernel.db import hot_row

if TYPE_CHECKING:
    from datetime import datetime

    from django.core.cache.backends.base import BaseCache

REMEMBERED_SECONDS = 5
# Idle time counts from the last visit, written at most this often and not at every page.
TOUCH_EVERY = timedelta(minutes=5)
DEVICE = "device"
_SWEPT = 4
# A session as a part of another statement, which then is its owner's: live, with nothing to note of its use, and of a door's own writing.
OWNED_SOURCE = "FROM access_session session"
OWNED_WHERE = (
    "session.key_hash = %(session_hash)s AND session.door = %(session_door)s AND session.ends_at > %(session_at)s"
    " AND session.used_at > %(session_used)s"
    " AND session.owner_tag = sha256(%(session_tag_key)s::bytea || uuid_send(session.owner))"
)
# When a whole country taps in the same hour, every session is new to its process: composing a query took half of a tap's Python.
_LOAD = "SELECT signed_data, used_at FROM access_session WHERE key_hash = %s AND door = %s AND ends_at > %s"


def key_hash(key: str) -> bytes:
    """What the table keeps of a session's key. The key is random and long, so a plain hash cannot be turned back."""
    return hashlib.sha256(key.encode()).digest()


class SessionStore(SessionBase):
    _session: dict[str, Any]

    def __init__(self, session_key: str | None = None) -> None:
        self._cache: BaseCache = caches[settings.SESSION_CACHE_ALIAS]
        super().__init__(session_key)

    @property
    def key_salt(self) -> str:
        """Doors share the table: the cookie of one is worthless at another."""
        return f"prakerja.sessions:{settings.SESSION_COOKIE_NAME}"

    def load(self) -> dict[str, Any]:
        data = self.remembered()
        if data is None:
            found = self.kept()
            if found is None:
                self._session_key = None
                return {}
            signed_data, used_at = found
            data = self.decode(signed_data)
            self.modified = self.modified or wall() - used_at > TOUCH_EVERY
            self.remember(data)
        return data

    def kept(self) -> tuple[str, datetime] | None:
        """What stands in the table of a session that has not ended, signed, and when it was last used."""
        found = hot_row(_LOAD, [key_hash(str(self.session_key)), settings.SESSION_DOOR, wall()])
        return None if found is None else (found[0], found[1])

    def remembered(self) -> dict[str, Any] | None:
        """What this process read or wrote of it in the last seconds."""
        data: dict[str, Any] | None = self._cache.get(_place(str(self.session_key)))
        return data

    def remember(self, data: dict[str, Any]) -> None:
        self._cache.set(_place(str(self.session_key)), data, REMEMBERED_SECONDS)

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        if must_create:
            self._insert(data)
        elif not self._update(data):
            raise UpdateError
        self._cache.set(_place(self.session_key), data, REMEMBERED_SECONDS)

    def _insert(self, data: dict[str, Any]) -> None:
        moment = wall()
        # Each new one takes a few old ones along, so the table never grows for ever.
        Session.objects.filter(
            id__in=list(Session.objects.filter(ends_at__lt=moment).values_list("id", flat=True)[:_SWEPT])
        ).delete()
        try:
            with transaction.atomic():
                Session.objects.create(
                    key_hash=key_hash(str(self.session_key)),
                    door=settings.SESSION_DOOR,
                    started_at=moment,
                    ends_at=min(moment + _idle(), moment + _absolute()),
                    **self._columns(data, moment),
                )
        except IntegrityError as error:
            raise CreateError from error

    def _update(self, data: dict[str, Any]) -> bool:
        moment = wall()
        kept = Session.objects.filter(key_hash=key_hash(str(self.session_key)), door=settings.SESSION_DOOR)
        ends_at = Least(F("started_at") + _absolute(), moment + _idle())
        return kept.update(ends_at=ends_at, **self._columns(data, moment)) == 1

    def _columns(self, data: dict[str, Any], moment: datetime) -> dict[str, Any]:
        found = data.get(settings.SESSION_OWNER)
        owner = uuid.UUID(found) if found else None
        key = str(self.session_key)
        return {
            "signed_data": self.encode(data),
            "owner": owner,
            "owner_tag": hashlib.sha256(_tag_key(key) + owner.bytes).digest() if owner else None,
            "device": data.get(DEVICE, ""),
            "used_at": moment,
        }

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(key_hash=key_hash(session_key)).exists()

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is None:
            return
        Session.objects.filter(key_hash=key_hash(key)).delete()
        self._cache.delete(_place(key))

    @classmethod
    def clear_expired(cls) -> None:
        Session.objects.filter(ends_at__lt=wall()).delete()


def owned(key: str) -> dict[str, Any]:
    """What `OWNED_WHERE` asks for: the session of this key, if its owner is whom a door of ours wrote there.

    Whoever can write the table can change an owner, and knows neither the browser's key nor ours, without which its tag is not to be
    had. The statement is told a key that is good for this session alone.
    """
    moment = wall()
    return {
        "session_hash": key_hash(key),
        "session_door": settings.SESSION_DOOR,
        "session_at": moment,
        "session_used": moment - TOUCH_EVERY,
        "session_tag_key": _tag_key(key),
    }


def _tag_key(key: str) -> bytes:
    return salted_hmac(f"prakerja.sessions.owner:{settings.SESSION_COOKIE_NAME}", key, algorithm="sha256").digest()


def settled(key: str) -> dict[str, Any] | None:
    """What a live session holds, for whoever only reads it; None when there is none, and when it is time to note its use.

    It is looked up and remembered as a page's is. Noting a use writes the session and renews its cookie, which is `SessionStore`'s.
    """
    store = SessionStore(key)
    if store.session_key is None:
        return None
    data: dict[str, Any] | None = store.remembered()
    if data is None:
        found = store.kept()
        if found is None or wall() - found[1] > TOUCH_EVERY:
            return None
        data = store.decode(found[0])
        store.remember(data)
    return data


def _place(key: str) -> str:
    return f"session:{settings.SESSION_COOKIE_NAME}:{key_hash(key).hex()}"


def _idle() -> timedelta:
    return timedelta(seconds=settings.SESSION_COOKIE_AGE)


def _absolute() -> timedelta:
    return timedelta(seconds=settings.SESSION_ABSOLUTE_AGE)
