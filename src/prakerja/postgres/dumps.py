"""One database written to a file, and read back into an empty one, by PostgreSQL's own programs. It knows nothing of ours."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from prakerja.kernel.processes import dying_with_parent
from prakerja.postgres.binaries import Binaries, find_binaries
from prakerja.postgres.errors import LauncherError

_LOOKS_EVERY = 1.0


def programs_for(major: int) -> Binaries:
    """PostgreSQL's programs of the server's own version: a newer one writes what an older server cannot read.

    Raises LauncherError `no-binaries`, `no-client` (major).
    """
    found = find_binaries(account=None, wanted_major=major)
    if found.major != major or not Path(found.program("pg_dump")).exists():
        raise LauncherError("no-client", major=major)
    return found


def write_dump(
    *, binaries: Binaries, dsn: str, snapshot: str, into: Path, progress: Callable[[int], None] | None = None
) -> None:
    """Write the database as the exported `snapshot` sees it. `progress` is told the file's bytes each second.

    Raises LauncherError `dump-failed` (reason: the program's last words).
    """
    command = [
        *(binaries.program("pg_dump"), f"--dbname={_open(dsn)}", "--format=custom", "--compress=1"),
        *("--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={into}"),
    ]

    def tell() -> None:
        if progress is not None and into.exists():
            progress(into.stat().st_size)

    _run(command, binaries=binaries, failed="dump-failed", dsn=dsn, tell=tell)


def read_dump(*, binaries: Binaries, dsn: str, dump: Path, tell: Callable[[], None] | None = None) -> None:
    """Read it into an empty database, in one transaction: whoever is killed leaves the database empty.

    Raises LauncherError `restore-failed` (reason).
    """
    command = [
        *(binaries.program("pg_restore"), f"--dbname={_open(dsn)}", "--no-owner", "--no-privileges"),
        *("--single-transaction", "--exit-on-error", str(dump)),
    ]
    _run(command, binaries=binaries, failed="restore-failed", dsn=dsn, tell=tell)


def table_of_contents(*, binaries: Binaries, dump: Path) -> int:
    """How many entries the dump names. Raises LauncherError `restore-failed` (reason: it is none, or damaged)."""
    done = subprocess.run(
        [binaries.program("pg_restore"), "--list", str(dump)],
        env=_environment(binaries),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LauncherError("restore-failed", reason=_last_words(done.stderr))
    return sum(bool(line) and not line.startswith(";") for line in done.stdout.splitlines())


def _run(command: Sequence[str], *, binaries: Binaries, failed: str, dsn: str, tell: Callable[[], None] | None) -> None:
    process = subprocess.Popen(
        command,
        env=_environment(binaries) | _password(dsn),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        umask=0o077,
        preexec_fn=dying_with_parent(),
    )
    told = time.monotonic()
    while True:
        try:
            _, words = process.communicate(timeout=_LOOKS_EVERY)
            break
        except subprocess.TimeoutExpired:
            if tell is not None and time.monotonic() - told >= _LOOKS_EVERY:
                tell()
                told = time.monotonic()
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.returncode:
        raise LauncherError(failed, reason=_last_words(words))


def _open(dsn: str) -> str:
    """The address without its password, which everybody could read beside a command's name."""
    return make_conninfo("", **{key: str(value) for key, value in conninfo_to_dict(dsn).items() if key != "password"})


def _password(dsn: str) -> dict[str, str]:
    password = conninfo_to_dict(dsn).get("password")
    return {} if password is None else {"PGPASSWORD": str(password)}


def _last_words(text: str) -> str:
    """What a program said at its end; never a row, which could be a person's."""
    lines = [line for line in text.strip().splitlines() if "DETAIL" not in line and "CONTEXT" not in line]
    return lines[0][:300] if lines else "?"


def _environment(binaries: Binaries) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "PGPASSFILE", "TMPDIR")}
    if binaries.libraries is not None:
        kept["LD_LIBRARY_PATH"] = str(binaries.libraries)
    return kept | {"LC_ALL": "C", "TZ": "UTC"}
