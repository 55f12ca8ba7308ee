"""One short statement over a borrowed connection, by libpq's own call: a third of what psycopg's cursor costs.

A cursor looks up how to write every value, drives a generator and waits in Python; that is more than the statement for a hot call. Here
a statement is prepared once a connection, a handful of plain types are written as they are, and one C call sends and waits
without holding other threads up. Values are read by psycopg's own loaders, errors are psycopg's own.

A peer that is gone is noticed by the socket (`tcp_user_timeout`), a statement that takes too long by the server; nobody interrupts a
thread of a door from Python.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import errors
from psycopg.adapt import Transformer
from psycopg.pq import DiagnosticField, ExecStatus, Format

_PREPARED = "_prakerja_prepared"
# The server has forgotten a statement, or its answer has other columns since a function was replaced: neither has done anything.
_ASK_AGAIN = ("26000", "0A000")


def ask(connection: psycopg.Connection[Any], sql: str, parameters: Sequence[Any]) -> tuple[Any, ...] | None:
    """The first row of a statement that is its own transaction; None when there is none. Raises what psycopg would.

    `sql` has a `%s` for each parameter.
    """
    try:
        values = [_WRITTEN[type(value)](value) for value in parameters]
    except KeyError:
        # A list, a decimal: psycopg knows how those are written.
        found = connection.execute(sql, parameters).fetchone()
        return tuple(found) if found else None
    formats = [_BINARY if type(value) is bytes else _TEXT for value in parameters]
    prepared = connection.__dict__.get(_PREPARED)
    if prepared is None:
        prepared = connection.__dict__[_PREPARED] = _Prepared(connection)
    result = prepared.run(sql, values, formats)
    if result.status != ExecStatus.TUPLES_OK:
        if result.status == ExecStatus.COMMAND_OK:
            return None
        raise prepared.error(result)
    if not result.ntuples:
        return None
    reads = prepared.transformer
    reads.set_pgresult(result)
    row: tuple[Any, ...] = reads.load_row(0, tuple)
    reads.set_pgresult(None)
    return row


class _Prepared:
    """What one connection has prepared, and how it reads values. Whoever has borrowed the connection is alone with it."""

    __slots__ = ("_names", "_pgconn", "transformer")

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._pgconn = connection.pgconn
        self._names: dict[str, bytes] = {}
        self.transformer = Transformer.from_context(connection)

    def run(self, sql: str, values: Sequence[Any], formats: Sequence[Format]) -> Any:
        name = self._names.get(sql)
        if name is None:
            name = self._prepare(sql)
        result = self._pgconn.exec_prepared(name, values, formats)
        if result.status == ExecStatus.FATAL_ERROR and _state(result) in _ASK_AGAIN:
            name = self._prepare(sql)
            result = self._pgconn.exec_prepared(name, values, formats)
        return result

    def _prepare(self, sql: str) -> bytes:
        # A name of its own each time: what the server may still hold under the last one is not asked for again.
        name = b"prakerja_%d" % len(self._names) if sql not in self._names else self._names[sql] + b"_"
        result = self._pgconn.prepare(name, _numbered(sql))
        if result.status != ExecStatus.COMMAND_OK:
            raise self.error(result)
        self._names[sql] = name
        return name

    def error(self, result: Any) -> psycopg.Error:
        if not _state(result):
            # The server said nothing: it is gone.
            return psycopg.OperationalError(result.get_error_message(self.transformer.encoding))
        return errors.error_from_result(result, self.transformer.encoding)


def _state(result: Any) -> str:
    return (result.error_field(DiagnosticField.SQLSTATE) or b"").decode()


@lru_cache(maxsize=256)
def _numbered(sql: str) -> bytes:
    """`%s` as the server numbers it."""
    first, *rest = sql.split("%s")
    return "".join([first, *(f"${number}{part}" for number, part in enumerate(rest, 1))]).replace("%%", "%").encode()


def _text(value: str) -> bytes:
    written = value.encode()
    if b"\0" in written:
        raise errors.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return written


_TEXT, _BINARY = Format.TEXT, Format.BINARY
_WRITTEN: dict[type, Callable[[Any], bytes | None]] = {
    type(None): lambda _: None,
    bool: lambda value: b"t" if value else b"f",
    bytes: lambda value: value,
    float: lambda value: repr(value).encode(),
    datetime: lambda value: value.isoformat().encode(),
    int: lambda value: b"%d" % value,
    str: _text,
    uuid.UUID: lambda value: value.hex.encode(),
}
