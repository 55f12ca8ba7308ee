"""What partners are told is declared where it is written, and listed once (`prakerja.webhooks.events`)."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

from prakerja.audit.events import PartnerEvent
from prakerja.webhooks.events import EVENTS
from tests.house.source import PACKAGE, context_of, dotted, files, python, shown, tree

_MODULES = sorted(PACKAGE.glob("*/events.py"))


def _declared() -> dict[str, PartnerEvent]:
    """Every event of every package, by package and name: `purchases.VOUCHER_ISSUED`."""
    return {
        f"{context_of(path)}.{name}": value
        for path in _MODULES
        if context_of(path) != "webhooks"
        for name, value in vars(importlib.import_module(f"prakerja.{context_of(path)}.events")).items()
        if isinstance(value, PartnerEvent)
    }


def _written_in_python() -> dict[str, set[str]]:
    """What is given to `record(action=…)` where it is no plain text: the written name, by package."""
    found: dict[str, set[str]] = {}
    for path in python():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "record":
                for word in node.keywords:
                    if word.arg == "action" and dotted(word.value).endswith(".action"):
                        found.setdefault(context_of(path), set()).add(dotted(word.value).split(".")[-2])
    return found


def _texts_in_sql() -> dict[str, set[str]]:
    """The words between quotes of the statements that write the trail, by package."""
    found: dict[str, set[str]] = {}
    for path in files(".sql", below=PACKAGE):
        for statement in re.findall(r"INSERT INTO audit_record.*?;", path.read_text(encoding="utf-8"), re.S):
            found.setdefault(context_of(path), set()).update(re.findall(r"'([^']+)'", statement))
    return found


def test_every_declared_event_is_on_the_list_and_every_listed_one_is_declared() -> None:
    assert {event.name for event in _declared().values()} == {event.name for event in EVENTS}
    assert len(_declared()) == len(EVENTS) == len({event.name for event in EVENTS})
    assert len({event.action for event in EVENTS}) == len(EVENTS)


def test_every_declared_event_is_written_by_its_own_package() -> None:
    silent = []
    for place, event in _declared().items():
        package, _, name = place.partition(".")
        written = name in _written_in_python().get(package, ()) or event.action in _texts_in_sql().get(package, ())
        silent += [] if written else [f"{place}: nothing in {package} writes {event.action}"]
    assert silent == []


def test_every_event_that_is_written_is_declared() -> None:
    """Python writes an event by its declaration; a text could drift away from what partners are told."""
    actions = {event.action for event in EVENTS}
    typed = [
        f"{shown(path)}:{word.value.lineno} {word.value.value}"
        for path in python()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "record"
        for word in node.keywords
        if word.arg == "action" and isinstance(word.value, ast.Constant) and word.value.value in actions
    ]
    assert typed == []
    written = {f"{package}.{name}" for package, names in _written_in_python().items() for name in names}
    assert written - set(_declared()) == set()
    foreign = {
        (package, action)
        for package, texts in _texts_in_sql().items()
        for action in texts & actions
        if (package, action) not in {(place.partition(".")[0], event.action) for place, event in _declared().items()}
    }
    assert foreign == set()


def test_nobody_types_the_list_again() -> None:
    """A file with two or more of the partners' names beside one another has a list of its own."""
    names = {event.name for event in EVENTS}
    allowed: set[Path] = {path for path in _MODULES if context_of(path) != "webhooks"}
    lists = [
        f"{shown(path)}:{node.lineno}"
        for path in python()
        if path not in allowed
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict)
        and len({part.value for part in _parts(node) if isinstance(part, ast.Constant)} & names) > 2
    ]
    assert lists == []


def _parts(node: ast.Tuple | ast.List | ast.Set | ast.Dict) -> list[ast.expr | None]:
    return list(node.keys) if isinstance(node, ast.Dict) else list(node.elts)
