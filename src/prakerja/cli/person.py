"""`prakerja person …`: an operator corrects how somebody is reached, and answers requests that data be erased."""

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
    "phone_needs_two": (
        "Nomor itu sudah dibuktikan pemiliknya, jadi satu petugas tidak dapat menggantinya. Minta orang itu membuka /masuk/nomor-hilang "
        "di portal; dua petugas memutuskannya: `prakerja person lost-phones`. Tidak ada yang diubah.",
        "Its owner has shown that phone to be theirs, so one operator cannot replace it. Ask them to open /masuk/nomor-hilang on the "
        "portal; two operators decide: `prakerja person lost-phones`. Nothing was changed.",
    ),
    "contact_same": ("Orang itu memang memakainya.", "That person has it already."),
    "contact_of_other_person": (
        "Nomor atau alamat itu milik orang lain yang terdaftar. Tidak ada yang diubah.",
        "That number or address belongs to somebody else who is registered. Nothing was changed.",
    ),
    "answer_missing": (
        "Tulis jawaban untuk orang itu, 10 sampai 500 huruf: --answer.",
        "Write the answer to that person, in 10 to 500 characters: --answer.",
    ),
    "erasure_unknown": ("Tidak ada permintaan hapus dengan ID itu.", "There is no request for erasure with that ID."),
    "erasure_answered": (
        "Permintaan itu sudah dijawab atau dibatalkan. Tidak ada yang diubah.",
        "That request was answered or taken back. Nothing was changed.",
    ),
    "erasure_too_early": (
        "Belum boleh dihapus, supaya orang itu sempat membatalkan; `erasures` menulis mulai kapan. Tidak ada yang diubah.",
        "Not yet, so that the person can take it back; `erasures` says from when. Nothing was changed.",
    ),
    "lost_phone_unknown": ("Tidak ada permintaan ganti nomor dengan ID itu.", "There is no lost phone with that ID."),
    "lost_phone_answered": (
        "Permintaan itu sudah diputuskan, dihentikan, atau belum diusulkan. Tidak ada yang diubah.",
        "That case was decided, stopped, or nobody has proposed it yet. Nothing was changed.",
    ),
    "lost_phone_nobody": (
        "NIK itu bukan milik siapa pun yang punya akun. Tidak ada yang diubah.",
        "Nobody with an account has that NIK. Nothing was changed.",
    ),
    "lost_phone_taken": (
        "Nomor baru itu sudah dipakai akun lain. Tidak ada yang diubah.",
        "Another account has that new phone. Nothing was changed.",
    ),
    "lost_phone_decided": (
        "Permintaan lain untuk orang ini sudah diusulkan. Tidak ada yang diubah.",
        "Another case of the same person was proposed. Nothing was changed.",
    ),
    "same_operator": (
        "Petugas lain yang harus menyetujui. Tidak ada yang diubah.",
        "Another operator must confirm. Nothing was changed.",
    ),
    "participation_runs": (
        "Kepesertaannya masih berjalan: sekarang tidak ada lagi yang boleh dihapus. Tidak ada yang diubah.",
        "The participation runs: nothing more may be erased now. Nothing was changed.",
    ),
}
_MOST_SHOWN = 1_000
_ANSWERS = {
    "erase": "erase what may be erased now of whoever asked for it; the rest waits for the end of the participation",
    "refuse-erasure": "answer a request for erasure without erasing anything",
}

