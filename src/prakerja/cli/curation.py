"""`prakerja curation …`: what institutions and platforms submitted, accepted or returned by an operator."""

from __future__ import annotations

import argparse
from typing import Any

from prakerja.cli.arguments import OPERATOR_SENTENCES, CommandError, acting, answer, by_operator, common
from prakerja.cli.database import database
from prakerja.kernel.errors import Refused

_NOTHING = ("Tidak ada yang menunggu keputusan dengan kode itu.", "Nothing with that code waits for a decision.")
_SENTENCES = {
    **OPERATOR_SENTENCES,
    "course_unknown": ("Tidak ada pelatihan dengan kode itu.", "No course has that code."),
    "curation_not_submitted": _NOTHING,
    "proposal_unknown": _NOTHING,
    "course_not_accepted": (
        "Pelatihan itu belum diterima atau sudah ditarik.",
        "That course was not accepted yet, or was withdrawn.",
    ),
    "course_not_redeemable": (
        "Lembaga pelatihan itu belum mendaftarkan alamat kembali, jadi kodenya tidak dapat ditukar. Daftarkan dahulu.",
        "That course's institution has no address of return, so its codes could not be redeemed. Register one first.",
    ),
    "note_missing": ("Pengembalian perlu catatan: --note.", "A return needs a note: --note."),
}


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("curation", help="courses and prices that wait for an operator")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="list|accept|return")
    common(verbs.add_parser("list", help="what waits, longest first")).set_defaults(run=waiting)
    for verb, words in (("accept", "let a course be listed, or a price hold"), ("return", "send it back with a note")):
        parser = common(verbs.add_parser(verb, help=words))
        parser.add_argument("--course", required=True, metavar="C", help="course code")
        parser.add_argument("--platform", metavar="P", help="decide this platform's price instead of the course")
        parser.add_argument("--note", default="", help="what the partner is told")
        by_operator(parser)
        parser.set_defaults(run=decide)


def waiting(arguments: argparse.Namespace) -> int:
    """List what waits."""
    with database(arguments.data_dir):
        from prakerja.catalogue import curation, pricing

        answer(
            {
                "courses": [
                    {
                        "course_code": one.course_code,
                        "title": one.content["title"],
                        "submitted_at": one.submitted_at.isoformat() if one.submitted_at else None,
                    }
                    for one in curation.submitted_courses()
                ],
                "prices": [
                    {
                        "course_code": one.course_code,
                        "platform": one.platform_code,
                        "price": one.price,
                        "outside_price": one.outside_price,
                        "live_price": one.live_price,
                    }
                    for one in pricing.submitted_prices()
                ],
            }
        )
    return 0


def decide(arguments: argparse.Namespace) -> int:
    """Accept or return one course, or one platform's price."""
    with database(arguments.data_dir):
        from prakerja.catalogue import curation, pricing
        from prakerja.kernel.clock import now

        try:
            decision: dict[str, Any] = {
                "course_code": arguments.course,
                "is_accepted": arguments.verb == "accept",
                "actor": acting(arguments),
                "at": now(),
                "note": arguments.note,
            }
            if arguments.platform:
                status = pricing.decide_price(platform_code=arguments.platform, **decision).status
            else:
                status = curation.decide_course(**decision).status
        except Refused as refusal:
            raise CommandError(*_SENTENCES[refusal.reason]) from refusal
        answer({"course_code": arguments.course, "platform": arguments.platform, "status": status})
    return 0
