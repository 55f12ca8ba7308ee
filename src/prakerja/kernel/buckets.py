"""Brakes that slow and never lock: what flows in is counted against what is taken, in this process."""

from __future__ import annotations

import threading
from time import monotonic


class Buckets:
    """Token buckets by name: `per_second` flow in until `burst` are there, each call takes one. Wall time only."""

    # Names are often strangers' to choose: more than these are forgotten, the oldest first.
    AT_MOST = 20_000

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, *, name: str, per_second: float, burst: float) -> bool:
        """Take one token; False when none is left."""
        moment = monotonic()
        with self._lock:
            left, since = self._left.get(name, (burst, moment))
            left = min(burst, left + (moment - since) * per_second)
            self._left.pop(name, None)
            if len(self._left) >= self.AT_MOST:
                del self._left[next(iter(self._left))]
            self._left[name] = (left - 1.0 if left >= 1.0 else left, moment)
            return left >= 1.0

    def is_empty(self, *, name: str, per_second: float, burst: float) -> bool:
        """Say whether `take` would fail, without taking."""
        moment = monotonic()
        with self._lock:
            left, since = self._left.get(name, (burst, moment))
            return min(burst, left + (moment - since) * per_second) < 1.0

    def seconds_until_one(self, *, name: str, per_second: float, burst: float) -> float:
        """How long until `take` would succeed, if nobody else takes meanwhile; 0 when it would now."""
        moment = monotonic()
        with self._lock:
            left, since = self._left.get(name, (burst, moment))
            return max(0.0, 1.0 - left - (moment - since) * per_second) / per_second

    def clear(self) -> None:
        with self._lock:
            self._left.clear()
