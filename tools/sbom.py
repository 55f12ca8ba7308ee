#!/usr/bin/env python3
"""Write the software bill of materials, in CycloneDX: python.cdx.json and javascript.cdx.json.

The first is made by cyclonedx-bom of the packages that are installed here, the second by npm of the lock file; neither asks
a network. Packages that only build or test, and go nowhere with the program, get the scope "excluded" in the first and npm's
own mark in the second. Two runs write the same bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "src")]

from build_assets import BuildError, node_home  # noqa: E402

from prakerja.kernel.components import COMMIT, components  # noqa: E402


def python_bill(*, validates: bool) -> dict[str, Any]:
    """What cyclonedx-bom says of this environment, with what is a tool only marked as that."""
    asked = ["environment", "--output-reproducible", "--output-format=JSON", f"--pyproject={ROOT / 'pyproject.toml'}"]
    asked.append("--validate" if validates else "--no-validate")
    bill = _told([sys.executable, "-m", "cyclonedx_py", *asked, sys.executable])
    tools = {one.name for one in components() if one.kind == "tool"}
    bill["components"] = [one for one in bill["components"] if one["name"] != "prakerja"]
    for one in bill["components"]:
        if one["name"].replace("_", "-").replace(".", "-").lower() in tools:
            one["scope"] = "excluded"
    return bill


def javascript_bill() -> dict[str, Any]:
    """What npm says of the lock file; what changes at each run or from folder to folder is left out."""
    home = node_home()
    npm = next(
        path
        for path in (home / "lib/node_modules/npm/bin/npm-cli.js", home / "node_modules/npm/bin/npm-cli.js")
        if path.is_file()
    )
    node = home / ("node.exe" if os.name == "nt" else "bin/node")
    bill = _told([str(node), str(npm), "sbom", "--sbom-format=cyclonedx", "--package-lock-only", "--loglevel=error"])
    del bill["serialNumber"]
    del bill["metadata"]["timestamp"]
    # npm names the folder that it stands in.
    bill["metadata"]["component"]["name"] = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["name"]
    for one in (bill["metadata"]["component"], *bill["components"]):
        one["properties"] = [known for known in one.get("properties", ()) if known["name"] != "cdx:npm:package:path"]
    return bill


def _told(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildError(f"{command[1]} failed (exit {done.returncode}): {done.stderr.strip()}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--to", type=Path, default=ROOT / "sbom", help="the folder (default: sbom)")
    parser.add_argument(
        "--no-validate", action="store_true", help="spare the ten seconds that cyclonedx-bom checks its own"
    )
    given = parser.parse_args()
    folder: Path = given.to
    folder.mkdir(parents=True, exist_ok=True)
    try:
        bills = {"python": python_bill(validates=not given.no_validate), "javascript": javascript_bill()}
    except BuildError as error:
        print(f"sbom: {error}", file=sys.stderr)
        return 1
    for name, bill in bills.items():
        if COMMIT:
            properties = bill["metadata"].setdefault("properties", [])
            properties.append({"name": "prakerja:commit", "value": COMMIT})
        path = folder / f"{name}.cdx.json"
        path.write_text(json.dumps(bill, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"{path}: {len(bill['components'])} components")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
