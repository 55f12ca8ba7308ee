"""Databases that earlier releases made and filled come up to this program, and are then what a new one is.

The dumps in `releases/` were made by the code of the commit that they are named after (docs/how-to/upgrade.md): 2c88311 and
cb8d5c9 with migrations that were renamed later, 6ba9cdb with the `redeem` that took codes of cancelled classes, fc82d0c with
weeks of payments and revocations, 53cee94 with cancelled classes (one paid back, one a case), a suspended award, a correction
of an announcement that waits for its second operator, somebody signed in and a film that runs. People, money and keys in them
are invented. f1a3ee3 is brought up under a door that sells (test_beside_doors.py).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.running import COMMAND, LoadedCommands
from tests.upgrades import databases
from tests.waiting import LONG_LIMIT

# Who has done in the old release what lets them buy now; in fc82d0c the others' deadline has passed.
RELEASES = [name for name in databases.names() if name != "f1a3ee3"]
BUYERS = {name: ["Bayu Pranata", "Maya Tanjung", "Fitri Subagja", "Gilang Syahputra"] for name in RELEASES}
BUYERS["fc82d0c"] = ["Fitri Subagja", "Gilang Syahputra"]


@pytest.fixture(params=RELEASES)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[databases.Restored]:
    with databases.restored(request.param, folder=tmp_path) as found:
        yield found


@pytest.fixture
def commands(old: databases.Restored, tmp_path: Path) -> Iterator[LoadedCommands]:
    """Commands on the old database, in children of one process that has loaded the programme."""
    loaded = LoadedCommands(tmp_path, around=old.environment())
    try:
        yield loaded
    finally:
        loaded.end()


def run(old: databases.Restored, *program: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        program,
        env={**old.environment(), **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONG_LIMIT,
        cwd=databases.ROOT,
    )


def prakerja(old: databases.Restored, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(old, *COMMAND, *arguments)


@pytest.fixture
def new_schema(db: None) -> dict[str, set[tuple[Any, ...]]]:
    """What the migrations make of an empty database: the tests' own."""
    return databases.describe(databases.url_of(connection.settings_dict["NAME"]))


def test_a_release_is_upgraded_and_goes_on(
    old: databases.Restored, commands: LoadedCommands, new_schema: dict[str, set[tuple[Any, ...]]]
) -> None:
    before = databases.describe(old.url)
    refused = commands.run("proof")
    assert refused.code == 2
    assert "This database is older than this program" in refused.err
    assert "prakerja migrate" in refused.err
    assert len(refused.err) < 600
    assert databases.describe(old.url) == before

    migrated = commands.run("migrate")
    assert migrated.code == 0, migrated.err
    schema = databases.describe(old.url)
    for kind, expected in new_schema.items():
        assert (sorted(map(str, expected - schema[kind])), sorted(map(str, schema[kind] - expected))) == ([], []), kind
    again = commands.run("migrate")
    assert again.code == 0, again.err
    assert databases.describe(old.url) == schema

    proof = commands.run("proof", "--json")
    assert (proof.code, proof.document["ok"]) == (0, True), proof.out
    played = run(old, sys.executable, "-m", "tests.upgrades.purchase")
    assert played.returncode == 0, played.stderr
    assert json.loads(played.stdout) == {"bought": BUYERS[old.release], "redeemed": ["Citra Handayani"]}
    # The last word by a command that starts as an operator's does.
    last = prakerja(old, "proof", "--json")
    assert (last.returncode, json.loads(last.stdout)["ok"]) == (0, True), last.stdout
    if old.release == "6ba9cdb":
        assert run(old, sys.executable, "-c", DOOR.format("portal")).stdout == "up\n"
        # Its two keysets were read as they are; only now they get a file for each root, with the same keys.
        refused = commands.run("keys", "rotate")
        assert "have the old form" in refused.err
        upgraded = commands.run("keys", "upgrade", "--json")
        assert (upgraded.code, upgraded.document) == (0, {"upgraded": True}), upgraded.err
        assert commands.run("proof").code == 0
        shown = commands.run("keys", "show", "--json").document
        assert {one["root"] for one in shown} == {"sealing", "index", "otp", "sessions", "gateways", "identity"}
        assert {one["state"] for one in shown} == {"counts"}
        assert commands.run("keys", "rotate", "index", "--after", "1h").code == 0


# Loads a door without serving it.
DOOR = "import prakerja.config.wsgi.{0} as door; print('up')"


def test_no_server_of_ours_starts_on_an_older_database(tmp_path: Path) -> None:
    """Whoever runs doors and worker without the command is told as well."""
    with databases.restored("6ba9cdb", folder=tmp_path) as old:
        started = {
            "portal": run(old, sys.executable, "-c", DOOR.format("portal")),
            "partner_api": run(old, sys.executable, "-c", DOOR.format("partner_api")),
            "worker": run(old, sys.executable, "-m", "prakerja.config.worker"),
        }
        for name, done in started.items():
            assert done.returncode != 0, name
            assert "This database is older than this program" in done.stderr, name


def test_other_keys_stop_the_migration_before_it_begins(tmp_path: Path) -> None:
    """A migration would have met what they cannot open half-way."""
    (tmp_path / "others").mkdir(mode=0o700)
    with databases.restored("fc82d0c", folder=tmp_path) as old:
        before = databases.describe(old.url)
        refused = run(old, *COMMAND, "migrate", PRAKERJA_KEYS=str(tmp_path / "others"))
        assert refused.returncode == 2
        assert "keys in this data folder are not those of this database" in refused.stderr
        assert databases.describe(old.url) == before


def test_whoever_asks_what_runs_is_told_of_an_old_database_too(tmp_path: Path) -> None:
    with databases.restored("fc82d0c", folder=tmp_path) as old:
        before = databases.describe(old.url)
        told = prakerja(old, "versions", "--json")
        assert told.returncode == 1, told.stderr
        found = json.loads(told.stdout)
        assert found["schema"]["pending"] != []
        assert set(found["schema"]["migrations"]) >= {"intake", "ledger", "purchases"}
        assert found["schemes"] == {}
        assert databases.describe(old.url) == before


def test_dumps_stay_small() -> None:
    assert [path.name for path in databases.RELEASES.iterdir() if path.stat().st_size > 300_000] == []
