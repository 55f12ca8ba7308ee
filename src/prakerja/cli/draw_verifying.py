"""`prakerja draw verify`: whether a published draw holds, by its folder alone; no database and no network."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prakerja.cli.arguments import CommandError, answer, common, progress

if TYPE_CHECKING:
    from prakerja.draw.protocol.checks import Report

# A file of keys or a pulse is a page of text.
_MOST_BYTES = 1 << 20


def add_to(verbs: Any) -> None:
    verified = common(
        verbs.add_parser("verify", help="check a published draw, or the public log: no database, no network")
    )
    verified.add_argument("file", type=Path, metavar="FILE", help="the folder, or a zip of it")
    verified.add_argument(
        "--keys", type=Path, default=None, metavar="KEYS", help="whose signatures count: a file that came another way"
    )
    verified.add_argument(
        "--receipt",
        type=Path,
        default=None,
        metavar="RECEIPT",
        help="also look for the ticket of this receipt in its list",
    )
    verified.add_argument(
        "--recall",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="also check seats that came back: the folder of recall 1 or its zip; again for recall 2, and so on",
    )
    verified.set_defaults(run=verify_published)


def verify_published(arguments: argparse.Namespace) -> int:
    """Check everything that can be checked; 0 when it holds, 1 when it does not or lacks the ticket of a receipt."""
    from prakerja.draw.protocol.folder import FolderError, open_files
    from prakerja.draw.protocol.log_verifying import is_log, verify_log
    from prakerja.draw.protocol.receipts import ReceiptError, row_of_receipt
    from prakerja.draw.protocol.trust import Trust, TrustError
    from prakerja.draw.protocol.verifying import verify

    try:
        keys = None if arguments.keys is None else Trust.read(read_small(arguments.keys))
        for path in (arguments.file, *arguments.recall):
            if not path.exists():
                raise FolderError(f"{path} is not there")
        files, is_asked, row = open_files(arguments.file), arguments.receipt is not None, None
        recalls = [open_files(one) for one in arguments.recall]
        told = None if arguments.json else progress
        report = (
            verify_log(files=files, trust=keys, progress=told)
            if is_log(files)
            else verify(files=files, trust=keys, recalls=recalls, progress=told)
        )
        if is_asked and report.holds:
            if keys is None:
                raise ReceiptError("a receipt is checked by keys from elsewhere (--keys)")
            row = row_of_receipt(files=files, trust=keys, content=read_small(arguments.receipt))
    except (FolderError, TrustError, ReceiptError) as error:
        raise CommandError(f"Tidak dapat dibaca: {error}", f"Cannot be read: {error}") from error
    if arguments.json:
        answer(_as_json(report) | ({"row": row} if is_asked else {}))
    else:
        print(_as_text(report))
        if is_asked and report.holds:
            print(f"The receipt's row: {row}" if row else "THE LIST LACKS THE TICKET OF THIS RECEIPT.")
    return 0 if report.holds and (row or not is_asked) else 1


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
        is_draw = "/" in report.draw
        seats = f": {report.winners} winners, {report.unfilled} seats left" if is_draw else ""
        lines.append(f"{report.draw if is_draw else 'The public log'} holds{seats}.")
        if any(one.holds is None for one in report.checks):
            lines.append("Not everything was checked: give the keys that you know from elsewhere (--keys).")
    else:
        lines.append("This does not hold.")
    return "\n".join(lines)


def read_small(path: Path) -> bytes:
    """A small file as a whole. Raises CommandError: it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError as error:
        why = f"{path}: {error.strerror}"
        raise CommandError(f"Tidak dapat dibaca: {why}", f"Cannot be read: {why}") from error
