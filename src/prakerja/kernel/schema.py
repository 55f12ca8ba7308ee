"""Is this database the one that the program was written for: its migrations, its hot calls, the triggers of its states.

Old money code in a database that is otherwise up to date is seen by nobody until money is gone, so every start and every
command asks, by three small queries. What differs is told with what to do about it, and nothing is run.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.db import ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader

from prakerja.kernel.db import requires_transaction, rows
from prakerja.kernel.errors import CannotRun
from prakerja.kernel.functions import (
    RETIRED,
    InstallFunction,
    function_body,
    function_name,
    function_signature,
    hot_call_files,
    install_file,
    sha256_of,
)
from prakerja.kernel.states import StateMachine, install_steps_sql, machines

Name = tuple[str, str]

# Migrations that were renamed after a release had run them, against the rule: what a database remembers under the left name
# it remembers under the right one from now on. None: it forgets, and the migration runs again under its new name and number,
# which this one bears. No line is ever added here for a new migration: tools/migrations.py refuses a rename.
RENAMED: dict[Name, Name | None] = {
    ("purchases", "0004_drop_needless_indexes"): ("purchases", "0004_drop_a_needless_index"),
    ("access", "0003_room_beside_hot_rows"): None,
}
# Trigger → the function that it calls and the MD5 of its body: what is never changed, deleted or moved, whoever tries. A
# migration that makes or replaces one changes its line here; a house test compares them with a new database.
GUARDS = {
    "access_operatorrole_guard": ("access_guard_roles", "d48b9c0050842473e60c44ff56b81e62"),
    "awards_award_forget_remind_at": ("awards_forget_remind_at", "372eaa3c6094b140b82e948871c7f49b"),
    "awards_award_forget_revoke_at": ("awards_forget_revoke_at", "4d245d5631f3701e53c463569bd42f63"),
    "audit_record_append_only": ("kernel_refuse_change", "c40f738e87b281c25492a58607aa06be"),
    "checkpoints_leaf_for_ever": ("kernel_refuse_change", "c40f738e87b281c25492a58607aa06be"),
    "draw_document_for_ever": ("kernel_refuse_change", "c40f738e87b281c25492a58607aa06be"),
    "draw_dropped_for_ever": ("kernel_refuse_change", "c40f738e87b281c25492a58607aa06be"),
    "draw_entry_for_ever": ("kernel_refuse_change", "c40f738e87b281c25492a58607aa06be"),
    "draw_logentry_for_ever": ("kernel_refuse_change", "c40f738e87b281c25492a58607aa06be"),
    "draw_outcome_for_ever": ("kernel_refuse_change", "c40f738e87b281c25492a58607aa06be"),
    "draw_recalled_for_ever": ("kernel_refuse_change", "c40f738e87b281c25492a58607aa06be"),
    "draw_released_for_ever": ("kernel_refuse_change", "c40f738e87b281c25492a58607aa06be"),
    "draw_signednote_for_ever": ("kernel_refuse_change", "c40f738e87b281c25492a58607aa06be"),
    "kernel_clock_guard": ("kernel_guard_clock", "d1f8db3af8954a65e5bd85c8cf2370d3"),
    "kernel_installation_guard": ("kernel_guard_installation", "ee63d0066bb970617c881b6fa6cff27a"),
    "ledger_transfer_immutable": ("kernel_refuse_change", "c40f738e87b281c25492a58607aa06be"),
}
# The same of what every trigger of a state calls.
REFUSE_STEP = ("kernel_refuse_step", "9b5833ac0efdc6c60a5358570639dba9")
_SHOWN = 4


@dataclass(frozen=True)
class SchemaState:
    """`newer`: migrations that the database ran and this program does not have; `pending`: the reverse."""

    newer: tuple[str, ...]
    pending: tuple[str, ...]


def read_schema() -> SchemaState | None:
    """What a database has run of our migrations; None when it has run none."""
    try:
        applied = {(app, name) for app, name in rows("SELECT app, name FROM django_migrations")}
    except ProgrammingError:
        # Nothing was ever installed here.
        return None
    known = _known()
    labels = {label for label, _ in known}
    ours = {found for found in applied if found[0] in labels}
    if not ours:
        return None
    carried = {RENAMED[found] for found in ours & RENAMED.keys()}
    return SchemaState(
        newer=_dotted(ours - known - RENAMED.keys()),
        # A renamed migration that is remembered is pending as well: its record has to be carried over.
        pending=_dotted((known - ours) | {found for found in carried if found is not None}),
    )


def last_migrations() -> dict[str, str]:
    """The newest migration that a database has run of each of our packages; none in an empty one."""
    try:
        found = rows("SELECT app, max(name) FROM django_migrations GROUP BY app ORDER BY app")
    except ProgrammingError:
        return {}
    known = {label for label, _ in _known()}
    return {label: name for label, name in found if label in known}


def require_schema(*, may_be_newer: bool = False) -> None:
    """Raise CannotRun when the database is newer or older than this program, or runs other money code than its files.

    `may_be_newer`: a server of the release before goes on beside the new schema, as every migration allows it to, for as long as
    the hot calls are there that it makes.
    """
    found = read_schema()
    if found is None:
        return
    if found.newer:
        if may_be_newer:
            if gone := missing_hot_calls():
                raise _other_hot_calls(gone)
            return
        raise newer_database(found.newer)
    if found.pending:
        first, count = found.pending[0], len(found.pending)
        raise CannotRun(
            f"Basis data ini lebih lama daripada program ini: {count} migrasi belum dijalankan, yang pertama {first}. "
            "Jalankan `prakerja up`, atau `prakerja migrate` bila ini bukan sandbox.",
            f"This database is older than this program: {count} migrations have not been run, the first is {first}. "
            "Start `prakerja up`, or run `prakerja migrate` when this is no sandbox.",
        )
    require_code()


def require_installation() -> None:
    """Raise CannotRun when there is nothing in this database that a production could work with."""
    if read_schema() is None:
        raise CannotRun(
            "Basis data ini kosong, atau peran ini tidak boleh melihat isinya. Pasang dengan `prakerja install`; sesudah memulihkan "
            "salinan jalankan `prakerja migrate`.",
            "There is nothing in this database, or this role may not see it. Install with `prakerja install`; after restoring a "
            "backup run `prakerja migrate`.",
        )


def _other_hot_calls(names: list[str]) -> CannotRun:
    shown = few(names)
    return CannotRun(
        f"Basis data ini sudah milik rilis yang jauh lebih baru: fungsi yang dipanggil program ini tidak ada lagi ({shown}). "
        "Pasang prakerja yang lebih baru: docs/how-to/upgrade.md.",
        f"This database belongs to a much later release: functions that this program calls are gone ({shown}). "
        "Install a newer prakerja: docs/how-to/upgrade.md.",
    )


def missing_hot_calls() -> list[str]:
    """The hot calls that this program could not make: nobody of that name takes these arguments."""
    wanted = {function_signature(path): function_name(path) for path in hot_call_files()}
    found = rows(
        "SELECT signature FROM unnest(%s::text[]) AS wanted (signature) WHERE to_regprocedure(signature) IS NULL",
        [list(wanted)],
    )
    return sorted(wanted[signature] for (signature,) in found)


def unfit() -> str:
    """Why a process of this release cannot work with this database, in a few words for whoever watches; "" when it can.

    A newer schema is none: whoever runs already goes on beside it.
    """
    found = read_schema()
    if found is None:
        return "nothing is installed"
    if found.pending:
        return f"schema is older than this release: {len(found.pending)} migrations wait"
    gone = missing_hot_calls()
    return f"schema is of a much later release: {few(gone)} cannot be called" if gone else ""


def newer_database(names: Iterable[str]) -> CannotRun:
    shown = few(list(names))
    return CannotRun(
        f"Basis data ini lebih baru daripada program ini ({shown}). Pasang prakerja yang lebih baru.",
        f"This database is newer than this program ({shown}). Install a newer prakerja.",
    )


def require_code() -> None:
    """Raise CannotRun when a hot call, a trigger of the states or a guard in the database is not the one of this program."""
    triggers = read_triggers()
    changed = [*changed_functions(), *changed_steps(triggers)]
    if changed:
        names = few(changed)
        raise CannotRun(
            f"Basis data ini menjalankan kode lain daripada program ini ({names}). Pastikan program ini rilis yang utuh, "
            "cari tahu siapa yang mengubahnya, lalu jalankan `prakerja migrate --reinstall`: "
            "docs/how-to/upgrade.md.",
            f"This database runs other code than this program ({names}). Make sure that this program is a whole release, "
            "find out who changed it, then run `prakerja migrate --reinstall`: docs/how-to/upgrade.md.",
        )
    if guards := changed_guards(triggers):
        names = few(guards)
        raise CannotRun(
            f"Pengaman basis data ini hilang atau diubah ({names}): yang dicegahnya mungkin sudah terjadi. Cari tahu siapa "
            "yang mengubahnya, kembalikan dari migrasinya atau dari cadangan, lalu jalankan `prakerja proof`: "
            "docs/how-to/upgrade.md.",
            f"A guard of this database is gone or was changed ({names}): what it prevents may have happened. Find out who "
            "changed it, restore it from its migration or the database from a backup, then run `prakerja proof`: "
            "docs/how-to/upgrade.md.",
        )


def require_pins(*, files: Iterable[Path] | None = None) -> None:
    """Raise CannotRun when a file of a hot call is not what its last migration names: a release is not made like that.

    `files`: every hot call unless told otherwise.
    """
    pinned = last_pins()
    edited = [function_name(path) for path in files or hot_call_files() if pinned.get(path) != sha256_of(path)]
    if edited:
        names = few(edited)
        raise CannotRun(
            f"Berkas fungsi berbeda dari migrasinya yang terakhir ({names}); tidak ada yang akan memasangnya. "
            "Tambahkan migrasi dengan install_function (CONTRIBUTING.md, Migrations) atau pasang rilis yang utuh.",
            f"Files of functions are not what their last migration names ({names}); nothing would install them. "
            "Add a migration with install_function (CONTRIBUTING.md, Migrations) or install a whole release.",
        )


def last_pins() -> dict[Path, str]:
    """File → the hash that the last migration which installs it names."""
    graph = MigrationLoader(None).graph
    pinned = {}
    # A migration stands in the plans of all that depend on it: the first time is after all that it depends on.
    for key in dict.fromkeys(key for leaf in sorted(graph.leaf_nodes()) for key in graph.forwards_plan(leaf)):
        for operation in graph.nodes[key].operations:
            if isinstance(operation, InstallFunction):
                pinned[operation.path] = operation.sha256
    return pinned


def changed_functions() -> list[str]:
    """The hot calls that are not installed as their files say: by the hash in the comment, and by the body itself.

    A function that somebody replaced by hand keeps its comment.
    """
    paths = {function_name(path): path for path in hot_call_files()}
    installed: dict[str, list[tuple[str | None, str]]] = {}
    for name, comment, body in rows(
        "SELECT proname, obj_description(oid, 'pg_proc'), md5(prosrc) FROM pg_proc "
        "WHERE proname = ANY(%s) AND pg_function_is_visible(oid)",
        [list(paths)],
    ):
        if comment == f"{RETIRED}{body}":
            # What the release before calls, as it was; whoever calls it gives another number of arguments.
            continue
        installed.setdefault(name, []).append((comment, body))
    return [
        name
        for name, path in sorted(paths.items())
        # Two of one name: a caller's arguments would choose between an old and a new one.
        if installed.get(name) != [(f"sha256:{sha256_of(path)}", _md5(function_body(path)))]
    ]


@dataclass(frozen=True)
class Trigger:
    """A trigger of the database. `calls`: its function and the MD5 of that function's body."""

    is_on: bool
    definition: str
    calls: tuple[str, str]


