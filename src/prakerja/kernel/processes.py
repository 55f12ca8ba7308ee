"""What a process knows of itself: its parent, whom it must not outlive, that it is asked to end, its age, and whom it tells that it
is ready."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4
_LOADED = time.monotonic()


def die_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to send `number` to this process when its parent dies. Only Linux can; elsewhere nothing happens."""
    _ask(os.getppid(), number)()


def dying_with_parent(number: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """The same for a child that is about to be started: to be given as its `preexec_fn`."""
    return _ask(os.getpid(), number)


def _ask(parent: int, number: signal.Signals) -> Callable[[], None]:
    if sys.platform != "linux":
        return lambda: None
    # Loaded before the fork: the child between fork and exec should do as little as possible.
    libc: Any = ctypes.CDLL(None, use_errno=True)

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:
            # The parent died before we could ask. A handler of Python's would not run before the exec.
            os._exit(1)

    return ask


def when_asked_to_end(act: Callable[[], object]) -> None:
    """Call `act` once, from a thread of its own, after SIGTERM or SIGINT. From the main thread only.

    A handler runs in the middle of whatever the main thread does. One that sets an event waits for ever when the main thread
    holds that event's lock, or when a second signal comes while it sets it; so it only writes a byte.
    """
    heard, told = os.pipe()
    os.set_blocking(told, False)

    def wait() -> None:
        os.read(heard, 1)
        act()

    def tell(_number: int, _frame: FrameType | None) -> None:
        # A pipe that is full has been told often enough.
        with contextlib.suppress(BlockingIOError):
            os.write(told, b"!")

    threading.Thread(target=wait, name="asked to end", daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, tell)


def keep_to_ourselves() -> None:
    """Let nobody who runs as the same user read our memory and environment: doors share a user and not their passwords. Only Linux can."""
    if sys.platform == "linux":
        libc: Any = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def process_age() -> float:
    """For how many seconds this process has run, loading included; without /proc, since this module was loaded."""
    try:
        with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
            # The command's name may hold blanks; fields are counted from the bracket that ends it.
            started = int(file.read().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
        return time.clock_gettime(time.CLOCK_BOOTTIME) - started
    except (OSError, AttributeError):
        return time.monotonic() - _LOADED


def tell_service_manager(said: str) -> None:
    """Tell systemd `READY=1` or `WATCHDOG=1`, by the socket that it named (sd_notify); elsewhere nothing happens."""
    place = os.environ.get("NOTIFY_SOCKET", "")
    if not place:
        return
    # An abstract socket's name begins with a nil byte, which no environment can hold.
    address = "\0" + place[1:] if place.startswith("@") else place
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as teller:
        teller.setblocking(False)
        teller.sendto(said.encode("ascii"), address)
