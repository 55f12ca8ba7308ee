"""State machines: what the code declares, takes, and PostgreSQL lets through is one thing, and the documents show it."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from prakerja.kernel.db import rows
from prakerja.kernel.states import IllegalTransition, StateMachine
from tests.house.database import checks
from tests.house.source import PACKAGE, ROOT, files, python, shown, tree
from tests.waiting import LIMIT
from tools.state_diagrams import machines

BY_TABLE = {machine.table: machine for machine in machines()}
each = pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.name)


def test_every_status_column_belongs_to_a_machine() -> None:
    """A new table with a status needs a machine."""
    watched = {(machine.table, machine.column) for machine in machines()}
    found = {
        (model._meta.db_table, field.name)
        for model in apps.get_models()
        if model.__module__.startswith("prakerja.")
        for field in model._meta.fields
        if field.name == "status"
    }
    assert found - watched == set()


@each
def test_every_state_can_be_reached(machine: StateMachine) -> None:
    reached = set(machine.begins)
    while new := {target for source, target in machine.steps() if source in reached} - reached:
        reached |= new
    assert reached == set(machine.states())


@each
def test_a_row_begins_as_the_machine_does(machine: StateMachine) -> None:
    (model,) = [model for model in apps.get_models() if model._meta.db_table == machine.table]
    assert model._meta.get_field(machine.column).default == machine.begins[0]


@pytest.mark.django_db
@each
def test_the_database_knows_exactly_the_states(machine: StateMachine) -> None:
    found = [
        words
        for check in checks()
        if check.table == machine.table and machine.column in check.columns and (words := check.words(machine.column))
    ]
    states = set(machine.states())
    assert states in found, f"no CHECK of {machine.table} lists the states"
    assert [words for words in found if not words <= states] == []


_TRIGGERS = """
SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger
 WHERE tgrelid = %s::regclass AND tgfoid = 'kernel_refuse_step'::regproc AND tgenabled = 'O'
"""


@pytest.mark.django_db
@each
def test_the_database_refuses_exactly_what_the_machine_does_not_have(machine: StateMachine) -> None:
    """The conditions of the installed triggers are asked about every pair of states: no other answer counts."""
    refusing = {
        name: re.fullmatch(r".* WHEN \((.*)\) EXECUTE FUNCTION kernel_refuse_step\(.*\)", definition)
        for name, definition in rows(_TRIGGERS, [machine.table])
    }
    assert sorted(refusing) == [f"{machine.table}_begins", f"{machine.table}_steps"], (
        f"{machine.table} needs a migration with install_steps(begins={list(machine.begins)}, steps={list(machine.steps())})"
    )
    begins, steps = refusing[f"{machine.table}_begins"], refusing[f"{machine.table}_steps"]
    assert begins is not None
    assert steps is not None
    words = list(machine.states())
    old, new = f"unnest(%s::text[]) old({machine.column})", f"unnest(%s::text[]) new({machine.column})"
    made = rows(f"SELECT new.{machine.column} FROM {new} WHERE NOT ({begins[1]})", [words])
    assert {state for (state,) in made} == set(machine.begins)
    stepped = rows(
        f"SELECT old.{machine.column}, new.{machine.column} FROM {old}, {new} WHERE NOT ({steps[1]})", [words, words]
    )
    stays = {(state, state) for state in words}
    assert set(stepped) == set(machine.steps()) | stays, (
        f"{machine.table} needs a migration with install_steps(begins={list(machine.begins)}, steps={list(machine.steps())})"
    )


def test_a_step_that_a_machine_does_not_have_is_an_error() -> None:
    machine = StateMachine("lamp", table="lamps", begins=("off",), verbs={"light": {"off": "on"}})
    assert machine.advance(current="off", verb="light") == "on"
    for current, verb in [("on", "light"), ("off", "smash")]:
        with pytest.raises(IllegalTransition):
            machine.advance(current=current, verb=verb)


def test_a_group_names_states_of_its_machine() -> None:
    with pytest.raises(ValueError, match="broken"):
        StateMachine("lamp", table="lamps", begins=("off",), verbs={}, groups={"DARK": ("off", "broken")})


def test_the_diagrams_are_those_of_the_code() -> None:
    result = subprocess.run(
        [sys.executable, "tools/state_diagrams.py", "--check"], cwd=ROOT, capture_output=True, text=True, timeout=LIMIT
    )
    assert result.returncode == 0, result.stdout + result.stderr


# What the sources write and take ------------------------------------------------------------------------------------


@functools.cache
def _named() -> dict[str, StateMachine]:
    """The machines by the name of their constant, which is one throughout the package."""
    found = {}
    for path in python():
        for node in tree(path).body:
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Call)
                and _called(node.value) == "StateMachine"
            ):
                (name,) = [target.id for target in node.targets if isinstance(target, ast.Name)]
                (machine,) = [machine for machine in machines() if machine.name == ast.literal_eval(node.value.args[0])]
                found[name] = machine
    return found


@functools.cache
def _models() -> dict[str, StateMachine]:
    return {
        model.__name__: BY_TABLE[model._meta.db_table]
        for model in apps.get_models()
        if model._meta.db_table in BY_TABLE
    }


def _called(node: ast.expr) -> str:
    """The last name of what is called: `advance` of `AWARD_STATES.advance(…)`."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of every string of a Python file, or the whole of another file."""
    if path.suffix != ".py":
        yield 1, path.read_text(encoding="utf-8")
        return
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def _sources() -> list[Path]:
    return python() + files(".sql", below=PACKAGE)


