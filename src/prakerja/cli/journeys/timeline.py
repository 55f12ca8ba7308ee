"""What happened, when, to whom; and what should have happened but did not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from prakerja.cli.journeys.browser import UnexpectedPage
from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused


@dataclass
class Step:
    at: datetime
    actor: str
    what: str
    ok: bool = True

    def as_json(self) -> dict[str, Any]:
        return {"at": self.at.isoformat(timespec="seconds"), "actor": self.actor, "what": self.what, "ok": self.ok}


@dataclass
class Timeline:
    say: Callable[[Step, str], None]
    steps: list[Step] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, at: datetime, actor: str, what: str) -> Iterator[None]:
        """One step. What goes wrong in it is kept and the story goes on, so that one run shows everything."""
        step = Step(at.astimezone(WIB), actor, what)
        try:
            yield
        except (UnexpectedPage, Refused, httpx.HTTPError, KeyError) as problem:
            step.ok = False
            self.problems.append(f"{step.at:%Y-%m-%d %H:%M} {actor}: {what}: {problem}")
        self.steps.append(step)
        self.say(step, "" if step.ok else self.problems[-1])
