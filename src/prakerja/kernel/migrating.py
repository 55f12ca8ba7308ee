"""Migrations beside doors that sell: a change of a table never queues in front of them, and an index of a large one is built beside.

`ALTER TABLE` waits for whoever uses the table, and everybody who comes later waits behind it. So it waits for a moment only
(`lock_timeout`), gives up with its whole migration, and is tried again a little later: a migration is one transaction and is there
or not. Indexes that a migration would build under a lock are built concurrently before it (`kernel.postgresql`: one that is there
is left alone), also those of migrations that were released before this was done.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations import AddField, AddIndex, CreateModel, Migration
from django.db.migrations.executor import MigrationExecutor

from prakerja.kernel.db import row
from prakerja.kernel.errors import CannotRun

# For so long a statement waits for a lock, and everybody behind it (wall milliseconds).
LOCK_TIMEOUT_MS = 400
# Between two tries, and how often a migration is tried.
_PAUSE = 1.0
_TRIES = 300
# Pages of eight kB from which a table is large: below that an index takes no time worth a second pass.
LARGE = 2_000


def run_pending(*, tell: Callable[[str], None], large: int = LARGE, pause: float = _PAUSE, tries: int = _TRIES) -> None:
    """Run what has not been run yet. Raises CannotRun: a table was in use at every try; what was done before it stays done."""
    executor = MigrationExecutor(connection)
    plan = [migration for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    is_kernel_behind = any(migration.app_label == "kernel" for migration in plan)
    build_indexes_before(executor, plan, tell=tell, large=large)
    if is_kernel_behind:
        # What others are made with comes first, whatever the names of contexts are.
        trying(
            lambda: call_command("migrate", "kernel", verbosity=0, interactive=False),
            tell=tell,
            pause=pause,
            tries=tries,
        )
    trying(lambda: call_command("migrate", verbosity=0, interactive=False), tell=tell, pause=pause, tries=tries)


def trying(work: Callable[[], object], *, tell: Callable[[str], None], pause: float, tries: int) -> None:
    """Do it while nobody waits for it: whenever a table is in use it gives way, and is done again after a pause."""
    for left in reversed(range(tries)):
        try:
            with waiting_briefly():
                work()
            return
        except OperationalError as error:
            if not isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                raise
            if not left:
                raise _table_in_use(str(error.__cause__)) from error
            tell("A table is in use: this migration gave way and is tried again …")
            time.sleep(pause)


def _table_in_use(said: str) -> CannotRun:
    return CannotRun(
        "Sebuah tabel terus dipakai, sehingga migrasinya setiap kali memberi jalan. Yang selesai sebelumnya tetap berlaku. Cari "
        "transaksi yang lama di pg_stat_activity, lalu jalankan `prakerja migrate` lagi: docs/how-to/upgrade.md.",
        "A table was in use all the time, and its migration gave way each time. What was done before it stays done. Look for an old "
        f"transaction in pg_stat_activity, then run `prakerja migrate` again: docs/how-to/upgrade.md. ({said.splitlines()[0]})",
    )


@contextmanager
def waiting_briefly() -> Iterator[None]:
    """Statements of this connection wait for a lock for a moment only."""
    row("SELECT set_config('lock_timeout', %s, false)", [str(LOCK_TIMEOUT_MS)])
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")


def build_indexes_before(
    executor: MigrationExecutor, plan: Iterable[Migration], *, tell: Callable[[str], None], large: int
) -> list[str]:
    """Build concurrently what pending migrations will add to tables of `large` pages and more; the names of the indexes.

    Of a column that a pending migration adds the index waits for that migration: there a rule of the house asks for a migration of
    its own (tests/house/test_migrations.py).
    """
    built: list[str] = []
    for migration in plan:
        for operation in migration.operations:
            if isinstance(operation, AddIndex) and _pages(_table(migration, operation)) >= large:
                model, index = _found(executor, migration, operation)
                if _columns_of(model, index) <= _columns_there(model._meta.db_table):
                    tell(f"Building the index {index.name} beside what goes on …")
                    with connection.schema_editor(atomic=False) as found:
                        editor: Any = found
                        editor.add_index(model, index, concurrently=True)
                    built.append(index.name)
    return built


def _table(migration: Migration, operation: AddIndex) -> str:
    """Its table by the rule of names, so that the models of that time are made for large ones only."""
    return f"{migration.app_label}_{operation.model_name.lower()}"


def _found(executor: MigrationExecutor, migration: Migration, operation: AddIndex) -> tuple[Any, Any]:
    state = executor.loader.project_state((migration.app_label, migration.name))
    return state.apps.get_model(migration.app_label, operation.model_name), operation.index


def _pages(table: str) -> int:
    found = row("SELECT relpages FROM pg_class WHERE oid = to_regclass(%s)", [table])
    return int(found[0]) if found else -1


def _columns_of(model: Any, index: Any) -> set[str]:
    names = {name for name, _ in index.fields_orders} | set(index.include)
    if index.condition is not None:
        names |= {str(name).partition("__")[0] for name in _names_in(index.condition)}
    return {model._meta.get_field(name).column for name in names}


def _names_in(condition: Any) -> Iterator[str]:
    for child in condition.children:
        if isinstance(child, tuple):
            yield child[0]
        else:
            yield from _names_in(child)


def _columns_there(table: str) -> set[str]:
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, table)}


def taken_back(to: Mapping[str, str]) -> list[Migration]:
    """The migrations that were run after those of `to` (package → its last one), in the order in which they are taken back."""
    executor = MigrationExecutor(connection)
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("prakerja.")}
    targets = [(label, to.get(label) or None) for label in sorted(ours & executor.loader.migrated_apps)]
    unknown = [
        f"{label}.{name}" for label, name in targets if name and (label, name) not in executor.loader.graph.nodes
    ]
    if unknown:
        raise CannotRun(
            f"Program ini tidak mengenal {', '.join(unknown)}: bukan rilis sebelumnya.",
            f"This program does not know {', '.join(unknown)}: that was no release before it.",
        )
    plan = [migration for migration, is_backwards in executor.migration_plan(targets) if is_backwards]
    # What others are taken back with goes last; nothing of the kernel was made with anything of theirs.
    return sorted(plan, key=lambda migration: migration.app_label == "kernel")


def what_goes(plan: Iterable[Migration]) -> list[str]:
    """Tables and columns that are dropped when these migrations are taken back, with everything in them."""
    found = []
    for migration in plan:
        for operation in migration.operations:
            if isinstance(operation, CreateModel):
                found.append(f"{migration.app_label}_{operation.name.lower()}")
            elif isinstance(operation, AddField):
                found.append(f"{migration.app_label}_{operation.model_name.lower()}.{operation.name}")
    return found


def take_back(
    plan: Sequence[Migration], *, tell: Callable[[str], None], pause: float = _PAUSE, tries: int = _TRIES
) -> None:
    """Take migrations back, the newest first, each a transaction. Raises CannotRun: one of them cannot be; then nothing was done."""
    fixed = [
        f"{one.app_label}.{one.name}" for one in plan if not all(operation.reversible for operation in one.operations)
    ]
    if fixed:
        raise CannotRun(
            f"Migrasi ini tidak dapat dibatalkan: {', '.join(fixed)}. Jalan kembali hanya cadangan: docs/how-to/upgrade.md.",
            f"These migrations cannot be taken back: {', '.join(fixed)}. The way back is a backup: docs/how-to/upgrade.md.",
        )
    for migration in plan:
        trying(functools.partial(_take_one_back, migration), tell=tell, pause=pause, tries=tries)
        tell(f"Taken back: {migration.app_label}.{migration.name}")


def _take_one_back(migration: Migration) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate([], plan=[(executor.loader.get_migration(migration.app_label, migration.name), True)])
