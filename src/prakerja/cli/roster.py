"""`prakerja roster …`: lists of other offices (DTKS, ASN, …) that exclude people or put them first: imported, confirmed, undone."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prakerja.cli.arguments import (
    OPERATOR_SENTENCES,
    SECOND_NEEDED,
    CommandError,
    acting,
    answer,
    by_operator,
    common,
    instant,
    progress,
    tell_found,
)
from prakerja.cli.database import database
from prakerja.cli.list_files import RejectedFile, Watch, rejected_path, told
from prakerja.kernel.errors import Refused
from prakerja.lists import PeoplesList, Row, read_list

if TYPE_CHECKING:
    from prakerja.rosters.queries import TurnState, VersionState

_VERBS = "import|confirm|undo|take-back|list|rejected"
_HELP = """Keep who stands on another office's list: the next version of its roster, for another operator to confirm.

The list is an Excel workbook (.xlsx) or a text file with comma, semicolon or tab, with a line of headers. One column is read:

  nik   16 digits, as text: Excel keeps 15 digits of a number, and a list that it shortened is refused

Nothing else of the list is read, and no NIK can be read from what is kept. Lines that break a rule go to FILE.rejected.csv with
line, reason and what to do; they keep nobody else out. An import that was cut off goes on when the same command is given again;
`prakerja roster list` shows how far it is. Nobody is excluded before another operator confirmed the version."""
_EXAMPLE = """example:
  prakerja roster import dtks-2021-10.xlsx --roster DTKS --rows 2170334 --operator first@contoh.id
  prakerja roster confirm --roster DTKS --version 3 --operator second@contoh.id"""


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("roster", help="lists of other offices that exclude people or put them first")
    verbs = family.add_subparsers(dest="verb", required=True, metavar=_VERBS)
    imported = by_operator(
        common(
            verbs.add_parser(
                "import",
                help="keep a list as the next version of its roster",
                description=_HELP,
                epilog=_EXAMPLE,
                formatter_class=argparse.RawDescriptionHelpFormatter,
            )
        )
    )
    imported.add_argument("file", type=Path, metavar="FILE", help="the list: .xlsx or CSV, see above")
    _of(imported)
    imported.add_argument(
        "--rows", type=int, metavar="N", help="how many its office says there are; others are refused"
    )
    imported.add_argument(
        "--counts-from", type=instant, metavar="INSTANT", help="from when on it counts (from its confirmation)"
    )
    imported.add_argument(
        "--rejected-file", type=Path, metavar="FILE", help="where rejected lines go (beside the list)"
    )
    imported.set_defaults(run=do_import)
    confirmed = by_operator(common(verbs.add_parser("confirm", help="another operator lets a version count")))
    _of(confirmed)
    confirmed.add_argument(
        "--version",
        required=True,
        metavar="N",
        help="its number as `list` says it, or none: nobody stands on it any more",
    )
    confirmed.set_defaults(run=do_confirm)
    undone = by_operator(common(verbs.add_parser("undo", help="prepare that the version before counts again")))
    _of(undone)
    undone.add_argument("--reason", required=True, metavar="R", help="for the audit trail")
    undone.set_defaults(run=do_undo)
    back = by_operator(common(verbs.add_parser("take-back", help="let nobody confirm what waits any more")))
    _of(back)
    back.add_argument("--version", required=True, metavar="N", help="of what waits, as `list` says it, or none")
    back.set_defaults(run=do_take_back)
    shown = common(verbs.add_parser("list", help="every version: who brought it, how far it is, since when it counts"))
    shown.add_argument("--roster", metavar="DTKS")
    shown.set_defaults(run=show)
    rejected = common(verbs.add_parser("rejected", help="the lines of a version that were not taken, and why"))
    _of(rejected)
    rejected.add_argument("--version", type=int, required=True, metavar="N")
    rejected.set_defaults(run=show_rejected)


def _of(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--roster", required=True, metavar="DTKS", help="which one, by its name in rules.md 4.6")


def do_import(arguments: argparse.Namespace) -> int:
    """Keep a list."""
    from prakerja.rosters.policies import COLUMNS, REASONS

    file: Path = arguments.file
    # A list that cannot be read is said before a database is started for it.
    with told(file):
        with read_list(file, columns=COLUMNS) as found:
            shape = found.shape
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
    path = rejected_path(file, arguments.rejected_file)
    with (
        database(arguments.data_dir),
        told(file),
        RejectedFile(path, shape=shape, reasons=REASONS) as left,
        read_list(file, columns=COLUMNS) as reading,
    ):
        done = _import(arguments, reading, left, digest)
    answer(
        {
            "roster": done.roster,
            "version": done.number,
            "lines": done.lines,
            "entries": done.entries,
            "twice": done.twice,
            "rejected": done.rejected,
            "rejected_file": left.name,
            "is_new": done.is_new,
            "is_waiting": done.is_waiting,
        }
    )
    if left.name:
        progress(f"{done.rejected} rows were rejected; their reasons are in {left.name}")
    if done.is_waiting:
        progress(
            f"another operator now confirms it: prakerja roster confirm --roster {done.roster} --version {done.number}"
        )
    return 0


class _Told:
    """The report of an import, written into the file beside the list."""

    def __init__(self, left: RejectedFile) -> None:
        self._left = left

    def rejected(self, row: Row, reason: str) -> None:
        self._left.add(row.line, row.cells, reason)

    def finish(self) -> None:
        self._left.finish()


def _import(arguments: argparse.Namespace, reading: PeoplesList, left: RejectedFile, digest: str) -> Any:
    from prakerja.kernel.clock import now
    from prakerja.rosters.operations import import_roster

    try:
        return import_roster(
            roster=arguments.roster,
            rows=reading.rows(),
            digest=digest,
            counts_from=arguments.counts_from,
            expected=arguments.rows,
            report=_Told(left),
            part_read=reading.part_read,
            progress=Watch(reading.part_read),
            actor=acting(arguments),
            at=now(),
        )
    except Refused as refusal:
        raise explained(refusal) from refusal


def do_confirm(arguments: argparse.Namespace) -> int:
    """Let a version count."""
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now
        from prakerja.rosters.operations import confirm_turn
        from prakerja.rosters.queries import change

        try:
            waiting = _named(arguments)
            told = change(roster=waiting.roster, number=waiting.number, at=now())
            done = confirm_turn(turn_id=waiting.turn_id, actor=acting(arguments), at=now())
        except Refused as refusal:
            raise explained(refusal) from refusal
    answer({**_turn(done), "before": told.before, "after": told.after, "come": told.come, "go": told.go})
    return 0


def _named(arguments: argparse.Namespace) -> TurnState:
    """What waits, if it is what they say: another version may have come meanwhile. Raises Refused: nothing_prepared."""
    from prakerja.rosters.queries import turns

    waiting = next(iter(turns(roster=arguments.roster, is_open=True)), None)
    named = "none" if waiting is None or waiting.number is None else str(waiting.number)
    if waiting is None or arguments.version != named:
        raise Refused("nothing_prepared")
    return waiting


def do_take_back(arguments: argparse.Namespace) -> int:
    """Take back what waits: their own alone, another's by two."""
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now
        from prakerja.rosters.operations import take_back_turn

        try:
            waiting = _named(arguments)
            is_back = take_back_turn(turn_id=waiting.turn_id, actor=acting(arguments), at=now())
        except Refused as refusal:
            raise explained(refusal) from refusal
    answer({"roster": waiting.roster, "version": waiting.number, "is_taken_back": is_back})
    if not is_back:
        progress(SECOND_NEEDED)
    return 0


