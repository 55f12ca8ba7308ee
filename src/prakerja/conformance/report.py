"""What was asked of the server and what held.

`required` checks rest on the published pages, on clients that work with the real server, or on what no server of money may do
(take a forgery, pay twice); a server that fails one breaks partners. `proposed` checks are choices where nothing is
published, as docs/partner-api.md makes them: the number of an error, most of all. Both fail a server of this contract; whoever asks
another server says `--published-only`, and a choice that differs is then told and fails nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["required", "proposed"]
Outcome = Literal["holds", "fails", "differs"]
_MARKS = {"holds": "✓", "fails": "✗", "differs": "~"}


class EnoughSeen(Exception):
    """One thing failed, and no more was asked for (`--stop-at-first`)."""


@dataclass(frozen=True)
class Check:
    """One statement about the server. `detail` says what was seen instead of what was expected."""

    name: str
    level: Level
    outcome: Outcome
    detail: str = ""


@dataclass
class Section:
    """A part of the contract. `skipped` is the reason why nothing of it was asked."""

    name: str
    skipped: str = ""
    checks: list[Check] = field(default_factory=list)
    # Parts that could not be asked, each with its reason.
    omitted: list[str] = field(default_factory=list)
    # Whether choices of ours must hold too, and whether the first failure ends the run.
    is_strict: bool = True
    stops: bool = False

    def required(self, name: str, holds: bool, detail: str = "") -> bool:
        """Note something without which published clients break."""
        return self._note(name, "required", holds, "fails", detail)

    def proposed(self, name: str, holds: bool, detail: str = "") -> bool:
        """Note a choice of ours."""
        return self._note(name, "proposed", holds, "fails" if self.is_strict else "differs", detail)

    def omit(self, what: str) -> None:
        self.omitted.append(what)

    def _note(self, name: str, level: Level, holds: bool, otherwise: Outcome, detail: str) -> bool:
        self.checks.append(Check(name, level, "holds" if holds else otherwise, "" if holds else detail))
        if self.stops and self.checks[-1].outcome == "fails":
            raise EnoughSeen
        return holds


@dataclass
class Report:
    """Everything about one server."""

    base_url: str
    kind: str
    sections: list[Section] = field(default_factory=list)
    is_strict: bool = True
    stops: bool = False

    def section(self, name: str, *, skipped: str = "") -> Section:
        found = Section(name, skipped, is_strict=self.is_strict, stops=self.stops)
        self.sections.append(found)
        return found

    def checks(self) -> Iterator[Check]:
        for section in self.sections:
            yield from section.checks

    @property
    def ok(self) -> bool:
        """Whether everything holds that must, and something was asked at all."""
        outcomes = [check.outcome for check in self.checks()]
        return bool(outcomes) and "fails" not in outcomes

    def as_json(self) -> dict[str, Any]:
        outcomes = [check.outcome for check in self.checks()]
        return {
            "base_url": self.base_url,
            "kind": self.kind,
            "sections": [
                {
                    "name": section.name,
                    "skipped": section.skipped or None,
                    "omitted": section.omitted,
                    "checks": [vars(check) for check in section.checks],
                }
                for section in self.sections
            ],
            "holds": outcomes.count("holds"),
            "fails": outcomes.count("fails"),
            "differs": outcomes.count("differs"),
            "ok": self.ok,
        }

    def print_for_people(self) -> None:
        lines = [f"{self.base_url} as {self.kind}"]
        for section in self.sections:
            lines += ["", section.name]
            if section.skipped:
                lines.append(f"  – skipped: {section.skipped}")
            for check in section.checks:
                choice = "" if check.level == "required" else " (our choice)"
                seen = f": {check.detail}" if check.detail else ""
                lines.append(f"  {_MARKS[check.outcome]} {check.name}{choice}{seen}")
            lines += [f"  – not asked: {what}" for what in section.omitted]
        found = self.as_json()
        verdict = "The published contract holds" if self.ok else "The published contract does not hold"
        lines += ["", f"{verdict}: {found['holds']} hold, {found['fails']} fail, {found['differs']} differ from us."]
        sys.stdout.write("\n".join(lines) + "\n")
