"""What a process knows of itself: its parent, whom it must not outlive, and its age."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from typing import Any

_PR_SET_PDEATHSIG = 1
_LOADED = time.monotonic()


def die_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to send `number` to this process when its parent dies. Only Linux can; elsewhere nothing happens."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    libc: Any = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != parent:
        # The parent died while we asked.
        os.kill(os.getpid(), number)


def age() -> float:
    """For how many seconds this process has run, loading included; without /proc, since this module was loaded."""
    try:
        with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
            # The command's name may hold blanks; fields are counted from the bracket that ends it.
            started = int(file.read().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
        return time.clock_gettime(time.CLOCK_BOOTTIME) - started
    except (OSError, AttributeError):
        return time.monotonic() - _LOADED