def do_undo(arguments: argparse.Namespace) -> int:
    """Prepare that the version before counts again."""
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now
        from prakerja.rosters.operations import undo_turn

        try:
            prepared = undo_turn(roster=arguments.roster, reason=arguments.reason, actor=acting(arguments), at=now())
        except Refused as refusal:
            raise explained(refusal) from refusal
    answer(_turn(prepared))
    number = "none" if prepared.number is None else prepared.number
    progress(f"another operator now confirms it: prakerja roster confirm --roster {prepared.roster} --version {number}")
    return 0


def show(arguments: argparse.Namespace) -> int:
    """Print every version, and what waits for whom."""
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now
        from prakerja.rosters.queries import turns, versions

        tell_found(
            arguments,
            {
                "versions": [_version(one) for one in versions(at=now(), roster=arguments.roster)],
                "waiting": [_turn(one) for one in turns(roster=arguments.roster, is_open=True)],
            },
        )
    return 0


def show_rejected(arguments: argparse.Namespace) -> int:
    """Print the lines of a version that were not taken; what they said is not kept."""
    with database(arguments.data_dir):
        from prakerja.rosters.policies import REASONS
        from prakerja.rosters.queries import rejected_lines

        tell_found(
            arguments,
            {
                "rejected": [
                    {"line": line, "reason": reason, "what_to_do": REASONS[reason][1]}
                    for line, reason in rejected_lines(roster=arguments.roster, number=arguments.version)
                ]
            },
        )
    return 0


