"""What the roles of a database may do with its tables and functions: compared with what the program says they may, and brought to it.

Roles are named after the one that owns the tables: `prakerja_owner` has `prakerja_portal`, `prakerja_worker` and so on beside it. A
database whose owner is called otherwise, or whose roles were never made, is left as it is. Which role may do what is no business of
the kernel: config/privileges.py says it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection

from prakerja.kernel.db import requires_transaction, rows

OWNER = "owner"
SELECT, INSERT, UPDATE, DELETE = "SELECT", "INSERT", "UPDATE", "DELETE"
# Of a sequence: to take its next number.
USAGE = "USAGE"
# Of a function that runs as its owner; every other does what its caller may, and anybody may call it.
EXECUTE = "EXECUTE"
_KINDS = ("r", "p", "S")
# Role, table, sequence or function, what it may do with it: `UPDATE`, or `UPDATE(amount)` where it is of one column.
Privilege = tuple[str, str, str]
# What whoever gives to it gives to every role there is: nothing of ours is anybody's.
EVERYBODY = "PUBLIC"
_GRANTEE = f"CASE a.grantee WHEN 0 THEN '{EVERYBODY}' ELSE pg_get_userbyid(a.grantee) END"
_OF_COLUMN = re.compile(r"(\w+)\((\w+)\)")


@dataclass(frozen=True)
class Difference:
    """What a role may do and should not (`is_given`), or should be able to and may not."""

    role: str
    table: str
    privilege: str
    is_given: bool

    def __str__(self) -> str:
        return f"{self.role} {'may' if self.is_given else 'may not'} {self.privilege} {self.table}"


def role_name(prefix: str, role: str) -> str:
    """The name that a role has in the server."""
    return f"{prefix}_{role}"


def prefix_of_roles(names: Iterable[str]) -> str | None:
    """What the names of this database's roles begin with; None when it has none."""
    found = rows("SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = to_regclass('django_migrations')")
    owner = str(found[0][0]) if found else ""
    # The embedded server's tables are its own role's, which is called as all begin.
    prefix = owner.removesuffix(f"_{OWNER}")
    wanted = [role_name(prefix, name) for name in names]
    there = rows("SELECT 1 FROM pg_roles WHERE rolname = ANY(%s) LIMIT 1", [wanted])
    return prefix if there else None


def sequences() -> list[str]:
    """The sequences of this database, those of its tables' own numbers too."""
    return [
        name
        for (name,) in rows(
            "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
        )
    ]


def _of_the_owner() -> dict[str, str]:
    """The functions of this database that run as their owner: how PostgreSQL names each → its name."""
    return dict(
        rows(
            "SELECT oid::regprocedure::text, proname FROM pg_proc "
            "WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        )
    )


def differences(wanted: Mapping[str, Mapping[str, frozenset[str]]], *, prefix: str) -> list[Difference]:
    """Where the database differs from `wanted` (role → table, sequence or function → privileges), for the roles of it that exist."""
    names = {role_name(prefix, role): role for role in wanted}
    exist = {name for (name,) in rows("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(names)])}
    tables = {
        name
        for (name,) in rows(
            "SELECT relname FROM pg_class WHERE relkind::text = ANY(%s) AND relnamespace = 'public'::regnamespace",
            [list(_KINDS)],
        )
    }
    given: set[Privilege] = (
        {
            (grantee, table, privilege)
            for grantee, table, privilege in rows(
                f"SELECT {_GRANTEE}, c.relname, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a "
                "WHERE c.relkind::text = ANY(%s) AND c.relnamespace = 'public'::regnamespace "
                f"AND {_GRANTEE} = ANY(%s)",
                [list(_KINDS), [*names, EVERYBODY]],
            )
        }
        | {
            (grantee, table, f"{privilege}({column})")
            for grantee, table, column, privilege in rows(
                f"SELECT {_GRANTEE}, c.relname, attname, a.privilege_type "
                "FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid, aclexplode(t.attacl) a "
                "WHERE t.attacl IS NOT NULL AND NOT attisdropped AND c.relnamespace = 'public'::regnamespace "
                f"AND {_GRANTEE} = ANY(%s)",
                [[*names, EVERYBODY]],
            )
        }
        | {
            (grantee, function, EXECUTE)
            for grantee, function in rows(
                f"SELECT {_GRANTEE}, oid::regprocedure::text "
                "FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a "
                f"WHERE prosecdef AND pronamespace = 'public'::regnamespace AND {_GRANTEE} = ANY(%s)",
                [[*names, EVERYBODY]],
            )
        }
    )
    functions = _of_the_owner()
    should: set[Privilege] = {
        (name, table, privilege)
        for name, role in names.items()
        if name in exist
        for table, privileges in wanted[role].items()
        if table in tables
        for privilege in privileges
    } | {
        (name, identity, EXECUTE)
        for name, role in names.items()
        if name in exist
        for identity, function in functions.items()
        if EXECUTE in wanted[role].get(function, ())
    }
    return [
        *(Difference(*one, is_given=True) for one in sorted(given - should)),
        *(Difference(*one, is_given=False) for one in sorted(should - given)),
    ]


@requires_transaction
def settle(wanted: Mapping[str, Mapping[str, frozenset[str]]], *, prefix: str) -> list[Difference]:
    """Give and take what differs; returns it. The tables' owner alone may do so.

    Only what differs: a table whose privileges stay is not touched, so that nothing waits for a table in use.
    """
    found = differences(wanted, prefix=prefix)
    _bring(found)
    # Whoever takes a privilege of a table takes it of each of its columns too.
    _bring(differences(wanted, prefix=prefix))
    return found


def _bring(found: Iterable[Difference]) -> None:
    quote = connection.ops.quote_name
    together: dict[tuple[bool, str, str], list[str]] = {}
    of_columns: dict[tuple[bool, str, str, str], list[str]] = {}
    for one in found:
        column = _OF_COLUMN.fullmatch(one.privilege)
        if one.privilege == EXECUTE:
            together.setdefault((one.is_given, one.role, EXECUTE), []).append(one.table)
        elif column is None:
            together.setdefault((one.is_given, one.role, one.privilege), []).append(quote(one.table))
        else:
            key = (one.is_given, one.role, column[1], one.table)
            of_columns.setdefault(key, []).append(quote(column[2]))
    statements = [
        *(
            (is_given, role, privilege, ("FUNCTION " if privilege == EXECUTE else "") + ", ".join(names))
            for (is_given, role, privilege), names in together.items()
        ),
        *(
            (is_given, role, f"{privilege} ({', '.join(columns)})", quote(table))
            for (is_given, role, privilege, table), columns in of_columns.items()
        ),
    ]
    with connection.cursor() as cursor:
        for is_given, role, privilege, tables in sorted(statements, key=lambda one: not one[0]):
            verb, to = ("REVOKE", "FROM") if is_given else ("GRANT", "TO")
            cursor.execute(f"{verb} {privilege} ON {tables} {to} {role if role == EVERYBODY else quote(role)}")
