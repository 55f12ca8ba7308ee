"""What was asked of the server and what held.

`required` checks rest on the published pages or on clients that work with the real server; a server that fails one breaks
partners. `proposed` checks are our own choices where nothing is published: another server may choose differently, which
is told but fails nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["required", "proposed"]
Outcome = Literal["holds", "fails", "differs"]
_MARKS = {"holds": "✓", "fails": "✗", "differs": "~"}


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

    def required(self, name: str, holds: bool, detail: str = "") -> bool:
        """Note something without which published clients break."""
        self.checks.append(Check(name, "required", "holds" if holds else "fails", "" if holds else detail))
        return holds

    def proposed(self, name: str, holds: bool, detail: str = "") -> bool:
        """Note a choice of ours."""
        self.checks.append(Check(name, "proposed", "holds" if holds else "differs", "" if holds else detail))
        return holds

    def omit(self, what: str) -> None:
        self.omitted.append(what)


@dataclass
class Report:
    """Everything about one server."""

    base_url: str
    kind: str
    sections: list[Section] = field(default_factory=list)

    def section(self, name: str, *, skipped: str = "") -> Section:
        found = Section(name, skipped)
        self.sections.append(found)
        return found

    def checks(self) -> Iterator[Check]:
        for section in self.sections:
            yield from section.checks

    @property
    def ok(self) -> bool:
        """Whether everything required holds, and something was asked at all."""
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
