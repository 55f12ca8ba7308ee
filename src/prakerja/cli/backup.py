"""`prakerja backup create|verify|restore|list`: the database in a folder of its own, without the keys that open it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from prakerja.cli.arguments import CommandError, answer, common, progress
from prakerja.cli.database import database, keys_folder
from prakerja.kernel.errors import CannotRun
from prakerja.kernel.keysets import LOST_WITH
from prakerja.postgres import backups
from prakerja.postgres.backups import Manifest

_MIB = 1 << 20


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("backup", help="copy the database, check a copy, read it into an empty database")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="create|verify|restore|list")
    create = common(verbs.add_parser("create", help="copy the database as it is now; everything goes on meanwhile"))
    create.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="where backups are kept: another disk")
    create.set_defaults(run=do_create)
    verify = common(verbs.add_parser("verify", help="whether a backup is whole and its dump can be read"))
    verify.add_argument("backup", type=Path, metavar="BACKUP")
    verify.set_defaults(run=do_verify)
    restore = common(verbs.add_parser("restore", help="read a backup into an empty database"))
    restore.add_argument("backup", type=Path, metavar="BACKUP")
    restore.add_argument("--keys", type=Path, default=None, metavar="FOLDER", help="the keys, which are kept elsewhere")
    restore.set_defaults(run=do_restore)
    listed = common(verbs.add_parser("list", help="the backups of a folder, the newest first"))
    listed.add_argument("folder", type=Path, metavar="FOLDER")
    listed.set_defaults(run=do_list)


def do_create(arguments: argparse.Namespace) -> int:
    """Copy the database into a new folder under `--to`."""
    with database(arguments.data_dir) as found:
        to = arguments.to.resolve()
        if to.is_relative_to(found.server.data_dir.resolve()):
            raise CommandError(
                "Salinan di dalam folder data hilang bersama folder itu. Pilih disk lain: --to.",
                "A backup inside the data folder is lost with it. Choose another disk: --to.",
            )
        from prakerja.kernel.clock import wall
        from prakerja.kernel.installation import read_installation
        from prakerja.kernel.progress import note_outcome
        from prakerja.kernel.rotation import needed_keys
        from prakerja.kernel.schema import last_migrations

        installed = read_installation()
        assert installed is not None
        began_at = wall()
        folder = backups.create(
            dsn=found.server.dsn,
            to=to,
            made_at=began_at,
            about={
                "is_sandbox": installed.is_sandbox,
                "world": installed.world,
                "keys": installed.keys_fingerprint,
                # Which keys it cannot be read without, by their ids and a check; never a key.
                "key_ids": needed_keys(),
                "migrations": last_migrations(),
            },
            progress=lambda size: progress(f"{size // _MIB} MiB …"),
        )
        manifest = backups.read_manifest(folder)
        note_outcome("backup", began_at=began_at, done=manifest.size)
        keys = keys_folder(found.server)
    if arguments.json:
        answer(_described(folder, manifest))
    else:
        print(f"{folder}: {manifest.size // _MIB + 1} MiB, {_counts(manifest)}")
        print(
            f"Kunci tidak ikut disalin · The keys are not in it: keep a copy of {keys} elsewhere; without them it cannot be read."
        )
        for one in manifest.about["key_ids"]:
            print(f"  {one['root']} {one['id']}")
        for root, (indonesian, english) in LOST_WITH.items():
            print(f"Tanpa · Without {root}: {indonesian} · {english}")
    return 0


def do_verify(arguments: argparse.Namespace) -> int:
    """Check a backup's files against its manifest. 1: it does not hold."""
    try:
        manifest = backups.verify(arguments.backup)
    except backups.Damaged as error:
        if arguments.json:
            answer({"backup": str(arguments.backup), "ok": False, "why": error.english})
        else:
            print(error)
        return 1
    if arguments.json:
        answer({**_described(arguments.backup, manifest), "ok": True})
    else:
        print(f"{arguments.backup}: ok, {manifest.made_at:%Y-%m-%d %H:%M} UTC, {_counts(manifest)}")
    return 0


def do_restore(arguments: argparse.Namespace) -> int:
    """Read a backup into an empty database, with the keys that belong to it."""
    from prakerja.cli.restoring import restore

    try:
        manifest = restore(backup=arguments.backup, data_dir=arguments.data_dir, keys=arguments.keys)
    except backups.Damaged as error:
        raise CannotRun(error.indonesian, error.english) from error
    if arguments.json:
        answer(_described(arguments.backup, manifest))
    else:
        print(f"{arguments.backup}: {_counts(manifest)}")
        print("Jalankan `prakerja migrate` lalu `prakerja proof` · Run `prakerja migrate`, then `prakerja proof`.")
    return 0


def do_list(arguments: argparse.Namespace) -> int:
    """Every backup of a folder; what was cut off is said to be no backup."""
    found = backups.listed(arguments.folder)
    if arguments.json:
        answer([{"backup": str(one.folder), "ok": one.manifest is not None} | _or_nothing(one) for one in found])
        return 0
    if not found:
        print("Belum ada salinan di folder itu · There is no backup in that folder.")
    for one in found:
        about = "terputus, bukan salinan · cut off, no backup" if one.manifest is None else _counts(one.manifest)
        print(f"{one.folder.name:<28} {about}")
    return 0


def _or_nothing(one: backups.Listed) -> dict[str, Any]:
    return {} if one.manifest is None else _described(one.folder, one.manifest)


def _described(folder: Path, manifest: Manifest) -> dict[str, Any]:
    return {
        "backup": str(folder),
        "made_at": manifest.made_at,
        "bytes": manifest.size,
        "postgresql": manifest.postgresql,
        "counts": manifest.counts,
        **manifest.about,
    }


def _counts(manifest: Manifest) -> str:
    people, transfers = manifest.counts["people_person"], manifest.counts["ledger_transfer"]
    return f"{people} orang · people, {transfers} transaksi · transfers"
