"""`prakerja wave import-results|confirm-results`: the list of those who were selected becomes awards, by two operators."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prakerja.cli.arguments import (
    SECOND_NEEDED,
    CommandError,
    acting,
    answer,
    by_operator,
    common,
    instant,
    progress,
)
from prakerja.cli.database import database
from prakerja.cli.list_files import BRIEFLY, SELDOM, rejected_path, told, until, writing
from prakerja.cli.wave_sentences import explained
from prakerja.kernel.errors import Refused
from prakerja.lists import Leftovers, Shape

if TYPE_CHECKING:
    from prakerja.intake.import_reports import ImportOutcome, Progress
    from prakerja.intake.result_files import ResultFile
    from prakerja.intake.result_rows import ResultRow

# As the rules of `intake.result_rows` have them; the command knows them before a database is there.
HEADER = "nik,family_card_number,name,birth_date,phone,email,province_code,education"
LEVELS = "none, sd, smp, sma, diploma, s1, s2"
_HELP = f"""A list of results awards everybody on it, by two operators: one has it read, another confirms it with the same file.

The list is an Excel workbook (.xlsx) or a text file with comma, semicolon or tab, in UTF-8, UTF-16 or Windows-1252. It has a
line of headers, in any case and order, Indonesian or English; a title above it, empty lines and other columns do not matter.
This header can be pasted:

  {HEADER}

  nik, family_card_number  16 digits, as text: Excel keeps 15 digits of a number, and a list that it shortened is refused
  name                     as on the identity card
  birth_date               1995-04-15, 15/04/1995 or 15-Apr-95 (the day before the month)
  phone                    an Indonesian mobile number: 0812-3456-7890, 6281234567890, +62 812 3456 7890
  email                    one address: siti@contoh.id; empty for who has none
  province_code            two digits: 31
  education                {LEVELS} (in any case; SMK, SLTA, D3 and the like are understood)

Lines that break a rule go to FILE.rejected.csv with line, reason and what to do; correct that file and import it. People who
hold an award of this wave and stand in the list with other data go to FILE.different.csv; nothing of them is changed, see
`prakerja person correct-contact`. A list that was damaged as a whole is refused, and nobody is awarded.

Nobody is awarded before the whole list was read and another operator confirmed it (`prakerja wave confirm-results`). What was cut
off goes on where it stood when the same command is given again, and nobody is awarded or told twice; `prakerja wave imports` shows how far it is.
What another operator began and did not end is gone on with by --take-over only."""
_EXAMPLE = """example:
  prakerja wave import-results lolos.xlsx --wave 21 --decree SK-21/2021 --announced-at 2021-09-22T20:00 --operator siti@contoh.example
  prakerja wave confirm-results lolos.xlsx --wave 21 --decree SK-21/2021 --operator budi@contoh.example"""
_BESIDE = ("line", "reason", "petunjuk", "what_to_do")
_BESIDE_DIFFERENT = ("line", "different", "person", "is_awarded")


def add_to(verbs: Any) -> None:
    parser = verbs.add_parser(
        "import-results",
        help="read a list of results for another operator to confirm; in a sandbox, without an operator, award everybody on it",
        description=_HELP,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _with_list(parser)
    parser.add_argument(
        "--announced-at",
        type=instant,
        default=None,
        metavar="INSTANT",
        help="when the wave was announced: day 1 of the deadline of everybody on the list, WIB unless it says otherwise "
        "(default: when an earlier list of this wave was announced; for its first list, when it is confirmed)",
    )
    parser.add_argument(
        "--more-lists-follow",
        action="store_true",
        help="another list of this wave is to come: nobody is told yet that they were not selected",
    )
    with_short_deadline(parser)
    parser.set_defaults(run=run)
    confirmed = verbs.add_parser(
        "confirm-results", help="another operator confirms the list with the same file: everybody on it is awarded"
    )
    _with_list(confirmed)
    with_short_deadline(confirmed)
    confirmed.set_defaults(run=confirm, announced_at=None, more_lists_follow=False)
    back = by_operator(
        common(verbs.add_parser("take-back-results", help="let nobody confirm a list that waits any more"))
    )
    back.add_argument("--wave", type=int, required=True, metavar="21")
    back.add_argument(
        "--decree", required=True, metavar="NUMBER", help="number of the decree, as `wave imports` says it"
    )
    back.set_defaults(run=take_back)


def _with_list(parser: argparse.ArgumentParser) -> None:
    by_operator(common(parser))
    parser.add_argument("file", type=Path, metavar="FILE", help="the list: .xlsx or CSV, see `wave import-results -h`")
    parser.add_argument("--wave", type=int, required=True, metavar="21")
    parser.add_argument("--decree", required=True, metavar="NUMBER", help="number of the decree that names the list")
    parser.add_argument(
        "--rejected-file",
        type=Path,
        default=None,
        metavar="FILE",
        help="where rejected lines go (default: beside the list, FILE.rejected.csv)",
    )
    parser.add_argument(
        "--take-over",
        action="store_true",
        help="go on with awards that another operator began, or in place of a list that they left half read; the audit trail keeps both",
    )


def with_short_deadline(parser: argparse.ArgumentParser) -> None:
    """The option of every verb that may set a deadline which is near."""
    parser.add_argument(
        "--confirm-short-deadline",
        default="",
        metavar="E",
        help="the address of the operator who stands behind a deadline with fewer than 7 full days left",
    )


def run(arguments: argparse.Namespace) -> int:
    """Have the list read for another operator to confirm, or import it in a sandbox; say what becomes of its lines."""
    if arguments.operator and arguments.confirm_short_deadline:
        raise CommandError(
            "Batas waktu yang pendek ditegaskan ketika daftarnya disahkan: prakerja wave confirm-results.",
            "A short deadline is stood for when the list is confirmed: prakerja wave confirm-results.",
        )
    return _go_through(arguments, prepares=bool(arguments.operator))


def confirm(arguments: argparse.Namespace) -> int:
    """Award everybody on a list that another operator had read."""
    if not arguments.operator:
        raise explained(Refused("operator_needed"), arguments)
    return _go_through(arguments, prepares=False)


def take_back(arguments: argparse.Namespace) -> int:
    """Take a list back that nobody shall confirm: their own alone, another's by two."""
    with database(arguments.data_dir):
        from prakerja.intake.operations import take_back_results
        from prakerja.kernel.clock import now

        try:
            is_back = take_back_results(
                wave_number=arguments.wave,
                decree_number=arguments.decree.strip(),
                actor=acting(arguments),
                at=now(),
            )
        except Refused as refusal:
            raise explained(refusal, arguments) from refusal
    answer({"wave": arguments.wave, "is_taken_back": is_back})
    if not is_back:
        progress(SECOND_NEEDED)
    return 0


