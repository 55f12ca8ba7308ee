"""Whether a telephone company can be trusted now: by the share of errors among its last answers, and by how long it throttles."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from prakerja.notifications.gateways.smpp.bucket import Bucket

# Of so many last answers, from so few on, half are errors: it rests, and is tried again with what comes then.
_LOOKS_AT, _FROM = 40, 8
_RESTS = 30.0
# The pauses that it asks for by throttling, doubled while it goes on.
_FIRST_PAUSE, _LONGEST_PAUSE = 1, 60
# It throttles for so long that the second company takes over.
_THROTTLES_TOO_LONG = 20.0


class Health:
    """What all sessions of a process learn about one company. Wall seconds."""

    def __init__(self, bucket: Bucket, *, now: Callable[[], float] = time.monotonic) -> None:
        self.bucket = bucket
        self._now = now
        self._lock = threading.Lock()
        self._last: deque[bool] = deque(maxlen=_LOOKS_AT)
        self._rests_until = 0.0
        self._throttled_since: float | None = None
        self._pause = _FIRST_PAUSE
        self._pause_until = 0.0

    def note(self, *, taken: int = 0, errors: int = 0) -> None:
        """So many messages were taken, and so many met an error of the company's."""
        with self._lock:
            self._last.extend([True] * min(taken, _LOOKS_AT) + [False] * min(errors, _LOOKS_AT))
            if taken:
                self._throttled_since, self._pause = None, _FIRST_PAUSE
            wrong = self._last.count(False)
            if errors and len(self._last) >= _FROM and wrong * 2 >= len(self._last):
                self._rests_until = max(self._rests_until, self._now() + _RESTS)
                # After the rest it is judged by what comes then, and the first errors of that end it again.
                self._last.clear()
                self._last.extend([False] * (_FROM // 2))

    def throttled(self) -> int:
        """It said that it is too much; returns for how many seconds it is left alone."""
        with self._lock:
            now = self._now()
            if self._throttled_since is None:
                self._throttled_since = now
            if now >= self._pause_until:
                self._pause_until = now + self._pause
                self._pause = min(self._pause * 2, _LONGEST_PAUSE)
            if now - self._throttled_since > _THROTTLES_TOO_LONG:
                self._rests_until = max(self._rests_until, now + _LONGEST_PAUSE)
            return max(1, round(self._pause_until - now))

    def is_throttled(self) -> bool:
        """Whether its last answers were that it is too much."""
        return self._throttled_since is not None

    def distrust(self, seconds: int) -> None:
        """Whoever reads its receipts says that nothing arrives."""
        with self._lock:
            self._rests_until = max(self._rests_until, self._now() + seconds)

    def rests(self) -> bool:
        """Whether nothing is to be given to it while there is another."""
        return self._now() < max(self._rests_until, self._pause_until)
