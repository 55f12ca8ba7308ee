"""Sessions in the database, remembered by each process for a few seconds.

Django's `cached_db` keeps a session in the process for as long as the session lives: with several workers, signing out at
one would leave the others signed in. Here a copy is five seconds old at most.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.cached_db import SessionStore as CachedStore

REMEMBERED_SECONDS = 5


class SessionStore(CachedStore):
    # Doors share the table: a session's signature and its place in the cache name the door it belongs to, so that the
    # cookie of one door is worthless at another.
    cache_key_prefix = f"session:{settings.SESSION_COOKIE_NAME}:"

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
            self._cache.set(self.cache_key, data, REMEMBERED_SECONDS)
        return data

    def save(self, must_create: bool = False) -> None:
        super(CachedStore, self).save(must_create)
        self._cache.set(self.cache_key, self._session, REMEMBERED_SECONDS)
