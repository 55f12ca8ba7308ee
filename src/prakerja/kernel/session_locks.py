"""A lock that a connection holds over several transactions; PostgreSQL takes it back when the connection ends, however it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prakerja.kernel.db import row


@contextmanager
def holding(key: int) -> Iterator[bool]:
    """Take the lock if nobody else holds it, and say whether that is so; nobody is waited for."""
    found = row("SELECT pg_try_advisory_lock(%s)", [key])
    is_held = bool(found and found[0])
    try:
        yield is_held
    finally:
        if is_held:
            row("SELECT pg_advisory_unlock(%s)", [key])
