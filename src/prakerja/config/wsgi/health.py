"""Whether a door can do its work: whether its database answers, writes and keeps what is written, and soon, and is one of this
release and of these keys."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

_LOG = logging.getLogger("prakerja.health")
# Wall seconds after which a database that says nothing is away; whoever asks again waits for the same look.
_PATIENCE = 3.0
# As far as the worker lets its own be before it does nothing that falls due.
_MAY_BE_OFF = timedelta(seconds=10)
_READ_ONLY = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean"
# Longer than the memory that it gets, so that it goes to a file, for which the disk must have room; the server removes it.
_NEEDS_DISK = "SELECT count(*) FROM generate_series(1, 10000)"
# A record of the journal alone, forced to disk as every payment's is.
_NEEDS_JOURNAL = "SELECT pg_logical_emit_message(true, 'prakerja', 'health')"


def look() -> str:
    """What is wrong with the database, "" when nothing is. It changes no row, and says nothing that a stranger may not read."""
    from django.db import DatabaseError, connection

    from prakerja.kernel.clock import off_by
    from prakerja.kernel.db import row, transaction
    from prakerja.kernel.installation import read_installation
    from prakerja.kernel.rotation import missing_keys
    from prakerja.kernel.schema import unfit
    from prakerja.kernel.secrets import keys

    try:
        with transaction():
            found = row(_READ_ONLY)
            if found is not None and found[0]:
                return "read-only database"
            row("SELECT set_config('work_mem', '64kB', true)")
            row(_NEEDS_DISK)
            row(_NEEDS_JOURNAL)
        if abs(off := off_by()) > _MAY_BE_OFF:
            return f"clock of this machine is off by {off.total_seconds():+.0f} s"
        if wrong := unfit():
            return wrong
        installed = read_installation()
        if installed is not None and (installed.keys_fingerprint != keys().fingerprint or missing_keys(keys().keysets)):
            return "keys of another database, or not all of its own"
    except DatabaseError as error:
        _LOG.warning("health: %s (%s)", type(error).__name__, getattr(error.__cause__, "sqlstate", None) or "no code")
        return "no database" if connection.connection is None or not connection.is_usable() else "database cannot write"
    finally:
        connection.close()
    return ""


@dataclass
class _Look:
    thread: threading.Thread
    wrong: str = ""


class Health:
    """One look at a time, in a thread: a database that hangs holds none of the door's own, however many ask."""

    def __init__(self, look: Callable[[], str], *, patience: float = _PATIENCE) -> None:
        self._take = look
        self._patience = patience
        self._lock = threading.Lock()
        self._look: _Look | None = None

    def answer(self) -> tuple[str, bytes]:
        """Status line and body."""
        with self._lock:
            if self._look is None or not self._look.thread.is_alive():
                self._look = self._begin()
            current = self._look
        current.thread.join(self._patience)
        wrong = "database does not answer" if current.thread.is_alive() else current.wrong
        return ("503 Service Unavailable", f"{wrong}\n".encode()) if wrong else ("200 OK", b"ok\n")

    def _begin(self) -> _Look:
        def run() -> None:
            try:
                begun.wrong = self._take()
            except Exception:
                _LOG.exception("health")
                begun.wrong = "fault"

        begun = _Look(threading.Thread(target=run, daemon=True))
        begun.thread.start()
        return begun
