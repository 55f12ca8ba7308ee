"""`launcher.lock`: one launcher at a time has a data folder's server; `server.json` says which."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from prakerja.postgres.errors import LauncherError
from prakerja.postgres.layout import Layout

Kind = Literal["owner", "command"]
Phase = Literal["starting", "running", "stopping"]
# An owner whose launcher died still holds the lock through its watcher until the server has stopped.
_PATIENCE_WITH_THE_SILENT = 40.0
_STEP = 0.05


@dataclass(frozen=True)
class State:
    """What a launcher tells the others about its server."""

    kind: Kind
    phase: Phase
    launcher: int
    pid: int
    socket_dir: str


def read_state(layout: Layout) -> State | None:
    """The last state written, or None; half of one is never seen, because it is renamed into place."""
    try:
        return State(**json.loads(layout.state.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write_state(layout: Layout, state: State) -> None:
    temporary = layout.state.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(asdict(state)) + "\n", encoding="utf-8")
    temporary.replace(layout.state)


class LauncherLock:
    """An exclusive `flock`. The watcher inherits the descriptor, so the lock outlives a killed launcher."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.descriptor = os.open(layout.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def try_take(self) -> bool:
        """Take the lock if nobody has it; never waits."""
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def give_back(self) -> None:
        """Release the lock for every process that inherited it. Only after the server has stopped."""
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self.descriptor)


def wait_for_lock(lock: LauncherLock, *, own: bool, patient: bool, answers: Callable[[State], bool]) -> State | None:
    """Wait until the lock is ours (returns None), or return the state of a running owner's server to adopt.

    `own`: never adopt; a running owner is reported instead. A one-shot command's server is never adopted: it
    would vanish under the adopter; it is waited for, or refused when not `patient`. `answers` asks the server
    itself, so that one whose launcher was just killed is waited for rather than adopted.
    Raises LauncherError `already-running`, `lock-taken`.
    """
    silent_since: float | None = None
    while not lock.try_take():
        state = read_state(lock.layout)
        details = {"data_dir": lock.layout.data_dir, "pid": state.launcher if state else "?"}
        alive = state is not None and state.phase != "stopping" and is_alive(state.launcher)
        if state is not None and alive and state.kind == "command":
            if not patient:
                raise LauncherError("lock-taken", **details)
            silent_since = None
        elif state is not None and alive and state.phase == "running" and answers(state):
            if own:
                raise LauncherError("already-running", **details)
            return state
        elif state is None or not alive or state.phase != "starting":
            silent_since = silent_since or time.monotonic()
            if time.monotonic() - silent_since > _PATIENCE_WITH_THE_SILENT:
                raise LauncherError("lock-taken", **details)
        time.sleep(_STEP)
    return None


def is_alive(pid: int) -> bool:
    """Whether that process runs. A zombie does not: in a container nobody may ever collect it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with contextlib.suppress(OSError, IndexError):  # no /proc: believe the signal
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    return True
