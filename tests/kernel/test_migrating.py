"""Migrations beside doors that sell: they give way, build indexes beside what goes on, and can be taken back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from prakerja.kernel import functions, migrating, schema
from prakerja.kernel.db import row, rows
from prakerja.kernel.errors import CannotRun
from prakerja.kernel.functions import PACKAGE, InstallFunction, function_name
from tests import builders, door_roles
from tests.upgrades.databases import url_of
from tests.waiting import finish, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
REDEEM = PACKAGE / "training" / "redeem.sql"
Session = psycopg.Connection[Any]


@pytest.fixture
def doors() -> Iterator[tuple[Session, Session]]:
    """Two sessions of others: one that has a table in its hands, one that comes later."""
    url = url_of(connection.settings_dict["NAME"])
    with psycopg.connect(url) as holds, psycopg.connect(url, autocommit=True) as comes:
        yield holds, comes


class Beside:
    """A migration's work in a thread, with a connection of its own."""

    def __init__(self, work: Any) -> None:
        self.failed: BaseException | None = None

        def run() -> None:
            try:
                work()
            except BaseException as error:
                self.failed = error
            finally:
                connection.close()

        self.thread = threading.Thread(target=run)
        self.thread.start()

    def end(self) -> None:
        finish(self.thread)
        if self.failed is not None:
            raise self.failed


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_change_of_a_table_in_use_gives_way_and_nobody_waits_behind_it(doors: tuple[Session, Session]) -> None:
    """Without it whoever comes stands behind ALTER TABLE, which stands behind an old transaction: the door is shut."""
    holds, comes = doors
    holds.execute("SELECT 1 FROM surveys_survey")
    told: list[str] = []
    beside = Beside(
        lambda: migrating.trying(
            lambda: execute("ALTER TABLE surveys_survey ADD COLUMN beside_doors text"),
            tell=told.append,
            pause=0.01,
            tries=10_000,
        )
    )
    try:
        wait_until(lambda: told, what="it gave way")
        # Whoever holds the table still does: with a queue in front of it this would never answer.
        assert comes.execute("SELECT count(*) FROM surveys_survey").fetchone() is not None
        assert "gave way" in told[0]
    finally:
        holds.rollback()
        beside.end()
    assert row("SELECT 1 FROM information_schema.columns WHERE column_name = 'beside_doors'") == (1,)
    execute("ALTER TABLE surveys_survey DROP COLUMN beside_doors")
    assert row("SHOW lock_timeout") == ("0",)


def test_a_table_that_is_never_free_ends_the_migration_with_a_sentence(doors: tuple[Session, Session]) -> None:
    holds, _ = doors
    holds.execute("SELECT 1 FROM surveys_survey")
    with pytest.raises(CannotRun, match="run `prakerja migrate` again"):
        migrating.trying(
            lambda: execute("ALTER TABLE surveys_survey ADD COLUMN never text"), tell=lambda _: None, pause=0.0, tries=2
        )
    holds.rollback()


RELEASED = {
    "purchases_purchase_search": ("purchases", "0003_search_by_platform_and_date", "purchases_purchase"),
    "vouchers_voucher_redeemed": ("vouchers", "0002_search_by_institution_and_date", "vouchers_voucher"),
}


