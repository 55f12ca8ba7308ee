"""Which database role reads and writes which table (ADR 0039)."""

from __future__ import annotations

from collections.abc import Mapping

from prakerja.kernel.privileges import DELETE, INSERT, SELECT, UPDATE, USAGE, sequences

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
_OF_OWNER = ("django_migrations", "kernel_installation", "kernel_replacedfunction")
_FOR_EVER = ("ledger_transfer", "audit_record", "checkpoints_leaf")


def wanted() -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Role → table or sequence → what it may do. Numbers are taken by all: they say nothing, and a backup reads how far they are."""
    from django.apps import apps

    numbers = frozenset({SELECT, USAGE})
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True)] + ["django_migrations"]
    each = {table: _of(table) for table in tables} | dict.fromkeys(sequences(), numbers)
    return {role: dict(each) for role in (*ROLES, SANDBOX)}


def _of(table: str) -> frozenset[str]:
    if table in _OF_OWNER:
        return frozenset({SELECT})
    if table in _FOR_EVER:
        return frozenset({SELECT, INSERT})
    return frozenset({SELECT, INSERT, UPDATE, DELETE})
