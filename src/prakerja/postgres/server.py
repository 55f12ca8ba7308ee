"""Owning a server, adopting one, or using the one that DATABASE_URL names."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict

from prakerja.postgres import postmaster
from prakerja.postgres.account import Account, server_account
from prakerja.postgres.binaries import OLDEST, Binaries, find_binaries
from prakerja.postgres.errors import LauncherError
from prakerja.postgres.layout import PORT, Layout, prepare, short_folder, socket_folder
from prakerja.postgres.lock import (
    Kind,
    LauncherLock,
    Phase,
    State,
    read_state,
    wait_for_lock,
    write_state,
)

_RACE_LASTS = 60.0  # seconds: how long a killed server's last children may keep its shared memory


@dataclass(frozen=True)
class Server:
    """A database that answers. `dsn` is a libpq URL of the `prakerja` database, without secrets if ours.

    `socket_dir` and `pid` are None for a server of DATABASE_URL; `keys` and `log` are always ours.
    """

    dsn: str
    data_dir: Path
    socket_dir: Path | None = None
    pid: int | None = None
    _owner: _Owner | None = field(default=None, repr=False, compare=False)

    @property
    def keys(self) -> Path:
        """The 0700 folder for key files."""
        return Layout(self.data_dir).keys

    @property
    def log(self) -> Path:
        """The 0700 folder for log files."""
        return Layout(self.data_dir).log

    def dsn_as(self, role: str) -> str:
        """The same database of ours for another role of it, which is let in without a password."""
        assert self.socket_dir is not None, "a server of DATABASE_URL asks every role for its password"
        return _socket_url(self.socket_dir, postmaster.DATABASE, role)

    @property
    def owned(self) -> bool:
        """Whether this process started the server and stops it."""
        return self._owner is not None

    def running(self) -> bool:
        """Whether the server process lives (owned), or answers (adopted, DATABASE_URL)."""
        if self._owner is not None:
            return self._owner.running()
        return _answers_url(self.dsn)

    def recover(self) -> Server:
        """Start an owned server again after its process was killed; same address, same data, new `pid`.

        Raises LauncherError `start-failed`.
        """
        assert self._owner is not None, "only the owner of a server can recover it"
        return replace(self, pid=self._owner.start())


def database_url(server: Server, name: str) -> str:
    """The libpq URL of another database on the same server.

    The socket's folder stands in the query (`?host=…`), since a host name in a URL loses its capital letters.
    """
    if server.socket_dir is None:
        parts = conninfo_to_dict(server.dsn) | {"dbname": name}
        user = quote(str(parts.pop("user", "")), safe="")
        password = parts.pop("password", None)
        login = f"{user}:{quote(str(password), safe='')}" if password is not None else user
        database = quote(str(parts.pop("dbname")), safe="")
        query = "&".join(f"{key}={quote(str(value), safe='')}" for key, value in parts.items() if value is not None)
        return f"postgresql://{login}@/{database}" + (f"?{query}" if query else "")
    return _socket_url(server.socket_dir, name)


def _socket_url(socket_dir: Path, name: str, role: str = postmaster.ROLE) -> str:
    host = quote(str(socket_dir), safe="")
    return f"postgresql://{quote(role, safe='')}@/{quote(name, safe='')}?host={host}&port={PORT}"


class _Owner:
    """Holds the lock, the watcher and the server process from start to stop."""

    def __init__(self, lock: LauncherLock, account: Account | None, kind: Kind) -> None:
        self._lock = lock
        self._layout = lock.layout
        self._account = account
        self._kind: Kind = kind
        self._watch: postmaster.Watch | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._plan: postmaster.Blueprint | None = None

    def begin(self, *, durable: bool, remove: Path | None) -> Server:
        """Make the database if there is none, start the server, wait until it answers."""
        if threading.current_thread() is not threading.main_thread():
            raise LauncherError("not-main-thread")  # see account.spawn; said before a database is made
        earlier = read_state(self._layout)
        previous = Path(earlier.socket_dir) if earlier is not None and earlier.socket_dir else None
        self._say("starting", socket_dir=previous)
        binaries = self._binaries_for_cluster()
        self._watch = postmaster.Watch(lock_descriptor=self._lock.descriptor, remove=remove)
        if self._layout.cluster.exists():
            postmaster.end_orphan(self._layout.cluster)
        else:
            postmaster.make_cluster(self._layout, self._account, binaries, sync=durable, started=self._watch.follow)
        self._plan = postmaster.Blueprint(
            layout=self._layout,
            account=self._account,
            binaries=binaries,
            socket_dir=socket_folder(self._layout, self._account, previous),
            durable=durable,
        )
        pid = self.start()
        return Server(
            dsn=_socket_url(self._plan.socket_dir, postmaster.DATABASE),
            data_dir=self._layout.data_dir,
            socket_dir=self._plan.socket_dir,
            pid=pid,
            _owner=self,
        )

    def start(self) -> int:
        """Start (again) and wait until ready; a killed server's shared memory may be in the way."""
        assert self._plan is not None
        assert self._watch is not None
        if self._process is not None:
            postmaster.stop(self._process)
        self._say("starting", socket_dir=self._plan.socket_dir)
        deadline = time.monotonic() + _RACE_LASTS
        while True:
            position = postmaster.log_size(self._plan)
            self._process = postmaster.start(self._plan)
            self._watch.follow(self._process.pid)
            if postmaster.wait_until_ready(self._plan, self._process, position):
                break
            if time.monotonic() > deadline:
                raise LauncherError("start-failed", reason="shared memory in use", log=self._plan.log_file)
            time.sleep(0.5)
        self._say("running", socket_dir=self._plan.socket_dir)
        return self._process.pid

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def end(self, *, at_once: bool) -> None:
        """Stop the server, dismiss the watcher, clear what a next start does not need, free the lock."""
        socket_dir = self._plan.socket_dir if self._plan is not None else None
        if socket_dir is not None:
            self._say("stopping", socket_dir=socket_dir)
        if self._process is not None:
            postmaster.stop(self._process, at_once=at_once)
        if self._watch is not None:
            self._watch.dismiss()
        if socket_dir is not None and socket_dir != self._layout.run:
            shutil.rmtree(socket_dir, ignore_errors=True)
        self._layout.state.unlink(missing_ok=True)
        self._lock.give_back()

    def _say(self, phase: Phase, *, socket_dir: Path | None) -> None:
        pid = self._process.pid if self._process is not None else 0
        write_state(
            self._layout,
            State(kind=self._kind, phase=phase, launcher=os.getpid(), pid=pid, socket_dir=str(socket_dir or "")),
        )

    def _binaries_for_cluster(self) -> Binaries:
        """Programs of the database's own major version; a newer or older database is refused."""
        cluster = self._layout.cluster
        if not cluster.exists():
            return find_binaries(account=self._account)
        try:
            found = int((cluster / "PG_VERSION").read_text(encoding="utf-8").strip())
        except FileNotFoundError:
            raise LauncherError("not-a-database", path=cluster) from None
        binaries = find_binaries(account=self._account, wanted_major=found)
        if binaries.major != found:
            code = "database-newer" if found > binaries.major else "database-older"
            raise LauncherError(code, path=cluster, found=found, have=binaries.major)
        return binaries


