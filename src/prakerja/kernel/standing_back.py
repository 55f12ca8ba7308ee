"""Bulk work stands back behind whoever answers people, in this process and in PostgreSQL.

A command or worker that goes through a wave keeps two processors busy: its own, and that of the PostgreSQL process that serves it.
Each of both stands back, or a purchase waits behind the other.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import Any

from django.db.backends.signals import connection_created

# How far: a third of what somebody gets who answers people, where both want the same processor.
_STANDS_BACK = 5
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def stand_back() -> None:
    """Let whoever waits before a screen have the processor first: for a process of its own, as long as it lives.

    Call it before the first connection. A PostgreSQL on another machine, or of another account, is left as it is: what gives
    it less there is said in docs/how-to/watch-long-work.md.
    """
    os.nice(_STANDS_BACK)
    _do_not_push(0)
    with contextlib.suppress(OSError):
        # Linux shares the processors out among sessions first, where nobody else does: then a session's own number counts.
        if os.getsid(0) == os.getpid():
            Path("/proc/self/autogroup").write_text(str(_STANDS_BACK), encoding="ascii")
    connection_created.connect(_let_server_stand_back, dispatch_uid="standing back")


def _let_server_stand_back(connection: Any, **_: object) -> None:
    info = connection.connection.info
    if info.host.startswith("/") or info.host in _LOOPBACK:
        with contextlib.suppress(OSError):
            number = info.backend_pid
            # Behind a tunnel or in a container of its own, the server's number is somebody else's here.
            if Path(f"/proc/{number}/cmdline").read_bytes().startswith(b"postgres:"):
                back = max(os.getpriority(os.PRIO_PROCESS, one) for one in (0, number))
                os.setpriority(os.PRIO_PROCESS, number, back)
                _do_not_push(number)


def _do_not_push(number: int) -> None:
    """Have this process wait for its turn when it wakes, as bulk work may; somebody who answers people takes the processor at once."""
    if sys.platform == "linux":
        os.sched_setscheduler(number, os.SCHED_BATCH, os.sched_param(0))