def _go_through(arguments: argparse.Namespace, *, prepares: bool) -> int:
    arguments.decree = arguments.decree.strip()
    if not 1 <= len(arguments.decree) <= 100 or not arguments.decree.isprintable():
        raise CommandError(
            "Nomor keputusan: 1 sampai 100 huruf.", "A decree's number is 1 to 100 printable characters."
        )
    from prakerja.intake.result_files import ResultFile, opened

    # A list that cannot be read is said before a database is started for it.
    with told(arguments.file), opened(arguments.file) as found:
        shape = found.shape
    del found
    listed = ResultFile(arguments.file)
    with database(arguments.data_dir), told(arguments.file):
        with _Leftovers(arguments, shape) as left:
            outcome = _prepare(arguments, listed, left) if prepares else _import(arguments, listed, left)
        contents = listed.contents()
        rejected, different = left.files()
    answer(
        {
            "is_confirmed": not prepares,
            "awarded": 0 if prepares else outcome.awarded,
            "to_award": outcome.awarded if prepares else 0,
            "already": outcome.already,
            "different": outcome.different,
            "awarded_different": outcome.awarded_different,
            "rejected": outcome.rejected_rows,
            "rejected_file": rejected,
            "different_file": different,
            "rows": contents.rows,
            "lines": contents.lines,
            "lines_above": contents.above,
            "lines_empty": contents.empty,
            "lines_continued": contents.continued,
        }
    )
    if rejected:
        progress(f"{outcome.rejected_rows} rows were rejected; their reasons are in {rejected}")
    if different:
        progress(f"{outcome.different + outcome.awarded_different} people are known with other data; see {different}")
    if prepares:
        progress(
            f"nobody is awarded yet: another operator looks at these figures and confirms {outcome.awarded:,} people with the same "
            f"file: prakerja wave confirm-results FILE --wave {arguments.wave} --decree NUMBER --operator …"
        )
    return 0


def _prepare(arguments: argparse.Namespace, listed: ResultFile, left: _Leftovers) -> ImportOutcome:
    from prakerja.intake.operations import prepare_results
    from prakerja.kernel.clock import now

    try:
        return prepare_results(
            rows=listed,
            wave_number=arguments.wave,
            decree_number=arguments.decree,
            announced_at=arguments.announced_at,
            actor=acting(arguments),
            at=now(),
            report=left,
            progress=_Watch(listed),
            digest=listed.digest(),
            more_lists_follow=arguments.more_lists_follow,
            take_over=arguments.take_over,
        )
    except Refused as refusal:
        raise explained(refusal, arguments) from refusal


