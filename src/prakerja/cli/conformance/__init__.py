"""`prakerja conformance`: play the published partner contract against any server, and say what holds.

It needs no database, no sandbox and nothing of ours: a server is known by its answers.
"""

from __future__ import annotations

import argparse
from typing import Any

from prakerja.cli.arguments import common, positive


def add_to(subparsers: Any) -> None:
    parser = common(subparsers.add_parser("conformance", help="play the published partner contract against any server"))
    parser.add_argument("--base-url", required=True, metavar="U", help="where the partner API answers")
    parser.add_argument("--client-code", required=True, metavar="C", help="a platform's or an institution's")
    parser.add_argument("--sign-key", required=True, metavar="K")
    parser.add_argument("--kind", choices=("platform", "institution"), help="whose credentials they are (asked else)")
    other = parser.add_argument_group("the other kind's credentials, so that one run asks everything")
    for kind in ("platform", "institution"):
        other.add_argument(f"--{kind}-client-code", metavar="C")
        other.add_argument(f"--{kind}-sign-key", metavar="K")
    buying = parser.add_argument_group("a purchase, which is voided again")
    buying.add_argument("--course-code", metavar="C", help="else something on sale from GET listings, where it exists")
    buying.add_argument("--schedule-code", metavar="C")
    buying.add_argument("--amount", type=positive, metavar="RUPIAH", help="the registered price")
    buying.add_argument("--card-number", metavar="N", help="a participant who may buy")
    buying.add_argument("--otp-from-phone", metavar="URL", help="the sandbox's phone page; else the OTP is typed")
    buying.add_argument("--phone", metavar="P", help="that participant's phone")
    teaching = parser.add_argument_group("a redemption")
    teaching.add_argument(
        "--redeem-code", default="", metavar="C", help="a bought code: it is REDEEMED, and work handed in"
    )
    teaching.add_argument("--test-code", default="", metavar="PRAT-…", help="a test code: it is wound back")
    teaching.add_argument("--redirect-uri", default="", metavar="U", help="a registered return address")
    teaching.add_argument("--email", default="", metavar="E", help="the participant's at the institution")
    teaching.add_argument(
        "--file-url", default="https://berkas.example/tugas.pdf", metavar="U", help="a file, handed in as an assignment"
    )
    parser.add_argument("--timeout", type=float, default=15.0, metavar="S", help="for one answer (15)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    # The HTTP client is loaded by this command only.
    from prakerja.cli.conformance import play

    return play.run(arguments)
