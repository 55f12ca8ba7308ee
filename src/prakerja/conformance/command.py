"""The kit's options and its exit codes."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from prakerja.conformance.errors import CannotAsk

# The parts that can be asked alone, in the order in which they are asked.
PARTS = (
    *("signature", "input", "kinds", "quota", "sandbox", "purchase"),
    *("codes", "attendance", "assignments", "sign-in", "visitor", "own"),
)
_MOST_RUPIAH = 1_000_000_000


def main(given: Sequence[str] | None = None) -> int:
    """The kit as a program. 0: the contract holds; 1: something of it does not; 2: nothing can be said of the server.

    2 is for an address where nobody answers, or where what comes is no HTTP, and for options that cannot be meant. A server that
    answers, however wrongly, is told 1: also one that falls silent when it is asked something that it has not thought of.
    """
    parser = argparse.ArgumentParser(
        prog="python -m prakerja.conformance", description="Play the published partner contract against any server."
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    add_options(parser)
    try:
        return run(parser.parse_args(given))
    except CannotAsk as error:
        print(f"{error.indonesian}\n{error.english}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def add_options(parser: argparse.ArgumentParser) -> None:
    """What the kit is told: whose credentials, and what may be bought and redeemed with them."""
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
    buying.add_argument("--amount", type=rupiah, metavar="RUPIAH", help="the registered price")
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
    how = parser.add_argument_group("how it is asked")
    how.add_argument(
        "--published-only",
        action="store_true",
        help="choices of ours where nothing is published are told when they differ, and fail nothing: for other servers",
    )
    how.add_argument(
        "--only",
        action="append",
        default=[],
        choices=PARTS,
        metavar="PART",
        help=f"these parts only: {', '.join(PARTS)}",
    )
    how.add_argument(
        "--without-forgeries", action="store_true", help="forge nothing: quicker, and says little of signatures"
    )
    how.add_argument("--stop-at-first", action="store_true", help="end at the first thing that fails")
    how.add_argument("--timeout", type=float, default=15.0, metavar="S", help="for one answer (15)")


def run(arguments: argparse.Namespace) -> int:
    """Play everything and print the report. 0: the contract holds; 1: not. Raises CannotAsk."""
    # The HTTP client is loaded only by who asks a server.
    from prakerja.conformance import play

    report = play.report_on(arguments)
    if arguments.json:
        print(json.dumps(report.as_json(), ensure_ascii=False), flush=True)
    else:
        report.print_for_people()
    return 0 if report.ok else 1


def rupiah(text: str) -> int:
    """An amount that can be a price."""
    if not text.isascii() or not text.isdigit() or len(text) > 20 or not 0 < int(text) <= _MOST_RUPIAH:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {_MOST_RUPIAH}")
    return int(text)
