"""`python -m bench [NAME] [--full] [--seconds S] [--people N] [--json]`: one benchmark, or all of them one after the other.

Exit 1: some data was wrong, or a benchmark could not be run. A target that was not met is said, and is no error.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import FULL, NAMES, SMALL, Size, run
from bench.report import RESULTS, table

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure the hot paths against their ceilings."
    )
    parser.add_argument("name", nargs="?", choices=NAMES, help="one of them; without a name all")
    parser.add_argument("--full", action="store_true", help="at full size")
    parser.add_argument("--seconds", type=float, help="time measured altogether, for each")
    parser.add_argument(
        "--people", type=int, help="how many people a wave, a payday or a proof has, or are registered (join-wave)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    given = parser.parse_args()
    if given.seconds is not None and not 0 < given.seconds < float("inf"):
        parser.error("--seconds must be above zero")
    if given.people is not None:
        if given.people < 100:
            parser.error("--people must be a hundred at least")
        os.environ["PRAKERJA_BENCH_PEOPLE"] = str(given.people)
    size = FULL if given.full else SMALL
    lacking = _lacking_disk(size)
    if lacking:
        print(lacking, file=sys.stderr)
        return 1
    seconds = size.seconds if given.seconds is None else given.seconds
    if given.name:
        found = run(given.name, seconds)
        print(json.dumps(found, ensure_ascii=False) if given.json else table(found))
        return 0 if all(found["checks"].values()) else 1
    return _all(seconds, as_json=given.json)


def _all(seconds: float, *, as_json: bool) -> int:
    """Each in a process of its own, because each loads Django for its own database."""
    results: list[dict[str, Any]] = []
    broken = []
    for name in NAMES:
        print(f"— {name} —", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", "bench", name, "--seconds", str(seconds), "--json"]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)
        if done.returncode != 0:
            broken.append(name)
        if done.stdout:
            results.append(json.loads(done.stdout))
            if not as_json:
                print(table(results[-1]), flush=True)
    if as_json:
        print(json.dumps(results, ensure_ascii=False))
    else:
        print(f"\nThe documents are in {RESULTS}.")
    for name in broken:
        print(f"{name}: wrong data, or it could not be run; its figures mean nothing.", file=sys.stderr)
    return 1 if broken else 0


def _lacking_disk(size: Size) -> str:
    """A sentence when less than twice the need is free where the databases are made, else nothing."""
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if free >= 2 * size.disk:
        return ""
    return (
        f"A benchmark of this size needs {size.disk / 1e9:.0f} GB in {folder}, and it does not start unless twice as much "
        f"is free: there are {free / 1e9:.1f} GB. Free some, or set TMPDIR to a larger disk."
    )


if __name__ == "__main__":
    sys.exit(main())
