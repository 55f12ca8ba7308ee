"""`prakerja wave import-results`: the list of those who were selected becomes awards."""

from __future__ import annotations

import argparse
import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prakerja.cli.arguments import (
    CommandError,
    acting,
    answer,
    by_operator,
    common,
    instant,
    progress,
)
from prakerja.cli.database import database
from prakerja.cli.wave_sentences import explained
from prakerja.kernel.errors import Refused
from prakerja.lists import BrokenList, Leftovers, PeoplesList, read_list, sentence

if TYPE_CHECKING:
    from prakerja.intake.result_import import ImportOutcome
    from prakerja.intake.result_rows import ResultRow

# As the rules of `intake.result_rows` have them; the command knows them before a database is there.
HEADER = "nik,family_card_number,name,birth_date,phone,email,province_code,education"
LEVELS = "none, sd, smp, sma, diploma, s1, s2"
_HELP = f"""Award everybody on a list of results.

The list is an Excel workbook (.xlsx) or a text file with comma, semicolon or tab, in UTF-8, UTF-16 or Windows-1252. It has a
line of headers, in any case and order, Indonesian or English; a title above it, empty lines and other columns do not matter.
This header can be pasted:

  {HEADER}

  nik, family_card_number  16 digits, as text: Excel keeps 15 digits of a number, and a list that it shortened is refused
  name                     as on the identity card
  birth_date               1995-04-15, 15/04/1995 or 15-Apr-95 (the day before the month)
  phone                    an Indonesian mobile number: 0812-3456-7890, 6281234567890, +62 812 3456 7890
  email                    one address: siti@contoh.id
  province_code            two digits: 31
  education                {LEVELS} (in any case; SMK, SLTA, D3 and the like are understood)

Lines that break a rule go to FILE.rejected.csv with line, reason and what to do; correct that file and import it. People who
hold an award of this wave and stand in the list with other data go to FILE.different.csv; nothing of them is changed, see
`prakerja person correct-contact`. A list that was damaged as a whole is refused, and nobody is awarded."""
_EXAMPLE = """example:
  prakerja wave import-results lolos.xlsx --wave 21 --decree SK-21/2021 --announced-at 2021-09-22T20:00"""
# Lines between two words to whoever watches.
_OFTEN = 10_000
_BESIDE = ("line", "reason", "petunjuk", "what_to_do")
_BESIDE_DIFFERENT = ("line", "different", "person", "is_awarded")


