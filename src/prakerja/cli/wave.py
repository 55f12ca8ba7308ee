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
    deadline_sentences,
    instant,
    progress,
    when,
)
from prakerja.cli.database import database
from prakerja.kernel.errors import Refused
from prakerja.kernel.money import format_rupiah

COLUMNS = ("nik", "family_card_number", "name", "birth_date", "phone", "email", "province_code", "education")


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("wave", help="waves")
    verbs = family.add_subparsers(
        dest="verb", required=True, metavar="import-results|correct-announcement|confirm-announcement"
    )
    parser = by_operator(common(verbs.add_parser("import-results", help="award everybody on a list")))
    parser.add_argument("file", type=Path, metavar="FILE", help=f"CSV with the columns {','.join(COLUMNS)}")
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
    _with_confirmation(parser)
    parser.set_defaults(run=run)
    correct = by_operator(
        common(verbs.add_parser("correct-announcement", help="prepare another instant of a wave's announcement"))
    )
    correct.add_argument("--wave", type=int, required=True, metavar="21")
    correct.add_argument("--announced-at", type=instant, required=True, metavar="INSTANT", help="the right instant")
    correct.add_argument("--reason", required=True, metavar="R", help="for the audit trail, never for people")
    correct.set_defaults(run=prepare)
    confirm = by_operator(
        common(verbs.add_parser("confirm-announcement", help="another operator confirms it; people are told by SMS"))
    )
    confirm.add_argument("--wave", type=int, required=True, metavar="21")
    _with_confirmation(confirm)
    confirm.set_defaults(run=confirm_prepared)


def _with_confirmation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--confirm-short-deadline",
        default="",
        metavar="E",
        help="the address of the operator who stands behind a deadline with fewer than 7 full days left",
    )


def prepare(arguments: argparse.Namespace) -> int:
    """The first of two operators says when the wave was really announced; nothing changes yet."""
    with database(arguments.data_dir):
        from prakerja.intake.operations import prepare_correction
        from prakerja.kernel.clock import now

        try:
            prepared = prepare_correction(
                wave_number=arguments.wave,
                announced_at=arguments.announced_at,
                reason=arguments.reason,
                actor=acting(arguments),
                at=now(),
            )
        except Refused as refusal:
            raise _explained(refusal, arguments) from refusal
    _tell(prepared, is_done=False)
    return 0


def confirm_prepared(arguments: argparse.Namespace) -> int:
    """The second operator confirms: deadlines move and people are told."""
    with database(arguments.data_dir):
        from prakerja.intake.operations import confirm_correction
        from prakerja.kernel.clock import now

        named = arguments.confirm_short_deadline.strip().lower()
        if named and named != arguments.operator.strip().lower():
            raise CommandError(
                "Batas waktu yang pendek ditegaskan oleh operator yang mengesahkan.",
                "A short deadline is confirmed by the operator who confirms the correction.",
            )
        try:
            done = confirm_correction(
                wave_number=arguments.wave,
                actor=acting(arguments),
                at=now(),
                is_short_deadline_confirmed=bool(named),
            )
        except Refused as refusal:
            raise _explained(refusal, arguments) from refusal
    _tell(done, is_done=True)
    return 0


def _tell(correction: Any, *, is_done: bool) -> None:
    answer(
        {
            "wave": correction.wave,
            "announced_before": correction.announced_before.isoformat(),
            "announced_at": correction.announced_at.isoformat(),
            "deadline_before": correction.deadline_before.isoformat(),
            "deadline": correction.deadline.isoformat(),
            "days_left": correction.days_left,
            "people": correction.people,
            "is_confirmed": is_done,
        }
    )
    if not is_done:
        progress(f"another operator now confirms it: prakerja wave confirm-announcement --wave {correction.wave}")


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
            short_deadline_confirmed_by=_confirming(arguments),
        )
    except Refused as refusal:
        raise _explained(refusal, arguments) from refusal


def _confirming(arguments: argparse.Namespace) -> Any:
    from prakerja.access.permitting import operator_by_email

    named = arguments.confirm_short_deadline
    return operator_by_email(email=named) if named else None


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
    wave, decree = arguments.wave, getattr(arguments, "decree", "")
    until = when(details.get("deadline"))
    sentences = {
        **OPERATOR_SENTENCES,
        **deadline_sentences(details),
        "operator_needed": ("Sebutkan operatornya: --operator.", "Say which operator: --operator."),
        "reason_missing": ("Tulis alasannya: --reason.", "Say why: --reason."),
        "not_announced": (f"Gelombang {wave} belum diumumkan.", f"Wave {wave} has not been announced."),
        "announced_the_same": (
            f"Gelombang {wave} memang diumumkan pada saat itu.",
            f"Wave {wave} was announced at that instant already.",
        ),
        "correction_too_late": (
            f"Batas waktu gelombang {wave} sudah lewat: {until[0]}. Pengumumannya tidak dapat dibetulkan lagi.",
            f"The deadline of wave {wave} has passed: {until[1]}. Its announcement cannot be corrected any more.",
        ),
        "nothing_prepared": (
            f"Tidak ada pembetulan gelombang {wave} yang menunggu.",
            f"No correction of wave {wave} waits for a confirmation.",
        ),
        "same_operator": (
            "Yang menyiapkan pembetulan tidak mengesahkannya.",
            "Whoever prepared a correction does not confirm it.",
        ),
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
