"""Django's PostgreSQL with three things of our own: a pool, instants that are read quickly, and indexes that are built beside.

In our pool nobody meets a dead connection, and it is back within a second or two of its database.

psycopg's own waits twice as long after each attempt, minutes in the end, and hands out connections that the database closed
long ago, each of which costs somebody an error; its remedy is a question to the database before every use.
"""

from __future__ import annotations

import select
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import psycopg
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base, schema
from psycopg.adapt import AdaptersMap
from psycopg.types.datetime import TimestamptzLoader
from psycopg_pool import ConnectionPool

# Wall seconds. An attempt is given up so soon because the next one begins at once and knows no waits of earlier ones.
_GIVE_UP_AFTER = 1.0


class Pool(ConnectionPool[Any]):
    """As psycopg's, but it looks at a connection before it hands it out, and never waits long between two attempts."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            check=self._refuse_closed,
            reconnect_timeout=_GIVE_UP_AFTER,
            # `check` lets the pool grow, so somebody is always trying.
            reconnect_failed=lambda pool: pool.check(),
            **options,
        )

    def _refuse_closed(self, connection: psycopg.Connection[Any]) -> None:
        """An idle connection has nothing to say but that it is over: a look at the socket, no question to the server."""
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        if not poll.poll(0):
            return
        connection.close()
        # The others are as old: whoever comes next need not find out one by one.
        self.drain()
        raise psycopg.OperationalError("the server has closed this connection")


class InstantLoader(TimestamptzLoader):
    """A timestamptz as a connection in UTC writes it, seven times as fast as Django's, which reads it by a regular expression.

    A payday reads fifty instants a person. Whatever is written otherwise (another zone, infinity) is read as Django does.
    """

    # Django compares this with the connection's own zone, and registers its loader over ours when they differ.
    timezone = UTC

    def load(self, data: Any) -> datetime:
        try:
            found = datetime.fromisoformat(bytes(data).decode())
        except ValueError:
            return super().load(data).replace(tzinfo=UTC)
        return found if found.tzinfo is UTC else super().load(data).replace(tzinfo=UTC)


@lru_cache
def _with_quick_instants(adapters: AdaptersMap) -> AdaptersMap:
    ours = AdaptersMap(adapters)
    ours.register_loader("timestamptz", InstantLoader)
    return ours


class SchemaEditor(schema.DatabaseSchemaEditor):
    """Django's, which leaves an index alone that was built before its migration (`kernel.migrating`), and can be killed and run again
    while it builds one beside what goes on."""

    def add_index(self, model: Any, index: Any, concurrently: bool = False) -> None:
        is_valid = None if self.collect_sql else self._is_valid(model._meta.db_table, index.name)
        if is_valid:
            return
        if is_valid is False:
            # Whoever built it was killed: it is kept up to date and used by nobody.
            self.execute(
                f"DROP INDEX {'CONCURRENTLY ' if concurrently else ''}{self.quote_name(index.name)}", params=None
            )
        if not concurrently:
            super().add_index(model, index)
            return
        # It takes no lock that anybody waits for, and has to wait itself for every transaction that is older.
        before = self._lock_timeout()
        self.execute("SET lock_timeout = 0", params=None)
        try:
            super().add_index(model, index, concurrently=True)
        finally:
            self.execute(f"SET lock_timeout = '{before}'", params=None)

    def add_field(self, model: Any, field: Any) -> None:
        # A migration that builds an index beside what goes on is no transaction: killed, it begins again at its first line.
        if not self._goes_on() or field.column not in self._columns(model._meta.db_table):
            super().add_field(model, field)

    def remove_index(self, model: Any, index: Any, concurrently: bool = False) -> None:
        if not self._goes_on() or self._is_valid(model._meta.db_table, index.name) is not None:
            super().remove_index(model, index, **({"concurrently": True} if concurrently else {}))

    def _goes_on(self) -> bool:
        return not self.atomic_migration and not self.collect_sql

    def _columns(self, table: str) -> set[str]:
        with self.connection.cursor() as cursor:
            return {column.name for column in self.connection.introspection.get_table_description(cursor, table)}

    def _is_valid(self, table: str, index: str) -> bool | None:
        """None: there is no index of this name at this table."""
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s) AND indrelid = to_regclass(%s)",
                [self.quote_name(index), self.quote_name(table)],
            )
            found = cursor.fetchone()
        return None if found is None else bool(found[0])

    def _lock_timeout(self) -> str:
        with self.connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return str(cursor.fetchone()[0])


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = SchemaEditor

    def get_connection_params(self) -> dict[str, Any]:
        found: dict[str, Any] = super().get_connection_params()
        if self.timezone == UTC:
            found["context"] = _with_quick_instants(found["context"])
        return found

    @property
    def pool(self) -> Pool | None:
        """The pool of this process, made at first use and opened by Django; None where there is none."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        ours: Any = self
        pools: dict[str, Pool] = ours._connection_pools
        if self.alias not in pools:
            made = Pool(
                kwargs=self.get_connection_params() | {"autocommit": True},
                open=False,
                configure=ours._configure_connection,
                **options,
            )
            # Of several threads that make one at the same time, the first wins; none is open yet.
            pools.setdefault(self.alias, made)
        return pools[self.alias]
