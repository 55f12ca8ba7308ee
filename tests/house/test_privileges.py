"""Every table says which door works with it, and every right that no test needs says why it is there (config/rights.toml, ADR 0039)."""

from __future__ import annotations

import ast
import tomllib
from typing import Any

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

from prakerja.config import privileges
from prakerja.kernel.db import row
from tests import door_roles
from tests.house.owners import orm_writes, sql_writes, statements, texts
from tests.house.source import python, tree

DOCUMENT: dict[str, Any] = tomllib.loads(privileges.RIGHTS.read_text(encoding="utf-8"))
RIGHTS = privileges.narrow_rights()
LESS = privileges.less_rights()


def test_every_table_is_declared() -> None:
    """A migration that adds a table says whose it is: run the tests with PRAKERJA_RECORD_PRIVILEGES, or add it to `not_of_doors`."""
    of_doors = {table for ours in RIGHTS.values() for table in ours}
    of_none = set(DOCUMENT["not_of_doors"])
    assert (set(privileges.tables()) - of_doors - of_none, of_doors & of_none) == (set(), set())


def test_nothing_is_named_that_is_not_there() -> None:
    there = {
        model._meta.db_table: {field.column for field in model._meta.concrete_fields}
        for model in apps.get_models(include_auto_created=True)
    } | {"django_migrations": {"app", "name"}}
    gone = [
        f"{role} {table} {right}"
        for role, ours in (*RIGHTS.items(), *LESS.items())
        for table, rights in ours.items()
        for right in rights or {""}
        if table not in there or ("(" in right and right.partition("(")[2].rstrip(")") not in there[table])
    ]
    assert (gone, set(DOCUMENT["not_of_doors"]) - set(there)) == ([], set())


def test_rows_are_deleted_where_the_source_deletes_them_and_nowhere_else() -> None:
    by_orm = {table for path in python() for _, method, table in orm_writes(path) if method == "delete"}
    written = [text for path in python() for _, text in texts(path)] + [path.read_text() for path in statements()]
    by_sql = {table for text in written for verb, table in sql_writes(text) if verb.startswith("DELETE")}
    assert by_orm | by_sql == privileges.deleted_tables()


def test_whoever_deletes_names_the_table() -> None:
    """The one above reads the source: rows that a loop over tables deletes would be missed there, and refused at night."""
    loops = [
        f"{path}:{loop.lineno}"
        for path in python()
        for loop in ast.walk(tree(path))
        if isinstance(loop, ast.For) and isinstance(loop.iter, ast.Tuple | ast.List)
        for call in ast.walk(loop)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "delete"
        and {one.id for one in ast.walk(loop.target) if isinstance(one, ast.Name)}
        & {one.id for one in ast.walk(call.func.value) if isinstance(one, ast.Name)}
    ]  # fmt: skip
    assert loops == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "role"),
    [("authorise", "partner_api"), ("send_otp", "partner_api"), ("redeem", "partner_api"), ("join_wave", "portal")],
)
def test_a_hot_call_may_do_everything_that_its_file_says(file: str, role: str) -> None:
    """Also on the ways that only a race goes, which no recording of the tests hears."""
    (path,) = [one for one in statements() if one.stem == file]
    writes = sql_writes(path.read_text())
    assert writes
    ours = privileges.wanted()[role]
    missing = [
        (verb, table)
        for verb, table in writes
        if not any(right.partition("(")[0] == verb.split()[0] for right in ours.get(table, ()))
    ]
    assert missing == []


def test_what_no_test_needs_has_its_reason() -> None:
    needed = {
        (role, table): privileges._rights(said)
        for role, ours in DOCUMENT["rights"].items()
        for table, said in ours.items()
    }
    idle = [
        one
        for one in DOCUMENT["beyond"]
        if len(one["why"].split()) < 4
        or any(
            privileges._rights(one["rights"]) <= needed.get((role, one["table"]), frozenset()) for role in one["roles"]
        )
    ]
    assert idle == []


def test_no_door_changes_what_is_for_ever_or_its_owners() -> None:
    wrong = [
        f"{role} {table} {right}"
        for role, ours in RIGHTS.items()
        for tables, may in ((privileges.OF_OWNER, ("SELECT",)), (privileges.FOR_EVER, ("SELECT", "INSERT")))
        for table in tables
        for right in ours.get(table, ())
        if right.partition("(")[0] not in may
    ]
    assert wrong == []


