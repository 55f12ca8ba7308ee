"""The running system as people in a browser meet it: addresses and demo accounts, by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import running

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class RunningSystem:
    """What the line of `up --json` says, and the process that said it."""

    portal: str
    console: str
    phone: str
    sandbox: str
    institution: str
    platforms: dict[str, str]
    accounts: dict[str, list[dict[str, str]]]
    process: running.System

    def participant(self, stage: str, *, nth: int = 0) -> dict[str, str]:
        """A demo person at this stage. One for each test: a phone gets one sign-in code a minute."""
        return [one for one in self.accounts["participants"] if one["stage"] == stage][nth]

    def new_participant(self, *, stage: str) -> dict[str, Any]:
        """A person of one's own, so that tests do not stand in each other's way."""
        return dict(self.process.json("sandbox", "participant", "--stage", stage))


@contextmanager
def running_system(*, is_empty: bool = False) -> Iterator[RunningSystem]:
    """Start a system of one's own, whose clock one may move; stop it at the end. `is_empty`: without the demo's people."""
    with (
        running.tables() if is_empty else running.world() as folder,
        running.system(folder, "--world", "empty" if is_empty else "g21") as process,
    ):
        names = ("portal", "console", "phone", "sandbox", "institution", "platforms", "accounts")
        yield RunningSystem(**{name: process.urls[name] for name in names}, process=process)
