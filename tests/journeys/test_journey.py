"""`prakerja journey --json` as a user runs it: real processes, real HTTP, two years of programme time."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.waiting import LONG_LIMIT


@pytest.mark.journeys
def test_the_journey_ends_with_every_rupiah_proved() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PRAKERJA_", "DATABASE_"))}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, "-m", "prakerja", "journey", "--json"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=LONG_LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(done.stdout)
    assert told["ok"] is True
    assert len(told["steps"]) >= 20
    assert all(step["ok"] for step in told["steps"])
    registered = next(step for step in told["steps"] if step["actor"] == "first" and "registers" in step["what"])
    assert registered["at"].startswith("2021-09-16")
    wanted = ("training", "incentive", "survey", "released")
    assert [told["totals"]["first"][name] for name in wanted] == [1_000_000, 2_400_000, 150_000, 0]
    assert [told["totals"]["second"][name] for name in wanted] == [0, 0, 0, 3_550_000]
    assert told["totals"]["third"]["incentive"] == 2_400_000
    assert [told["totals"]["fourth"][name] for name in wanted] == [1_500_000, 600_000, 0, 0]
    # Joined, and was not selected.
    assert [told["totals"]["fifth"][name] for name in wanted] == [0, 0, 0, 0]
    assert told["proof"]["ok"] is True
    assert min(check["rows"] for check in told["proof"]["checks"] if check["name"].startswith("each award")) == 4
