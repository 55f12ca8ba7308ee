"""Which database role reads and writes which table (ADR 0039)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from prakerja.kernel.privileges import DELETE, EXECUTE, INSERT, SELECT, UPDATE, USAGE, sequences

DOORS = ("portal", "console", "partner_api", "callbacks")
# Every role of a production beside the owner of its tables. A sandbox has one more, for the site that moves its clock.
ROLES = (*DOORS, "worker", "command")
SANDBOX = "sandbox"
OWNER = "owner"
# How long a statement, a wait for a lock and a transaction that says nothing may last, role by role (ADR 0039). A door's visitor waits
# for no more than that; a task or a list works through many people; whoever changes tables must not keep everybody waiting.
_DOOR = {"lock_timeout": "5s", "statement_timeout": "10s", "idle_in_transaction_session_timeout": "10s"}
SETTINGS: Mapping[str, Mapping[str, str]] = {
    "partner_api": _DOOR,
    "callbacks": _DOOR,
    "portal": _DOOR,
    # A page of the dashboard or a list of another office is more than a visitor's.
    "console": _DOOR | {"statement_timeout": "60s", "idle_in_transaction_session_timeout": "60s"},
    "worker": {"lock_timeout": "30s", "statement_timeout": "15min", "idle_in_transaction_session_timeout": "5min"},
    "command": {"lock_timeout": "1min", "statement_timeout": "0", "idle_in_transaction_session_timeout": "1h"},
    SANDBOX: {"lock_timeout": "1min", "statement_timeout": "15min", "idle_in_transaction_session_timeout": "5min"},
    OWNER: {"lock_timeout": "10s", "statement_timeout": "0", "idle_in_transaction_session_timeout": "1h"},
}
# Written by the owner alone, or by nobody.
# What a function was before is run again by the owner: whoever may write there writes functions.
OF_OWNER = ("django_migrations", "kernel_installation", "kernel_replacedfunction")
FOR_EVER = ("ledger_transfer", "audit_record", "checkpoints_leaf")
# What each door's statements need, and nothing beside it: a table, then what it may do with it, of some columns only where they are
# named. Written by `tools/privileges.py` from what the server asked for; what no test needs stands there with its reason.
RIGHTS = Path(__file__).with_name("rights.toml")
_RIGHT = re.compile(r"(SELECT|INSERT|UPDATE|DELETE)(?:\(([\w,]+)\))?")


def wanted() -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Role → table, sequence or function → what it may do. Numbers are taken by all: they say nothing, and a backup reads how far they
    are."""
    numbers = dict.fromkeys(sequences(), frozenset({SELECT, USAGE}))
    narrow = narrow_rights()
    deleted = deleted_tables()
    wide = {table: _of(table, is_deleted=table in deleted) for table in tables()}
    less = less_rights()
    return {
        role: numbers | (narrow.get(role) or wide | less.get(role, {})) | called_functions(role)
        for role in (*ROLES, SANDBOX)
    }


def tables() -> list[str]:
    """Every table of ours."""
    from django.apps import apps

    return [
        *(model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed),
        "django_migrations",
    ]


def narrow_rights() -> dict[str, dict[str, frozenset[str]]]:
    """Role → table → what it may do, for the roles whose rights are said table by table."""
    document = tomllib.loads(RIGHTS.read_text(encoding="utf-8"))
    found = {role: {table: _rights(said) for table, said in ours.items()} for role, ours in document["rights"].items()}
    for more in document.get("beyond", []):
        for role in more["roles"]:
            ours = found[role]
            ours[more["table"]] = ours.get(more["table"], frozenset()) | _rights(more["rights"])
    return {role: {table: _without_columns(rights) for table, rights in ours.items()} for role, ours in found.items()}


def less_rights() -> dict[str, dict[str, frozenset[str]]]:
    """Role → table → what it may do there, for the roles that may do everything with the tables that are not named."""
    document = tomllib.loads(RIGHTS.read_text(encoding="utf-8"))
    return {role: {table: _rights(said) for table, said in ours.items()} for role, ours in document["less"].items()}


def called_functions(role: str) -> dict[str, frozenset[str]]:
    """The functions of the owner that this role may call."""
    document = tomllib.loads(RIGHTS.read_text(encoding="utf-8"))
    return {name: frozenset({EXECUTE}) for name, roles in document["calls"].items() if role in roles}


def _rights(said: str) -> frozenset[str]:
    found: set[str] = set()
    for word in said.split():
        match = _RIGHT.fullmatch(word)
        if match is None:
            raise ValueError(f"{RIGHTS.name}: {word} is no right")
        found |= {f"{match[1]}({column})" for column in match[2].split(",")} if match[2] else {match[1]}
    return frozenset(found)


def _without_columns(rights: frozenset[str]) -> frozenset[str]:
    """Whoever may do it with the whole table needs no column of it."""
    return frozenset(right for right in rights if right.partition("(")[0] not in rights or "(" not in right)


def deleted_tables() -> frozenset[str]:
    """The tables of which rows are ever deleted."""
    return frozenset(tomllib.loads(RIGHTS.read_text(encoding="utf-8"))["deleted"]["tables"])


def _of(table: str, *, is_deleted: bool) -> frozenset[str]:
    if table in OF_OWNER:
        return frozenset({SELECT})
    if table in FOR_EVER:
        return frozenset({SELECT, INSERT})
    return frozenset({SELECT, INSERT, UPDATE, DELETE} if is_deleted else {SELECT, INSERT, UPDATE})
