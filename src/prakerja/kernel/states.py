"""State machines as printable tables: state → the states it may become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class IllegalTransition(Exception):
    """A programming error: an operation asked for a step that the table does not have."""


@dataclass(frozen=True)
class StateMachine:
    name: str
    table: Mapping[str, tuple[str, ...]]

    def advance(self, *, current: str, to: str) -> str:
        """Return `to` when the table allows it. The caller stores it; nothing else happens here."""
        if to not in self.table.get(current, ()):
            raise IllegalTransition(f"{self.name}: {current} → {to}")
        return to

    def states(self) -> tuple[str, ...]:
        return tuple(self.table)

    def diagram(self) -> str:
        """A Mermaid state diagram, generated so that the documents cannot differ from the code."""
        lines = ["stateDiagram-v2"]
        lines += [f"    {source} --> {target}" for source, targets in self.table.items() for target in targets]
        return "\n".join(lines)
