"""Stops PostgreSQL when its launcher is gone, however it went. Run as a script: `watcher.py [FOLDER]`.

Standard input is a pipe whose other end only the launcher holds. Each line is the process id of the server
now running; `done` means the launcher has stopped it itself. End-of-file without `done`: the launcher died,
so the server is stopped fast, then FOLDER (a throw-away server's) is removed. The launcher's lock is
inherited and thus held until the server is really gone.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import sys
import time


def _stop(pid: int, handle: int | None) -> None:
    for number, patience in ((signal.SIGINT, 10.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
        if handle is not None:  # a handle cannot mean another process that got the same number
            signal.pidfd_send_signal(handle, number)
            if select.select([handle], [], [], patience)[0]:
                return
            continue
        deadline = time.monotonic() + patience
        os.kill(pid, number)
        while time.monotonic() < deadline:
            time.sleep(0.05)
            os.kill(pid, 0)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    pid, handle = 0, None
    for line in sys.stdin:
        if line == "done\n":
            return
        pid, handle = int(line), None
        with contextlib.suppress(AttributeError, OSError):  # macOS and old kernels have none
            handle = os.pidfd_open(pid)
    with contextlib.suppress(ProcessLookupError):
        if pid:
            _stop(pid, handle)
    for folder in sys.argv[1:]:
        for _ in range(50):  # a stopped server's last children may still be writing
            shutil.rmtree(folder, ignore_errors=True)
            if not os.path.exists(folder):
                break
            time.sleep(0.1)


if __name__ == "__main__":
    main()
