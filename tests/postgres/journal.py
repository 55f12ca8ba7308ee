"""A server of our own that archives its journal, and copies of it: for drills of what a person does by hand."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg

from prakerja.postgres import Server, own_server
from prakerja.postgres.account import Account, hand_over, run, server_account, spawn
from prakerja.postgres.binaries import Binaries, find_binaries
from prakerja.postgres.layout import Layout
from tests.waiting import LIMIT, stop, wait_until


def programs() -> tuple[Account | None, Binaries]:
    account = server_account(Path("/nonexistent"))
    return account, find_binaries(account=account)


def given_to(folder: Path, account: Account | None) -> Path:
    """A new folder of the server's account."""
    folder.mkdir(mode=0o700)
    hand_over(folder, account)
    return folder


@contextlib.contextmanager
def archiving(data_dir: Path, archive: Path) -> Iterator[Server]:
    """The data folder's server, which copies each file of its journal to `archive` as docs/how-to/back-up.md says."""
    with own_server(data_dir) as server, psycopg.connect(server.dsn, autocommit=True) as session:
        session.execute("ALTER SYSTEM SET archive_mode = on")
        session.execute(f"ALTER SYSTEM SET archive_command = 'test ! -f {archive}/%f && cp %p {archive}/%f'")
    with own_server(data_dir) as server:
        yield server


def base_backup(server: Server, into: Path, *more: str) -> None:
    """A copy of the whole server, as `pg_basebackup` makes it while everything goes on."""
    account, binaries = programs()
    command = [binaries.program("pg_basebackup"), "-D", str(into), "-h", str(server.socket_dir), "-p", "5432"]
    command += ["-U", "prakerja", "--checkpoint=fast", *more]
    done = run(command, account=account, libraries=binaries.libraries)
    assert done.returncode == 0, done.stderr


def set_off(data_dir: Path, base: Path, account: Account | None, **settings: str) -> None:
    """Put a base backup where a new data folder's database is, with what its server is to recover by."""
    layout = Layout(data_dir)
    layout.home.mkdir(mode=0o711)
    shutil.copytree(base, layout.cluster, symlinks=True)
    with open(layout.cluster / "postgresql.auto.conf", "a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    (layout.cluster / "recovery.signal").touch()
    for path in (layout.cluster, *layout.cluster.rglob("*")):
        hand_over(path, account)
    layout.cluster.chmod(0o700)


@contextlib.contextmanager
def replica(cluster: Path, socket: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server on a copy that follows another one."""
    account, binaries = programs()
    command = [binaries.program("postgres"), "-D", str(cluster), "-k", str(socket), "-p", "5432"]
    command += ["-c", "listen_addresses=", "-c", "shared_buffers=32MB", "-c", "hot_standby=on"]
    command += ["-c", "max_connections=60", "-c", "unix_socket_permissions=0700"]
    with open(socket / "log", "ab") as output:
        process = spawn(command, account=account, libraries=binaries.libraries, output=output)
    try:
        wait_until(lambda: answers(socket), what="the replica answers")
        yield process
    finally:
        stop(process)


def answers(socket: Path) -> bool:
    try:
        with psycopg.connect(f"postgresql://prakerja@/prakerja?host={socket}", connect_timeout=int(LIMIT)):
            return True
    except psycopg.OperationalError:
        return False


def promote(cluster: Path) -> None:
    account, binaries = programs()
    done = run(
        [binaries.program("pg_ctl"), "promote", "-D", str(cluster), "-w"], account=account, libraries=binaries.libraries
    )
    assert done.returncode == 0, done.stderr
