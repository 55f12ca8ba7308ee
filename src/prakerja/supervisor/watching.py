"""Whether a process still does anything: one that hangs holds its port and says nothing, and never ends by itself."""

from __future__ import annotations

import os
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

# Our own addresses are never behind a proxy, whatever the environment says.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Watch:
    """Asks a process again and again whether it lives, in a thread; `is_hanging` when it was silent too often in a row.

    Questions are counted, not time: whoever stopped this program for an hour has let it ask nobody meanwhile. A process that
    has not answered once is starting, and gets more patience.
    """

    def __init__(self, lives: Callable[[], bool], *, every: float, most_silent: int, most_silent_at_first: int) -> None:
        self._lives = lives
        self._every = every
        self._limits = (most_silent_at_first, most_silent)
        self._silent = 0
        self._has_answered = False
        self._process = 0
        self._over = threading.Event()
        threading.Thread(target=self._ask, daemon=True).start()

    @property
    def is_hanging(self) -> bool:
        return self._silent >= self._limits[self._has_answered]

    def begin_again(self) -> None:
        """The process was started anew: what the old one still says is not its."""
        self._process += 1
        self._silent, self._has_answered = 0, False

    def end(self) -> None:
        self._over.set()

    def _ask(self) -> None:
        while not self._over.wait(self._every):
            asked = self._process
            lives = self._lives()
            if asked != self._process:
                continue
            if lives:
                self._silent, self._has_answered = 0, True
            else:
                self._silent += 1


def answers(url: str, *, timeout: float = 2.0) -> bool:
    """Whether a door says that it is well."""
    return _status(url, timeout) == 200


def says_anything(url: str, *, timeout: float) -> bool:
    """Whether a door answers at all: one that says that its database is away does not hang."""
    return _status(url, timeout) is not None


def renews(file: Path) -> Callable[[], bool]:
    """A question for `Watch`: whether a process without a door has touched its file since the question before."""
    seen: list[float] = []

    def lives() -> bool:
        try:
            moment = os.stat(file).st_mtime_ns
        except OSError:
            return False
        # The first look has nothing to compare with: the file may be a dead process's.
        renewed = bool(seen) and seen != [moment]
        seen[:] = [moment]
        return renewed

    return lives


def _status(url: str, timeout: float) -> int | None:
    try:
        with _DIRECT.open(url, timeout=timeout) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (urllib.error.URLError, OSError):
        return None
