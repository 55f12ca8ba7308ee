"""`prakerja case …`: what people ask the office is listed, read with its files, answered and closed by an operator."""

from __future__ import annotations

import argparse
import os
import uuid
from pathlib import Path
from typing import Any

from prakerja.cli.arguments import OPERATOR_SENTENCES, CommandError, acting, answer, by_operator, common, positive
from prakerja.cli.database import database
from prakerja.kernel.errors import Refused

_SENTENCES = {
    **OPERATOR_SENTENCES,
    "operator_needed": ("Sebutkan operatornya: --operator.", "Say which operator: --operator."),
    "words_missing": (
        "Tulis jawabannya, paling sedikit 10 huruf: --answer. Tidak ada yang diubah.",
        "Write the answer, at least 10 characters: --answer. Nothing was changed.",
    ),
    "words_too_long": (
        "Jawaban itu terlalu panjang: paling banyak 2.000 huruf. Tidak ada yang diubah.",
        "That answer is too long: 2,000 characters at most. Nothing was changed.",
    ),
    "office_case_unknown": ("Tidak ada kasus dengan nomor itu.", "There is no case with that number."),
    "office_case_closed": (
        "Kasus itu sudah selesai. Tidak ada yang diubah.",
        "That case is closed. Nothing was changed.",
    ),
    "case_too_long": (
        "Kasus itu sudah terlalu panjang: selesaikan. Tidak ada yang diubah.",
        "That case is too long already: close it. Nothing was changed.",
    ),
}
_VERBS = {
    "file": "write a photo or a PDF of a case into a file; the look is recorded",
    "show": "a case with what was written; the look is recorded",
    "answer": "answer a case; whoever asked reads it by the number",
    "close": "end a case",
}


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("case", help="what people ask the office: list, show, file, answer, close")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="list|show|file|answer|close")
    listing = common(verbs.add_parser("list", help="cases that wait, who has waited longest first"))
    listing.add_argument("--topic", default="", metavar="T", help="only of this topic")
    listing.add_argument("--most", type=positive, default=100, metavar="N", help="at most so many (100)")
    listing.set_defaults(run=list_cases)
    for verb, words in _VERBS.items():
        parser = by_operator(common(verbs.add_parser(verb, help=words)))
        parser.add_argument("--case", required=True, type=uuid.UUID, metavar="ID", help="as `list` shows it")
        if verb == "answer":
            parser.add_argument("--answer", required=True, metavar="A", help="what they read, 10 to 2,000 characters")
        if verb == "file":
            parser.add_argument("--file", required=True, type=uuid.UUID, metavar="ID", help="as `show` shows it")
            parser.add_argument(
                "--out", required=True, type=Path, metavar="PATH", help="where to; it must not exist yet"
            )
        parser.set_defaults(run=work_on_case)


def list_cases(arguments: argparse.Namespace) -> int:
    """Print what waits, without anything that was written."""
    with database(arguments.data_dir):
        from prakerja.cases.queries import waiting_cases

        answer(
            [
                {
                    "case": str(one.case_id),
                    "topic": one.topic,
                    "status": one.status,
                    "opened": one.opened_at.isoformat(),
                    "asked": one.asked_at.isoformat(),
                }
                for one in waiting_cases(topic=arguments.topic, most=arguments.most)
            ]
        )
    return 0


def work_on_case(arguments: argparse.Namespace) -> int:
    """Show, answer or close one case."""
    with database(arguments.data_dir):
        from prakerja.cases.operations import answer_case, close_case
        from prakerja.cases.queries import read_case, read_case_file
        from prakerja.kernel.clock import now

        told = {"case_id": arguments.case, "actor": acting(arguments), "at": now()}
        try:
            if arguments.verb == "answer":
                answer_case(**told, answer=arguments.answer)
            elif arguments.verb == "close":
                close_case(**told)
            elif arguments.verb == "file":
                _write_file(arguments.out, read_case_file(**told, file_id=arguments.file).content)
            else:
                found = read_case(**told)
                entries = [
                    {
                        "by": "us" if e.is_ours else "asker",
                        "at": e.at.isoformat(),
                        "words": e.words,
                        "files": [{"file": str(f.file_id), "kind": f.kind, "bytes": f.size} for f in e.files],
                    }
                    for e in found.entries
                ]
                answer(
                    {
                        "case": str(arguments.case),
                        "topic": found.line.topic,
                        "status": found.line.status,
                        "person": str(found.asked_by) if found.asked_by else None,
                        "entries": entries,
                    }
                )
                return 0
        except Refused as refusal:
            raise CommandError(*_SENTENCES[refusal.reason]) from refusal
        answer({"case": str(arguments.case), "done": arguments.verb})
    return 0


def _write_file(out: Path, content: bytes) -> None:
    try:
        # For whoever runs the command only; what stands there is not written over.
        with open(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise CommandError(
            f"Tidak dapat menulis {out}: {error.strerror}.", f"Cannot write {out}: {error.strerror}."
        ) from error