@contextlib.contextmanager
def _having(
    data_dir: Path | None, *, own: bool, patient: bool, durable: bool = True, remove: Path | None = None
) -> Iterator[Server]:
    layout, account = prepare(data_dir)
    try:
        lock = LauncherLock(layout)
    except OSError as error:
        raise LauncherError("folder-not-writable", path=layout.lock, reason=error.strerror) from error
    with contextlib.ExitStack() as at_end:
        at_end.callback(lock.close)
        running = wait_for_lock(
            lock, own=own, patient=patient, answers=lambda state: postmaster.answers(Path(state.socket_dir))
        )
        if running is not None:
            socket_dir = Path(running.socket_dir)
            url = _socket_url(socket_dir, postmaster.DATABASE)
            yield Server(dsn=url, data_dir=layout.data_dir, socket_dir=socket_dir, pid=running.pid)
            return
        # Asked again under the lock: another launcher may have made the database meanwhile.
        owner = _Owner(lock, account and server_account(layout.cluster), "owner" if own else "command")
        at_end.callback(owner.end, at_once=remove is not None)
        yield owner.begin(durable=durable, remove=remove)


@contextlib.contextmanager
def own_server(data_dir: Path | None = None, *, wait_for_lock: bool = True) -> Iterator[Server]:
    """Own the data folder's server (`up`): started here, stopped at the end, never adopted from anybody.

    Waits for a one-shot command that has the server (refuses instead when `wait_for_lock` is False). Must be
    entered in the main thread. Raises LauncherError, notably `already-running`, `lock-taken`,
    `closed-folder`.
    """
    with _having(data_dir, own=True, patient=wait_for_lock) as server:
        yield server


@contextlib.contextmanager
def adopt_or_own(data_dir: Path | None = None) -> Iterator[Server]:
    """What a one-shot command needs: the running owner's server, or one of its own for as long as it runs.

    Two one-shot commands without an owner take turns. Raises LauncherError.
    """
    with _having(data_dir, own=False, patient=True) as server:
        yield server


@contextlib.contextmanager
def throwaway_server(*, durable: bool = False) -> Iterator[Server]:
    """Own a new server in a new short folder directly under the temporary folder; both are gone afterwards.

    `server.data_dir` is a complete data folder (keys, logs, other files). `durable=True` (benchmarks) flushes
    to disk like a kept server; otherwise a crash of the machine would lose data, which nobody would miss.
    Even after kill -9 of this process the server stops and the folder goes. Raises LauncherError.
    """
    account = server_account(Path("/nonexistent"))
    folder = Path(tempfile.mkdtemp(prefix="prakerja-", dir=short_folder(account)))
    if account is not None:
        folder.chmod(0o711)  # passable for the server's user; what is inside is closed folder by folder
    try:
        with _having(folder, own=True, patient=False, durable=durable, remove=folder) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def server_for(data_dir: Path | None = None, *, own: bool) -> Iterator[Server]:
    """The server of DATABASE_URL when that is set, else `own_server` or `adopt_or_own` on the data folder.

    With DATABASE_URL the data folder still holds keys and logs. Raises LauncherError, notably
    `database-url-invalid`, `database-url-unreachable`, `database-url-too-old`.
    """
    url = os.environ.get("DATABASE_URL", "").strip()
    if url:
        _check_external(url)
        layout, _ = prepare(data_dir, for_server=False)
        yield Server(dsn=url, data_dir=layout.data_dir)
        return
    with own_server(data_dir) if own else adopt_or_own(data_dir) as server:
        yield server


def _answers_url(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _check_external(url: str) -> None:
    """Connect once: a wrong address is a sentence now, not a stack later. Never repeats a password."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise LauncherError("database-url-invalid") from None
    host = parts.get("host") or parts.get("hostaddr") or "local socket"
    where = f"{host}:{parts.get('port') or PORT}/{parts.get('dbname') or ''}"
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version // 10_000
    except psycopg.OperationalError:
        raise LauncherError("database-url-unreachable", where=where) from None
    if version < OLDEST:
        raise LauncherError("database-url-too-old", found=version, oldest=OLDEST)
