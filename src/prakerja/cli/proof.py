"""`prakerja proof`: is every rupiah where the books say?"""

from __future__ import annotations

import argparse
from typing import Any

from prakerja.cli.arguments import CommandError, answer, common
from prakerja.cli.database import database


def add_to(subparsers: Any) -> None:
    parser = common(subparsers.add_parser("proof", help="check every invariant of the money; exit 1 on a difference"))
    parser.add_argument(
        "--rails", action="store_true", help="ask every rail too for what it paid, and compare by reference and amount"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    with database(arguments.data_dir):
        from django.core.exceptions import ImproperlyConfigured

        from prakerja.disbursements.queries import NoStatement
        from prakerja.kernel.clock import wall
        from prakerja.kernel.progress import note_outcome
        from prakerja.reporting.proof import prove

        began_at = wall()
        try:
            proof = prove(with_rails=arguments.rails).as_json()
        except (NoStatement, ImproperlyConfigured) as error:
            raise CommandError(
                "Rel pembayaran tidak memberikan daftar transfernya; tidak ada yang dapat dibandingkan.",
                "A payment rail gave no list of its transfers; there is nothing to compare with.",
            ) from error
        failed = sum(not check["ok"] for check in proof["checks"])
        # For whoever watches (docs/how-to/watch.md): a proof that nobody made is one that nobody knows of.
        note_outcome("proof", began_at=began_at, done=len(proof["checks"]) - failed, left=failed)
    if arguments.json:
        answer(proof)
    else:
        for check in proof["checks"]:
            print(f"{'holds ' if check['ok'] else 'FAILS '} {check['name']} ({check['rows']} rows)")
            for difference in check["differences"]:
                print(f"        {difference}")
        print("Everything holds." if proof["ok"] else "The books differ.")
    return 0 if proof["ok"] else 1