@pytest.mark.parametrize(("index", "where"), RELEASED.items(), ids=RELEASED)
def test_an_index_of_a_released_migration_is_built_beside_what_goes_on(
    doors: tuple[Session, Session], index: str, where: tuple[str, str, str]
) -> None:
    """They were released with a lock on every purchase and every voucher, and no released migration is edited."""
    holds, comes = doors
    app, name, table = where
    execute(f"DROP INDEX {index}")
    executor = MigrationExecutor(connection)
    migration = executor.loader.get_migration(app, name)
    assert migrating.build_indexes_before(executor, [migration], tell=print, large=10**9) == []
    # Somebody writes there for a long time: a build that needs the table to itself would keep everybody else from it.
    holds.execute(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")
    built: list[str] = []
    beside = Beside(
        lambda: built.extend(
            migrating.build_indexes_before(MigrationExecutor(connection), [migration], tell=print, large=0)
        )
    )
    try:
        wait_until(
            lambda: comes.execute("SELECT 1 FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting%%'").fetchone()
        )
        comes.execute(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE; UPDATE {table} SET id = id WHERE false")
    finally:
        holds.rollback()
        beside.end()
    assert built == [index]
    # Its migration finds it and leaves it alone.
    with connection.schema_editor() as editor:
        for operation in migration.operations:
            state = executor.loader.project_state((app, name))
            operation.database_forwards(app, editor, state, state)
    assert row("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [index]) == (True,)


@pytest.mark.parametrize("with_its_server", [False, True], ids=["a command", "and its part of the server"])
def test_an_index_whose_building_was_killed_is_built_again(
    doors: tuple[Session, Session], with_its_server: bool
) -> None:
    """Killed, a command leaves PostgreSQL building on without it; when that dies too, an index that nobody uses and everybody keeps up."""
    holds, comes = doors
    index, (app, name, table) = "vouchers_voucher_redeemed", RELEASED["vouchers_voucher_redeemed"]
    found = row("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [index])
    assert found is not None
    execute(f"DROP INDEX {index}")
    holds.execute(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")
    killed = psycopg.connect(url_of(connection.settings_dict["NAME"]), autocommit=True)
    killed.pgconn.send_query(found[0].replace("CREATE INDEX", "CREATE INDEX CONCURRENTLY").encode())
    building = "SELECT pid FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting%%'"
    pid = wait_until(lambda: comes.execute(building).fetchone(), what="it is being built")
    if with_its_server:
        comes.execute("SELECT pg_terminate_backend(%s)", pid)
        wait_until(lambda: comes.execute(building).fetchone() is None, what="nobody builds it")
    # To PostgreSQL a client that was killed is one that hung up.
    killed.close()
    assert row("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [index]) == (False,)
    told: list[str] = []

    def build() -> None:
        executor = MigrationExecutor(connection)
        migrating.build_indexes_before(executor, [executor.loader.get_migration(app, name)], tell=print, large=0)

    beside = Beside(lambda: migrating.trying(build, tell=told.append, pause=0.01, tries=10_000))
    try:
        wait_until(lambda: told, what="it gave way to whoever uses the table")
    finally:
        holds.rollback()
        beside.end()
    assert row("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [index]) == (True,)


# Functions ----------------------------------------------------------------------------------------------------------


class _Editor:
    connection = connection


def installed(name: str) -> list[tuple[Any, ...]]:
    return rows(
        "SELECT md5(prosrc), obj_description(oid, 'pg_proc') FROM pg_proc WHERE proname = %s ORDER BY pronargs", [name]
    )


def operations() -> list[InstallFunction]:
    return [
        operation
        for migration in MigrationExecutor(connection).loader.disk_migrations.values()
        for operation in migration.operations
        if isinstance(operation, InstallFunction)
    ]


def test_every_migration_of_a_function_goes_forward_and_back_and_forward() -> None:
    """What stood there comes back to the letter; a version that was passed over changes nothing either way."""
    is_last = schema.last_pins()
    tried = 0
    for operation in operations():
        name = function_name(operation.path)
        new = installed(name)
        before = operation.path.read_text().replace("AS $$\n", "AS $$\n-- as it was released before\n", 1)
        code: Any = operation.code
        back: Any = operation.reverse_code
        if operation.sha256 != is_last[operation.path]:
            back(None, _Editor())
            code(None, _Editor())
            assert installed(name) == new
            continue
        tried += 1
        execute(before)
        execute(f"COMMENT ON FUNCTION {name} IS 'sha256:{'0' * 64}'")
        old = installed(name)
        code(None, _Editor())
        assert installed(name) == new
        # No release before has it where it is new: then nothing stays of it.
        stays = [] if operation.is_new else old
        back(None, _Editor())
        assert installed(name) == stays
        back(None, _Editor())
        assert installed(name) == stays
        code(None, _Editor())
        assert installed(name) == new
    assert tried == len(is_last)
    assert schema.changed_functions() == []
    # Who may call one goes with it, and comes with `migrate`.
    door_roles.make()


def test_what_the_doors_of_the_release_before_call_stays_for_one_release() -> None:
    """They pass another number of arguments, and go on until they are started anew."""
    name = function_name(REDEEM)
    current = installed(name)
    execute(f"DROP FUNCTION {name}")
    execute("CREATE FUNCTION redeem(uuid) RETURNS text LANGUAGE sql AS $$ SELECT 'as before' $$")
    execute(f"COMMENT ON FUNCTION redeem(uuid) IS 'sha256:{'1' * 64}'")
    with connection.cursor() as cursor:
        functions.install_file(cursor, REDEEM)
    assert row("SELECT redeem('00000000-0000-0000-0000-000000000000'::uuid)") == ("as before",)
    assert schema.changed_functions() == []
    # Edited by hand it is no function of any release.
    execute("CREATE OR REPLACE FUNCTION redeem(uuid) RETURNS text LANGUAGE sql AS $$ SELECT 'by hand' $$")
    assert schema.changed_functions() == ["redeem"]
    execute("CREATE OR REPLACE FUNCTION redeem(uuid) RETURNS text LANGUAGE sql AS $$ SELECT 'as before' $$")
    # With the next change it goes.
    execute(f"DROP FUNCTION {functions.function_signature(REDEEM)}")
    execute("CREATE FUNCTION redeem(uuid, uuid) RETURNS text LANGUAGE sql AS $$ SELECT 'between' $$")
    execute(f"COMMENT ON FUNCTION redeem(uuid, uuid) IS 'sha256:{'2' * 64}'")
    with connection.cursor() as cursor:
        functions.install_file(cursor, REDEEM)
    assert installed(name)[0][1].startswith("before:")
    assert len(installed(name)) == 2
    execute("DROP FUNCTION redeem(uuid, uuid)")
    assert installed(name) == current


def test_a_door_of_the_release_before_starts_while_its_functions_are_there() -> None:
    builders.install()
    execute("INSERT INTO django_migrations (app, name, applied) VALUES ('people', '0099_future', now())")
    schema.require_schema(may_be_newer=True)
    execute("ALTER FUNCTION redeem RENAME TO redeem_of_later")
    try:
        with pytest.raises(CannotRun, match=r"functions that this program calls are gone \(redeem\)"):
            schema.require_schema(may_be_newer=True)
    finally:
        execute("ALTER FUNCTION redeem_of_later RENAME TO redeem")
        execute("DELETE FROM django_migrations WHERE name = '0099_future'")
    assert schema.missing_hot_calls() == []
