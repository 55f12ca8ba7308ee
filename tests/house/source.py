"""What the house tests read: the project's own files, and the syntax of its Python."""

from __future__ import annotations

import ast
import functools
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "prakerja"
# What git ignores, told here once more because a checkout without git must be testable too.
_NOT_OURS = {
    ".git",
    ".venv",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    "__pycache__",
    "build",
    "node_modules",
    "results",
    "sbom",
    "var",
}


@functools.cache
def project_files() -> tuple[Path, ...]:
    """Every file of the project, without what is built or installed."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in _NOT_OURS and not name.endswith(".egg-info")]
        found += [Path(folder, name) for name in names if not name.endswith((".pyc", ".mo"))]
    return tuple(sorted(found))


def files(*endings: str, below: Path = ROOT) -> list[Path]:
    """The project's files with one of these endings, below a folder."""
    return [path for path in project_files() if path.suffix in endings and path.is_relative_to(below)]


def shown(path: Path) -> str:
    """A path as a message names it."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def python(*, below: Path = PACKAGE, migrations: bool = False) -> list[Path]:
    """Python files below a folder; migrations are Django's prose and left out unless asked for."""
    return [path for path in files(".py", below=below) if migrations or "migrations" not in path.parts]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file, methods and inner ones too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def dotted(node: ast.expr) -> str:
    """`a.b.c` as written; "" for anything that is not a plain chain of names."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything a file imports, wherever the statement stands."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{name.name}") for name in node.names)


def context_of(path: Path) -> str:
    """The package of `prakerja` that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0]
