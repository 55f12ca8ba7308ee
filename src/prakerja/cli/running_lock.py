"""Who runs this database: one `prakerja up`, or one command while nothing runs. Never two, also when the database restarts."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any

import psycopg

from prakerja.kernel.clock import wall
from prakerja.kernel.ids import new_id
from prakerja.kernel.running import begin_run, end_run, renew_run, runner
from prakerja.postgres import Server

# Held by `up` for as long as it runs, and by a one-shot command while nothing else runs: who holds it owns the clock.
RUNNING = 720_021
# Wall seconds: how often a holder says that it lives, and how long one waits for that of another.
_RENEWS_EVERY = 1.0
_PROVES_LIFE_WITHIN = 10.0


class RunningLock:
    """A lock of the session, which ends with its connection, however we end; and a row, which says that we live.

    The database's own restart takes the lock from whoever lives. Then the row is what keeps another out until the lock is
    taken again; whoever was cut off for so long that another took over is told so (`is_lost`).
    """

    def __init__(
        self,
        server: Server,
        *,
        renews_every: float = _RENEWS_EVERY,
        proves_life_within: float = _PROVES_LIFE_WITHIN,
    ) -> None:
        self._dsn = server.dsn
        # Nobody else can run a database whose server is ours alone.
        self._may_be_shared = not server.owned
        self._every = renews_every
        self._patience = proves_life_within
        self._connection: psycopg.Connection[Any] | None = None
        self._over = threading.Event()
        self._lost = threading.Event()
        self._keeper: threading.Thread | None = None
        self.holder = new_id()

    @property
    def is_lost(self) -> bool:
        """Somebody else runs this database now: stop."""
        return self._lost.is_set()

    def take(self) -> bool:
        """Try to be the one who runs this database; False when somebody else is. Waits for a sign of life of a holder who
        may have lost the lock alone."""
        self.give_back()
        self._connection = self._connect()
        if _try_lock(self._connection) and not (self._may_be_shared and self._another_lives(self._connection)):
            return True
        self.give_back()
        return False

    def hold(self) -> None:
        """Say from now on that we live. The database has our tables."""
        assert self._connection is not None, "only who took the lock holds it"
        begin_run(self._connection, holder=self.holder, wall=wall())
        self._over.clear()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def let_die(self) -> None:
        """Say nothing any more and close the connection, as a process that is killed: the row stays behind."""
        self._over.set()
        if self._keeper is not None:
            self._keeper.join()
            self._keeper = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def give_back(self) -> None:
        """Run nothing any more."""
        if self._keeper is not None and self._connection is not None:
            self._over.set()
            self._keeper.join()
            # A database that is away learns it from our silence.
            with contextlib.suppress(psycopg.Error):
                end_run(self._connection, holder=self.holder)
        self.let_die()

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self._dsn, autocommit=True, connect_timeout=5)

    def _another_lives(self, connection: psycopg.Connection[Any]) -> bool:
        first = runner(connection, wall=wall())
        if first is None or first.is_long_dead:
            return False
        ends = time.monotonic() + self._patience
        while time.monotonic() < ends:
            time.sleep(self._every / 4)
            now = runner(connection, wall=wall())
            if now is None:
                return False
            if now[:2] != first[:2]:
                return True
        return False

    def _keep(self) -> None:
        while not self._over.wait(self._every):
            try:
                if not self._renew():
                    self._lost.set()
                    return
            except psycopg.Error:
                # The row is renewed, and the lock taken again, as soon as the database is there.
                with contextlib.suppress(psycopg.Error):
                    self._reconnect()

    def _renew(self) -> bool:
        assert self._connection is not None
        return renew_run(self._connection, holder=self.holder, wall=wall())

    def _reconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._connect()
        # First of all: whoever has the lock now looks whether we live.
        if not self._renew():
            self._lost.set()
            return
        while not self._over.is_set() and self._renew() and not _try_lock(self._connection):
            self._over.wait(self._every / 4)


def _try_lock(connection: psycopg.Connection[Any]) -> bool:
    found = connection.execute("SELECT pg_try_advisory_lock(%s)", (RUNNING,)).fetchone()
    return bool(found and found[0])