def add_to(verbs: Any) -> None:
    parser = verbs.add_parser(
        "import-results",
        help="award everybody on a list",
        description=_HELP,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    by_operator(common(parser))
    parser.add_argument("file", type=Path, metavar="FILE", help="the list: .xlsx or CSV, see above")
    parser.add_argument("--wave", type=int, required=True, metavar="21")
    parser.add_argument("--decree", required=True, metavar="NUMBER", help="number of the decree that names the list")
    parser.add_argument(
        "--announced-at",
        type=instant,
        default=None,
        metavar="INSTANT",
        help="when the wave was announced: day 1 of the deadline of everybody on the list, WIB unless it says otherwise "
        "(default: when an earlier list of this wave was announced; for its first list, now)",
    )
    parser.add_argument(
        "--rejected-file",
        type=Path,
        default=None,
        metavar="FILE",
        help="where rejected lines go (default: beside the list, FILE.rejected.csv)",
    )
    with_short_deadline(parser)
    parser.set_defaults(run=run)


def with_short_deadline(parser: argparse.ArgumentParser) -> None:
    """The option of every verb that may set a deadline which is near."""
    parser.add_argument(
        "--confirm-short-deadline",
        default="",
        metavar="E",
        help="the address of the operator who stands behind a deadline with fewer than 7 full days left",
    )


def run(arguments: argparse.Namespace) -> int:
    """Import the list and say what became of its lines."""
    arguments.decree = arguments.decree.strip()
    if not 1 <= len(arguments.decree) <= 100 or not arguments.decree.isprintable():
        raise CommandError(
            "Nomor keputusan: 1 sampai 100 huruf.", "A decree's number is 1 to 100 printable characters."
        )
    # A list that cannot be read is said before a database is started for it.
    with _told(arguments.file), _opened(arguments.file):
        pass
    with database(arguments.data_dir), _told(arguments.file), _opened(arguments.file) as found:
        with _Leftovers(arguments, found) as left:
            outcome = _import(arguments, found, left)
        contents = found.contents()
        rejected, different = left.files()
    answer(
        {
            "awarded": outcome.awarded,
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
    return 0


def _import(arguments: argparse.Namespace, found: PeoplesList, left: _Leftovers) -> ImportOutcome:
    from prakerja.intake.operations import import_results
    from prakerja.intake.queries import wave
    from prakerja.intake.result_rows import result_row
    from prakerja.kernel.clock import now

    at = now()
    state = wave(number=arguments.wave)
    announced = state.announced_at if state is not None else None
    try:
        return import_results(
            rows=(result_row(row) for row in found.rows()),
            wave_number=arguments.wave,
            decree_number=arguments.decree,
            announced_at=arguments.announced_at or announced or at,
            actor=acting(arguments),
            at=at,
            short_deadline_confirmed_by=_confirming(arguments),
            report=left,
            progress=_watch,
        )
    except Refused as refusal:
        raise explained(refusal, arguments) from refusal


def _watch(outcome: ImportOutcome) -> None:
    if outcome.lines % _OFTEN == 0:
        progress(f"{outcome.lines} rows: {outcome.awarded} awarded, {outcome.rejected_rows} rejected")


def _confirming(arguments: argparse.Namespace) -> Any:
    from prakerja.access.permitting import operator_by_email

    named = arguments.confirm_short_deadline
    return operator_by_email(email=named) if named else None


class _Leftovers:
    """The files beside the list, and what is written into them; the report of an import."""

    def __init__(self, arguments: argparse.Namespace, found: PeoplesList) -> None:
        file: Path = arguments.file
        self._stack = contextlib.ExitStack()
        self._found = found
        self._rejected_path = arguments.rejected_file or file.with_name(f"{file.name}.rejected.csv")
        self._different_path = self._rejected_path.with_name(
            f"{self._rejected_path.name.removesuffix('.csv').removesuffix('.rejected')}.different.csv"
        )
        for path in (self._rejected_path, self._different_path):
            with self._writing(path):
                is_list = path.exists() and path.samefile(file)
            if is_list:
                raise CommandError(
                    f"{path} adalah daftarnya sendiri. Beri nama lain: --rejected-file.",
                    f"{path} is the list itself. Name another file: --rejected-file.",
                )

    def __enter__(self) -> _Leftovers:
        with contextlib.ExitStack() as opening:
            self._rejected = opening.enter_context(self._file(self._rejected_path, _BESIDE))
            self._different = opening.enter_context(self._file(self._different_path, _BESIDE_DIFFERENT))
            self._stack = opening.pop_all()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._stack.__exit__(*raised)

    def _file(self, path: Path, beside: tuple[str, ...]) -> Leftovers:
        found = self._found
        with self._writing(path):
            return Leftovers(
                path, header=found.header, separator=found.separator, encoding=found.encoding, beside=beside
            )

    def rejected(self, row: ResultRow, reason: str) -> None:
        from prakerja.intake.result_rows import REASONS

        with self._writing(self._rejected_path):
            self._rejected.add(row.cells, (str(row.line), reason, *REASONS[reason]))

    def different(self, row: ResultRow, fields: tuple[str, ...], *, person_id: uuid.UUID, is_awarded: bool) -> None:
        with self._writing(self._different_path):
            self._different.add(
                row.cells, (str(row.line), " ".join(fields), str(person_id), "yes" if is_awarded else "no")
            )

    def finish(self) -> None:
        for left in (self._rejected, self._different):
            with self._writing(left.path):
                left.finish()

    def files(self) -> tuple[str | None, str | None]:
        """Where the rejected lines are, and those that differ; None where there are none."""
        rejected, different = self._rejected, self._different
        return str(rejected.path) if rejected.count else None, str(different.path) if different.count else None

    @contextlib.contextmanager
    def _writing(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise CommandError(
                f"Berkas {path} tidak dapat ditulis: {error.strerror}. Tidak ada yang diimpor; pilih tempat lain dengan "
                "--rejected-file.",
                f"Cannot write {path}: {error.strerror}. Nothing was imported; choose another place with --rejected-file.",
            ) from error


def _opened(path: Path) -> PeoplesList:
    from prakerja.intake.result_columns import BIRTH_IN_NIK, COLUMNS

    return read_list(path, columns=COLUMNS, agreement=BIRTH_IN_NIK)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say in a sentence why a list was refused. Nothing of it was taken."""
    try:
        yield
    except BrokenList as broken:
        indonesian, english = sentence(broken)
        raise CommandError(
            f"Berkas {path} ditolak, tidak ada yang diimpor. {indonesian}",
            f"The file {path} was refused, nothing was imported. {english}",
        ) from broken
    except OSError as error:
        raise CommandError(
            f"Berkas {path} tidak dapat dibaca: {error.strerror}.", f"Cannot read {path}: {error.strerror}."
        ) from error
