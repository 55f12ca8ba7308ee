"""The software bill of materials names what is locked, by tools and without a network."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.house.source import ROOT
from tests.portal.test_assets import tool
from tests.waiting import LIMIT


def test_the_bill_names_everything_that_is_locked(tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, "tools/sbom.py", "--no-validate", "--to", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    assert made.returncode == 0, made.stderr
    python = json.loads((tmp_path / "python.cdx.json").read_text())
    assert python["bomFormat"] == "CycloneDX"
    assert python["metadata"]["component"]["name"] == "prakerja"
    found = {re.sub(r"[-_.]+", "-", one["name"]).lower(): one for one in python["components"]}
    needed = "\n".join((ROOT / f"requirements/{name}.txt").read_text() for name in ("run", "examples"))
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+) \\$", needed, re.M))
    assert {name: found[name]["version"] for name in locked} == locked
    assert [name for name in locked if found[name].get("scope") == "excluded"] == []
    assert found["pytest"]["scope"] == "excluded"
    assert found["django"]["purl"].startswith("pkg:pypi/django@")
    assert found["django"]["licenses"] != []

    javascript = json.loads((tmp_path / "javascript.cdx.json").read_text())
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    there = {(one["name"].rpartition("/")[2], one["version"]) for one in javascript["components"]}
    for name in ("govuk-frontend", "sass", "axe-core"):
        assert (name, packages[f"node_modules/{name}"]["version"]) in there
    # Of these a part reaches browsers, the others only build and check.
    mark = "cdx:npm:package:development"
    used = {
        one["name"] for one in javascript["components"] if mark not in {known["name"] for known in one["properties"]}
    }
    assert used == set(tool("build_assets").SHIPPED)
    assert str(ROOT) not in (tmp_path / "python.cdx.json").read_text() + (tmp_path / "javascript.cdx.json").read_text()
