"""One PostgreSQL server process: make its database, start it, wait for it, stop it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from prakerja.postgres.account import Account, hand_over, run, spawn
from prakerja.postgres.binaries import Binaries
from prakerja.postgres.errors import LauncherError
from prakerja.postgres.layout import PORT, Layout, socket_path
from prakerja.postgres.lock import is_alive

ROLE = "prakerja"
DATABASE = "prakerja"
_STEP = 0.02
_READY_WITHIN = 180.0  # seconds; recovery after a crash replays at most a few gigabytes of journal
_LARGEST_LOG = 10_000_000  # bytes; then it is set aside once
_RACES = ("pre-existing shared memory block", 'lock file "postmaster.pid" already exists')
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Blueprint:
    """Everything needed to start (and start again) one server."""

    layout: Layout
    account: Account | None
    binaries: Binaries
    socket_dir: Path
    durable: bool

    @property
    def log_file(self) -> Path:
        return self.layout.log / "postgresql.log"


def make_cluster(
    layout: Layout,
    account: Account | None,
    binaries: Binaries,
    *,
    sync: bool,
    started: Callable[[int], None] | None = None,
) -> None:
    """`initdb` into another name, then rename: a half-made database is never taken for a whole one.

    The name is a new one every time, since the children of a killed `initdb` still write for a moment.
    Connections over the socket are trusted, because only its owner and root can enter the socket's folder.
    `started` is told the process id of `initdb`. Raises LauncherError `initdb-failed`.
    """
    for left in layout.home.glob("postgres.new-*"):
        shutil.rmtree(left, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=layout.home))
    hand_over(fresh, account)
    command = [binaries.program("initdb"), "-D", str(fresh), "-U", ROLE, "-E", "UTF8", "--locale=C"]
    if binaries.major >= 17:  # the wheel has no ICU; older versions know only the C library's locales
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += ["--data-checksums", "--auth-local=trust", "--auth-host=reject", "--no-instructions"]
    if not sync:
        command.append("--no-sync")
    answer = run(command, account=account, timeout=300, libraries=binaries.libraries, started=started)
    if answer.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        said = (answer.stderr or answer.stdout).strip().splitlines()
        raise LauncherError("initdb-failed", path=layout.cluster, reason=" ".join(said[-3:]) or "?")
    fresh.rename(layout.cluster)


def settings(*, durable: bool) -> dict[str, str]:
    """The server's settings. `durable=False` (throw-away servers) may lose data with the machine."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // _MEGABYTE
    safe = "on" if durable else "off"
    return {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "max_connections": "60",
        "shared_buffers": f"{max(16, min(memory // 4, 1024))}MB",
        "effective_cache_size": f"{max(64, memory // 2)}MB",
        "work_mem": "8MB",
        "maintenance_work_mem": "128MB",
        "random_page_cost": "1.1",
        "jit": "off",  # compiling costs more than our short queries
        # Starting other processes for a query pays with many rows, which a throw-away server never has.
        **({} if durable else {"max_parallel_workers_per_gather": "0"}),
        "fsync": safe,
        "synchronous_commit": safe,
        "full_page_writes": safe,
        "checkpoint_timeout": "15min",
        "max_wal_size": "2GB",
        **(_JOURNAL if durable else {}),
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %u ",
        # Neither statements nor the details of an error may carry a person's NIK or phone into the log.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_statement": "none",
        "log_min_duration_statement": "-1",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
    }


# Whoever commits waits until the journal is on the disk, with whatever bulk work wrote into it before: so it goes there often, in small
# pieces. And its files are used again rather than made anew, for each of which somebody waits some tens of milliseconds.
_JOURNAL = {"min_wal_size": "1GB", "wal_writer_delay": "20ms"}


def start(plan: Blueprint) -> subprocess.Popen[bytes]:
    """Start the server as a foreground child; the caller tells the watcher, then waits.

    A killed server's socket and its lock file are cleared first: when nobody has collected its process yet,
    PostgreSQL takes them for a living server's. The folder is ours alone, and so is the launcher's lock.
    """
    for left in (socket_path(plan.socket_dir), Path(f"{socket_path(plan.socket_dir)}.lock")):
        left.unlink(missing_ok=True)
    if plan.log_file.exists() and plan.log_file.stat().st_size > _LARGEST_LOG:
        plan.log_file.replace(plan.log_file.with_suffix(".1.log"))
    command = [plan.binaries.program("postgres"), "-D", str(plan.layout.cluster)]
    command += ["-k", str(plan.socket_dir), "-p", str(PORT)]
    for name, value in settings(durable=plan.durable).items():
        command += ["-c", f"{name}={value}"]
    with plan.log_file.open("ab") as output:
        return spawn(command, account=plan.account, libraries=plan.binaries.libraries, output=output)