def read_triggers() -> dict[str, Trigger]:
    """Every trigger that somebody made, by its name."""
    return {
        name: Trigger(is_on=enabled == "O", definition=definition, calls=(function, body))
        for name, enabled, definition, function, body in rows(
            "SELECT tgname, tgenabled::text, pg_get_triggerdef(t.oid), proname, md5(prosrc) "
            "FROM pg_trigger t JOIN pg_proc p ON p.oid = tgfoid "
            "WHERE NOT tgisinternal AND pg_table_is_visible(tgrelid)"
        )
    }


def changed_guards(triggers: dict[str, Trigger]) -> list[str]:
    """The guards that are gone, switched off, or call something else."""
    return [
        name
        for name, calls in _guards().items()
        if (found := triggers.get(name)) is None or not found.is_on or found.calls != calls
    ]


def _guards() -> dict[str, tuple[str, str]]:
    """Every guard; the function of the state triggers is looked at by each of them."""
    ends = ("begins", "steps")
    return GUARDS | {f"{machine.table}_{end}": REFUSE_STEP for machine in machines() for end in ends}


def changed_steps(triggers: dict[str, Trigger]) -> list[str]:
    """The state triggers that let through other beginnings or steps than their machines, or none, or are switched off."""
    found = []
    for machine in machines():
        for name, event, expected in (
            (f"{machine.table}_begins", "INSERT", list(machine.begins)),
            (
                f"{machine.table}_steps",
                f"UPDATE OF {machine.column}",
                [word for step in machine.steps() for word in step],
            ),
        ):
            trigger = triggers.get(name)
            words = _words(trigger.definition, machine=machine, event=event) if trigger else None
            size = 1 if event == "INSERT" else 2
            if (
                trigger is None
                or not trigger.is_on
                or words is None
                or _grouped(words, size) != _grouped(expected, size)
            ):
                found.append(name)
    return found


