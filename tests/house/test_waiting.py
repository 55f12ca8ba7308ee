"""Tests wait for conditions (tests/waiting.py): none sleeps, asks how long something took, or sets a limit of its own."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.source import ROOT, dotted, python, shown, tree

_CLOCKS = {"time.sleep", "time.monotonic", "time.perf_counter", "monotonic", "perf_counter", "sleep"}
# What ends a wait by itself; without a limit of its own a client of httpx gives up after five seconds.
_CLIENTS = {"httpx.Client", "httpx.get", "httpx.post", "httpx.put", "httpx.delete", "httpx.request"}
_WAITS = {"wait", "join", "result", "wait_for", "wait_for_timeout", "set_default_timeout", "settimeout"}
_HELPER = ROOT / "tests" / "waiting.py"


def _tests() -> list[Path]:
    examples = [path for path in python(below=ROOT / "examples") if "tests" in path.relative_to(ROOT).parts]
    return [path for path in (*python(below=ROOT / "tests"), *examples) if path != _HELPER]


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)


def offences(module: ast.Module) -> list[tuple[int, str]]:
    """(line, what is wrong there) of a test file."""
    found = []
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        limits = [word.value for word in node.keywords if word.arg and re.search("timeout|_seconds$", word.arg)]
        if name in _CLOCKS:
            found.append((node.lineno, f"{name}: wait for a condition"))
        elif name in _CLIENTS and not limits:
            found.append((node.lineno, f"{name} without timeout=LIMIT"))
        elif isinstance(node.func, ast.Attribute) and node.func.attr in _WAITS and any(map(_is_number, node.args)):
            found.append((node.lineno, f"{node.func.attr} with a limit of its own"))
        elif any(map(_is_number, limits)):
            found.append((node.lineno, f"{name} with a limit of its own"))
    return found


@pytest.mark.parametrize("path", _tests(), ids=shown)
def test_nobody_waits_by_the_clock(path: Path) -> None:
    assert [f"{shown(path)}:{line} {what}" for line, what in offences(tree(path))] == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("time.sleep(1)", 1),
        ("assert time.monotonic() - began < 2", 1),
        ("httpx.get(url)", 1),
        ("httpx.get(url, timeout=5)", 1),
        ("process.wait(10)", 1),
        ("subprocess.run(x, timeout=60)", 1),
        ("http.request('GET', url, read_timeout=0.2)", 1),
        ("Limits(most_bytes=10, total_seconds=0.5)", 1),
        ("httpx.get(url, timeout=LIMIT)", 0),
        ("process.wait(LIMIT)", 0),
        ("', '.join(words)", 0),
        ("wait_until(lambda: found)", 0),
    ],
)
def test_the_rule_sees_what_it_forbids(source: str, count: int) -> None:
    assert len(offences(ast.parse(source))) == count