def _import(arguments: argparse.Namespace, listed: ResultFile, left: _Leftovers) -> ImportOutcome:
    from prakerja.intake.operations import import_results
    from prakerja.kernel.clock import now
    from prakerja.kernel.installation import is_sandbox

    try:
        if not arguments.operator and not is_sandbox():
            # Whoever sits at the machine is no operator, let alone two.
            raise Refused("operator_needed")
        return import_results(
            rows=listed,
            wave_number=arguments.wave,
            decree_number=arguments.decree,
            announced_at=arguments.announced_at,
            actor=acting(arguments),
            at=now(),
            short_deadline_confirmed_by=_confirming(arguments),
            report=left,
            progress=_Watch(listed),
            digest=listed.digest(),
            more_lists_follow=arguments.more_lists_follow,
            take_over=arguments.take_over,
        )
    except Refused as refusal:
        raise explained(refusal, arguments) from refusal


class _Watch:
    """Tells whoever watches how far it is and when it will end: on a terminal in one line, else in one every few seconds."""

    def __init__(self, listed: ResultFile) -> None:
        self._listed = listed
        self._is_terminal = sys.stderr.isatty()
        self._stage = ""
        self._began = self._said = time.monotonic()
        self._first = 0

    def __call__(self, seen: Progress) -> None:
        moment = time.monotonic()
        if seen.stage != self._stage:
            # What an earlier run did says nothing of the pace of this one.
            self._stage, self._began, self._first = seen.stage, moment, seen.done
            if seen.stage == "reading":
                self._began, self._first = self._said, 0
        is_through = seen.done == seen.total
        if moment - self._said < (BRIEFLY if self._is_terminal else SELDOM) and not is_through:
            return
        self._said = moment
        text = self._text(seen, max(moment - self._began, 0.001))
        if self._is_terminal:
            print(f"\r\x1b[K{text}", end="\n" if is_through else "", file=sys.stderr, flush=True)
        else:
            progress(text)

    def _text(self, seen: Progress, seconds: float) -> str:
        rate = (seen.done - self._first) / seconds
        if seen.stage == "reading":
            part = self._listed.part_read()
            left = seconds * (1 - part) / part if part else None
            return f"reading the list: {seen.done:,} rows{until(left)}"
        left = (seen.total - seen.done) / rate if seen.total is not None and rate else None
        return f"awarding: {seen.done:,} of {seen.total:,} people, {rate:,.0f} a second{until(left)}"


def _confirming(arguments: argparse.Namespace) -> Any:
    from prakerja.access.permitting import operator_by_email

    named = arguments.confirm_short_deadline
    return operator_by_email(email=named) if named else None


class _Leftovers:
    """The files beside the list, and what is written into them; the report of an import."""

    def __init__(self, arguments: argparse.Namespace, shape: Shape) -> None:
        file: Path = arguments.file
        self._stack = contextlib.ExitStack()
        self._shape = shape
        self._rejected_path = rejected_path(file, arguments.rejected_file)
        self._different_path = self._rejected_path.with_name(
            f"{self._rejected_path.name.removesuffix('.csv').removesuffix('.rejected')}.different.csv"
        )
        rejected_path(file, self._different_path)

    def __enter__(self) -> _Leftovers:
        with contextlib.ExitStack() as opening:
            self._rejected = opening.enter_context(self._file(self._rejected_path, _BESIDE))
            self._different = opening.enter_context(self._file(self._different_path, _BESIDE_DIFFERENT))
            self._stack = opening.pop_all()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._stack.__exit__(*raised)

    def _file(self, path: Path, beside: tuple[str, ...]) -> Leftovers:
        with writing(path):
            return Leftovers(path, shape=self._shape, beside=beside)

    def rejected(self, row: ResultRow, reason: str) -> None:
        from prakerja.intake.result_rows import REASONS

        with writing(self._rejected_path):
            self._rejected.add(row.cells, (str(row.line), reason, *REASONS[reason]))

    def different(self, row: ResultRow, fields: tuple[str, ...], *, person_id: uuid.UUID, is_awarded: bool) -> None:
        with writing(self._different_path):
            self._different.add(
                row.cells, (str(row.line), " ".join(fields), str(person_id), "yes" if is_awarded else "no")
            )

    def finish(self) -> None:
        for left in (self._rejected, self._different):
            with writing(left.path):
                left.finish()

    def files(self) -> tuple[str | None, str | None]:
        """Where the rejected lines are, and those that differ; None where there are none."""
        rejected, different = self._rejected, self._different
        return str(rejected.path) if rejected.count else None, str(different.path) if different.count else None
