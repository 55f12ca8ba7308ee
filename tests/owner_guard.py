"""Watches every statement of a test: who wrote this table, and is it the owner's code?

`tests/house/test_owners.py` reads the source; what it cannot tell (a row that came by a path without annotations, SQL put
together at run time) is seen here, when it happens. A statement belongs to the nearest frame of a package of ours, so a
verb that a stranger calls is its owner's work. Statements of a test itself build its world and are nobody's. COPY does not
pass here (`kernel.db.copy_in`): whose rows are copied is read from the source.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable
from typing import Any

from django.db.backends.signals import connection_created

from tests.house.owners import owner_of, sql_locks, sql_writes, tables

_DATA = re.compile(r"\s*(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|COPY|WITH|SELECT)\b", re.I)
_MAY_WRITE = re.compile(r"INSERT|UPDATE|DELETE|MERGE|TRUNCATE|COPY", re.I)
# Ways to the database that carry everybody's statements.
_CARRIERS = {"prakerja.kernel.db", "prakerja.kernel.spreading"}
# The written exception: it gives values another form, never another meaning, in the columns that are declared
# (architecture.md "Owners"; tests/house/test_sealed.py).
_OF_FORM = "prakerja.kernel.rotation"
_found: list[str] = []


def watch() -> None:
    """Look at every statement of every connection of this process from now on."""
    connection_created.connect(_look_at, dispatch_uid="owner_guard")


def forget() -> list[str]:
    """What was found since the last time."""
    found = sorted(set(_found))
    _found.clear()
    return found


def _look_at(*, connection: Any, **_: Any) -> None:
    if _guard not in connection.execute_wrappers:
        connection.execute_wrappers.append(_guard)


def _guard(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    touched = _touched(sql) if isinstance(sql, str) else ()
    if touched:
        writer = _writer()
        for verb, table in touched:
            if writer is not None and owner_of(table) != writer:
                _found.append(f"{verb} {table}: owner {owner_of(table)}, writer {writer}")
    return execute(sql, params, many, context)


@functools.lru_cache(maxsize=4096)
def _touched(sql: str) -> tuple[tuple[str, str], ...]:
    if not _DATA.match(sql) or not _MAY_WRITE.search(sql):
        return ()
    known = [(verb, table) for verb, table in sql_writes(sql) if table in tables()]
    return (*known, *(("LOCK", table) for table in sorted(sql_locks(sql))))


def _writer() -> str | None:
    """The package of the nearest frame of ours; None when the test itself is nearer."""
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name.startswith("tests."):
            if name != __name__:
                return None
        elif name == _OF_FORM:
            return None
        elif name.startswith("prakerja.") and name not in _CARRIERS:
            return str(name).split(".")[1]
        frame = frame.f_back  # type: ignore[assignment]
    return None
