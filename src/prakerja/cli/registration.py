"""`prakerja registration …`: an operator decides about people who register and cannot go on by themselves."""

from __future__ import annotations

import argparse
import uuid
from typing import Any

from prakerja.cli.arguments import OPERATOR_SENTENCES, CommandError, acting, answer, by_operator, common
from prakerja.cli.database import database
from prakerja.kernel.errors import Refused

_SENTENCES = {
    **OPERATOR_SENTENCES,
    "operator_needed": ("Sebutkan operatornya: --operator.", "Say which operator: --operator."),
    "answer_missing": (
        "Tulis jawaban untuk pendaftar, 10 sampai 500 huruf: --answer.",
        "Write the answer to whoever registers, in 10 to 500 characters: --answer.",
    ),
    "case_unknown": ("Tidak ada kasus dengan ID itu.", "There is no case with that ID."),
    "case_answered": (
        "Kasus itu sudah dijawab. Tidak ada yang diubah.",
        "That case was answered. Nothing was changed.",
    ),
    "case_still_claimed": (
        "NIK atau nomor ponsel itu masih milik akun lain. Ganti dahulu nomor ponsel akun itu: `prakerja person correct-contact`.",
        "That NIK or phone still belongs to another account. First correct that account's phone: `prakerja person correct-contact`.",
    ),
}
_MOST_SHOWN = 1_000
_ANSWERS = {
    "accept": "the documents show that the identity is theirs, whatever the registry says",
    "send-back": "something must be corrected or sent again, which the answer says",
    "refuse": "end the registration without a person",
}


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("registration", help="decide about people who register and cannot go on alone")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="|".join(("cases", *_ANSWERS)))
    listing = common(verbs.add_parser("cases", help="cases that wait, the first to be answered first"))
    listing.set_defaults(run=list_cases)
    for verb, words in _ANSWERS.items():
        deciding = by_operator(common(verbs.add_parser(verb, help=words)))
        deciding.add_argument("--case", required=True, type=uuid.UUID, metavar="ID", help="as `cases` shows it")
        deciding.add_argument("--answer", required=True, metavar="A", help="what they read, 10 to 500 characters")
        deciding.set_defaults(run=decide)


def list_cases(arguments: argparse.Namespace) -> int:
    """Print the cases that wait for an answer: nothing that identifies anybody."""
    with database(arguments.data_dir):
        from prakerja.registrations.queries import open_cases

        answer(
            [
                {
                    "case": str(one.case_id),
                    "reason": one.reason,
                    "registry": one.registry_status,
                    "differs": list(one.registry_fields),
                    "opened": one.opened_at.isoformat(),
                    "answer_by": one.answer_by.isoformat(),
                }
                for one in open_cases(most=_MOST_SHOWN)
            ]
        )
    return 0


def decide(arguments: argparse.Namespace) -> int:
    """Answer a case, and say how it stands."""
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now
        from prakerja.registrations.operations import accept_identity, refuse_registration, send_back
        from prakerja.registrations.queries import case_line

        told = {"case_id": arguments.case, "answer": arguments.answer, "at": now()}
        verb: Any = {"accept": accept_identity, "send-back": send_back, "refuse": refuse_registration}[arguments.verb]
        try:
            verb(**told, actor=acting(arguments))
        except Refused as refusal:
            raise CommandError(*_SENTENCES[refusal.reason]) from refusal
        found = case_line(case_id=arguments.case)
        answer({"case": str(arguments.case), "status": found.status if found is not None else ""})
    return 0
