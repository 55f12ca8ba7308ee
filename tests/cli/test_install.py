"""`prakerja install`: killed at each step it goes on, and what it made keeps each role to its own (ADR 0039)."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from psycopg import sql

from prakerja.cli import settings_files
from prakerja.config.privileges import OWNER, ROLES
from prakerja.kernel.secrets import create_keys
from tests import running
from tests.cli.conftest import STEPS, Installation, server_url
from tests.waiting import LIMIT, LONG_LIMIT, free_port, stop, wait_until_healthy


def test_killed_at_each_step_it_goes_on(installed: Installation) -> None:
    assert [line.split("/")[0] for line in installed.killed_at] == [str(number) for number in range(1, STEPS + 1)]
    assert installed.said["operator"]["link"].startswith("https://operator.kantor.example/accounts/password/choose/")
    with psycopg.connect(installed.url("console")) as console:
        assert console.execute("SELECT is_sandbox, world FROM kernel_installation").fetchall() == [(False, "")]
        assert console.execute("SELECT email FROM access_user").fetchall() == [("kepala@kantor.example",)]


def test_what_it_wrote_is_its_users_alone(installed: Installation) -> None:
    keys = installed.settings / "keys"
    files = [*installed.settings.glob("*"), *keys.glob("*")]
    assert {path.name for path in installed.settings.glob("*.env")} == {
        f"{name}.env" for name in ("common", OWNER, *ROLES)
    }
    assert {path.stat().st_mode & 0o777 for path in files if path.is_file()} == {0o600}
    assert keys.stat().st_mode & 0o777 == installed.settings.stat().st_mode & 0o777 == 0o700
    # The maker was given once.
    assert not [path for path in files if path.is_file() and installed.maker.encode() in path.read_bytes()]
    # No two roles have one password.
    assert len({urlsplit(installed.url(name)).password for name in (OWNER, *ROLES)}) == len(ROLES) + 1


def test_it_is_not_made_twice(installed: Installation) -> None:
    result = installed.install()
    assert result.code == 2
    assert "stands already" in result.err


def test_a_database_with_something_in_it_is_refused(maker: tuple[str, str]) -> None:
    url, name = maker
    with psycopg.connect(server_url(), autocommit=True) as there:
        there.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(f"{name}_full")))
    with psycopg.connect(server_url(f"{name}_full"), autocommit=True) as full:
        full.execute("CREATE TABLE theirs (id int)")
        with running.folder() as folder:
            other = Installation(folder, name=f"{name}_full", maker=url)
            other.write()
            result = other.install()
            assert (result.code, other.settings.exists()) == (2, False)
            assert "has 1 tables or indexes in it already" in result.err
        assert full.execute(
            "SELECT count(*) FROM pg_roles WHERE starts_with(rolname, %s)", [f"{name}_full"]
        ).fetchone() == (0,)


def test_roles_of_another_installation_are_refused(installed: Installation) -> None:
    with running.folder() as folder:
        other = Installation(folder, name=f"{installed.name}_other", maker=installed.maker)
        other.write(roles=installed.name)
        result = other.install()
    assert (result.code, "is not of this installation" in result.err) == (2, True)


def test_commands_find_it_by_its_settings(installed: Installation) -> None:
    listed = installed.command("operator", "list")
    assert listed.code == 0, listed.err
    assert [one["email"] for one in listed.document["operators"]] == ["kepala@kantor.example"]
    proof = installed.command("proof", "--json")
    assert (proof.code, proof.document["ok"]) == (0, True), proof.err
    again = installed.command("migrate", "--json")
    assert again.code == 0, again.err


def _door(installed: Installation, role: str = "portal") -> dict[str, str]:
    """What systemd gives a door: the settings of all, and its own."""
    files = (settings_files.path_of(installed.settings, name) for name in ("common", role))
    own = {key: value for path in files for key, value in settings_files.read(path).items()}
    return running.environment() | own | {"PRAKERJA_POOL": "2"}


def test_doors_run_in_it_and_refuse_an_older_schema(installed: Installation) -> None:
    """What no door may do by itself: a release's migrations are run by whoever installs it, `prakerja migrate`."""
    port = free_port()
    command = [sys.executable, "-m", "prakerja.serving", "prakerja.config.wsgi.portal:application", "--port", str(port)]
    environment = _door(installed)
    process = subprocess.Popen(command, env=environment, cwd=running.ROOT)
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}", process)
        answer = httpx.get(f"http://127.0.0.1:{port}/masuk", headers={"Host": "prakerja.kantor.example"}, timeout=LIMIT)
        assert answer.status_code == 200
        # Of this production, and no demo.
        assert "demo" not in answer.text.lower()
        assert (
            httpx.get(f"http://127.0.0.1:{port}/masuk", headers={"Host": "lain.example"}, timeout=LIMIT).status_code
            == 421
        )
    finally:
        stop(process)
    with psycopg.connect(installed.url(OWNER)) as owner:
        owner.execute("DELETE FROM django_migrations WHERE app = 'kernel' AND name LIKE '0005%'")
        owner.commit()
        try:
            refused = subprocess.run(
                command, env=environment, cwd=running.ROOT, capture_output=True, text=True, timeout=LIMIT
            )
        finally:
            owner.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('kernel', '0005_how_far_long_work_has_come', now())"
            )
    assert refused.returncode != 0
    assert "prakerja migrate" in refused.stderr
    # And with keys of somebody else, by which nobody would be found.
    with running.folder() as strangers:
        create_keys(strangers)
        other = subprocess.run(
            command,
            env=environment | {"PRAKERJA_KEYS": str(strangers)},
            cwd=running.ROOT,
            capture_output=True,
            text=True,
            timeout=LIMIT,
        )
    assert (other.returncode, "Keys that this database needs are not in the folder of keys" in other.stderr) == (
        2,
        True,
    ), other.stderr


