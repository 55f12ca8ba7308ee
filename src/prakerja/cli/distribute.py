"""`prakerja distribute plan|apply`: lay the people of a database on several machines (docs/how-to/grow.md)."""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Any

from prakerja.cli.arguments import CommandError, answer, common, progress
from prakerja.cli.database import database


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("distribute", help="lay the people of this database on several machines (Citus)")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="plan|apply")
    planned = common(verbs.add_parser("plan", help="print every statement, and what forbids it; changes nothing"))
    planned.set_defaults(run=do_plan)
    applied = common(verbs.add_parser("apply", help="run them, all or none, while nothing else runs"))
    applied.set_defaults(run=do_apply)


def do_plan(arguments: argparse.Namespace) -> int:
    """Say what would be done. 1: a rule is broken, and `apply` would refuse."""
    with database(arguments.data_dir):
        from prakerja.kernel import spreading
        from prakerja.kernel.split import is_split

        _refuse_twice(is_split())
        made = spreading.plan()
    if arguments.json:
        answer(
            {
                "tables": [{"table": one.table, "kind": one.kind, "by": one.column} for one in made.places],
                "statements": [one.sql for one in made.steps],
                "refusals": made.refusals,
            }
        )
    else:
        for one in made.places:
            print(f"-- {one.table}: {one.kind}{f' by {one.column}' if one.column else ''}")
        for step in made.steps:
            print(f"{step.sql};")
        for refusal in made.refusals:
            print(f"-- REFUSED: {refusal}")
    return 1 if made.refusals else 0


def do_apply(arguments: argparse.Namespace) -> int:
    """Do it in one transaction. Raises CommandError: a rule is broken, something runs, or this PostgreSQL cannot."""
    with database(arguments.data_dir, as_owner=True) as found:
        from prakerja.kernel import spreading
        from prakerja.kernel.db import transaction
        from prakerja.kernel.split import is_split

        _refuse_twice(is_split())
        if not found.is_alone:
            raise CommandError(
                "Hentikan semua pintu dan worker dahulu: basis data ini sedang dipakai.",
                "Stop every door and worker first: this database is in use.",
            )
        made = spreading.plan()
        if made.refusals:
            raise CommandError(
                "Tabel ini melanggar aturan dan tidak dapat dibagi:\n" + "\n".join(made.refusals),
                "These break a rule, so that nothing is divided:\n" + "\n".join(made.refusals),
            )
        if not spreading.can_be_split():
            raise CommandError(
                "PostgreSQL ini tidak memiliki ekstensi citus. Pasang dahulu di setiap mesin; lihat docs/how-to/grow.md.",
                "This PostgreSQL does not have the extension citus. Install it on every machine first; see docs/how-to/grow.md.",
            )
        progress(f"{len(made.steps)} statements in one transaction …")
        with transaction():
            spreading.apply(made.steps)
        kinds = Counter(one.kind for one in made.places)
    if arguments.json:
        answer({"statements": len(made.steps), "tables": dict(kinds)})
    else:
        print(", ".join(f"{count} {kind}" for kind, count in kinds.items()))
    return 0


def _refuse_twice(is_split: bool) -> None:
    if is_split:
        raise CommandError(
            "Orang-orang di basis data ini sudah dibagi ke beberapa mesin.",
            "The people of this database lie on several machines already.",
        )
