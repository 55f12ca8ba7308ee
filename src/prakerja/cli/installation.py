"""What a database is: its tables, its nature, its keys, its world. Imported after Django is loaded."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
from collections.abc import Iterator, Mapping

from django.core.management import call_command
from django.db import ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor

from prakerja.cli.arguments import CommandError, progress
from prakerja.config import privileges as wanted
from prakerja.kernel import migrating, privileges
from prakerja.kernel.clock import wall
from prakerja.kernel.db import transaction
from prakerja.kernel.installation import (
    InstallationState,
    begin_production,
    begin_sandbox,
    finish_world,
    read_installation,
)
from prakerja.kernel.rotation import require_every_key
from prakerja.kernel.schema import (
    carry_renamed,
    few,
    newer_database,
    read_schema,
    reinstall_code,
    require_code,
    require_pins,
    require_schema,
)
from prakerja.kernel.secrets import keys
from prakerja.programmes.queries import changed_schemes
from prakerja.sandbox import making
from prakerja.sandbox.calendar import STARTS_AT


def migrate(*, reinstall: bool = False) -> None:
    """Bring the tables up to date. Raises CannotRun: the database is newer than this program, has other keys, runs other code
    than its files and migrations say, or knows other rules.

    `reinstall`: install again what is not this program's, instead of refusing it.
    """
    found = read_schema()
    if found is not None and found.newer:
        raise newer_database(found.newer)
    there = installed()
    if there is not None:
        # A migration may have to read what is sealed.
        _refuse_other_keys(there)
    require_pins()
    if found is not None:
        with transaction():
            carry_renamed()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        progress("Making the tables …" if found is None else "Bringing the tables up to date …")
        with _looking_for_garbage_seldom():
            if found is None:
                call_command("migrate", verbosity=0, interactive=False)
            else:
                migrating.run_pending(tell=progress)
    if reinstall:
        with transaction():
            for name in reinstall_code():
                progress(f"Installed again: {name}")
    require_code()
    settle_privileges()
    _refuse_changed_rules()


def settle_privileges() -> None:
    """Let each role of this database do what the program says it may, and nothing else. One without roles stays as it is."""
    prefix = privileges.prefix_of_roles((*wanted.ROLES, wanted.SANDBOX))
    if prefix is None:
        return
    with transaction():
        found = privileges.settle(wanted.wanted(), prefix=prefix)
    if found:
        progress(f"Hak peran disesuaikan · Privileges of roles settled: {len(found)}")


def take_back(*, to: Mapping[str, str], dropping: bool) -> list[str]:
    """Take back the migrations that were run after those of `to` (package → its last one); their names. Raises CannotRun: tables or
    columns would go with what is in them (`dropping` lets them), one cannot be taken back, or `to` is no release before this one."""
    plan = migrating.taken_back(to)
    if (goes := migrating.what_goes(plan)) and not dropping:
        raise CommandError(
            f"Yang ditulis rilis ini akan hilang ({few(goes)}). Buat cadangan, lalu ulangi dengan --drop-new.",
            f"What this release wrote would be lost ({few(goes)}). Make a backup, then run it again with --drop-new.",
        )
    migrating.take_back(plan, tell=progress)
    return [f"{one.app_label}.{one.name}" for one in plan]


@contextlib.contextmanager
def _looking_for_garbage_seldom() -> Iterator[None]:
    """Each migration makes every table's model anew: looking through them all at the usual pace takes a quarter of the time."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def check_installation() -> InstallationState:
    """The database's nature. Raises CannotRun: nothing is installed, another schema or code, other keys, a half-made world,
    other rules.

    The schema comes first: of an older database everything else would complain too, and none of it were the cause.
    """
    require_schema()
    found = refuse_empty()
    _refuse_other_keys(found)
    if found.is_half_made:
        raise CommandError(
            "Dunia di basis data ini belum selesai dibuat. Jalankan `prakerja up` dahulu.",
            "The world in this database was not finished. Start `prakerja up` first.",
        )
    _refuse_changed_rules()
    return found


