"""`prakerja check`: what is unsafe about this installation, before people and money depend on it."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from prakerja.cli import role_safety, safety, settings_files
from prakerja.cli.arguments import answer, common
from prakerja.cli.database import database, keys_folder


def add_to(subparsers: Any) -> None:
    parser = common(
        subparsers.add_parser(
            "check", help="what is unsafe about this installation, and what to do; exit 1 on anything"
        )
    )
    parser.add_argument("--backups", type=Path, default=None, metavar="FOLDER", help="where backups are kept")
    parser.set_defaults(run=run)


def _of_worker(folder: str) -> dict[str, str]:
    """The worker's own settings, where they may be read: the others' files do not say how messages leave."""
    path = settings_files.path_of(Path(folder), "worker") if folder else None
    return settings_files.read(path) if path is not None and os.access(path, os.R_OK) else {}


def run(arguments: argparse.Namespace) -> int:
    """Look at everything, with the environment that doors and worker have. 1: something is unsafe."""
    with database(arguments.data_dir) as found:
        from django.conf import settings

        from prakerja.config import privileges as wanted
        from prakerja.kernel import privileges
        from prakerja.kernel.clock import wall
        from prakerja.kernel.db import row, rows
        from prakerja.kernel.installation import is_sandbox

        def ask(statement: str) -> tuple[Any, ...]:
            answered = row(statement, [])
            assert answered is not None
            return tuple(answered)

        prefix = privileges.prefix_of_roles(wanted.ROLES)
        differing = [] if prefix is None else privileges.differences(wanted.wanted(), prefix=prefix)
        settings_folder = os.environ.get(settings_files.FOLDER, "")
        findings = [
            *safety.of_settings(settings, is_sandbox=is_sandbox()),
            *safety.of_gateways(os.environ | _of_worker(settings_folder)),
            *safety.of_keys(keys_folder(found.server), data_dir=found.server.data_dir),
            *safety.of_database(ask, wall=wall()),
            *role_safety.of_roles(rows, prefix=prefix, differing=[str(one) for one in differing]),
            *role_safety.of_settings_files(Path(settings_folder) if settings_folder else None, prefix=prefix),
            *safety.of_disk(found.server.data_dir),
            *safety.of_backups(arguments.backups, wall=wall()),
        ]
    unsafe = [one for one in findings if not one.is_safe]
    if arguments.json:
        answer(
            {
                "ok": not unsafe,
                "checks": [
                    {"name": one.name, "ok": one.is_safe, "indonesian": one.indonesian, "english": one.english}
                    for one in findings
                ],
            }
        )
    else:
        for one in findings:
            print(f"{'ok    ' if one.is_safe else 'UNSAFE'} {one.name}")
            if not one.is_safe:
                print(f"       {one.indonesian}\n       {one.english}")
        print("Nothing unsafe was found." if not unsafe else f"{len(unsafe)} of {len(findings)} are unsafe.")
    return 1 if unsafe else 0
