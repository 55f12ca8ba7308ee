"""`prakerja keys show|rotate|retire|upgrade|wrap`: the keys of an installation, by their ids; never a key itself."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

from prakerja.cli.arguments import CommandError, answer, common, duration
from prakerja.cli.database import database, keys_folder


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser(
        "keys", help="the keys by which data are sealed and found: look at them, change them"
    )
    verbs = family.add_subparsers(dest="verb", required=True, metavar="show|rotate|retire|upgrade|wrap")
    showing = common(verbs.add_parser("show", help="every key: its age, what it does, how many rows are still of it"))
    showing.set_defaults(run=do_show)
    changing = common(verbs.add_parser("rotate", help="make a new key that takes over; older ones are still read"))
    changing.add_argument(
        "root", nargs="?", default=None, metavar="ROOT", help="sealing, index, otp, sessions, gateways, identity"
    )
    changing.add_argument(
        "--after",
        type=duration,
        default=None,
        metavar="D",
        help="counts after this (1m; identity 10m); longer to copy it to other machines",
    )
    changing.set_defaults(run=do_rotate)
    leaving = common(verbs.add_parser("retire", help="take away a key of which nothing is left"))
    leaving.add_argument("key_id", type=int, metavar="ID")
    leaving.add_argument(
        "--backups", type=Path, action="append", default=[], metavar="FOLDER", help="where backups are: those are named"
    )
    leaving.add_argument("--no-backups", action="store_true", help="there are no backups")
    leaving.add_argument("--although", action="store_true", help="although backups need it: it is kept elsewhere")
    leaving.set_defaults(run=do_retire)
    upgrading = common(
        verbs.add_parser("upgrade", help="give the two keysets of an older installation a file for each root")
    )
    upgrading.set_defaults(run=do_upgrade)
    wrapping = common(verbs.add_parser("wrap", help="write the keysets again under a passphrase or a key service"))
    wrapping.add_argument("--by", choices=("passphrase", "kms", "nothing"), required=True)
    wrapping.set_defaults(run=do_wrap)


def do_show(arguments: argparse.Namespace) -> int:
    """Print every key."""
    with database(arguments.data_dir) as found:
        from prakerja.cli.key_changes import shown
        from prakerja.kernel.clock import wall
        from prakerja.kernel.keysets import LOST_WITH

        lines, moment = shown(keys_folder(found.server)), wall()
    if arguments.json:
        answer(
            [
                {
                    "root": one.root,
                    "id": one.key_id,
                    "made_at": one.made_at,
                    "counts_from": one.counts_from,
                    "state": one.state,
                    "rows": None if one.left is None else sum(one.left.values()),
                    "columns": one.left,
                }
                for one in lines
            ]
        )
        return 0
    for root in dict.fromkeys(one.root for one in lines):
        print(f"{root}: hilang bersamanya · lost with it: {LOST_WITH[root][0]} · {LOST_WITH[root][1]}")
        for one in (line for line in lines if line.root == root):
            rows = "" if one.left is None else f", {sum(one.left.values()):,} baris · rows"
            print(f"  {one.key_id:<11} {one.state:<12} {_age(one.made_at, moment)}{rows}")
    return 0


def do_rotate(arguments: argparse.Namespace) -> int:
    """Make new keys."""
    with database(arguments.data_dir) as found:
        from prakerja.cli.key_changes import CHANGED, rotate
        from prakerja.kernel.clock import WIB

        if arguments.root is not None and arguments.root not in CHANGED:
            raise CommandError(
                f"Tidak ada akar kunci {arguments.root}. Pilih: {', '.join(CHANGED)}.",
                f"There is no root {arguments.root}. Choose one of {', '.join(CHANGED)}.",
            )
        roots = CHANGED if arguments.root is None else (arguments.root,)
        folder = keys_folder(found.server)
        made = rotate(folder=folder, roots=roots, after=arguments.after)
    if arguments.json:
        answer([{"root": root, "id": key.id, "counts_from": key.counts_from} for root, key in made])
        return 0
    for root, key in made:
        print(f"{root}: {key.id}, mulai · from {key.counts_from.astimezone(WIB):%H:%M:%S} WIB")
    print(
        f"Bawa {folder} ke tempat aman dan ke mesin lain sekarang · Take {folder} to its safe place and other machines now.\n"
        "Worker mengerjakan sisanya (`prakerja due list`, `prakerja keys show`) · The worker does the rest."
    )
    return 0


def do_retire(arguments: argparse.Namespace) -> int:
    """Take a key away."""
    if not arguments.backups and not arguments.no_backups:
        raise CommandError(
            "Sebutkan folder salinan (--backups), agar yang memerlukan kunci ini disebut; atau --no-backups.",
            "Say where backups are (--backups), so that those that need this key are named; or --no-backups.",
        )
    with database(arguments.data_dir) as found:
        from prakerja.cli.key_changes import retire

        root, leaves = retire(
            folder=keys_folder(found.server),
            key_id=arguments.key_id,
            kept=arguments.backups,
            although=arguments.although,
        )
    if arguments.json:
        answer({"root": root, "id": arguments.key_id, "left_the_folder": leaves})
    elif leaves:
        print(f"{root}: {arguments.key_id} sudah diambil · is taken away.")
    else:
        print(f"{root}: {arguments.key_id} tinggal mata rantai kunci berikutnya · stays as a link of those after it.")
    return 0


def do_upgrade(arguments: argparse.Namespace) -> int:
    """One file for each root."""
    with database(arguments.data_dir) as found:
        from prakerja.cli.key_changes import upgrade
        from prakerja.kernel.wrapping import wrapping_from_environment

        is_done = upgrade(folder=keys_folder(found.server), wrapping=wrapping_from_environment())
    if arguments.json:
        answer({"upgraded": is_done})
    else:
        print("Selesai · Done." if is_done else "Kunci sudah berbentuk baru · The keys have the new form already.")
    return 0


def do_wrap(arguments: argparse.Namespace) -> int:
    """Another wrapping."""
    with database(arguments.data_dir) as found:
        from prakerja.cli.key_changes import rewrap
        from prakerja.kernel.wrapping import new_wrapping

        rewrap(folder=keys_folder(found.server), wrapping=new_wrapping(arguments.by))
    if arguments.json:
        answer({"wrapped_by": arguments.by})
    else:
        print(f"{arguments.by}: ok")
    return 0


def _age(made_at: datetime, moment: datetime) -> str:
    # The first key of an installation, or one from before their making was written down.
    days = (moment - made_at).days
    return f"{days} hari · days" if days < 10_000 else "sejak awal · from the beginning"