_UPDATE = re.compile(r"\bUPDATE\s+(\w+)\s+(?:\w+\s+)?SET\s+(.*?)(?:\bWHERE\b|\bFROM\b|;|\Z)", re.S)


def _sql_writes(path: Path) -> Iterator[tuple[int, StateMachine, str]]:
    """(line, machine, what is written) of every UPDATE of a state column in SQL."""
    for line, text in _texts(path):
        for found in _UPDATE.finditer(text):
            machine = BY_TABLE.get(found[1])
            written = machine and re.search(rf"\b{machine.column}\s*=\s*('\w+'|\S+)", found[2])
            if machine and written:
                yield line + text[: found.start()].count("\n"), machine, written[1]


def test_every_verb_is_taken() -> None:
    """What is drawn is what runs: by `advance` or `target` in Python, by the word in SQL."""
    taken = set()
    for path in _sources():
        for _, machine, written in _sql_writes(path):
            taken |= {
                (machine.name, verb) for verb, leads in machine.verbs.items() if written.strip("'") in leads.values()
            }
        if path.suffix == ".py":
            taken |= _taken_by_calls(path)
    declared = {(machine.name, verb) for machine in machines() for verb in machine.verbs}
    # Suspending comes with its verbs in `awards`.
    coming = {("award", "suspend"), ("award", "reinstate")}
    assert sorted(declared - taken - coming) == []


def _taken_by_calls(path: Path) -> set[tuple[str, str]]:
    """(machine, verb) of every `advance` and `target` of a file.

    A helper that is given its verb takes those that its file writes down, or that anybody hands over as `verb=`.
    """
    found = set()
    mentioned = {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)} & _named().keys()
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Call) or _called(node) not in ("advance", "target"):
            continue
        if not isinstance(node.func, ast.Attribute):
            continue
        name = getattr(node.func.value, "id", None)
        names = {name} if name in _named() else mentioned
        verb = next((item.value for item in node.keywords if item.arg == "verb"), node.args[0] if node.args else None)
        words = _words(verb) if isinstance(verb, ast.Constant | ast.IfExp) else _words(tree(path)) | _handed_over()
        found |= {(_named()[name].name, word) for name in names for word in words}
    return found