def test_a_door_of_an_empty_database_says_what_is_missing(maker: tuple[str, str]) -> None:
    name = maker[1]
    with psycopg.connect(server_url(), autocommit=True) as there:
        there.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(f"{name}_empty")))
    command = [
        sys.executable,
        "-m",
        "prakerja.serving",
        "prakerja.config.wsgi.callbacks:application",
        "--port",
        str(free_port()),
    ]
    with running.folder() as folder:
        create_keys(folder / "keys")
        environment = running.environment() | {
            "DATABASE_URL": server_url(f"{name}_empty"),
            "PRAKERJA_KEYS": str(folder / "keys"),
        }
        refused = subprocess.run(
            command, env=environment, cwd=running.ROOT, capture_output=True, text=True, timeout=LIMIT
        )
    assert refused.returncode != 0
    assert "prakerja install" in refused.stderr


def test_what_is_unsafe_about_roles_is_named(installed: Installation) -> None:
    """Of the roles nothing is, after an installation; then whatever is done to them is named."""
    names = (
        "roles",
        "tables' owner",
        "roles' powers",
        "timeouts",
        "privileges",
        "settings files",
        "each its own role",
        "database role",
    )

    def found() -> dict[str, bool]:
        document = installed.command("check", "--json").document
        return {one["name"]: one["ok"] for one in document["checks"] if one["name"] in names}

    assert found() == dict.fromkeys(names, True)
    me = sql.Identifier(f"{installed.name}_portal")
    with psycopg.connect(server_url(installed.name), autocommit=True) as server:
        server.execute(sql.SQL("ALTER ROLE {} CREATEROLE").format(me))
        server.execute(sql.SQL("ALTER ROLE {} RESET lock_timeout").format(me))
        server.execute(sql.SQL("GRANT DELETE ON ledger_transfer TO {}").format(me))
        server.execute(sql.SQL("GRANT UPDATE (amount) ON ledger_transfer TO {}").format(me))
        server.execute("GRANT SELECT ON access_user TO PUBLIC")
        path = settings_files.path_of(installed.settings, "portal")
        before = path.read_text()
        path.write_text(before.replace("_portal:", "_owner:"))
        path.chmod(0o644)
        assert found() == dict.fromkeys(names, False) | {"roles": True, "tables' owner": True, "database role": True}
        settings_files.replace_file(path, before)
        server.execute(sql.SQL("ALTER ROLE {} NOCREATEROLE").format(me))
        server.execute(sql.SQL("ALTER ROLE {} SET lock_timeout = '5s'").format(me))
    assert installed.command("migrate", "--json").code == 0
    assert found() == dict.fromkeys(names, True)


def test_whoever_made_it_can_go(installed: Installation) -> None:
    """Nothing that stands depends on the role that was given once."""
    name = urlsplit(installed.maker).username or ""
    with psycopg.connect(server_url()) as server:
        server.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
        server.rollback()


def test_it_asks_at_a_terminal(maker: tuple[str, str]) -> None:
    """An answer that cannot be used ends it before anything is made."""
    ours, theirs = pty.openpty()
    with running.folder() as folder:
        process = subprocess.Popen(
            [*running.COMMAND, "install"],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=running.environment() | {"PRAKERJA_MAKER_URL": maker[0]},
        )
        os.close(theirs)
        answers = [
            *("Kantor Rekaan", "Jalan Rekaan 1", "data@kantor.example", "", ""),
            *("https://a.example", "https://b.example", "https://c.example", "http://d.example", ""),
            *("kepala@kantor.example", "Kepala", "", "", str(folder / "settings"), ""),
        ]
        os.write(ours, "".join(f"{one}\n" for one in answers).encode())
        _, err = process.communicate(timeout=LIMIT)
        os.close(ours)
        assert process.returncode == 2
        assert b"https address of the portal" in err
        assert b"`addresses.callbacks` is missing, not known or cannot be used" in err
        assert not (folder / "settings").exists()


def test_a_backup_is_restored_elsewhere(installed: Installation, maker: tuple[str, str]) -> None:
    """On another machine: roles and an empty database first, then the backup with its keys, then what its roles may do."""
    with running.folder() as folder:
        created = installed.command("backup", "create", "--to", str(folder / "backups"), "--json")
        assert created.code == 0, created.err
        other = Installation(folder, name=f"{maker[1]}_again", maker=maker[0])
        other.write()
        process = other.start("--to-restore")
        out, err = process.communicate(timeout=LONG_LIMIT)
        assert process.returncode == 0, err
        assert json.loads(out)["operator"] == {}
        keys = str(installed.settings / "keys")
        restored = other.command("backup", "restore", created.document["backup"], "--keys", keys, "--json")
        assert restored.code == 0, restored.err
        migrated = other.command("migrate", "--json")
        assert migrated.code == 0, migrated.err
        proof = other.command("proof", "--json")
        assert (proof.code, proof.document["ok"]) == (0, True), proof.err
        with psycopg.connect(other.url("portal")) as portal:
            assert portal.execute("SELECT is_sandbox FROM kernel_installation").fetchall() == [(False,)]
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                portal.execute("UPDATE kernel_installation SET is_sandbox = true")
