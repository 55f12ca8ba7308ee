"""The roles of the embedded server: the doors of a demo run under them too, so that it shows what each is allowed (ADR 0039).

Whoever reaches the socket is let in as any of them without a password: the folder is closed to everybody else.
"""

from __future__ import annotations

import psycopg

from prakerja.config.privileges import ROLES, SANDBOX, SETTINGS
from prakerja.kernel.privileges import role_name
from prakerja.postgres import Server, roles
from prakerja.postgres.postmaster import ROLE

_MARK = "prakerja embedded"


def make(server: Server) -> None:
    """Make the roles of an embedded server and close its database to everybody else; nothing in a server of DATABASE_URL."""
    if server.socket_dir is None:
        return
    made = [roles.Role(name=role_name(ROLE, name), password="", settings=SETTINGS[name]) for name in (*ROLES, SANDBOX)]
    with psycopg.connect(server.dsn, autocommit=True) as maker:
        roles.make_roles(maker, made, mark=_MARK)
    roles.close_database(server.dsn, roles=[role.name for role in made], mark=_MARK)


def dsn_for(server: Server, role: str) -> str:
    """Where this role finds the database. In a server of DATABASE_URL, and in one without roles, everybody is who that names."""
    if server.socket_dir is None:
        return server.dsn
    name = role_name(ROLE, role)
    with psycopg.connect(server.dsn) as connection:
        there = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    return server.dsn_as(name) if there else server.dsn