def wait_until_ready(plan: Blueprint, process: subprocess.Popen[bytes], log_from: int) -> bool:
    """Connect until the server answers, and see that our database exists.

    Returns False when it stopped over a predecessor's shared memory: then one more try is worth it.
    Raises LauncherError `start-failed` with the log's last words.
    """
    deadline = time.monotonic() + _READY_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        try:
            _ensure_database(plan.socket_dir)
        except psycopg.OperationalError:
            time.sleep(_STEP)
            continue
        return True
    stop(process)
    said = _log_since(plan.log_file, log_from)
    if any(race in line for race in _RACES for line in said):
        return False
    reason = " ".join(said[-3:]) or f"exit status {process.returncode}"
    raise LauncherError("start-failed", reason=reason, log=plan.log_file)


def log_size(plan: Blueprint) -> int:
    return plan.log_file.stat().st_size if plan.log_file.exists() else 0


def stop(process: subprocess.Popen[bytes], *, at_once: bool = False) -> None:
    """Fast shutdown (with a last checkpoint), then harder. `at_once` skips the checkpoint of a throw-away."""
    steps = [(signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)]
    for number, patience in steps[1:] if at_once else steps:
        if process.poll() is not None:
            return
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)


def answers(socket_dir: Path) -> bool:
    """Whether a server takes connections on that socket now."""
    try:
        psycopg.connect(host=str(socket_dir), port=PORT, user=ROLE, dbname=DATABASE, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def end_orphan(cluster: Path) -> None:
    """Stop a server that lost its launcher, or forget a `postmaster.pid` that means something else by now.

    Only the holder of the launcher's lock may ask: then a server on this database belongs to nobody. A
    process is only signalled when its working directory proves that it is this database's server. Where that
    cannot be read (no /proc), PostgreSQL's own check of the file decides.
    """
    record = cluster / "postmaster.pid"
    try:
        pid = int(record.read_text(encoding="utf-8").splitlines()[0])
        ours = is_alive(pid) and Path(f"/proc/{pid}/cwd").readlink() == cluster
    except (OSError, ValueError, IndexError):
        return
    for number, patience in ((signal.SIGINT, 20.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
        deadline = time.monotonic() + patience
        if ours and is_alive(pid):
            os.kill(pid, number)
        while ours and is_alive(pid) and time.monotonic() < deadline:
            time.sleep(_STEP)
    # A zombie and a stranger both look like a living server to PostgreSQL; a number nobody has does not.
    if Path(f"/proc/{pid}").exists() and not (ours and is_alive(pid)):
        record.unlink(missing_ok=True)


def _ensure_database(socket_dir: Path) -> None:
    with psycopg.connect(
        host=str(socket_dir), port=PORT, user=ROLE, dbname="postgres", autocommit=True, connect_timeout=5
    ) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _log_since(log_file: Path, position: int) -> list[str]:
    with log_file.open("rb") as log:
        log.seek(position)
        return log.read().decode("utf-8", "replace").strip().splitlines()


class Watch:
    """Our end of the watcher's pipe. It is started before the server: no moment is unwatched."""

    def __init__(self, *, lock_descriptor: int, remove: Path | None) -> None:
        script = str(Path(__file__).with_name("watcher.py"))
        command = [sys.executable, "-I", "-S", script, *([str(remove)] if remove else [])]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"LC_ALL": "C"},
            pass_fds=(lock_descriptor,),
            start_new_session=True,
        )

    def follow(self, pid: int) -> None:
        """This is the server to stop if we die."""
        self._say(f"{pid}\n")

    def dismiss(self) -> None:
        """The server has stopped in order; the watcher has nothing left to do."""
        self._say("done\n")
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # somebody killed the watcher; PR_SET_PDEATHSIG remains
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()
