"""Databases of earlier releases: restored from dumps by psycopg alone, and described by PostgreSQL's own catalogue."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

ROOT = Path(__file__).resolve().parents[2]
RELEASES = Path(__file__).parent / "releases"
# What pg_dump says to psql or to a newer server, and nobody needs here.
_SKIPPED = re.compile(r"^(?:\\(?:un)?restrict .*|SET .*|SELECT pg_catalog\.set_config\('search_path'.*)$", re.M)
_COPY = re.compile(r"^(COPY [^;]*? FROM stdin);\n(.*?)^\\\.$", re.M | re.S)


@dataclass(frozen=True)
class Restored:
    """A database of an earlier release with the keys that sealed what is in it."""

    release: str
    url: str
    keys: Path

    def environment(self) -> dict[str, str]:
        """What makes a command use it."""
        return {**os.environ, "DATABASE_URL": self.url, "PRAKERJA_KEYS": str(self.keys)}


def names() -> list[str]:
    """The releases that are kept, by the commit that made their dump."""
    return sorted(path.name.removesuffix(".sql.gz") for path in RELEASES.glob("*.sql.gz"))


@contextlib.contextmanager
def restored(release: str, *, folder: Path) -> Iterator[Restored]:
    """The release's database under a name of its own, dropped at the end. `folder` takes its keys."""
    keys = folder / "keys"
    keys.mkdir(mode=0o700)
    for name, document in json.loads((RELEASES / f"{release}.keys.json").read_text()).items():
        (keys / name).write_text(json.dumps(document))
        (keys / name).chmod(0o600)
    with fresh(f"upgrade_{release}_{os.getpid()}") as url:
        load(url, gzip.decompress((RELEASES / f"{release}.sql.gz").read_bytes()).decode())
        yield Restored(release, url, keys)


@contextlib.contextmanager
def fresh(name: str) -> Iterator[str]:
    """An empty database on the tests' server; its URL."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield url_of(name)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def url_of(name: str) -> str:
    """The URL of another database on the tests' server."""
    server = os.environ["DATABASE_URL"]
    found = re.fullmatch(r"(\w+://[^/?]*)(?:/[^?]*)?(\?.*)?", server)
    if found is None:
        return make_conninfo(**{**conninfo_to_dict(server), "dbname": name})
    return f"{found[1]}/{name}{found[2] or ''}"


def load(url: str, dump: str) -> None:
    """Play a plain dump of pg_dump, rows included: the statements as they are, each COPY by psycopg's."""
    with psycopg.connect(url) as connection:
        connection.execute("SET check_function_bodies = off")
        position = 0
        for found in _COPY.finditer(dump):
            _play(connection, dump[position : found.start()])
            with connection.cursor() as cursor, cursor.copy(found[1]) as copy:  # type: ignore[arg-type]
                copy.write(found[2])
            position = found.end()
        _play(connection, dump[position:])


def _play(connection: psycopg.Connection[Any], statements: str) -> None:
    text = _SKIPPED.sub("", statements)
    if re.search(r"^[^-\s]", text, re.M):
        connection.execute(text)  # type: ignore[call-overload]


_CATALOGUE = {
    "tables": """
        SELECT relname, relkind::text, reloptions::text FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')""",
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text,
               a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid)
          FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
          LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped""",
    # PostgreSQL 18 names what is NOT NULL too; the columns above tell that already.
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace AND contype <> 'n'""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    # Brackets are left out: a dump that is played writes (a AND b) AND c as a AND b AND c, which is the same condition.
    "triggers": """
        SELECT tgrelid::regclass::text, tgname, tgenabled::text, translate(pg_get_triggerdef(oid), '()', '')
          FROM pg_trigger
         WHERE NOT tgisinternal""",
    "functions": """
        SELECT oid::regprocedure::text, pg_get_functiondef(oid), obj_description(oid, 'pg_proc') FROM pg_proc
         WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'""",
    "migrations": "SELECT app, name FROM django_migrations",
}


def describe(url: str) -> dict[str, set[tuple[Any, ...]]]:
    """Everything of a schema that a program can meet, as sets that can be compared."""
    with psycopg.connect(url, autocommit=True) as connection:
        return {kind: set(connection.execute(query).fetchall()) for kind, query in _CATALOGUE.items()}  # type: ignore[call-overload]
