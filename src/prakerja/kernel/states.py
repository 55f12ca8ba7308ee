"""State machines: which verb leads a row from which state to which. Code asks them, PostgreSQL refuses what they do not have.

A machine is declared once, beside its model, by its verbs. Python steps through `advance`; a set-based statement takes
`sources` and `target` of its verb; SQL writes the word. Whoever writes it, two triggers of the table let only the machine's
beginnings and steps through (`install_steps`, ADR 0019), and house tests compare them, the drawing and the verbs in use.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.apps import apps
from django.db.migrations import RunSQL


class IllegalTransition(Exception):
    """A programming error: an operation asked for a step that the machine does not have."""


@dataclass(frozen=True)
class StateMachine:
    """`table` keeps the word in `column`. `begins`: the states in which a row may be made, the usual one first.

    `verbs`: verb → {state: the state that it leads to}. `groups`: names for sets of states that rules speak of.
    """

    name: str
    table: str
    begins: tuple[str, ...]
    verbs: Mapping[str, Mapping[str, str]]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    column: str = "status"

    def __post_init__(self) -> None:
        for name, members in self.groups.items():
            if unknown := set(members) - set(self.states()):
                raise ValueError(f"{self.name}: {name} names no states: {', '.join(sorted(unknown))}")

    def advance(self, *, current: str, verb: str) -> str:
        """The state to which `verb` leads from `current`. The caller stores it; nothing else happens here."""
        try:
            return self.verbs[verb][current]
        except KeyError:
            raise IllegalTransition(f"{self.name}: {verb} {current}") from None

    def sources(self, verb: str) -> tuple[str, ...]:
        """The states from which a verb leads on: what a set-based statement filters by."""
        return tuple(self.verbs[verb])

    def target(self, verb: str) -> str:
        """The one state to which a verb leads: what a set-based statement writes."""
        (target,) = set(self.verbs[verb].values())
        return target

    def group(self, name: str) -> tuple[str, ...]:
        """The states of a named group."""
        return self.groups[name]

    def sql(self, name: str) -> str:
        """A named group as SQL writes it after IN: ('active', 'suspended'). The words are ours, never anybody's input."""
        return "(" + ", ".join(f"'{state}'" for state in self.group(name)) + ")"

    def steps(self) -> tuple[tuple[str, str], ...]:
        """Every (state, next state), in the order of the verbs."""
        taken = (step for leads in self.verbs.values() for step in leads.items() if step[0] != step[1])
        return tuple(dict.fromkeys(taken))

    def states(self) -> tuple[str, ...]:
        """Every state: the beginnings first, then as the verbs reach them."""
        return tuple(dict.fromkeys([*self.begins, *(state for step in self.steps() for state in step)]))

    def ends(self) -> tuple[str, ...]:
        """The states that no verb leads out of."""
        left = {source for source, _ in self.steps()}
        return tuple(state for state in self.states() if state not in left)

    def diagram(self) -> str:
        """A Mermaid state diagram: an arrow per step, with the verbs that take it."""
        lines = ["stateDiagram-v2", *(f"    [*] --> {state}" for state in self.begins)]
        for source, target in self.steps():
            verbs = [verb for verb, leads in self.verbs.items() if leads.get(source) == target]
            lines.append(f"    {source} --> {target}: {', '.join(verbs)}")
        return "\n".join(lines)


@functools.cache
def machines() -> tuple[StateMachine, ...]:
    """Every machine of the installed contexts' `states.py`, in the order of their names. Django must be ready."""
    found: dict[str, StateMachine] = {}
    for config in apps.get_app_configs():
        if config.name.startswith("prakerja.") and (Path(config.path) / "states.py").is_file():
            module = importlib.import_module(f"{config.name}.states")
            found |= {value.name: value for value in vars(module).values() if isinstance(value, StateMachine)}
    return tuple(found[name] for name in sorted(found))


def install_steps(
    *, table: str, begins: Iterable[str], steps: Iterable[tuple[str, str]], column: str = "status"
) -> RunSQL:
    """A migration operation: from now on rows of `table` begin and step as told here, whoever writes them.

    The words are written out in the migration, because a later version of the machine is another migration's business.
    """
    return RunSQL(
        [*install_steps_sql(table=table, begins=begins, steps=steps, column=column)],
        [f"DROP TRIGGER IF EXISTS {table}_begins ON {table}", f"DROP TRIGGER IF EXISTS {table}_steps ON {table}"],
    )


def install_steps_sql(
    *, table: str, begins: Iterable[str], steps: Iterable[tuple[str, str]], column: str = "status"
) -> list[str]:
    """The statements that make the two triggers of a machine.

    AFTER triggers with a WHEN: nothing is called for a legal step, COPY keeps its batches, and no row is locked for it.
    """
    first = ", ".join(f"'{state}'" for state in begins)
    pairs = ", ".join(f"('{source}', '{target}')" for source, target in steps)
    return [
        f"CREATE OR REPLACE TRIGGER {table}_begins AFTER INSERT ON {table} FOR EACH ROW "
        f"WHEN (NEW.{column} NOT IN ({first})) EXECUTE FUNCTION kernel_refuse_step('{column}')",
        f"CREATE OR REPLACE TRIGGER {table}_steps AFTER UPDATE OF {column} ON {table} FOR EACH ROW "
        f"WHEN (OLD.{column} <> NEW.{column} AND (OLD.{column}, NEW.{column}) NOT IN ({pairs})) "
        f"EXECUTE FUNCTION kernel_refuse_step('{column}')",
    ]
