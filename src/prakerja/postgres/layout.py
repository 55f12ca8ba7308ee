"""Our folder inside the data folder, and the only permissions we ever set."""

from __future__ import annotations

import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from prakerja.postgres.account import Account, can_reach, first_closed, hand_over, server_account
from prakerja.postgres.errors import LauncherError

PORT = 5432  # names the socket only; nothing listens on TCP
LONGEST_SOCKET = 100  # bytes; the system's own limit is 107 on Linux and 103 on macOS


@dataclass(frozen=True)
class Layout:
    """The paths of one data folder; everything of ours is under `<data-dir>/prakerja/`."""

    data_dir: Path

    @property
    def home(self) -> Path:
        return self.data_dir / "prakerja"

    @property
    def cluster(self) -> Path:
        return self.home / "postgres"

    @property
    def run(self) -> Path:
        return self.home / "run"

    @property
    def keys(self) -> Path:
        return self.home / "keys"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def lock(self) -> Path:
        # Not in run/: that folder belongs to the server's user, and root must not open files chosen by it.
        return self.home / "launcher.lock"

    @property
    def state(self) -> Path:
        return self.home / "server.json"


def default_data_dir() -> Path:
    """`/var/lib/prakerja` as root, else `$XDG_STATE_HOME/prakerja` (`~/.local/state/prakerja`)."""
    if os.geteuid() == 0:
        return Path("/var/lib/prakerja")
    state = os.environ.get("XDG_STATE_HOME", "")
    return (Path(state) if os.path.isabs(state) else Path.home() / ".local" / "state") / "prakerja"


def prepare(data_dir: Path | None, *, for_server: bool = True) -> tuple[Layout, Account | None]:
    """Make our folders below `data_dir` (None: the default) and say which account the server runs as.

    `for_server=False` prepares `keys/` and `log/` only, for a database that is not ours.
    Only folders made here get permissions, with one exception: a data folder of ours (see `_open_data_dir`)
    may be made traversable for the server's user. Nothing above it is touched.
    Raises LauncherError `closed-folder`, `folder-not-writable`, `foreign-folder`, `no-user`.
    """
    layout = Layout(Path(os.path.abspath(data_dir or default_data_dir())).resolve())
    account = server_account(layout.cluster) if for_server else None
    try:
        created = _make_with_parents(layout.data_dir, for_others=account is not None)
        if account is not None:
            _open_data_dir(layout, account, created=created)
        _refuse_foreign(layout.home)
        _make(layout.home, 0o711 if account is not None else 0o700)
        if account is not None and not can_reach(layout.home, account):
            layout.home.chmod(0o711)  # made earlier without a server (DATABASE_URL), and ours
        for folder in (layout.keys, layout.log):
            _make(folder, 0o700)
        if for_server:
            _make(layout.run, 0o700)
            hand_over(layout.run, account)
    except OSError as error:
        path = error.filename or layout.data_dir
        raise LauncherError("folder-not-writable", path=path, reason=error.strerror or error) from error
    return layout, account


def _make(folder: Path, mode: int) -> bool:
    """Make one folder with exactly this mode, whatever the umask; False when it was there already."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return False
    folder.chmod(mode)
    return True


def _make_with_parents(folder: Path, *, for_others: bool) -> bool:
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        _make(path, 0o711 if for_others else 0o700)
    return bool(missing)


def _open_data_dir(layout: Layout, account: Account, *, created: bool) -> None:
    """See that the server's user can pass through to our folder, or stop with a sentence.

    The data folder counts as ours when we made it, when nothing is in it, or when our folder already is.
    """
    closed = first_closed(layout.data_dir, account)
    if closed is None:
        return
    ours = created or layout.home.is_dir() or not any(layout.data_dir.iterdir())
    if closed == layout.data_dir and ours and layout.data_dir.stat().st_uid == os.geteuid():
        layout.data_dir.chmod(stat.S_IMODE(layout.data_dir.stat().st_mode) | 0o001)
        closed = first_closed(layout.data_dir, account)
    if closed is not None:
        raise LauncherError("closed-folder", user=account.name, closed=closed)


def _refuse_foreign(home: Path) -> None:
    """An ordinary user cannot use a folder that root or somebody else made; root may use anybody's."""
    try:
        owner = home.stat().st_uid
    except FileNotFoundError:
        return
    if os.geteuid() not in (0, owner):
        raise LauncherError("foreign-folder", path=home, owner=_name_of(owner))


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def socket_path(folder: Path) -> Path:
    """The socket PostgreSQL makes in `folder`."""
    return folder / f".s.PGSQL.{PORT}"


def fits(folder: Path) -> bool:
    """Whether a socket in `folder` has a path short enough for every system."""
    return len(os.fsencode(socket_path(folder))) <= LONGEST_SOCKET


def socket_folder(layout: Layout, account: Account | None, previous: Path | None) -> Path:
    """A closed (0700) folder of the server's user for the socket: `run/`, or a temporary one if too long.

    `previous` is the folder the last run used; a temporary one is used again when it is still there and still
    closed, so that a killed launcher does not leave more and more of them.
    Raises LauncherError `no-short-folder`.
    """
    owner = account.uid if account is not None else os.geteuid()
    if fits(layout.run):
        return layout.run
    if previous is not None and previous != layout.run and fits(previous) and _is_closed_to_others(previous, owner):
        return previous
    folder = Path(tempfile.mkdtemp(prefix="prakerja-", dir=short_folder(account)))
    hand_over(folder, account)
    return folder


def short_folder(account: Account | None) -> Path:
    """The system's temporary folder, or `/tmp` when that one is too deep or closed to the server's user."""
    tried: list[str] = []
    for folder in dict.fromkeys((Path(tempfile.gettempdir()).resolve(), Path("/tmp").resolve())):  # noqa: S108
        longest = folder / "prakerja-12345678" / "prakerja" / "run"
        if fits(longest) and folder.is_dir() and can_reach(folder, account):
            return folder
        tried.append(str(folder))
    raise LauncherError("no-short-folder", tried=", ".join(tried))


def _is_closed_to_others(folder: Path, owner: int) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner and stat.S_IMODE(found.st_mode) == 0o700
