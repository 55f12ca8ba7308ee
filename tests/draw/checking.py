"""A folder before the three programs that check draws: the project's own, the single file, and the page's scripts."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from prakerja.draw.protocol.folder import open_files, write_file
from prakerja.draw.protocol.trust import Trust
from prakerja.draw.protocol.verifying import Report, verify
from tests.draw.published import TRUST
from tests.waiting import LIMIT

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools/verify_draw.py"
SCRIPTS = ROOT / "src/prakerja/portal/static/portal"
# Who has no node has the other two.
NODE = shutil.which("node")


def checked(path: Path, trust: Trust | None = TRUST) -> Report:
    return verify(files=open_files(path), trust=trust)


def failed(path: Path, trust: Trust | None = TRUST) -> list[str]:
    return [one.number for one in checked(path, trust).checks if one.holds is False]


def by_stranger(path: Path, trust: Trust = TRUST) -> subprocess.CompletedProcess[str]:
    """The single file."""
    return subprocess.run(
        [sys.executable, "-I", TOOL, path, _keys(path, trust)], capture_output=True, text=True, timeout=LIMIT
    )


def by_page(path: Path, trust: Trust = TRUST) -> dict[str, Any] | None:
    """What the scripts of the page say; None where nothing runs them."""
    if NODE is None:
        return None
    program: list[str | Path] = [
        NODE,
        Path(__file__).with_name("verify_in_node.cjs"),
        SCRIPTS,
        path,
        _keys(path, trust),
    ]
    told = subprocess.run(program, capture_output=True, text=True, timeout=LIMIT, check=True)
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def own_by_page(path: Path, proof: Any, *, nik: str = "", card: str = "") -> dict[str, Any] | None:
    """What the page says of one applicant's own proof, each check by its state."""
    if NODE is None:
        return None
    write_file(path.parent, "proof.json", json.dumps(proof).encode())
    program: list[str | Path] = [
        NODE,
        Path(__file__).with_name("verify_in_node.cjs"),
        SCRIPTS,
        path,
        _keys(path, TRUST),
    ]
    told = subprocess.run(
        [*program, path.parent / "proof.json", nik, card], capture_output=True, text=True, timeout=LIMIT, check=True
    )
    return {name: one["state"] for name, one in json.loads(told.stdout)["states"].items()}


def receipt_by_page(path: Path, receipt: str) -> dict[str, Any] | None:
    """What the page says of a receipt, or a ticket alone, against the list of a folder; None where nothing runs it."""
    if NODE is None:
        return None
    write_file(path.parent, "typed.txt", receipt.encode())
    program: list[str | Path] = [
        NODE,
        Path(__file__).with_name("verify_in_node.cjs"),
        SCRIPTS,
        path,
        _keys(path, TRUST),
        "--receipt",
        path.parent / "typed.txt",
    ]
    told = subprocess.run(program, capture_output=True, text=True, timeout=LIMIT, check=True)
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def all_refuse(path: Path, check: str, trust: Trust = TRUST) -> None:
    """Every program says no, and the two that name a check name this one."""
    assert failed(path, trust) == [check]
    told = by_stranger(path, trust)
    assert (told.returncode, told.stdout.count(" holds: ")) == (1, 0), told.stdout
    page = by_page(path, trust)
    assert page is None or [name for name, one in page["states"].items() if one["state"] == "no"] == [check]


def all_hold(path: Path, trust: Trust = TRUST) -> None:
    assert failed(path, trust) == []
    told = by_stranger(path, trust)
    assert told.returncode == 0, told.stderr
    page = by_page(path, trust)
    assert page is None or page["holds"], page


def _keys(path: Path, trust: Trust) -> Path:
    write_file(path.parent, f"{path.name}.keys.json", trust.spelled())
    return path.parent / f"{path.name}.keys.json"
