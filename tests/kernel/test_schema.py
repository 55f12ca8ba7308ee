"""Another schema or other money code than this program's is refused, in both languages, with what to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from prakerja.cli.installation import check_installation, migrate
from prakerja.kernel import functions, schema
from prakerja.kernel.db import rows
from prakerja.kernel.errors import CannotRun
from prakerja.kernel.functions import PACKAGE, hot_call_files, install_function
from prakerja.kernel.states import install_steps_sql, machines
from tests import builders

pytestmark = pytest.mark.django_db
REDEEM = PACKAGE / "training" / "redeem.sql"


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def refusal() -> CannotRun:
    """What every start and every command says of this database."""
    builders.install()
    with pytest.raises(CannotRun) as first:
        check_installation()
    with pytest.raises(CannotRun) as second:
        schema.require_schema(may_be_newer=True)
    assert str(first.value) == str(second.value)
    assert first.value.indonesian != first.value.english
    return first.value


def test_a_fresh_database_is_this_programs() -> None:
    builders.install()
    assert (schema.changed_functions(), schema.changed_steps(schema.read_triggers())) == ([], [])
    assert schema.read_schema() == schema.SchemaState(newer=(), pending=())
    assert check_installation().is_sandbox


def _old_redeem() -> str:
    """`redeem` as it was when the code of a cancelled class was accepted, with the comment of that time."""
    return REDEEM.read_text().replace("OR v_voucher.status = 'issued' AND v_class.cancelled_at IS NOT NULL", "")


OLD_CODE = {
    "another version with its own hash": (_old_redeem(), f"COMMENT ON FUNCTION redeem IS 'sha256:{'0' * 64}'"),
    "a body changed by hand under the right comment": (_old_redeem(),),
    "no comment": ("COMMENT ON FUNCTION redeem IS NULL",),
    "gone": ("DROP FUNCTION redeem",),
    "two of one name": ("CREATE FUNCTION redeem(text) RETURNS text LANGUAGE sql AS 'SELECT $1'",),
}


@pytest.mark.parametrize("statements", OLD_CODE.values(), ids=OLD_CODE)
def test_old_money_code_is_refused_and_installed_again_when_told(statements: tuple[str, ...]) -> None:
    execute(*statements)
    assert schema.changed_functions() == ["redeem"]
    told = refusal()
    assert "runs other code than this program (redeem)" in told.english
    assert "`prakerja migrate --reinstall`" in told.indonesian
    with pytest.raises(CannotRun, match=r"runs other code than this program \(redeem\)"):
        migrate()
    migrate(reinstall=True)
    assert schema.changed_functions() == []
    assert check_installation().is_sandbox


VOUCHER = next(machine for machine in machines() if machine.table == "vouchers_voucher")


def _steps(steps: tuple[tuple[str, str], ...]) -> str:
    return install_steps_sql(table=VOUCHER.table, begins=VOUCHER.begins, steps=steps, column=VOUCHER.column)[1]


LOOSE_STEPS = {
    "one step more": _steps((*VOUCHER.steps(), ("expired", "redeemed"))),
    "one step fewer": _steps(VOUCHER.steps()[1:]),
    "another condition beside": _steps(VOUCHER.steps()).replace("WHEN (", "WHEN (NEW.person_id IS NULL AND "),
    "never": _steps(VOUCHER.steps()).replace("WHEN (", "WHEN (false AND "),
    "switched off": "ALTER TABLE vouchers_voucher DISABLE TRIGGER vouchers_voucher_steps",
    "gone": "DROP TRIGGER vouchers_voucher_steps ON vouchers_voucher",
}


@pytest.mark.parametrize("statement", LOOSE_STEPS.values(), ids=LOOSE_STEPS)
def test_triggers_that_let_other_steps_through_are_refused(statement: str) -> None:
    execute(statement)
    assert schema.changed_steps(schema.read_triggers()) == ["vouchers_voucher_steps"]
    assert "(vouchers_voucher_steps)" in refusal().english
    migrate(reinstall=True)
    assert schema.changed_steps(schema.read_triggers()) == []


def test_another_beginning_is_refused() -> None:
    execute(install_steps_sql(table=VOUCHER.table, begins=("issued", "redeemed"), steps=VOUCHER.steps())[0])
    assert schema.changed_steps(schema.read_triggers()) == ["vouchers_voucher_begins"]


LOST_GUARDS = {
    "gone": ("DROP TRIGGER ledger_transfer_immutable ON ledger_transfer", "ledger_transfer_immutable"),
    "switched off": ("ALTER TABLE audit_record DISABLE TRIGGER audit_record_append_only", "audit_record_append_only"),
    "another body": (
        "CREATE OR REPLACE FUNCTION kernel_guard_clock() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "kernel_clock_guard",
    ),
    "steps that nobody refuses": (
        "CREATE OR REPLACE FUNCTION kernel_refuse_step() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        r"intake_application_begins, intake_application_steps, .*, … \+\d+",
    ),
}


@pytest.mark.parametrize(("statement", "names"), LOST_GUARDS.values(), ids=LOST_GUARDS)
def test_a_lost_guard_is_refused(statement: str, names: str) -> None:
    execute(statement)
    told = refusal()
    assert re.search(rf"A guard of this database is gone or was changed \({names}\)", told.english)
    assert "`prakerja proof`" in told.indonesian


def test_the_guards_are_known() -> None:
    """A migration that makes or replaces one changes the list, and what is not in it nobody would miss."""
    found = {name: trigger.calls for name, trigger in schema.read_triggers().items()}
    assert {name: calls for name, calls in found.items() if calls[0] != schema.REFUSE_STEP[0]} == schema.GUARDS
    assert {calls for calls in found.values() if calls[0] == schema.REFUSE_STEP[0]} == {schema.REFUSE_STEP}


def test_an_older_database_is_said_to_be_older_before_anything_else() -> None:
    """Its functions and rules are old as well, and neither is the cause."""
    execute(*OLD_CODE["gone"])
    applied = MigrationRecorder.Migration.objects.filter(app="training", name__gte="0008")
    names = sorted(f"training.{name}" for name in applied.values_list("name", flat=True))
    applied.delete()
    told = refusal()
    assert f"{len(names)} migrations have not been run, the first is {names[0]}." in told.english
    assert "Jalankan `prakerja up`" in told.indonesian


def test_a_newer_database_is_left_to_the_servers_of_the_release_before() -> None:
    execute("INSERT INTO django_migrations (app, name, applied) VALUES ('people', '0099_future', now())")
    builders.install()
    schema.require_schema(may_be_newer=True)
    with pytest.raises(CannotRun, match=r"newer than this program \(people\.0099_future\)"):
        check_installation()


def test_what_other_programs_keep_beside_us_is_theirs() -> None:
    execute("INSERT INTO django_migrations (app, name, applied) VALUES ('somebody', '0001_initial', now())")
    builders.install()
    assert check_installation().is_sandbox


def test_a_file_that_no_migration_names_stops_the_migration(tmp_path: Path) -> None:
    """Installing by an old hash does nothing, so the last hash of a file has to be the file's."""
    schema.require_pins()
    edited = tmp_path / "redeem.sql"
    edited.write_text(_old_redeem())
    with pytest.raises(CannotRun, match=r"not what their last migration names \(redeem\)"):
        schema.require_pins(files=[*hot_call_files(), edited])


