"""Transactions and hot calls. One piece of work is one transaction, opened once, by the operation."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, IntegrityError, InterfaceError, OperationalError, connection, connections
from django.db import transaction as django_transaction
from django.db.models import Model

from prakerja.kernel.ids import array_of_ids
from prakerja.kernel.postgresql.quick import ask

P = ParamSpec("P")
R = TypeVar("R")
# PostgreSQL's code for a transaction that said nothing for too long.
_IDLE = "25P03"


def is_busy(error: BaseException | None) -> bool:
    """Whether the database could not take a call now: it is away, or a lock, a statement or a transaction lasted too long.

    Repeating the call is safe: what was not committed never was.
    """
    if isinstance(error, (OperationalError, InterfaceError)):
        return True
    # A transaction that said nothing for too long was ended, with its connection.
    return getattr(error and error.__cause__, "sqlstate", None) == _IDLE


@contextmanager
def transaction() -> Iterator[None]:
    """Open the transaction of one piece of work. Nesting is an error (`durable`), so a helper cannot commit half."""
    with django_transaction.atomic(durable=True):
        yield


@contextmanager
def repeatable_transaction() -> Iterator[None]:
    """The same for work that is simply done again when it is lost: its commit does not wait for the disk.

    When the machine or the database dies, what was committed in its last fraction of a second may be as if it had never been; the
    order of commits is kept, and nothing is ever half there. Only for what repeats itself without harm.
    """
    with transaction():
        row("SELECT set_config('synchronous_commit', 'off', true)")
        yield


def requires_transaction(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a helper that writes: it refuses to run outside the operation's transaction."""

    @functools.wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        if not connection.in_atomic_block:
            raise RuntimeError(f"{function.__qualname__} writes and must run inside kernel.db.transaction()")
        return function(*args, **kwargs)

    return inner


def transactional(function: Callable[P, R]) -> Callable[P, R]:
    """The same helper as a piece of work of its own, for callers that have no transaction."""

    @functools.wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction():
            return function(*args, **kwargs)

    return inner


def hot_call(sql: str, parameters: Sequence[Any]) -> tuple[Any, ...]:
    """Run one hot call (`SELECT * FROM verb(…)`): one statement, one row, committed by itself under autocommit."""
    found = hot_row(sql, parameters)
    if found is None:
        raise RuntimeError("a hot call returns exactly one row")
    return found


def hot_row(sql: str, parameters: Sequence[Any]) -> tuple[Any, ...] | None:
    """The first row of one statement that is a transaction by itself; None when there is none.

    In a door the connection is borrowed from the pool for the statement only, past the cursors of Django and psycopg (`quick`):
    a third of the cost, and the connection serves others while the answer is written. Elsewhere it is `row`.
    """
    # Looked up once: `connection` looks it up again for every word.
    ours = connections[DEFAULT_DB_ALIAS]
    pool = getattr(ours, "pool", None)
    if pool is None or ours.connection is not None:
        return row(sql, parameters)
    with ours.wrap_database_errors:
        if pool.closed:
            pool.open()
        borrowed = pool.getconn()
        try:
            return ask(borrowed, sql, parameters)
        finally:
            pool.putconn(borrowed)


