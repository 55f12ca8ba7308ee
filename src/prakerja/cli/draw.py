"""`prakerja draw …`: a wave's draw. `verify` needs neither a database nor a network."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prakerja.cli.arguments import CommandError, answer, common, progress

if TYPE_CHECKING:
    from prakerja.draw.protocol.verifying import Report

# A file of keys is a page of text.
_MOST_KEYS = 1 << 20


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("draw", help="a wave's draw, and whether a published one holds")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="verify")
    verified = common(verbs.add_parser("verify", help="check a published draw: no database, no network"))
    verified.add_argument("file", type=Path, metavar="FILE", help="the folder, or a zip of it")
    verified.add_argument(
        "--keys", type=Path, default=None, metavar="KEYS", help="whose signatures count: a file that came another way"
    )
    verified.set_defaults(run=verify_published)


def verify_published(arguments: argparse.Namespace) -> int:
    """Check everything that can be checked; 0 when it holds, 1 when it does not."""
    from prakerja.draw.protocol.folder import FolderError, open_files
    from prakerja.draw.protocol.trust import Trust, TrustError
    from prakerja.draw.protocol.verifying import verify

    try:
        keys = None
        if arguments.keys is not None:
            with arguments.keys.open("rb") as file:
                keys = Trust.read(file.read(_MOST_KEYS))
        if not arguments.file.exists():
            raise FolderError(f"{arguments.file} is not there")
        report = verify(files=open_files(arguments.file), trust=keys, progress=None if arguments.json else progress)
    except (FolderError, TrustError, OSError) as error:
        raise CommandError(f"Tidak dapat dibaca: {error}", f"Cannot be read: {error}") from error
    if arguments.json:
        answer(_as_json(report))
    else:
        print(_as_text(report))
    return 0 if report.holds else 1


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "draw": report.draw,
        "holds": report.holds,
        "winners": report.winners,
        "unfilled": report.unfilled,
        "checks": [one._asdict() for one in report.checks],
    }


def _as_text(report: Report) -> str:
    words = {True: "holds", False: "DOES NOT HOLD", None: "NOT CHECKED"}
    lines = [
        f"{one.number:>3}  {words[one.holds]}: {one.about}{f' ({one.detail})' if one.detail else ''}"
        for one in report.checks
    ]
    if report.holds:
        lines.append(f"{report.draw} holds: {report.winners} winners, {report.unfilled} seats left.")
        if any(one.holds is None for one in report.checks):
            lines.append("Not everything was checked: give the keys that you know from elsewhere (--keys).")
    else:
        lines.append("This draw does not hold.")
    return "\n".join(lines)
