"""A child that does not outlive its parent, whatever kills the parent."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Any

_PR_SET_PDEATHSIG = 1


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
