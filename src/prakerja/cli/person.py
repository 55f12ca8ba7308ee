"""`prakerja person …`: an operator corrects how somebody is reached."""

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
    "reason_missing": (
        "Tulis alasannya, 10 sampai 500 huruf: --reason.",
        "Say why, in 10 to 500 characters: --reason.",
    ),
    "person_unknown": ("Tidak ada orang dengan ID itu.", "There is no person with that ID."),
    "phone_format": (
        "Itu bukan nomor ponsel Indonesia; contohnya 0812-3456-7890.",
        "That is no Indonesian mobile number; 0812-3456-7890 is one.",
    ),
    "email_format": (
        "Itu bukan satu alamat email yang lengkap; contohnya siti@contoh.id.",
        "That is not one whole e-mail address; siti@contoh.id is one.",
    ),
    "contact_same": ("Orang itu memang memakainya.", "That person has it already."),
    "contact_of_other_person": (
        "Nomor atau alamat itu milik orang lain yang terdaftar. Tidak ada yang diubah.",
        "That number or address belongs to somebody else who is registered. Nothing was changed.",
    ),
}


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("person", help="correct how somebody is reached")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="correct-contact")
    parser = verbs.add_parser(
        "correct-contact",
        help="give somebody another phone or e-mail address; the old and the new one are told",
        description="Give somebody another phone or e-mail address. The old and the new one are told. With a phone their "
        "sessions end, and codes that wait are void.",
        epilog="example: prakerja person correct-contact --person 01a2… --phone 0812-3456-7890 "
        '--reason "salah ketik di SK-21" --operator siti@contoh.example',
    )
    by_operator(common(parser))
    parser.add_argument("--person", required=True, type=uuid.UUID, metavar="ID", help="as console and lists show it")
    value = parser.add_mutually_exclusive_group(required=True)
    value.add_argument("--phone", metavar="N", help="an Indonesian mobile number: 0812-3456-7890, +6281234567890")
    value.add_argument("--email", metavar="A", help="one e-mail address: siti@contoh.id")
    parser.add_argument("--reason", required=True, metavar="R", help="for the audit trail, 10 to 500 characters")
    parser.set_defaults(run=correct)


def correct(arguments: argparse.Namespace) -> int:
    """Correct one contact point."""
    kind = "email" if arguments.phone is None else "phone"
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now
        from prakerja.people.contacts import correct_contact

        try:
            correct_contact(
                person_id=arguments.person,
                kind=kind,  # type: ignore[arg-type]
                value=arguments.email if arguments.phone is None else arguments.phone,
                why=arguments.reason,
                actor=acting(arguments),
                at=now(),
            )
        except Refused as refusal:
            raise CommandError(*_SENTENCES[refusal.reason]) from refusal
        answer({"person": str(arguments.person), "corrected": kind})
    return 0
