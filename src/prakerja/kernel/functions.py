"""Install hot calls (PL/pgSQL functions in `<verb>.sql` beside the operation) by migrations that pin their hash."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from django.db import ProgrammingError
from django.db.backends.utils import CursorWrapper
from django.db.migrations import RunPython
from django.db.transaction import atomic

from prakerja.kernel.clock import wall

PACKAGE = Path(__file__).resolve().parents[1]
_NAME = re.compile(r"CREATE OR REPLACE FUNCTION (\w+)\(")
_PARAMETERS = re.compile(r"CREATE OR REPLACE FUNCTION \w+\((.*?)\bOUT\b", re.S)
_DEFAULT = re.compile(r"\bDEFAULT\b.*", re.S)
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


def function_signature(path: Path) -> str:
    """By what its callers find it: `redeem(uuid, timestamptz)`, without what it returns."""
    text = path.read_text()
    begins = _NAME.search(text)
    if begins is None:
        raise ValueError(f"{path} creates no function")
    listed = text[begins.end() : text.index("\n) LANGUAGE", begins.end())]
    given = [" ".join(_DEFAULT.sub("", one).split()) for one in listed.split(",")]
    return f"{begins[1]}({', '.join(one.partition(' ')[2] for one in given if not one.startswith('OUT '))})"


def hot_call_files() -> list[Path]:
    """Every SQL file of the package that defines a function."""
    return sorted(path for path in PACKAGE.glob("*/*.sql") if _NAME.search(path.read_text()))


def install_file(cursor: CursorWrapper, path: Path) -> None:
    """Install the file's function, and note in its comment which version it is. The transaction is the caller's.

    A database may come from any release, so nobody knows here what the function there takes and returns. What stood in its place
    is kept in words, so that it can come back (`restore_before`). One that takes another number of arguments stays beside it for
    one release: doors of the release before go on calling it. Any other of its name is dropped.
    """
    name, signature, sha256 = function_name(path), function_signature(path), sha256_of(path)
    there = _installed(cursor, name)
    _remember(cursor, name, there, by=sha256)
    ours = _identity(cursor, signature)
    try:
        with atomic():
            # psycopg must not read a `%` of PL/pgSQL as a parameter: no parameters, no placeholders.
            cursor.execute(path.read_text())
    except ProgrammingError:
        # It returns something else, which cannot be replaced in place.
        for one in there:
            if one.identity == ours or one.arguments == _arguments(signature):
                cursor.execute(f"DROP FUNCTION {one.identity}")
        cursor.execute(path.read_text())
    ours = _identity(cursor, signature)
    left = [one for one in _installed(cursor, name) if one.identity != ours]
    retired = [one for one in left if one.comment.startswith("sha256:") and one.arguments != _arguments(signature)]
    for one in left:
        if one in retired:
            cursor.execute(f"COMMENT ON FUNCTION {one.identity} IS '{RETIRED}{one.body}'")
        elif retired or not one.is_retired:
            cursor.execute(f"DROP FUNCTION {one.identity}")
    cursor.execute(f"COMMENT ON FUNCTION {ours} IS 'sha256:{sha256}'")


# In the comment of a function that only the release before calls: this and the MD5 of its body.
RETIRED = "before:"


class _Function(NamedTuple):
    """A function that stands in the database. `body`: the MD5 of its source; `arguments`: how many it takes."""

    identity: str
    arguments: int
    comment: str
    body: str
    definition: str

    @property
    def is_retired(self) -> bool:
        return self.comment == f"{RETIRED}{self.body}"


def _installed(cursor: CursorWrapper, name: str) -> list[_Function]:
    cursor.execute(
        "SELECT oid::regprocedure::text, pronargs, COALESCE(obj_description(oid, 'pg_proc'), ''), md5(prosrc),"
        " pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s AND pg_function_is_visible(oid)",
        [name],
    )
    return [_Function(*one) for one in cursor.fetchall()]


def _identity(cursor: CursorWrapper, signature: str) -> str:
    """How PostgreSQL names the function of this signature; "" when there is none."""
    cursor.execute("SELECT to_regprocedure(%s)::text", [signature])
    found = cursor.fetchone()
    return found[0] or "" if found else ""


def _arguments(signature: str) -> int:
    return signature.count(",") + 1


def _remember(cursor: CursorWrapper, name: str, there: Sequence[_Function], *, by: str) -> None:
    """Keep what is about to be replaced. A database that has no room for it yet is older than this rule."""
    cursor.execute("SELECT to_regclass('kernel_replacedfunction') IS NOT NULL")
    found = cursor.fetchone()
    for one in there if found and found[0] else ():
        if one.comment.startswith("sha256:") and one.comment != f"sha256:{by}":
            cursor.execute(
                "INSERT INTO kernel_replacedfunction (name, sha256, replaced_by, definition, replaced_at)"
                " VALUES (%s, %s, %s, %s, %s)",
                [name, one.comment.removeprefix("sha256:"), by, one.definition, wall()],
            )


def restore_before(cursor: CursorWrapper, path: Path, *, sha256: str) -> bool:
    """Put back what the version `sha256` of a function replaced. False: it is not installed, or nobody knows what was there.

    Then what is there stays, and the program of the release before installs its own (`prakerja migrate --reinstall`): a function
    that is gone sells nothing at all.
    """
    name = function_name(path)
    there = _installed(cursor, name)
    if not any(one.comment == f"sha256:{sha256}" for one in there):
        return False
    cursor.execute(
        "SELECT sha256, definition FROM kernel_replacedfunction WHERE name = %s AND replaced_by = %s ORDER BY id DESC LIMIT 1",
        [name, sha256],
    )
    found = cursor.fetchone()
    if found is None:
        return False
    for one in there:
        cursor.execute(f"DROP FUNCTION {one.identity}")
    cursor.execute(found[1])
    (put_back,) = _installed(cursor, name)
    cursor.execute(f"COMMENT ON FUNCTION {put_back.identity} IS 'sha256:{found[0]}'")
    return True


class InstallFunction(RunPython):
    """The operation that `install_function` makes. `path` and `sha256` tell which version of which file it pins."""

    def __init__(self, path: Path, sha256: str, *, is_new: bool = False) -> None:
        self.path, self.sha256, self.is_new = path, sha256, is_new
        super().__init__(self._install, self._restore)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        said: dict[str, Any] = {"sha256": self.sha256} | ({"is_new": True} if self.is_new else {})
        return "install_function", [str(self.path.relative_to(PACKAGE))], said

    def _install(self, apps: Any, schema_editor: Any) -> None:
        if sha256_of(self.path) == self.sha256:
            with schema_editor.connection.cursor() as cursor:
                install_file(cursor, self.path)

    def _restore(self, apps: Any, schema_editor: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            if not self.is_new:
                restore_before(cursor, self.path, sha256=self.sha256)
                return
            # The release before has none of this name, and nobody in it calls one.
            for one in _installed(cursor, function_name(self.path)):
                cursor.execute(f"DROP FUNCTION {one.identity}")


def install_function(file: str, *, sha256: str, is_new: bool = False) -> InstallFunction:
    """A migration operation: install `file` (relative to the package) if it still is the version that this hash names.

    `is_new`: no release before has a function of this name; taken back, it goes.

    A later migration pins a later version, and then does it here. That the last pin of a file is the file, and that what is
    installed after the last migration is too, is asked by `kernel.schema` at every start and every command.
    """
    return InstallFunction(PACKAGE / file, sha256, is_new=is_new)
