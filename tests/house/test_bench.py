"""Benchmarks are run by hand and import late: what they take from us is there, whoever moved it."""

from __future__ import annotations

import ast
import importlib
import importlib.util
from pathlib import Path

import pytest

from tests.house.source import ROOT, python, shown


def taken(path: Path) -> list[tuple[str, str]]:
    """(module, name) of everything of ours that a file imports, at its head or when it is called."""
    return [
        (node.module, alias.name)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in ("prakerja", "bench")
        for alias in node.names
    ]


def is_there(module: str, name: str) -> bool:
    try:
        if hasattr(importlib.import_module(module), name):
            return True
        return importlib.util.find_spec(f"{module}.{name}") is not None
    except ModuleNotFoundError:
        return False


@pytest.mark.parametrize("path", python(below=ROOT / "bench"), ids=shown)
def test_what_a_benchmark_takes_is_there(path: Path) -> None:
    missing = [f"{module}.{name}" for module, name in taken(path) if not is_there(module, name)]
    assert missing == []


def test_what_is_not_there_is_seen() -> None:
    assert not is_there("prakerja.config.sessions", "SessionStore")
    assert not is_there("prakerja.access.session_store", "SessionShop")
    assert is_there("prakerja.access.session_store", "SessionStore")
    assert is_there("prakerja.config.settings", "portal")