def installed() -> InstallationState | None:
    """What is installed, also in a database without any table."""
    try:
        return read_installation()
    except ProgrammingError:
        return None


def refuse_empty() -> InstallationState:
    """What is installed. Raises CommandError: nothing is."""
    found = installed()
    if found is None:
        raise CommandError(
            "Basis data ini belum berisi apa-apa. Jalankan `prakerja up` dahulu.",
            "There is nothing in this database yet. Start `prakerja up` first.",
        )
    return found


def install(*, world: str | None, may_wipe: bool) -> InstallationState:
    """Keep the world that is there, or make `world` (default g21) in an empty database.

    A world that a killed start left half made is thrown away and made again when the database is our own (`may_wipe`).
    Raises CommandError: another world stands here, other keys, half made in somebody else's database.
    """
    found = read_installation()
    if found is not None and found.is_half_made:
        if not may_wipe or not found.is_sandbox:
            raise CommandError(
                "Pembuatan dunia di basis data ini terputus. Kosongkan basis data itu lalu jalankan lagi.",
                "Making the world in this database was interrupted. Empty the database and start again.",
            )
        progress("A start was interrupted: making the world again …")
        _wipe()
        found = None
    if found is not None:
        _refuse_other_keys(found)
        if world is not None and found.is_sandbox and found.world != world:
            raise CommandError(
                f"Basis data ini berisi dunia {found.world}, bukan {world}. Pakai folder lain dengan --data-dir.",
                f"This database holds the world {found.world}, not {world}. Use another folder with --data-dir.",
            )
        return found
    if os.environ.get("PRAKERJA_ENV") == "production":
        raise CommandError(
            "PRAKERJA_ENV=production: `prakerja up` tidak membuat sandbox di lingkungan produksi.",
            "PRAKERJA_ENV=production: `prakerja up` makes no sandbox in a production environment.",
        )
    return _create(world or "g21")


def install_production() -> None:
    """Make the tables of an empty database and say that it is no sandbox. One that holds something stays what it is."""
    if installed() is None:
        migrate()
        with transaction():
            begin_production(keys_fingerprint=keys().fingerprint, at=wall())


def _create(world: str) -> InstallationState:
    starts_at = STARTS_AT[world]
    with transaction():
        begin_sandbox(world=world, keys_fingerprint=keys().fingerprint, starts_at=starts_at)
    progress(f"Making the world {world} …")
    # What its people were told before its first day left by no gateway; a line for each of them would tell nobody anything.
    log = logging.getLogger("prakerja.notifications.gateways")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        making.make_world(world)
    finally:
        log.setLevel(level)
    with transaction():
        finish_world(world=world)
    return InstallationState(is_sandbox=True, world=world, keys_fingerprint=keys().fingerprint, is_half_made=False)


def _refuse_other_keys(found: InstallationState) -> None:
    if found.keys_fingerprint != keys().fingerprint:
        raise CommandError(
            "Kunci di folder data ini bukan kunci basis data ini; isinya tidak akan terbaca. "
            "Pakai folder data yang semula atau PRAKERJA_KEYS.",
            "The keys in this data folder are not those of this database; it could not be read. "
            "Use the original data folder.",
        )
    require_every_key()


def _refuse_changed_rules() -> None:
    """Awards keep the rules that they were given: a version that was edited in place is no version."""
    changed = "; ".join(f"{key}: {few(paths)}" for key, paths in changed_schemes().items())
    if changed:
        raise CommandError(
            f"Aturan skema di basis data ini berbeda dari aturan di program ini ({changed}). Kembalikan versi itu dan "
            "terbitkan perubahannya sebagai versi baru: docs/how-to/add-a-scheme-version.md.",
            f"The rules in this database are not those of this program ({changed}). Restore that version and publish "
            "the change as a new one: docs/how-to/add-a-scheme-version.md.",
        )


def _wipe() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    connection.close()
    migrate()
