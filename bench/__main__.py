"""`python -m bench NAME [--seconds S] [--json]`. Exit 1: the data was wrong, so the figures mean nothing."""

from __future__ import annotations

import argparse
import json
import sys

from bench import NAMES, run
from bench.report import table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure one hot path against its ceilings.")
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--seconds", type=float, default=30.0, help="time measured altogether (30)")
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    given = parser.parse_args()
    if not 0 < given.seconds < float("inf"):
        parser.error("--seconds must be above zero")
    result = run(given.name, given.seconds)
    print(json.dumps(result, ensure_ascii=False) if given.json else table(result))
    return 0 if all(result["checks"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
