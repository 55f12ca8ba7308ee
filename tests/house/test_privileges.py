"""Every table says which door works with it, and every right that no test needs says why it is there (config/rights.toml, ADR 0039)."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from django.apps import apps
from django.db import ProgrammingError, transaction

from prakerja.config import privileges
from prakerja.kernel.db import row
from tests import door_roles

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


@pytest.mark.django_db
def test_the_tests_work_as_the_roles_do() -> None:
    with door_roles.as_role("partner_api"):
        assert row("SELECT current_user::text LIKE '%%_partner_api'") == (True,)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            row("SELECT password FROM access_user")
    assert row("SELECT current_user = session_user") == (True,)