def _turn(one: TurnState) -> dict[str, Any]:
    return {
        "roster": one.roster,
        "version": one.number,
        "counts_from": None if one.counts_from is None else one.counts_from.isoformat(),
        "prepared_by": one.prepared_by,
        "back_asked_by": one.back_asked_by,
        "is_confirmed": one.confirmed_at is not None,
    }


def _version(one: VersionState) -> dict[str, Any]:
    return {
        "roster": one.roster,
        "version": one.number,
        "status": one.status,
        "by": one.begun_by,
        "since": one.begun_at.isoformat(),
        "lines_read": one.lines_read,
        "entries": one.entries,
        "twice": one.twice,
        "rejected": one.rejected,
        "lines_a_second": round(one.lines_read / one.seconds, 1) if one.seconds else None,
        "counts_since": None if one.counts_since is None else one.counts_since.isoformat(),
        "is_waiting": one.is_waiting,
    }


def explained(refusal: Refused) -> CommandError:
    """The sentence of a refusal by a verb of rosters."""
    from prakerja.rosters.policies import CODES

    details = refusal.details
    sentences = {
        **OPERATOR_SENTENCES,
        "operator_needed": ("Sebutkan operatornya: --operator.", "Say which operator: --operator."),
        "roster_unknown": (
            f"Daftar itu tidak dikenal. Yang ada: {', '.join(CODES)}.",
            f"There is no such roster. There are: {', '.join(CODES)}.",
        ),
        "keys_changing": (
            "Kunci index sedang diganti. Lihat `prakerja keys show`, lalu ulangi setelah selesai.",
            "The index keys are being changed. See `prakerja keys show`, then give it again when that has ended.",
        ),
        "import_running": (
            "Daftar itu sedang diimpor. Lihat `prakerja roster list`.",
            "That roster is being imported right now. See `prakerja roster list`.",
        ),
        "counts_from_past": (
            "Saat berlakunya sudah lewat: tidak ada orang yang dikeluarkan untuk waktu yang sudah lewat.",
            "That instant has passed: nobody is excluded for times gone by.",
        ),
        "rows_differ": (
            f"Daftar berisi {details.get('found')} baris, bukan {details.get('expected')}: mungkin terpotong atau tertukar. Tidak ada yang "
            "diimpor.",
            f"The list has {details.get('found')} rows and not {details.get('expected')}: it may have been cut off or be another one. "
            "Nothing was imported.",
        ),
        "nobody_listed": (
            "Semua baris ditolak; tidak ada yang diimpor. Periksa kolom NIK.",
            "Every line was rejected; nothing was imported. Look at the column of NIKs.",
        ),
        "reason_missing": ("Tulis alasannya: --reason.", "Say why: --reason."),
        "nothing_counts": ("Daftar itu belum berlaku.", "No version of that roster counts."),
        "nothing_prepared": (
            "Versi itu tidak menunggu pengesahan. Lihat `prakerja roster list`. Tidak ada yang disahkan.",
            "That version does not wait for a confirmation. See `prakerja roster list`. Nothing was confirmed.",
        ),
        "turn_waits": (
            f"{details.get('by')} sudah menyiapkan versi {details.get('version') or 'none'} daftar itu, yang menunggu pengesahan. Sahkan, atau "
            "tarik dahulu: prakerja roster take-back. Tidak ada yang diubah.",
            f"{details.get('by')} has prepared version {details.get('version') or 'none'} of that roster, which waits for a confirmation. "
            "Confirm it, or take it back first: prakerja roster take-back. Nothing was changed.",
        ),
        "same_operator": (
            "Yang mengimpor daftar tidak mengesahkannya.",
            "Whoever imported a list does not confirm it.",
        ),
    }
    return CommandError(*sentences[refusal.reason])