# What each does, and how the case stands then.
_LOST_PHONES = {
    "propose-phone": ("propose a new phone for whoever lost theirs; another operator confirms", "proposed"),
    "confirm-phone": ("confirm what another operator proposed; it changes after the days to object", "confirmed"),
    "refuse-phone": ("refuse a new phone, or stop one whose day has not come", "refused"),
}


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser(
        "person", help="correct how somebody is reached; answer requests for erasure; replace lost phones"
    )
    verbs = family.add_subparsers(
        dest="verb",
        required=True,
        metavar="|".join(("correct-contact", "erasures", *_ANSWERS, "lost-phones", *_LOST_PHONES)),
    )
    listing = common(
        verbs.add_parser("erasures", help="requests for erasure that wait, the first to be answered first")
    )
    listing.set_defaults(run=list_erasures)
    for verb, words in _ANSWERS.items():
        answering = by_operator(common(verbs.add_parser(verb, help=words)))
        answering.add_argument("--case", required=True, type=uuid.UUID, metavar="ID", help="as `erasures` shows it")
        answering.add_argument(
            "--answer", required=True, metavar="A", help="what the person reads, 10 to 500 characters"
        )
        answering.set_defaults(run=answer_erasure)
    lost = common(verbs.add_parser("lost-phones", help="lost phones that wait for operators or for their day"))
    lost.set_defaults(run=list_lost_phones)
    for verb, (words, _) in _LOST_PHONES.items():
        deciding = by_operator(common(verbs.add_parser(verb, help=words)))
        deciding.add_argument("--case", required=True, type=uuid.UUID, metavar="ID", help="as `lost-phones` shows it")
        deciding.add_argument(
            "--reason",
            required=True,
            metavar="R",
            help="why; of a refusal the new phone reads it, 10 to 500 characters",
        )
        deciding.set_defaults(run=decide_lost_phone)
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


def list_erasures(arguments: argparse.Namespace) -> int:
    """Print what waits for an answer, or for the end of a participation."""
    with database(arguments.data_dir):
        from prakerja.privacy.queries import erasure_cases

        answer(
            [
                {
                    "case": str(one.case_id),
                    "person": str(one.person_id),
                    "status": one.status,
                    "asked": one.asked_at.isoformat(),
                    "not_before": one.not_before.isoformat(),
                    "answer_by": one.answer_by.isoformat(),
                    "waits_for": one.unended,
                }
                for one in erasure_cases(most=_MOST_SHOWN)
            ]
        )
    return 0


def answer_erasure(arguments: argparse.Namespace) -> int:
    """Erase or refuse, and say how the case stands."""
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now
        from prakerja.privacy.operations import erase_personal_data, refuse_erasure

        told = {"case_id": arguments.case, "answer": arguments.answer, "at": now()}
        try:
            if arguments.verb == "erase":
                status = erase_personal_data(**told, actor=acting(arguments))
            else:
                refuse_erasure(**told, actor=acting(arguments))
                status = "refused"
        except Refused as refusal:
            raise CommandError(*_SENTENCES[refusal.reason]) from refusal
        answer({"case": str(arguments.case), "status": status})
    return 0


def list_lost_phones(arguments: argparse.Namespace) -> int:
    """Print the lost phones that wait, the first to be answered first."""
    with database(arguments.data_dir):
        from prakerja.privacy.lost_phone_queries import waiting_lost_phones

        answer(
            [
                {
                    "case": str(one.case_id),
                    "person": str(one.about) if one.about else None,
                    "status": one.status,
                    "sent": one.sent_at.isoformat(),
                    "answer_by": one.answer_by.isoformat(),
                    "changes": one.changes_at.isoformat() if one.changes_at else None,
                }
                for one in waiting_lost_phones(most=_MOST_SHOWN)
            ]
        )
    return 0


def decide_lost_phone(arguments: argparse.Namespace) -> int:
    """Propose, confirm or refuse, and say how the case stands."""
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now
        from prakerja.privacy.lost_phones import confirm_new_phone, propose_new_phone, refuse_new_phone

        case_id, words, at = arguments.case, arguments.reason, now()
        try:
            if arguments.verb == "propose-phone":
                propose_new_phone(case_id=case_id, why=words, actor=acting(arguments), at=at)
            elif arguments.verb == "confirm-phone":
                confirm_new_phone(case_id=case_id, why=words, actor=acting(arguments), at=at)
            else:
                refuse_new_phone(case_id=case_id, answer=words, actor=acting(arguments), at=at)
        except Refused as refusal:
            raise CommandError(*_SENTENCES[refusal.reason]) from refusal
        answer({"case": str(case_id), "status": _LOST_PHONES[arguments.verb][1]})
    return 0
