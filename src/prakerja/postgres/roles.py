"""The roles and the database of an installation, made in a server that somebody else runs. Each verb may be killed and called again.

Everything made here bears the installation's own mark in its comment, so that what another made is never taken for ours.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from prakerja.postgres.binaries import OLDEST
from prakerja.postgres.errors import LauncherError

_BUILTIN = "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
_OF_LIBRARY = "LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"


@dataclass(frozen=True)
class Role:
    """A role that signs in. `settings`: what each of its sessions begins with, by the names of PostgreSQL. `password` "": none."""

    name: str
    password: str
    settings: Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """Where a server is for those who work with the database, and under which name the database is there."""

    host: str
    port: str
    database: str
    # As libpq calls them: sslmode, sslrootcert.
    options: Mapping[str, str]

    def url(self, role: str, password: str) -> str:
        """The address that a role connects to, its password in it."""
        login = f"{quote(role, safe='')}:{quote(password, safe='')}"
        is_folder = self.host.startswith("/")
        where = "" if is_folder else f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port and not is_folder else ""
        more = {"host": self.host, "port": self.port} if is_folder else {}
        query = "&".join(f"{key}={quote(value, safe='')}" for key, value in {**more, **self.options}.items() if value)
        return f"postgresql://{login}@{where}{port}/{quote(self.database, safe='')}" + (f"?{query}" if query else "")


@contextlib.contextmanager
def as_maker(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of whoever may make databases and roles. Raises LauncherError: what keeps them from it."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise LauncherError("maker-invalid") from None
    where = f"{parts.get('host') or parts.get('hostaddr') or 'local socket'}:{parts.get('port') or 5432}"
    try:
        connection = psycopg.connect(make_conninfo(url, dbname=parts.get("dbname") or "postgres"), connect_timeout=10)
    except psycopg.OperationalError as error:
        # The server's own words name no password.
        raise LauncherError("maker-unreachable", where=where, reason=_last_line(error)) from None
    with connection:
        connection.autocommit = True
        version = connection.info.server_version // 10_000
        if version < OLDEST:
            raise LauncherError("database-url-too-old", found=version, oldest=OLDEST)
        powers = connection.execute(
            "SELECT rolsuper OR rolcreatedb, rolsuper OR rolcreaterole, rolname FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert powers is not None
        if not (powers[0] and powers[1]):
            raise LauncherError("maker-powerless", role=powers[2])
        yield connection


def place_of(url: str, *, database: str, host: str = "", port: str = "") -> Place:
    """Where the server of `url` is for everybody else: as it stands there, unless told otherwise."""
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    kept = {name: value for name, value in parts.items() if name in ("sslmode", "sslrootcert")}
    return Place(
        host=host or parts.get("host") or parts.get("hostaddr") or "/var/run/postgresql",
        port=port or parts.get("port") or "5432",
        database=database,
        options=kept,
    )


def require_unused(maker: psycopg.Connection[Any], *, url: str, database: str, names: list[str], mark: str) -> None:
    """Raise LauncherError: a role of one of these names is another's, or the database has something in it that is not ours."""
    for name, comment in maker.execute(
        "SELECT rolname, shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = ANY(%s) ORDER BY 1", [names]
    ).fetchall():
        if comment != mark:
            raise LauncherError("role-taken", role=name)
    found = maker.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [database]
    ).fetchone()
    if found is None or found[0] == mark:
        return
    try:
        with psycopg.connect(make_conninfo(url, dbname=database), connect_timeout=10) as there:
            content = there.execute(
                "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
                "WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'"
            ).fetchone()
    except psycopg.OperationalError as error:
        owner = maker.execute(
            "SELECT shobj_description(datdba, 'pg_authid') FROM pg_database WHERE datname = %s", [database]
        ).fetchone()
        if owner is not None and owner[0] == mark:
            # Made by us and closed to everybody else, before its own comment was written.
            return
        raise LauncherError("database-closed", database=database, reason=_last_line(error)) from None
    if content is not None and content[0]:
        raise LauncherError("database-not-empty", database=database, count=content[0])


def make_roles(maker: psycopg.Connection[Any], roles: list[Role], *, mark: str) -> None:
    """Make every role that is not there, and give each its password and settings. All of them or none."""
    with maker.transaction():
        for role in roles:
            name = sql.Identifier(role.name)
            there = maker.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role.name]).fetchone()
            if there is None:
                maker.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
                maker.execute(sql.SQL("COMMENT ON ROLE {} IS {}").format(name, sql.Literal(mark)))
            if role.password:
                # Hashed here: no password of ours comes into the server's log.
                hashed = maker.pgconn.encrypt_password(role.password.encode(), role.name.encode(), b"scram-sha-256")
                maker.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(hashed.decode())))
            for setting, value in role.settings.items():
                maker.execute(
                    sql.SQL("ALTER ROLE {} SET {} = {}").format(name, sql.Identifier(setting), sql.Literal(value))
                )


def make_database(maker: psycopg.Connection[Any], *, database: str, owner: str) -> None:
    """Make the database, its owner's alone, unless it is there."""
    found = maker.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [database]).fetchone()
    if found is not None and found[0] == owner:
        return
    # Whoever is no superuser gives away only to a role that it may become.
    joins = not _is_superuser(maker)
    if joins:
        maker.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(owner)))
    try:
        if found is None:
            # As the embedded server's: by bytes, so that a list has one order everywhere and no library's update spoils an index.
            knows = maker.info.server_version >= 170_000
            maker.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' {}").format(
                    sql.Identifier(database), sql.Identifier(owner), sql.SQL(_BUILTIN if knows else _OF_LIBRARY)
                )
            )
        else:
            maker.execute(
                sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(database), sql.Identifier(owner))
            )
    finally:
        if joins:
            maker.execute(sql.SQL("REVOKE {} FROM CURRENT_USER").format(sql.Identifier(owner)))


def close_database(url: str, *, roles: list[str], mark: str) -> None:
    """As its owner: nobody connects to it but these roles, nobody makes anything in it, and it bears the mark."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        found = connection.execute("SELECT current_database()").fetchone()
        assert found is not None
        database = sql.Identifier(found[0])
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for role in roles:
            name = sql.Identifier(role)
            connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, name))
            connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name))
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(database, sql.Literal(mark)))


def require_sign_in(urls: Mapping[str, str]) -> None:
    """Raise LauncherError: the server lets one of these roles not in, by its own words. `urls`: role → address."""
    for role, url in urls.items():
        try:
            psycopg.connect(url, connect_timeout=10).close()
        except psycopg.OperationalError as error:
            raise LauncherError("role-cannot-sign-in", role=role, reason=_last_line(error)) from None


def _is_superuser(maker: psycopg.Connection[Any]) -> bool:
    found = maker.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(found and found[0])


def _last_line(error: psycopg.Error) -> str:
    return str(error).strip().splitlines()[-1].strip() if str(error).strip() else type(error).__name__
