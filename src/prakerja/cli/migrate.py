"""`prakerja migrate`: bring a database up to this program, before anything else of it is started."""

from __future__ import annotations

import argparse
from typing import Any

from prakerja.cli.arguments import CommandError, answer, common
from prakerja.cli.database import prepare_django
from prakerja.cli.running_lock import RunningLock
from prakerja.postgres import server_for


def add_to(subparsers: Any) -> None:
    parser = common(subparsers.add_parser("migrate", help="bring the tables of a database up to this program"))
    parser.add_argument(
        "--reinstall",
        action="store_true",
        help="install again the functions and triggers of the database that are not this program's",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    with server_for(arguments.data_dir, own=False) as server:
        prepare_django(server)
        from prakerja.cli import installation

        lock = RunningLock(server)
        if not lock.take():
            raise CommandError(
                "Prakerja sedang berjalan di basis data ini. Hentikan dahulu.",
                "Prakerja is running on this database. Stop it first.",
            )
        try:
            installation.refuse_empty()
            installation.migrate(reinstall=arguments.reinstall)
        finally:
            lock.give_back()
    if arguments.json:
        answer({"ok": True})
    else:
        print("The database is the one of this program.")
    return 0
