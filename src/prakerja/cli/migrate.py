"""`prakerja migrate`: bring a database up to this program, before anything else of it is started."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
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
    parser.add_argument(
        "--back-to",
        type=Path,
        default=None,
        metavar="FILE",
        help="take back what this release changed: FILE is what `prakerja versions --json` of the release before printed",
    )
    parser.add_argument(
        "--drop-new", action="store_true", help="with --back-to: even where tables and columns go with what is in them"
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
            if arguments.back_to is not None:
                done = installation.take_back(to=_migrations_of(arguments.back_to), dropping=arguments.drop_new)
            else:
                installation.migrate(reinstall=arguments.reinstall)
        finally:
            lock.give_back()
    if arguments.back_to is not None:
        if arguments.json:
            answer({"ok": True, "taken_back": done})
        else:
            print(
                f"{len(done)} migrations were taken back. Start the release before now, and `migrate --reinstall` with it."
            )
    elif arguments.json:
        answer({"ok": True})
    else:
        print("The database is the one of this program.")
    return 0


def _migrations_of(file: Path) -> dict[str, str]:
    """Package → its last migration, as `prakerja versions --json` tells it. Raises CommandError: it is no such file."""
    try:
        found = json.loads(file.read_text())["schema"]["migrations"]
        return {str(label): str(name) for label, name in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CommandError(
            f"{file} bukan keluaran `prakerja versions --json`.",
            f"{file} is not what `prakerja versions --json` prints.",
        ) from error