def _words(definition: str, *, machine: StateMachine, event: str) -> list[str] | None:
    """The states that a trigger's condition names, in its order; None when it is not a condition of `install_steps`.

    PostgreSQL writes a list of pairs as OLD <> a OR NEW <> b, joined by AND: whatever else stands in it lets more through.
    """
    column = re.escape(machine.column)
    shape = (
        rf".* AFTER {event} ON (?:\w+\.)?{machine.table} FOR EACH ROW WHEN \((.*)\) "
        rf"EXECUTE FUNCTION (?:\w+\.)?kernel_refuse_step\('{column}'\)"
    )
    found = re.fullmatch(shape, definition)
    if found is None:
        return None
    condition = found[1]
    words = re.findall(r"'(\w+)'", condition)
    joined = re.findall(r"\b(?:AND|OR)\b", condition)
    expected = [] if event == "INSERT" else ["AND", "OR"] * (len(words) // 2)
    parts = rf"'\w+'|::[a-z ]+(?:\[\])?|\b(?:old|new)\.{column}|<>|\b(?:AND|OR|ALL|ARRAY)\b|[(),\[\]\s]"
    return words if joined == expected and not re.sub(parts, "", condition) else None


def _grouped(words: list[str], size: int) -> set[tuple[str, ...]]:
    return {tuple(words[start : start + size]) for start in range(0, len(words), size)}


@requires_transaction
def carry_renamed() -> None:
    """Let the database remember the migrations that were renamed by the names that they bear today."""
    with connection.cursor() as cursor:
        for (app, old), new in RENAMED.items():
            cursor.execute("SELECT applied FROM django_migrations WHERE app = %s AND name = %s", [app, old])
            if cursor.fetchone() is None:
                continue
            if new is not None:
                cursor.execute(
                    "INSERT INTO django_migrations (app, name, applied) SELECT %s, %s, applied FROM django_migrations "
                    "WHERE app = %s AND name = %s AND NOT EXISTS "
                    "(SELECT 1 FROM django_migrations WHERE app = %s AND name = %s)",
                    [*new, app, old, *new],
                )
            cursor.execute("DELETE FROM django_migrations WHERE app = %s AND name = %s", [app, old])


@requires_transaction
def reinstall_code() -> list[str]:
    """Install again the hot calls and state triggers that are not this program's; their names."""
    functions, steps = changed_functions(), changed_steps(read_triggers())
    with connection.cursor() as cursor:
        for path in hot_call_files():
            if function_name(path) in functions:
                install_file(cursor, path)
        for machine in machines():
            if {f"{machine.table}_begins", f"{machine.table}_steps"} & set(steps):
                for statement in install_steps_sql(
                    table=machine.table, begins=machine.begins, steps=machine.steps(), column=machine.column
                ):
                    cursor.execute(statement)
                for name in (f"{machine.table}_begins", f"{machine.table}_steps"):
                    cursor.execute(f"ALTER TABLE {machine.table} ENABLE TRIGGER {name}")
    return [*functions, *steps]


def few(names: list[str]) -> str:
    """The first names and how many more there are: a sentence that can still be read."""
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f", … +{more}" if more > 0 else "")


def _known() -> set[Name]:
    """Our migrations by the names of their files: a command need not import eighty modules to ask a question."""
    return {
        (config.label, path.stem)
        for config in apps.get_app_configs()
        if config.name.startswith("prakerja.")
        for path in Path(config.path, "migrations").glob("[0-9]*.py")
    }


def _dotted(names: Iterable[Name]) -> tuple[str, ...]:
    return tuple(f"{label}.{name}" for label, name in sorted(names))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
