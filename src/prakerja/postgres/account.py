"""Which user the server runs as, and what that user can reach."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypedDict

from prakerja.kernel.processes import dying_with_parent
from prakerja.postgres.errors import LauncherError

# PostgreSQL's programs get nothing of our environment but these: no PG* variable may bend their settings,
# and a database server has no business holding our keys.
_ENVIRONMENT_KEPT = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")


@dataclass(frozen=True)
class Account:
    """The unprivileged user that root starts the server as."""

    name: str
    uid: int
    gid: int


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: Sequence[int]


def server_account(cluster: Path) -> Account | None:
    """The account the server must run as; None when the caller is an ordinary user (then: the caller).

    PostgreSQL refuses to run as root. An existing database keeps its owner, even when a `postgres` user
    appears on the machine later. Raises LauncherError `no-user`.
    """
    if os.geteuid() != 0:
        return None
    try:
        owner = cluster.stat().st_uid
    except OSError:
        owner = 0
    candidates: list[Callable[[], pwd.struct_passwd]] = [
        lambda: pwd.getpwnam("postgres"),
        lambda: pwd.getpwnam("nobody"),
    ]
    if owner != 0:
        candidates.insert(0, lambda: pwd.getpwuid(owner))
    for candidate in candidates:
        try:
            entry = candidate()
        except KeyError:
            continue
        return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise LauncherError("no-user")


def hand_over(path: Path, account: Account | None) -> None:
    """Give one of our own paths to the server's account; nothing to do for an ordinary user."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def can_reach(path: Path, account: Account | None) -> bool:
    """Whether the server's account can enter `path`, asked of the kernel (so that ACLs count)."""
    if account is None:
        return os.access(path, os.X_OK)
    command = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]
    return run(command, account=account).returncode == 0


def first_closed(path: Path, account: Account | None) -> Path | None:
    """The topmost existing folder on the way to `path` (itself included) that the account cannot enter."""
    if can_reach(path, account):
        return None
    for folder in [*reversed(path.parents), path]:
        if folder.exists() and not can_reach(folder, account):
            return folder
    return None


def run(
    command: Sequence[str],
    *,
    account: Account | None,
    timeout: float = 120,
    libraries: Path | None = None,
    started: Callable[[int], None] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a short program as the server's account and collect its words; it dies with its parent.

    `timeout` is in seconds; `libraries` is where the program's own shared libraries are; `started` is told
    the process id at once. Raises LauncherError `cannot-switch-user`.
    """
    try:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            cwd="/",
            env=_environment(libraries),
            umask=0o077,
            preexec_fn=dying_with_parent(signal.SIGTERM),
            **_identity(account),
        )
    except (subprocess.SubprocessError, PermissionError) as error:
        raise _cannot_start(error, account) from error
    with process:
        try:
            if started is not None:
                started(process.pid)
            output, words = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, output, words)


def spawn(
    command: Sequence[str], *, account: Account | None, libraries: Path | None, output: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start PostgreSQL as a child that is told to stop (SIGINT: fast) when this process dies.

    Linux sends that signal when the *thread* that started the child ends, hence the main thread only; and it
    forgets the request on every change of user, hence `preexec_fn`, which runs after setuid. Elsewhere the
    watcher alone stops the server. A session of its own keeps a Ctrl-C in the terminal from reaching the
    server before the processes that use it have stopped.
    Raises LauncherError `not-main-thread`, `cannot-switch-user`.
    """
    if threading.current_thread() is not threading.main_thread():
        raise LauncherError("not-main-thread")
    try:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=_environment(libraries),
            umask=0o077,
            start_new_session=True,
            preexec_fn=dying_with_parent(signal.SIGINT),
            **_identity(account),
        )
    except (subprocess.SubprocessError, PermissionError) as error:
        raise _cannot_start(error, account) from error


def _identity(account: Account | None) -> _Identity:
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _environment(libraries: Path | None) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _ENVIRONMENT_KEPT if name in os.environ}
    if libraries is not None:
        # The programs know the place relative to themselves, but learn their own place from /proc, which a
        # bare chroot does not have.
        kept["LD_LIBRARY_PATH"] = os.pathsep.join(filter(None, [str(libraries), kept.get("LD_LIBRARY_PATH")]))
    return {"PATH": "/usr/bin:/bin", **kept, "LC_ALL": "C", "TZ": "UTC"}


def _cannot_start(error: Exception, account: Account | None) -> Exception:
    """A refused setuid becomes a sentence; anything else stays as it is."""
    if account is not None:
        return LauncherError("cannot-switch-user", user=account.name)
    return error
