"""People on several machines, where there is such a database: it is named by CITUS_DATABASE_URL and is empty."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.citus
def test_people_who_lie_on_several_machines_buy_and_learn() -> None:
    url = os.environ.get("CITUS_DATABASE_URL", "")
    if not url:
        pytest.skip(
            "SEVERAL DATABASE MACHINES ARE NOT TRIED: CITUS_DATABASE_URL names no empty database of a coordinator"
        )
    environment = os.environ | {"DATABASE_URL": url, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    done = subprocess.run(
        [sys.executable, "-m", "tests.machines.on_citus"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
