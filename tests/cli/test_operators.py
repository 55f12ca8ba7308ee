"""`prakerja operator`: the first comes with an empty database, the others by somebody who may."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from prakerja.access.permissions import ROLES
from tests import running
from tests.waiting import LIMIT

pytestmark = [pytest.mark.journeys, pytest.mark.xdist_group("system")]


def listed(system: running.System) -> dict[str, dict[str, Any]]:
    return {one["email"]: one for one in system.json("operator", "list")["operators"]}


def test_the_demo_has_its_operators_and_no_other_first(system: running.System) -> None:
    there = listed(system)
    for one in system.urls["accounts"]["operators"]:
        assert there[one["email"]]["roles"][0] in ROLES
        assert one["role"] in there[one["email"]]["roles"]
        assert there[one["email"]]["has_second_factor"] is True
    done = system.run("operator", "add", "--first", "--email", "kepala@contoh.example")
    assert done.code == 2
    assert "kepala@contoh.example" not in listed(system)


def test_an_operator_from_the_link_to_the_end(system: running.System) -> None:
    made = system.json("operator", "add", "--email", "baru@contoh.example", "--role", "viewer", "--role", "helper")
    assert (made["roles"], made["has_password"]) == (["viewer", "helper"], False)
    with httpx.Client(follow_redirects=True, timeout=LIMIT) as browser:
        page = browser.get(made["link"])
        assert page.url.path == "/accounts/password/choose/"
        assert "baru@contoh.example" in page.text
    roles = system.json("operator", "set-roles", "--email", "baru@contoh.example", "--role", "curator")["roles"]
    assert roles == ["curator"]
    disabled = system.json("operator", "disable", "--email", "baru@contoh.example", "--reason", "Pindah")
    assert disabled["is_active"] is False
    with httpx.Client(follow_redirects=True, timeout=LIMIT) as browser:
        assert browser.get(made["link"]).status_code == 410
    assert system.json("operator", "enable", "--email", "baru@contoh.example")["is_active"] is True
    again = system.json("operator", "reset-second-factor", "--email", "baru@contoh.example")
    assert again["link"] not in ("", made["link"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "--email", "x@contoh.example", "--role", "approver", "--role", "releaser"), "approver and releaser"),
        (("add", "--email", "melihat@prakerja.example", "--role", "viewer"), "with that address already"),
        (("add", "--email", "bukan", "--role", "viewer"), "no e-mail address"),
        (("disable", "--email", "tidak@ada.example"), "no operator with that address"),
        (("disable", "--email", "melihat@prakerja.example", "--operator", "tidak@ada.example"), "no operator with"),
        (
            ("disable", "--email", "melihat@prakerja.example", "--operator", "menyetujui@prakerja.example"),
            "do not allow",
        ),
    ],
)
def test_what_may_not_be_is_said(system: running.System, arguments: tuple[str, ...], sentence: str) -> None:
    before = listed(system)
    done = system.run("operator", *arguments)
    assert done.code == 2
    assert sentence in done.err
    assert listed(system) == before


@pytest.fixture
def empty() -> Iterator[Path]:
    with running.folder() as folder:
        yield folder


def test_an_empty_database_becomes_an_installation_with_its_administrator(empty: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "prakerja", "operator", *arguments, "--data-dir", str(empty)],
            capture_output=True,
            text=True,
            env=running.environment(),
            timeout=LIMIT,
        )

    assert run("list").returncode == 2
    first = run("add", "--first", "--email", "kepala@contoh.example", "--name", "Kepala")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["roles"] == ["administrator"]
    assert json.loads(first.stdout)["link"].startswith("/accounts/password/choose/")
    again = run("add", "--first", "--email", "lain@contoh.example")
    assert (again.returncode, "There are operators already" in again.stderr) == (2, True)
    assert [one["email"] for one in json.loads(run("list").stdout)["operators"]] == ["kepala@contoh.example"]
    assert run("disable", "--email", "kepala@contoh.example").returncode == 2
