"""Sessions in the database, remembered by each process for a few seconds.

Django's `cached_db` keeps a session in the process for as long as the session lives: with several workers, signing out at
one would leave the others signed in. Here a copy is five seconds old at most.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.sessions.backends.cached_db import SessionStore as CachedStore

from prakerja.kernel.clock import wall

if TYPE_CHECKING:
    from django.contrib.sessions.models import Session
    from django.core.cache.backends.base import BaseCache

REMEMBERED_SECONDS = 5
TOUCHED = "_touched"
TOUCH_EVERY_SECONDS = 300


class SessionStore(CachedStore):
    # Doors share the table: a session's signature and its place in the cache name the door it belongs to, so that the
    # cookie of one door is worthless at another.
    cache_key_prefix = f"session:{settings.SESSION_COOKIE_NAME}:"
    # What the stubs do not tell of Django's own classes.
    _cache: BaseCache
    _session: dict[str, Any]
    _get_session_from_db: Callable[[], Session | None]

    @property
    def key_salt(self) -> str:
        return f"prakerja.sessions:{settings.SESSION_COOKIE_NAME}"

    def load(self) -> dict[str, Any]:
        data: dict[str, Any] | None = self._cache.get(self.cache_key)
        if data is None:
            row = self._get_session_from_db()
            if row is None:
                return {}
            data = self.decode(row.session_data)
            # Idle time counts from the last visit: written again at most every five minutes, not at every page.
            if data and wall().timestamp() - data.get(TOUCHED, 0) > TOUCH_EVERY_SECONDS:
                data[TOUCHED] = int(wall().timestamp())
                self.modified = True
            self._cache.set(self.cache_key, data, REMEMBERED_SECONDS)
        return data

    def save(self, must_create: bool = False) -> None:
        super(CachedStore, self).save(must_create)
        self._cache.set(self.cache_key, self._session, REMEMBERED_SECONDS)
