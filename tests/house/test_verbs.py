"""Public verbs read like sentences and say what they do; no handler swallows, nothing is left for later."""

from __future__ import annotations

import ast
import importlib
import inspect
import types
from pathlib import Path

import pytest

from tests.house.source import PACKAGE, files, python, shown, tree

_PUBLIC_MODULES = ("operations", "queries", "policies")


def _public_modules() -> list[Path]:
    """`operations.py`, `queries.py`, `policies.py` of a context, or the package that took the place of the file."""
    return [
        path
        for path in python()
        if path.stem in _PUBLIC_MODULES or (path.name == "__init__.py" and path.parent.name in _PUBLIC_MODULES)
    ]


def _public_functions(path: Path) -> list[types.FunctionType]:
    """What a module defines or hands on in `__all__`, without a leading underscore."""
    relative = path.relative_to(PACKAGE.parent).with_suffix("")
    parts = relative.parts[:-1] if relative.name == "__init__" else relative.parts
    module = importlib.import_module(".".join(parts))
    handed_on = set(getattr(module, "__all__", ()))
    found = []
    for name, value in vars(module).items():
        function = inspect.unwrap(value) if callable(value) else None
        if name.startswith("_") or not isinstance(function, types.FunctionType):
            continue
        if function.__module__ == module.__name__ or (name in handed_on and "prakerja" in function.__module__):
            found.append(function)
    return found


@pytest.mark.parametrize("path", _public_modules(), ids=shown)
def test_public_verbs_say_what_they_do(path: Path) -> None:
    silent = [function.__qualname__ for function in _public_functions(path) if not inspect.getdoc(function)]
    assert silent == []


@pytest.mark.parametrize("path", [p for p in _public_modules() if p.stem != "policies"], ids=shown)
def test_public_verbs_take_keywords_only(path: Path) -> None:
    """A call reads like a sentence, and two ids can never change places."""
    positional = {}
    for function in _public_functions(path):
        kinds = {parameter.name: parameter.kind for parameter in inspect.signature(function).parameters.values()}
        named = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)
        plain = [name for name, kind in kinds.items() if kind not in named]
        if plain:
            positional[function.__qualname__] = plain
    assert positional == {}


def test_no_handler_swallows_every_exception() -> None:
    """`except Exception` may log, answer or raise again; it may not do nothing."""
    silent = [
        f"{shown(path)}:{handler.lineno}"
        for path in python()
        for handler in ast.walk(tree(path))
        if isinstance(handler, ast.ExceptHandler)
        and (handler.type is None or (isinstance(handler.type, ast.Name) and handler.type.id == "Exception"))
        and all(isinstance(line, ast.Pass | ast.Continue) for line in handler.body)
    ]
    assert silent == []


def test_nothing_is_left_to_be_done_later() -> None:
    """A marker of unfinished work in the code is work that nobody will find again; the tracker is the place."""
    words = tuple("# " + word for word in ("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"))
    marked = [
        f"{shown(path)}:{number}"
        for path in files(".py", ".sql", ".html", ".js", ".scss")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if any(word in line for word in words)
    ]
    assert marked == []
