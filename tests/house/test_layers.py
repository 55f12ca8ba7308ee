"""The layers of docs/architecture.md, as import-linter reads them from pyproject.toml."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib

import pytest

from tests.house.source import PACKAGE, ROOT, files, imports, shown
from tests.waiting import LIMIT

_CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}
LAYERS = [line.replace("|", " ").split() for line in _CONTRACTS["layers"]["layers"]]
_DOORS = {"portal", "console", "partner_api", "callbacks"}


def _packages() -> set[str]:
    return {path.name for path in PACKAGE.iterdir() if path.is_dir() and any(path.glob("**/*.py"))}


def test_every_contract_is_kept() -> None:
    result = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_folder_is_in_the_layer_list() -> None:
    """A package is made when its first verb exists; from then on it has its place."""
    listed = [name for line in LAYERS for name in line]
    assert sorted(listed) == sorted(_packages())


def test_the_layer_list_is_exhaustive_and_the_doors_are_strangers() -> None:
    assert _CONTRACTS["layers"]["exhaustive"] is True
    doors = next(line for line in _CONTRACTS["layers"]["layers"] if "portal" in line)
    # `|` makes import-linter keep the packages of a line apart; `:` would not.
    assert set(doors.split(" | ")) == _DOORS
    assert not any(":" in line for line in _CONTRACTS["layers"]["layers"])


def test_no_package_has_a_circle_inside() -> None:
    """Every package of ours is searched, and no import is excused."""
    assert _CONTRACTS["no-circles"]["type"] == "acyclic_siblings"
    assert _CONTRACTS["no-circles"]["ancestors"] == ["prakerja"]
    assert not {"ignore_imports", "skip_descendants", "depth"} & set(_CONTRACTS["no-circles"])


def test_only_the_command_stands_above_the_sandbox() -> None:
    assert LAYERS[:2] == [["cli"], ["sandbox"]]


def test_the_rules_know_no_other_package() -> None:
    assert set(_CONTRACTS["pure-schemes"]["forbidden_modules"]) == {"prakerja.*", "django", "psycopg"}


@pytest.mark.parametrize("contract", ["gateways", "rails"])
def test_ways_out_have_one_owner(contract: str) -> None:
    """The protected package is a folder of siblings inside the only package that may import it."""
    protected = _CONTRACTS[contract]["protected_modules"]
    owner = _CONTRACTS[contract]["allowed_importers"]
    assert [name.rpartition(".")[0] for name in protected] == owner
    assert all((PACKAGE.parent / name.replace(".", "/")).is_dir() for name in protected)


def test_the_example_programs_share_no_code_with_us() -> None:
    """Tests of the examples too: they are what a partner would have written."""
    found = [
        f"{shown(path)}:{line} {name}"
        for path in files(".py", below=ROOT / "examples")
        for line, name in imports(path)
        if name.partition(".")[0] in {"prakerja", "django"}
    ]
    assert found == []


def test_every_folder_with_python_is_a_package() -> None:
    """Without its `__init__.py` a folder works here and is left out of what setuptools installs."""
    folders = {path.parent for path in PACKAGE.rglob("*.py")}
    assert sorted(str(folder) for folder in folders if not (folder / "__init__.py").exists()) == []