def test_the_last_pin_of_every_hot_call_is_its_file() -> None:
    assert schema.last_pins() == {path: functions.sha256_of(path) for path in hot_call_files()}


class _Editor:
    connection = connection


def test_a_function_that_returns_something_else_is_replaced() -> None:
    """As in a database that ran a migration before its DROP was added to it."""
    execute(
        "DROP FUNCTION redeem",
        re.sub(r"OUT reason text", "OUT reason text, OUT more text", REDEEM.read_text(), count=1),
    )
    operation: Any = install_function("training/redeem.sql", sha256=functions.sha256_of(REDEEM))
    operation.code(None, _Editor())
    assert schema.changed_functions() == []


def test_an_intermediate_version_is_not_installed() -> None:
    execute("DROP FUNCTION redeem")
    operation: Any = install_function("training/redeem.sql", sha256="0" * 64)
    operation.code(None, _Editor())
    assert schema.changed_functions() == ["redeem"]


@pytest.mark.parametrize(("old", "new"), schema.RENAMED.items(), ids=lambda key: key and ".".join(key))
def test_a_renamed_migration_is_older_and_not_newer(old: schema.Name, new: schema.Name | None) -> None:
    recorded = MigrationRecorder.Migration.objects
    if new is not None:
        recorded.filter(app=new[0], name=new[1]).update(name=old[1])
    else:
        recorded.create(app=old[0], name=old[1])
    found = schema.read_schema()
    assert found is not None
    assert found.newer == ()
    schema.carry_renamed()
    assert schema.read_schema() == schema.SchemaState(newer=(), pending=())
    assert not recorded.filter(app=old[0], name=old[1]).exists()


def test_long_lists_are_cut_to_a_few_names() -> None:
    assert schema.few(["a", "b", "c", "d"]) == "a, b, c, d"
    assert schema.few(["a", "b", "c", "d", "e", "f"]) == "a, b, c, d, … +2"


def test_asking_is_cheap(django_assert_num_queries: Any) -> None:
    """Every command asks: the migrations, the functions, the triggers, one query each."""
    with django_assert_num_queries(3):
        schema.require_schema()


def test_no_body_of_a_hot_call_is_left_out() -> None:
    bodies = dict(
        rows(
            "SELECT proname, prosrc FROM pg_proc WHERE proname = ANY(%s)",
            [[functions.function_name(p) for p in hot_call_files()]],
        )
    )
    assert bodies == {functions.function_name(path): functions.function_body(path) for path in hot_call_files()}
