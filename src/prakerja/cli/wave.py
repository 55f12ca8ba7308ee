"""`prakerja wave import-results`: the list of those who were selected becomes awards."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

from prakerja.cli.arguments import (
    OPERATOR_SENTENCES,
    CommandError,
    acting,
    answer,
    by_operator,
    common,
    instant,
    progress,
)
from prakerja.cli.database import database
from prakerja.kernel.errors import Refused
from prakerja.kernel.money import format_rupiah

COLUMNS = ("nik", "family_card_number", "name", "birth_date", "phone", "email", "province_code", "education")


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("wave", help="waves")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="import-results")
    parser = by_operator(common(verbs.add_parser("import-results", help="award everybody on a list")))
    parser.add_argument("file", type=Path, metavar="FILE", help=f"CSV with the columns {','.join(COLUMNS)}")
    parser.add_argument("--wave", type=int, required=True, metavar="21")
    parser.add_argument("--decree", required=True, metavar="NUMBER", help="number of the decree that names the list")
    parser.add_argument(
        "--announced-at", type=instant, default=None, metavar="INSTANT", help="day 1 of the deadline (default: now)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    arguments.decree = arguments.decree.strip()
    if not 1 <= len(arguments.decree) <= 100 or not arguments.decree.isprintable():
        raise CommandError(
            "Nomor keputusan: 1 sampai 100 huruf.", "A decree's number is 1 to 100 printable characters."
        )
    rows = _read(arguments.file)
    with database(arguments.data_dir):
        outcome = _import(arguments, rows)
    rejected = arguments.file.with_name(arguments.file.name + ".rejected.csv")
    _write_rejected(rejected, outcome.rejected)
    document = {
        "awarded": outcome.awarded,
        "already": outcome.already,
        "rejected": len(outcome.rejected),
        "rejected_file": str(rejected) if outcome.rejected else None,
    }
    answer(document)
    if outcome.rejected:
        progress(f"{len(outcome.rejected)} rows were rejected; their reasons are in {rejected}")
    return 0


def _import(arguments: argparse.Namespace, rows: list[dict[str, str]]) -> Any:
    from prakerja.intake.operations import ResultRow, import_results
    from prakerja.intake.queries import wave
    from prakerja.kernel.clock import now

    at = now()
    found = wave(number=arguments.wave)
    announced = found.announced_at if found is not None else None
    try:
        return import_results(
            rows=[ResultRow(**row) for row in rows],
            wave_number=arguments.wave,
            decree_number=arguments.decree,
            announced_at=arguments.announced_at or announced or at,
            actor=acting(arguments),
            at=at,
        )
    except Refused as refusal:
        raise _explained(refusal, arguments) from refusal


def _read(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
            if missing:
                raise CommandError(
                    f"Berkas {path} tidak punya kolom {', '.join(missing)}.",
                    f"The file {path} lacks the columns {', '.join(missing)}.",
                )
            # A short line has None for what is missing: the import says what is wrong with it.
            return [{name: (row[name] or "").strip() for name in COLUMNS} for row in reader]
    except OSError as error:
        raise CommandError(
            f"Berkas {path} tidak dapat dibaca: {error.strerror}.", f"Cannot read {path}: {error.strerror}."
        ) from error
    except UnicodeDecodeError as error:
        raise CommandError(f"Berkas {path} bukan UTF-8.", f"The file {path} is not UTF-8.") from error
    except csv.Error as error:
        raise CommandError(f"Berkas {path} bukan CSV.", f"The file {path} is not CSV: {error}.") from error


def _write_rejected(path: Path, rejected: list[tuple[Any, str]]) -> None:
    if not rejected:
        path.unlink(missing_ok=True)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        path.chmod(0o600)
        writer = csv.writer(file)
        writer.writerow([*COLUMNS, "reason"])
        for row, reason in rejected:
            writer.writerow([*(getattr(row, name) for name in COLUMNS), reason])


def _explained(refusal: Refused, arguments: argparse.Namespace) -> CommandError:
    details = refusal.details
    wave, decree = arguments.wave, arguments.decree
    sentences = {
        **OPERATOR_SENTENCES,
        "wave_unknown": (f"Gelombang {wave} tidak ada.", f"There is no wave {wave}."),
        "decree_of_other_wave": (
            f"Keputusan {decree} milik gelombang lain.",
            f"The decree {decree} belongs to another wave.",
        ),
        "announced_differs": (
            f"Gelombang {wave} sudah diumumkan pada {details.get('announced_at')}.",
            f"Wave {wave} was announced at {details.get('announced_at')} already.",
        ),
        "budget_too_low": (
            f"Dana program tidak cukup: perlu {format_rupiah(details.get('needed', 0))}, "
            f"tersedia {format_rupiah(details.get('available', 0))}.",
            f"The programme's funds do not suffice: {format_rupiah(details.get('needed', 0))} needed, "
            f"{format_rupiah(details.get('available', 0))} available.",
        ),
    }
    return CommandError(*sentences[refusal.reason])
