"""What the role of a door, of the worker and of commands cannot do, tried as each of them in a real installation (ADR 0039)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from prakerja.config.privileges import DOORS, OWNER, ROLES, less_rights, narrow_rights
from tests.cli.conftest import Installation

# By what it would do; {owner} and {me} are names of roles.
ATTACKS = {
    "switch off what keeps the ledger": "ALTER TABLE ledger_transfer DISABLE TRIGGER ledger_transfer_immutable",
    "switch off every trigger": "SET session_replication_role = replica",
    "change a transfer": "UPDATE ledger_transfer SET amount = amount + 1",
    "delete a transfer": "DELETE FROM ledger_transfer",
    "empty the ledger": "TRUNCATE ledger_transfer CASCADE",
    "change what was recorded": "UPDATE audit_record SET action = ''",
    "delete what was recorded": "DELETE FROM audit_record",
    "empty the trail": "TRUNCATE audit_record",
    "lock everybody out": "DO $$ BEGIN LOCK TABLE ledger_transfer IN ACCESS EXCLUSIVE MODE; END $$",
    "make a sandbox of it": "UPDATE kernel_installation SET is_sandbox = true",
    "install another": "INSERT INTO kernel_installation SELECT * FROM kernel_installation",
    "forget what was installed": "DELETE FROM kernel_installation",
    "forget a migration": "DELETE FROM django_migrations",
    "make a table": "CREATE TABLE public.mine (id int)",
    "make a schema": "CREATE SCHEMA mine",
    "make a function": "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "replace a guard": "CREATE OR REPLACE FUNCTION kernel_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "drop a guard": "DROP FUNCTION kernel_refuse_change() CASCADE",
    "drop a hot call": "DO $$ BEGIN EXECUTE (SELECT 'DROP FUNCTION ' || oid::regprocedure FROM pg_proc WHERE proname = 'authorise'); END $$",
    "add a trigger": "CREATE TRIGGER mine BEFORE INSERT ON ledger_transfer EXECUTE FUNCTION kernel_refuse_change()",
    "add a rule": "CREATE RULE mine AS ON INSERT TO ledger_transfer DO INSTEAD NOTHING",
    "change a table": "ALTER TABLE ledger_transfer ADD COLUMN mine int",
    "own a table": "ALTER TABLE ledger_transfer OWNER TO {me}",
    "drop a table": "DROP TABLE ledger_transfer CASCADE",
    "run a program": "COPY (SELECT 1) TO PROGRAM 'true'",
    "read from a program": "COPY people_person FROM PROGRAM 'true'",
    "write a file": "COPY (SELECT 1) TO '/tmp/mine'",
    "read a file": "SELECT pg_read_file('/etc/passwd')",
    "read a file's bytes": "SELECT pg_read_binary_file('/etc/passwd')",
    "list a folder": "SELECT pg_ls_dir('.')",
    "take a file in": "SELECT lo_import('/etc/passwd')",
    "put a file out": "SELECT lo_export(1, '/tmp/mine')",
    "load code": "LOAD 'dblink'",
    "reach another database": "CREATE EXTENSION dblink",
    "a language of its own": "CREATE FUNCTION mine() RETURNS int LANGUAGE internal AS 'int4in'",
    "become the owner": "SET ROLE {owner}",
    "sign in as the owner": "SET SESSION AUTHORIZATION {owner}",
    "join the owner": "GRANT {owner} TO {me}",
    "join who may run programs": "GRANT pg_execute_server_program TO {me}",
    "become a superuser": "ALTER ROLE {me} SUPERUSER",
    "make a role": "CREATE ROLE mine LOGIN",
    "read passwords of roles": "SELECT rolpassword FROM pg_authid",
    "give away what it may": "GRANT SELECT ON people_person TO PUBLIC",
    "change the server": "ALTER SYSTEM SET fsync = off",
    "change the database": "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = mine', current_database()); END $$",
    "publish everything": "CREATE PUBLICATION mine FOR ALL TABLES",
    "stop others": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{owner}'",
}
# GRANT of a privilege that one may not give is a warning and does nothing; so does stopping nobody.
_SILENT = ("give away what it may", "stop others")


@pytest.mark.parametrize("role", ROLES)
def test_no_role_can_bend_the_database(installed: Installation, role: str) -> None:
    names = {"owner": f"{installed.name}_{OWNER}", "me": f"{installed.name}_{role}"}
    done = []
    with psycopg.connect(installed.url(role), autocommit=True) as connection:
        for what, statement in ATTACKS.items():
            try:
                connection.execute(statement.replace("{owner}", names["owner"]).replace("{me}", names["me"]))
            except psycopg.errors.InsufficientPrivilege:
                continue
            if what not in _SILENT:
                done.append(what)
        given = connection.execute(
            "SELECT count(*) FROM pg_class, aclexplode(relacl) a WHERE relname = 'people_person' AND a.grantee = 0"
        ).fetchone()
    assert (done, given) == ([], (0,))


# What a door has no use for, however it is asked: who operates, how they sign in, whom people are, what says who we are.
SECRETS = {
    "partner_api": (
        "SELECT password FROM access_user",
        "SELECT secret_enc FROM access_secondfactor",
        "SELECT nik_enc FROM people_person",
        "SELECT family_card_enc FROM people_person",
        "SELECT * FROM people_nikclaim",
        "SELECT * FROM disbursements_payoutaccount",
        "SELECT * FROM registrations_document",
        "SELECT * FROM access_session",
        "SELECT * FROM draw_signingkey",
    ),
    "callbacks": (
        "SELECT password FROM access_user",
        "SELECT * FROM access_session",
        "SELECT * FROM people_person",
        "SELECT sign_key_enc FROM partners_apicredential",
        "SELECT * FROM vouchers_voucher",
        "SELECT * FROM registrations_document",
    ),
}
SECRETS["portal"] = (
    "SELECT password FROM access_user",
    "SELECT secret_enc FROM access_secondfactor",
    "SELECT token_hash FROM access_passwordlink",
    "SELECT secret_enc FROM webhooks_secret",
)
CHANGES = (
    "UPDATE kernel_keyrecord SET ended_at = now()",
    "DELETE FROM kernel_keyrecord",
    "UPDATE access_user SET is_active = true",
    "INSERT INTO access_operatorrole DEFAULT VALUES",
    "UPDATE programmes_schemeversion SET code = ''",
)


@pytest.mark.parametrize("role", SECRETS)
def test_a_door_reads_and_changes_nothing_that_is_no_business_of_it(installed: Installation, role: str) -> None:
    with psycopg.connect(installed.url(role), autocommit=True) as connection:
        assert _not_refused(connection, [*SECRETS[role], *CHANGES]) == []


@pytest.mark.parametrize("role", sorted({*less_rights()} & {*ROLES}))
def test_a_role_that_may_much_may_not_everything(installed: Installation, role: str) -> None:
    with psycopg.connect(installed.url(role), autocommit=True) as connection:
        less = less_rights()[role]
        attempts = [
            statement
            for table, columns in _tables(connection)
            if table in less
            for statement in _beyond(table, columns, less[table])
        ]
        assert attempts
        assert _not_refused(connection, attempts) == []


@pytest.mark.parametrize("role", narrow_rights())
def test_whatever_is_not_a_doors_right_is_refused(installed: Installation, role: str) -> None:
    """Of every table, every kind of statement that its rights do not name, and every column where they name some."""
    may = narrow_rights()[role]
    with psycopg.connect(installed.url(role), autocommit=True) as connection:
        found = _tables(connection)
        attempts = [
            statement for table, columns in found for statement in _beyond(table, columns, may.get(table, frozenset()))
        ]
        assert len(attempts) > 3 * (len(found) - len(may))
        assert _not_refused(connection, attempts) == []


def _tables(connection: psycopg.Connection[Any]) -> list[tuple[str, list[str]]]:
    """Every table with its columns."""
    return connection.execute(
        "SELECT relname, array_agg(attname::text) FROM pg_class c JOIN pg_attribute ON attrelid = c.oid WHERE relkind IN ('r', 'p') "
        "AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped GROUP BY relname"
    ).fetchall()


def _beyond(table: str, columns: list[str], may: frozenset[str]) -> Iterator[str]:
    named = {right.partition("(")[0] for right in may}
    if "INSERT" not in named:
        yield f'INSERT INTO "{table}" DEFAULT VALUES'
    if "DELETE" not in named:
        yield f'DELETE FROM "{table}" WHERE false'
    yield f'TRUNCATE "{table}"'
    for column in columns:
        if not {"SELECT", f"SELECT({column})"} & may:
            yield f'SELECT "{column}" FROM "{table}" WHERE false'
        if not {"UPDATE", f"UPDATE({column})"} & may:
            yield f'UPDATE "{table}" SET "{column}" = DEFAULT WHERE false'


def _not_refused(connection: psycopg.Connection[Any], statements: list[str]) -> list[str]:
    """Those that ended otherwise than by a lack of privilege; all of them in one trip."""
    connection.execute("CREATE TEMPORARY TABLE attempt (statement text)")
    connection.execute("CREATE TEMPORARY TABLE done (statement text, how text)")
    with connection.cursor() as cursor, cursor.copy("COPY attempt FROM STDIN") as copy:
        for statement in statements:
            copy.write_row([statement])
    connection.execute(
        "DO $$ DECLARE one text; BEGIN FOR one IN SELECT statement FROM attempt LOOP "
        "BEGIN EXECUTE one; INSERT INTO done VALUES (one, ''); "
        "EXCEPTION WHEN insufficient_privilege THEN NULL; WHEN OTHERS THEN INSERT INTO done VALUES (one, SQLERRM); END; "
        "END LOOP; END $$"
    )
    return [f"{statement} {how}" for statement, how in connection.execute("SELECT statement, how FROM done").fetchall()]


@pytest.mark.parametrize("role", DOORS)
def test_a_doors_statements_and_waits_end(installed: Installation, role: str) -> None:
    with psycopg.connect(installed.url(role)) as connection:
        limits = [
            connection.execute("SELECT setting::int FROM pg_settings WHERE name = %s", [name]).fetchone()
            for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
        ]
    assert all(limit is not None and 0 < limit[0] <= 60_000 for limit in limits), limits
