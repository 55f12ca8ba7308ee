"""Install hot calls (PL/pgSQL functions in `<verb>.sql` beside the operation) by migrations that pin their hash."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from django.db import ProgrammingError
from django.db.backends.utils import CursorWrapper
from django.db.migrations import RunPython
from django.db.transaction import atomic

PACKAGE = Path(__file__).resolve().parents[1]
_NAME = re.compile(r"CREATE OR REPLACE FUNCTION (\w+)\(")
_PARAMETERS = re.compile(r"CREATE OR REPLACE FUNCTION \w+\((.*?)\bOUT\b", re.S)
_BODY = re.compile(r"AS \$\$(.*)\$\$", re.S)


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def function_name(path: Path) -> str:
    found = _NAME.search(path.read_text())
    if found is None:
        raise ValueError(f"{path} creates no function")
    return found.group(1)


def function_parameters(path: Path) -> tuple[str, ...]:
    """The names of what the file's function takes, in its order."""
    found = _PARAMETERS.search(path.read_text())
    if found is None:
        raise ValueError(f"{path} does not say what its function takes")
    return tuple(re.findall(r"\b(p_\w+) ", found.group(1)))


def function_body(path: Path) -> str:
    """What PostgreSQL keeps as the function's source: the text between its dollar quotes."""
    found = _BODY.search(path.read_text())
    if found is None:
        raise ValueError(f"{path} has no body")
    return found.group(1)


def hot_call_files() -> list[Path]:
    """Every SQL file of the package that defines a function."""
    return sorted(path for path in PACKAGE.glob("*/*.sql") if _NAME.search(path.read_text()))


def install_file(cursor: CursorWrapper, path: Path) -> None:
    """Make the file's function the only one of its name, and note in its comment which version it is.

    A database may come from any release, so nobody knows here what the function there takes and returns: what cannot be
    replaced in place is dropped. The transaction is the caller's.
    """
    name = function_name(path)
    try:
        with atomic():
            # psycopg must not read a `%` of PL/pgSQL as a parameter: no parameters, no placeholders.
            cursor.execute(path.read_text())
            cursor.execute(f"COMMENT ON FUNCTION {name} IS 'sha256:{sha256_of(path)}'")
    except ProgrammingError:
        # It returns something else, or there are two now and the bare name means neither.
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE proname = %s AND pg_function_is_visible(oid)", [name]
        )
        for (signature,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {signature}")
        cursor.execute(path.read_text())
        cursor.execute(f"COMMENT ON FUNCTION {name} IS 'sha256:{sha256_of(path)}'")


class InstallFunction(RunPython):
    """The operation that `install_function` makes. `path` and `sha256` tell which version of which file it pins."""

    def __init__(self, path: Path, sha256: str) -> None:
        self.path, self.sha256 = path, sha256
        super().__init__(self._install, self._drop)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return "install_function", [str(self.path.relative_to(PACKAGE))], {"sha256": self.sha256}

    def _install(self, apps: Any, schema_editor: Any) -> None:
        if sha256_of(self.path) == self.sha256:
            with schema_editor.connection.cursor() as cursor:
                install_file(cursor, self.path)

    def _drop(self, apps: Any, schema_editor: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(f"DROP FUNCTION IF EXISTS {function_name(self.path)}")


def install_function(file: str, *, sha256: str) -> InstallFunction:
    """A migration operation: install `file` (relative to the package) if it still is the version that this hash names.

    A later migration pins a later version, and then does it here. That the last pin of a file is the file, and that what is
    installed after the last migration is too, is asked by `kernel.schema` at every start and every command.
    """
    return InstallFunction(PACKAGE / file, sha256)
