"""`prakerja keys` on a running system: its worker carries everything over, and backups say which keys they need."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from prakerja.postgres.layout import Layout
from tests import running
from tests.running import command
from tests.waiting import LIMIT, LONG_LIMIT, wait_until

pytestmark = [pytest.mark.journeys, pytest.mark.xdist_group("system")]
ROOTS = {"sealing", "index", "otp", "sessions", "gateways", "identity"}


@pytest.fixture
def system() -> Iterator[running.System]:
    """A system of its own: whoever else looks at one must not find its keys changed."""
    with running.world() as folder, running.system(folder) as started:
        yield started


def test_keys_change_while_it_runs_and_a_backup_says_which_it_needs(system: running.System, tmp_path: Path) -> None:
    keys = Layout(system.data_dir).keys
    first = _shown(system)
    assert {one["root"] for one in first} == ROOTS
    assert {one["state"] for one in first} == {"counts"}
    people = next(one for one in first if one["root"] == "index")["columns"]["people_nikclaim.index"]
    before = tmp_path / "before"
    shutil.copytree(keys, before)

    made = system.json("keys", "rotate", "--after", "1s", "--json")
    assert {one["root"] for one in made} == ROOTS
    refused = system.run("keys", "rotate", "sealing")
    assert refused.code == 2
    assert "has not ended" in refused.err or "counts from" in refused.err
    wait_until(
        lambda: _is_carried_over(_shown(system)), what="the worker has carried everything over", limit=LONG_LIMIT
    )
    after = _shown(system)
    newest = next(one for one in after if one["root"] == "index" and one["state"] == "counts")
    assert newest["columns"]["people_nikclaim.index"] == people
    # Institutions find the new public half beside the one before.
    published = httpx.get(f"{system.urls['portal']}/oauth2/keys", timeout=LIMIT, trust_env=False).json()["keys"]
    assert len({one["kid"] for one in published}) == 2
    # What people and shops do goes on: somebody buys, and is found by card, phone and code.
    assert system.json("sandbox", "participant", "--stage", "redeemed")["person_id"]
    proof = system.run("proof")
    assert proof.code == 0, proof.out

    backup = Path(system.json("backup", "create", "--to", str(tmp_path / "backups"), "--json")["backup"])
    with running.folder() as empty:
        lacking = command("backup", "restore", str(backup), "--keys", str(before), data_dir=empty)
        assert lacking.code == 2
        assert f"sealing {newest_of(after, 'sealing')['id']}" in lacking.err
        restored = command("backup", "restore", str(backup), "--keys", str(keys), data_dir=empty)
        assert restored.code == 0, restored.err
        assert command("proof", data_dir=empty).code == 0

    old = next(one for one in after if one["root"] == "sealing" and one["state"] == "older")
    assert old["rows"] == 0
    retired = system.run("keys", "retire", str(old["id"]), "--backups", str(tmp_path / "backups"))
    assert retired.code == 2
    assert str(backup) in retired.err
    assert system.run("keys", "retire", str(old["id"]), "--no-backups").code == 0
    assert old["id"] not in {one["id"] for one in _shown(system)}
    assert system.json("sandbox", "participant", "--stage", "redeemed")["person_id"]


def newest_of(shown: list[dict[str, Any]], root: str) -> dict[str, Any]:
    return [one for one in shown if one["root"] == root][-1]


def _shown(system: running.System) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = system.json("keys", "show", "--json")
    return found


def _is_carried_over(shown: list[dict[str, Any]]) -> bool:
    return all(
        one["state"] in ("counts", "older") and (one["state"] == "counts" or not one["rows"]) for one in shown
    ) and len(shown) == 2 * len(ROOTS)