def rows(sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [tuple(row) for row in cursor.fetchall()]


def row(sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found = cursor.fetchone()
        return tuple(found) if found else None


@contextmanager
def copied_out(statements: Iterable[str]) -> Iterator[Iterator[bytes]]:
    """The rows of queries of one column of text, one query after the other, as COPY gives them, without their newlines.

    A block, for a COPY must be over before anything else is said on its connection: whoever fails in the middle of a mere
    generator keeps it open by the error's traceback, and the transaction's ROLLBACK waits for ever.
    """
    lines = _copied_lines(statements)
    try:
        yield lines
    finally:
        lines.close()


def _copied_lines(statements: Iterable[str]) -> Generator[bytes]:
    ours = connections[DEFAULT_DB_ALIAS]
    for statement in statements:
        rest = b""
        with ours.cursor() as cursor, ours.wrap_database_errors, cursor.copy(f"COPY ({statement}) TO STDOUT") as copy:
            for piece in copy:
                lines = (rest + bytes(piece)).split(b"\n")
                rest = lines.pop()
                yield from lines


@requires_transaction
def copy_in(found: Sequence[Model]) -> None:
    """Insert many new rows of one model by COPY, for lists of tens of thousands.

    `bulk_create` writes a statement with a placeholder for every value and spends most of its time on those. Keys,
    checks and triggers work as for INSERT; a row that conflicts fails the whole transaction.
    """
    if not found:
        return
    meta = found[0]._meta
    fields = [field for field in meta.concrete_fields if not field.generated]
    # The connection itself: `connection` looks it up again for every value.
    ours = connections[DEFAULT_DB_ALIAS]
    quote = ours.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    statement = f"COPY {quote(meta.db_table)} ({columns}) FROM STDIN"
    with ours.cursor() as cursor, ours.wrap_database_errors, cursor.copy(statement) as copy:
        for one in found:
            copy.write_row([field.get_db_prep_save(field.pre_save(one, True), ours) for field in fields])


@requires_transaction
def copy_rows(
    model: type[Model], columns: Sequence[str], records: Iterable[Sequence[Any]], *, skip_known: bool = False
) -> int:
    """Insert new rows of one model by COPY, given as plain values of these columns; returns how many.

    For a whole wave: no object is made for a row, and `records` may be an iterator. A value is what PostgreSQL takes: an id, a
    text (JSON too), bytes, an instant, a number. A row that conflicts fails the transaction; with `skip_known` it is left out,
    and `records` are kept until that is known.
    """
    table, names = _quoted(model._meta.db_table), ", ".join(_quoted(name) for name in columns)
    records = iter(records)
    first = next(records, None)
    if first is None:
        return 0
    records = chain([first], records)
    if not skip_known:
        return _copy(table, names, records)
    records = list(records)
    try:
        # Nearly always nothing is known, and a table beside this one costs as much again.
        with django_transaction.atomic():
            return _copy(table, names, records)
    except IntegrityError:
        beside = _quoted(f"new_{model._meta.db_table}")
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMPORARY TABLE {beside} ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA"
            )
            _copy(beside, names, records)
            cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {beside} ON CONFLICT DO NOTHING")
            count = cursor.rowcount
            cursor.execute(f"DROP TABLE {beside}")
    return int(count)


def _copy(table: str, names: str, records: Iterable[Sequence[Any]]) -> int:
    ours = connections[DEFAULT_DB_ALIAS]
    with ours.cursor() as cursor, ours.wrap_database_errors:
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for record in records:
                copy.write_row(record)
        return int(cursor.rowcount)


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))


@requires_transaction
def write_back(found: Sequence[Model], *names: str, same: Iterable[str] = ()) -> None:
    """Store these fields of many rows of one model, which the caller has locked, by one statement.

    `same` names fields that hold the same in all of them: those travel once.
    """
    if not found:
        return
    meta = found[0]._meta
    keys: list[Any] = [field for field in meta.concrete_fields if field.primary_key or field.attname == "person_id"]
    each = {field.attname: [getattr(one, field.attname) for one in found] for field in keys}
    for name in names:
        attname = str(getattr(meta.get_field(name), "attname", name))
        each[attname] = [getattr(one, attname) for one in found]
    update_rows(
        type(found[0]),
        keys=[str(field.attname) for field in keys],
        each=each,
        same={name: getattr(found[0], name) for name in same},
    )


@requires_transaction
def update_rows(
    model: type[Model], *, keys: Sequence[str], each: Mapping[str, Sequence[Any]], same: Mapping[str, Any] | None = None
) -> int:
    """Change many rows of one model by one statement; returns how many there were.

    `each` has the values of every row in the same order: those of `keys`, by which it is found, and those that it gets; `same`
    is what all of them get. For rows that nobody made objects of.
    """
    ours = connections[DEFAULT_DB_ALIAS]
    meta, quote = model._meta, ours.ops.quote_name
    fields: dict[str, Any] = {name: meta.get_field(name) for name in [*each, *(same or {})]}
    # The type of what a foreign key holds is that of the key.
    arrays = ", ".join(f"%s::{fields[name].db_type(ours)}[]" for name in each)
    named = ", ".join(quote(fields[name].column) for name in each)
    sets = [f"{quote(fields[name].column)} = new.{quote(fields[name].column)}" for name in each if name not in keys]
    sets += [f"{quote(fields[name].column)} = %s" for name in same or {}]
    found_by = " AND ".join(f"old.{quote(fields[name].column)} = new.{quote(fields[name].column)}" for name in keys)
    values: list[Any] = [fields[name].get_db_prep_save(value, ours) for name, value in (same or {}).items()]
    for name, column in each.items():
        if all(isinstance(value, uuid.UUID) for value in column):
            values.append(array_of_ids(column))
        else:
            values.append([fields[name].get_db_prep_save(value, ours) for value in column])
    with ours.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(meta.db_table)} old SET {', '.join(sets)} "
            f"FROM unnest({arrays}) AS new ({named}) WHERE {found_by}",
            values,
        )
        return int(cursor.rowcount)
