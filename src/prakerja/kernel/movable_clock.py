"""The row that programme time is read from. Only a sandbox's offset may differ from zero; a trigger says so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from prakerja.kernel import clock


def note_seen(*, at: datetime) -> None:
    """Write down the last programme instant that a running system saw; never an earlier one than somebody else saw."""
    _write("UPDATE kernel_clock SET seen_at = greatest(seen_at, %s) WHERE id = 1", at)


def go_on(*, after: timedelta) -> None:
    """Let programme time go on `after` the instant last seen; nothing to do before the first."""
    _write(
        "UPDATE kernel_clock SET offset_us ="
        " round(extract(epoch FROM (seen_at + %s - %s)) * 1000000)::bigint WHERE id = 1 AND seen_at IS NOT NULL",
        after,
        clock.wall(),
    )
    clock.forget()


def set_forward(*, to: datetime, seen_at: datetime) -> None:
    """Set programme time; never back, not even by the milliseconds that passed since `to` was chosen.

    `seen_at` is what the next `go_on` starts from, should whoever moves the clock be killed: it must not go back either.
    """
    _write(
        "UPDATE kernel_clock SET seen_at = greatest(seen_at, %s), offset_us = greatest(offset_us, round(extract(epoch"
        " FROM (%s::timestamptz - %s::timestamptz)) * 1000000)::bigint) WHERE id = 1",
        seen_at,
        to,
        clock.wall(),
    )
    clock.forget()


def _write(sql: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
