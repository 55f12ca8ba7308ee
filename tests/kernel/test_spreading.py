"""What lays people on several machines: every table has a place, a broken rule is refused, and what any PostgreSQL can do is done here."""

from __future__ import annotations

import os
import re
import signal
from typing import NoReturn

import psycopg
import pytest
from django.db import connection

from prakerja.kernel import spreading
from prakerja.kernel.db import row, rows, transaction
from prakerja.kernel.split import NOBODY, is_split
from tests import builders as b
from tests.house.database import columns, foreign_keys, unique_keys
from tests.house.test_person_tables import CLAIMS, REFERENCE
from tests.upgrades.databases import describe, url_of
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db


def test_every_table_has_one_place_and_no_rule_is_broken() -> None:
    made = spreading.plan()
    assert made.refusals == []
    assert sorted(one.table for one in made.places) == sorted({column.table for column in columns()})
    kinds = {one.table: one.kind for one in made.places}
    assert {table for table, kind in kinds.items() if kind == "claim"} == set(CLAIMS)
    # What the house calls a reference table is on every machine, what those point at, and what a hot call reads there.
    assert {table for table, kind in kinds.items() if kind == "shared"} >= REFERENCE
    assert kinds["people_person"] == kinds["ledger_transfer"] == kinds["audit_record"] == "person"
    assert kinds["access_session"] == kinds["kernel_clock"] == "local"


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            "CREATE TABLE vouchers_gift (id uuid PRIMARY KEY, person_id uuid NOT NULL, code text UNIQUE,"
            " UNIQUE (person_id, id))",
            "vouchers_gift: the unique key vouchers_gift_code_key lacks person_id, and would hold on one machine only.",
        ),
        (
            "CREATE TABLE vouchers_gift (id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES people_person,"
            " voucher_id uuid REFERENCES vouchers_voucher)",
            "vouchers_gift: vouchers_gift_voucher_id_fkey points at vouchers_voucher without person_id.",
        ),
        (
            "CREATE TABLE catalogue_favourite (id uuid PRIMARY KEY, who uuid REFERENCES people_person)",
            "catalogue_favourite: catalogue_favourite_who_fkey points at people_person, whose rows lie with their people.",
        ),
        (
            "CREATE TABLE vouchers_giftclaim (id uuid PRIMARY KEY, person_id uuid NOT NULL, a text UNIQUE, b text UNIQUE)",
            "vouchers_giftclaim: its unique keys have no column in common, so nobody can say where a row lies.",
        ),
        (
            "CREATE OR REPLACE FUNCTION nothing() RETURNS void LANGUAGE sql AS ''; CREATE TABLE gift_local"
            " (id integer PRIMARY KEY, session_key bytea); ALTER TABLE vouchers_voucher ADD gift integer REFERENCES gift_local",
            "",
        ),
    ],
    ids=["unique", "another's row", "points at people", "claim", "what people point at is everywhere"],
)
def test_what_breaks_a_rule_is_refused(made: str, said: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(made)
    assert spreading.plan().refusals == ([said] if said else [])


def test_after_what_any_postgresql_can_do_the_keys_hold_on_each_machine_and_people_still_buy() -> None:
    """Citus itself is not here: its own statements are left out, and what it asks of tables is looked at."""
    world = b.world()
    who = b.participant(world)
    _, schedule = b.course(world)
    made = spreading.plan()
    spreading.apply(step for step in made.steps if step.is_plain)
    by = {one.table: one.column for one in made.places if one.column}
    assert [key for key in unique_keys() if key.table in by and by[key.table] not in key.columns] == []
    empty = {(column.table, column.name) for column in columns() if not column.is_required}
    assert empty & set(by.items()) == set()
    divided_from = [key for key in foreign_keys() if key.table in by and key.target in by]
    assert divided_from
    assert [
        key for key in divided_from if by[key.table] not in key.columns or by[key.target] not in key.target_columns
    ] == []
    assert rows("SELECT DISTINCT person_id FROM audit_record WHERE person_id IS NULL") == []
    assert row("SELECT count(*) > 0 FROM ledger_transfer WHERE person_id = %s", [NOBODY]) == (True,)
    # Every foreign key is back: what points at nothing is refused as before.
    assert {(key.table, key.columns, key.target) for key in foreign_keys()} == _references_before(made)
    # Whoever buys names themselves everywhere; only where people do lie apart is nobody named by an id (`kernel.split.nobody`).
    b.buy(world, who, schedule)
    assert row("SELECT count(*) FROM purchases_purchase WHERE person_id = %s", [who.person_id]) == (1,)


def _references_before(made: spreading.Plan) -> set[tuple[str, tuple[str, ...], str]]:
    """As the statements say that put them on again, and those that nobody took off."""
    said = re.compile(r"ALTER TABLE (\w+) ADD CONSTRAINT \S+ FOREIGN KEY \(([^)]*)\) REFERENCES (\w+)")
    again = {
        (found[1], tuple(re.split(r", ", found[2].replace('"', ""))), found[3])
        for step in made.steps
        if (found := said.match(step.sql))
    }
    taken_off = {
        step.sql.split()[2] for step in made.steps if "DROP CONSTRAINT" in step.sql and "PRIMARY" not in step.sql
    }
    return again | {(key.table, key.columns, key.target) for key in foreign_keys() if key.table not in taken_off}


def test_a_plain_database_is_not_split_and_cannot_be_here() -> None:
    assert not is_split()
    assert not spreading.can_be_split()


@pytest.mark.django_db(transaction=True)
def test_whoever_is_killed_half_way_has_laid_nobody_anywhere() -> None:
    url = url_of(connection.settings_dict["NAME"])
    before = describe(url)
    plain = [step for step in spreading.plan().steps if step.is_plain]
    last = plain[-1].sql.split()[2]
    with psycopg.connect(url) as holds, psycopg.connect(url, autocommit=True) as other:
        # Its last step has to wait here.
        holds.execute(f"LOCK TABLE {last} IN ACCESS SHARE MODE")
        child = os.fork()
        if not child:
            _be_killed(plain)
        waiting = "SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        try:
            wait_until(lambda: other.execute(waiting).fetchone(), what="it has come as far as the table in use")
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        holds.rollback()
        wait_until(lambda: other.execute(waiting).fetchone() is None, what="PostgreSQL has noticed")
    assert describe(url) == before
    assert [step for step in spreading.plan().steps if step.is_plain] == plain


def _be_killed(steps: list[spreading.Step]) -> NoReturn:
    """In a child: do it, until somebody kills us."""
    try:
        # The connection is our parent's, and stays it: nothing is said to it.
        kept = connection.connection
        connection.connection = None
        with transaction():
            spreading.apply(steps)
        del kept
    finally:
        os._exit(1)
