"""How many parts a second leave, whoever sends them: what a contract allows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

# What sums of fractions are wrong by.
_NOTHING = 1e-6


class Bucket:
    """Fills with `rate` a second, up to a fifth of a second's worth. 0: there is no limit.

    What is urgent takes at once and leaves a debt that the others wait for.
    """

    def __init__(
        self, rate: int, *, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._rate = rate
        self._most = max(1.0, rate / 5)
        self._there = self._most
        self._now, self._sleep = now, sleep
        self._looked = now()
        self._lock = threading.Lock()

    def take(self, wanted: int, *, at_once: bool) -> int:
        """How many of `wanted` may leave now, at least one: waits until one may, unless `at_once`."""
        if not self._rate:
            return wanted
        while True:
            with self._lock:
                now = self._now()
                self._there = min(self._most, self._there + (now - self._looked) * self._rate)
                self._looked = now
                if at_once or self._there >= 1 - _NOTHING:
                    taken = wanted if at_once else min(wanted, int(self._there + _NOTHING))
                    self._there -= taken
                    return taken
                missing = (1 - self._there) / self._rate
            self._sleep(missing)
