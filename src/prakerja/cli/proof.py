"""`prakerja proof`: is every rupiah where the books say?"""

from __future__ import annotations

import argparse
from typing import Any

from prakerja.cli.arguments import answer, common
from prakerja.cli.database import database


def add_to(subparsers: Any) -> None:
    parser = common(subparsers.add_parser("proof", help="check every invariant of the money; exit 1 on a difference"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    with database(arguments.data_dir):
        from prakerja.reporting.proof import prove

        proof = prove().as_json()
    if arguments.json:
        answer(proof)
    else:
        for check in proof["checks"]:
            print(f"{'holds ' if check['ok'] else 'FAILS '} {check['name']} ({check['rows']} rows)")
            for difference in check["differences"]:
                print(f"        {difference}")
        print("Everything holds." if proof["ok"] else "The books differ.")
    return 0 if proof["ok"] else 1
