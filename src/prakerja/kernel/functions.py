"""Install hot calls (PL/pgSQL functions in `<verb>.sql` beside the operation) by migrations that pin their hash."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from django.db.migrations import RunPython

PACKAGE = Path(__file__).resolve().parents[1]
_NAME = re.compile(r"CREATE OR REPLACE FUNCTION (\w+)\(")


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def function_name(path: Path) -> str:
    found = _NAME.search(path.read_text())
    if found is None:
        raise ValueError(f"{path} creates no function")
    return found.group(1)


def hot_call_files() -> list[Path]:
    """Every SQL file of the package that defines a function."""
    return sorted(path for path in PACKAGE.glob("*/*.sql") if _NAME.search(path.read_text()))


def install_function(file: str, *, sha256: str) -> RunPython:
    """A migration operation: install `file` (relative to the package) if it still is the version that this hash names.

    A later migration pins a later version, and then does it here; an edited file without a migration is installed
    nowhere, and a house test that compares each function's comment with its file fails.
    """
    path = PACKAGE / file

    def forwards(apps: Any, schema_editor: Any) -> None:
        if sha256_of(path) != sha256:
            return
        name = function_name(path)
        with schema_editor.connection.cursor() as cursor:
            # psycopg must not read a `%` of PL/pgSQL as a parameter: no parameters, no placeholders.
            cursor.execute(path.read_text())
            cursor.execute(f"COMMENT ON FUNCTION {name} IS 'sha256:{sha256}'")

    def backwards(apps: Any, schema_editor: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(f"DROP FUNCTION IF EXISTS {function_name(path)}")

    return RunPython(forwards, backwards)