def _words(node: ast.AST) -> set[str]:
    return {part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)}


@functools.cache
def _handed_over() -> frozenset[str]:
    given = (
        item.value
        for path in python()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        for item in node.keywords
        if item.arg == "verb"
    )
    return frozenset(word for verb in given for word in _words(verb))


def test_states_are_written_by_their_verbs_only() -> None:
    """Never by a bare word: an assignment takes `advance`, an `.update` takes `target`, a new row a beginning.

    The triggers would refuse a wrong step all the same; this test finds the right one that no verb names.
    """
    columns = {machine.column for machine in machines()}
    found = []
    for path in python():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Assign):
                found += _assigned(path, node, columns)
            elif isinstance(node, ast.Call):
                found += _called_with(path, node, columns)
    for path in _sources():
        for line, machine, written in _sql_writes(path):
            if written.strip("'") not in {target for _, target in machine.steps()}:
                found.append(f"{shown(path)}:{line} {machine.name}: {written}")
    assert found == []


def _assigned(path: Path, node: ast.Assign, columns: set[str]) -> Iterator[str]:
    flat = [inner for target in node.targets for inner in (target.elts if isinstance(target, ast.Tuple) else [target])]
    for target in flat:
        if (
            not isinstance(target, ast.Attribute)
            or target.attr not in columns
            or not isinstance(target.value, ast.Name)
        ):
            continue
        if target.value.id != "self" and _called(node.value) != "advance":
            yield f"{shown(path)}:{node.lineno} {ast.unparse(node)}"


def _called_with(path: Path, node: ast.Call, columns: set[str]) -> Iterator[str]:
    written = [item for item in node.keywords if item.arg in columns]
    is_set = _called(node) == "setattr" and isinstance(node.args[1], ast.Constant) and node.args[1].value in columns
    is_bare = _called(node) == "update" and any(_called(item.value) != "target" for item in written)
    if is_set or is_bare:
        yield f"{shown(path)}:{node.lineno} {ast.unparse(node)}"
    elif written and _called(node) in (*_models(), "create", "get_or_create", "update_or_create"):
        made = [part.value for item in written for part in ast.walk(item.value) if isinstance(part, ast.Constant)]
        names = {part.id for part in ast.walk(node.func) if isinstance(part, ast.Name)}
        begins = {state for name in names & _models().keys() for state in _models()[name].begins}
        if names & _models().keys() and not {word for word in made if isinstance(word, str)} - {"dashboard"} <= begins:
            yield f"{shown(path)}:{node.lineno} {ast.unparse(node)}"


def _groups(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(line, words) of every tuple, list or set of words, and of every IN of SQL."""
    published = (
        {
            id(node.slice)
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "Literal"
        }
        if path.suffix == ".py"
        else set()
    )
    for node in ast.walk(tree(path)) if path.suffix == ".py" else ():
        if isinstance(node, ast.Tuple | ast.List | ast.Set) and id(node) not in published:
            words = [item.value for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
            if len(words) == len(node.elts):
                yield node.lineno, tuple(words)
    for line, text in _texts(path):
        for found in re.finditer(r"\b(?:IN|in)\s*\(\s*('\w+'(?:\s*,\s*'\w+')+)\s*\)", text):
            yield line + text[: found.start()].count("\n"), tuple(re.findall(r"'(\w+)'", found[1]))


def test_groups_of_states_are_named_on_their_machine() -> None:
    """Nobody retypes `("active", "suspended")`: a state that joins a group joins it everywhere."""
    kinds = [set(machine.states()) for machine in machines()]
    found = []
    for path in [*_sources(), *files(".html", below=PACKAGE)]:
        if path.name == "states.py":
            continue
        found += [
            f"{shown(path)}:{line} {words}"
            for line, words in _groups(path)
            if len(words) > 1 and any(set(words) <= states for states in kinds)
        ]
    assert found == []