# What nobody gets by taking over a role's statements, whatever page or call let them.
FORBIDDEN = {
    "portal": (
        "SELECT password FROM access_user",
        "SELECT secret_enc FROM webhooks_secret",
        "SELECT sign_key_enc FROM partners_apicredential",
        "UPDATE vouchers_voucher SET status = status",
        "UPDATE wallets_wallet SET closed_at = NULL",
        "DELETE FROM awards_award",
        "UPDATE partners_apicredential SET revoked_at = NULL",
        "INSERT INTO partners_apicredential DEFAULT VALUES",
        "SELECT actor_id, data FROM audit_record",
        "INSERT INTO ledger_transfer DEFAULT VALUES",
        "UPDATE ledger_transfer SET amount = amount",
        "DELETE FROM ledger_transfer",
        "INSERT INTO ledger_balance DEFAULT VALUES",
        "UPDATE ledger_balance SET amount = amount",
        "INSERT INTO ledger_account DEFAULT VALUES",
        "UPDATE kernel_clock SET id = id",
        "UPDATE intake_wave SET quota = quota",
        "INSERT INTO draw_outcome DEFAULT VALUES",
        "SELECT terms FROM intake_waveproposal",
        "SELECT people FROM intake_preparedresults",
    ),
    "console": (
        "UPDATE audit_record SET data = data",
        "DELETE FROM audit_record",
        "UPDATE ledger_transfer SET amount = amount",
        "UPDATE partners_apicredential SET revoked_at = NULL",
        "INSERT INTO webhooks_secret DEFAULT VALUES",
        "UPDATE kernel_clock SET id = id",
        "UPDATE kernel_installation SET is_sandbox = true",
        "INSERT INTO vouchers_codeclaim DEFAULT VALUES",
        "SELECT withdraw_award(NULL, NULL, NULL, NULL)",
        "DELETE FROM awards_award",
        "DELETE FROM people_person",
        "DELETE FROM ledger_balance",
    ),
    "partner_api": (
        "SELECT password FROM access_user",
        "SELECT 1 FROM audit_record",
        "SELECT nik_enc FROM people_person",
        "SELECT 1 FROM ledger_transfer",
        "UPDATE partners_apicredential SET revoked_at = NULL",
        "UPDATE people_person SET name = name",
        "SELECT withdraw_award(NULL, NULL, NULL, NULL)",
    ),
    "callbacks": (
        "SELECT 1 FROM people_person",
        "SELECT 1 FROM partners_apicredential",
        "SELECT 1 FROM audit_record",
        "UPDATE ledger_balance SET amount = amount",
        "SELECT withdraw_award(NULL, NULL, NULL, NULL)",
    ),
    "worker": (
        "INSERT INTO access_user DEFAULT VALUES",
        "UPDATE access_operatorrole SET role = role",
        "UPDATE audit_record SET data = data",
        "DELETE FROM ledger_transfer",
        "UPDATE programmes_schemeversion SET data = data",
        "SELECT withdraw_award(NULL, NULL, NULL, NULL)",
        "DELETE FROM awards_award",
        "DELETE FROM people_person",
        "DELETE FROM ledger_balance",
        "UPDATE ledger_balance SET person_id = person_id",
        "UPDATE ledger_account SET code = code",
        "UPDATE partners_partner SET name = name",
        "UPDATE partners_apicredential SET revoked_at = NULL",
        "SELECT 1 FROM programmes_fundingproposal",
        "SELECT 1 FROM intake_waveproposal",
    ),
    "command": (
        "UPDATE audit_record SET data = data",
        "DELETE FROM ledger_transfer",
        "UPDATE kernel_installation SET is_sandbox = true",
        "INSERT INTO kernel_replacedfunction DEFAULT VALUES",
        "SELECT withdraw_award(NULL, NULL, NULL, NULL)",
        "DELETE FROM awards_award",
        "DELETE FROM people_person",
        "DELETE FROM ledger_balance",
        "UPDATE ledger_balance SET person_id = person_id",
        "UPDATE ledger_account SET code = code",
        "UPDATE programmes_schemeversion SET data = data",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("role", FORBIDDEN)
def test_what_each_role_may_not_do(role: str) -> None:
    """Of a column or table that is not there PostgreSQL says something else, and the test fails."""
    for statement in FORBIDDEN[role]:
        with (
            door_roles.as_role(role),
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_every_role_of_a_production_has_its_forbidden_statements() -> None:
    assert set(FORBIDDEN) == set(privileges.ROLES)


@pytest.mark.django_db
def test_the_tests_work_as_the_roles_do() -> None:
    with door_roles.as_role("partner_api"):
        assert row("SELECT current_user::text LIKE '%%_partner_api'") == (True,)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            row("SELECT password FROM access_user")
    assert row("SELECT current_user = session_user") == (True,)


@pytest.mark.django_db
def test_what_a_page_needs_that_few_people_meet() -> None:
    """A review of 2023 closes its purchase (rules.md 14.7): the journey is the only other test that comes there."""
    with door_roles.as_role("portal"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE wallets_wallet SET spendable_until = now(), spendable_set_at = now(), spendable_set_by = '' WHERE false"
        )
        cursor.execute("UPDATE purchases_purchase SET is_open = is_open WHERE false")
        assert cursor.rowcount == 0
