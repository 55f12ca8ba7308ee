"""`prakerja partner place`: where an institution teaches, as buyers of a class that is not online read it."""

from __future__ import annotations

import argparse
from typing import Any

from prakerja.cli.arguments import OPERATOR_SENTENCES, CommandError, acting, answer, by_operator, common
from prakerja.cli.database import database
from prakerja.kernel.errors import Refused

SENTENCES = {
    "place_invalid": (
        "Alamat dan kota masing-masing satu baris, paling banyak 200 huruf.",
        "Address and city are one line each, of at most 200 characters.",
    ),
    "province_invalid": (
        "Kode provinsi terdiri dari dua angka, misalnya 31.",
        "A province's code is two digits, 31 say.",
    ),
}


def add_to(verbs: Any) -> None:
    """`verbs` are the sub-commands of `partner`."""
    place = with_place(
        by_operator(
            common(verbs.add_parser("place", help="file where an institution teaches; without options, print it"))
        )
    )
    place.add_argument("--code", required=True, metavar="C", help="the partner's code")
    place.set_defaults(run=run)


def with_place(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The options that name a place."""
    parser.add_argument("--address", default="", metavar="A", help="street and house where its classes are taught")
    parser.add_argument("--city", default="", metavar="T", help="the city of that address")
    parser.add_argument(
        "--province",
        default="",
        metavar="NN",
        help="the two digits of its province, 31 say; buyers elsewhere are warned",
    )
    return parser


def run(arguments: argparse.Namespace) -> int:
    with database(arguments.data_dir):
        try:
            answer({"code": arguments.code} | _place(arguments))
        except Refused as refusal:
            words = {
                **OPERATOR_SENTENCES,
                **SENTENCES,
                "partner_unknown": (
                    f"Tidak ada mitra dengan kode {arguments.code}.",
                    f"There is no partner with the code {arguments.code}.",
                ),
            }
            raise CommandError(*words[refusal.reason]) from refusal
    return 0


def _place(arguments: argparse.Namespace) -> dict[str, str]:
    from prakerja.kernel.clock import now
    from prakerja.partners.places import place_of, set_place

    there = place_of(code=arguments.code)
    given = {"address": arguments.address, "city": arguments.city, "province_code": arguments.province}
    if any(given.values()):
        # What is not named stays.
        wanted = there._asdict() | {name: value for name, value in given.items() if value}
        there = set_place(code=arguments.code, actor=acting(arguments), at=now(), **wanted)
    return there._asdict()
