"""`prakerja sandbox …`: people, classes, messages and codes of a sandbox, for tests and demonstrations."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from prakerja.cli.arguments import CommandError, answer, common, deadline_sentences, instant, positive
from prakerja.cli.database import database
from prakerja.kernel.errors import Refused
from prakerja.kernel.processes import process_age

STAGES = ("awarded", "ready", "purchased", "redeemed", "completed")


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("sandbox", help="people, classes, messages and codes of a sandbox")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="participant|course|inbox|totp")
    person = common(verbs.add_parser("participant", help="make a synthetic participant"))
    person.add_argument("--wave", type=int, default=21)
    person.add_argument("--stage", choices=STAGES, default="ready")
    person.add_argument(
        "--balance", type=int, default=None, metavar="N", help="rupiah left after an earlier, completed purchase"
    )
    person.add_argument(
        "--phone", default="", metavar="P", help="their number; ending 0008 no message arrives, 0009 none for now"
    )
    person.set_defaults(run=participant)
    course_parser = common(verbs.add_parser("course", help="make a class that every platform sells"))
    course_parser.add_argument("--price", type=positive, default=250_000, metavar="N")
    course_parser.add_argument("--seats", type=positive, default=None, metavar="N")
    course_parser.add_argument(
        "--starts", type=instant, default=None, metavar="INSTANT", help="a live class of 3 hours (default: self-paced)"
    )
    course_parser.add_argument(
        "--sessions",
        type=int,
        choices=range(1, 11),
        default=1,
        metavar="N",
        help="meetings of a live class, 1 to 10, one a day",
    )
    course_parser.add_argument("--post-test", action="store_true", help="ends with a test, attendance 999")
    course_parser.add_argument(
        "--assignments", type=positive, default=0, metavar="N", help="assignments that a participant must hand in"
    )
    course_parser.set_defaults(run=course)
    inbox_parser = common(verbs.add_parser("inbox", help="what a phone has received, newest first"))
    inbox_parser.add_argument("--phone", required=True, metavar="P")
    inbox_parser.add_argument("--wait", type=float, default=None, metavar="S", help="wait for something newer")
    inbox_parser.set_defaults(run=inbox)
    totp_parser = common(verbs.add_parser("totp", help="a demo operator's authenticator code now"))
    totp_parser.add_argument("--user", required=True, metavar="U")
    totp_parser.set_defaults(run=totp)


def participant(arguments: argparse.Namespace) -> int:
    with database(arguments.data_dir, sandbox_only=True):
        from prakerja.kernel.clock import now
        from prakerja.sandbox.participants import make_participant

        try:
            answer(
                make_participant(
                    stage=arguments.stage,
                    wave=arguments.wave,
                    balance=arguments.balance,
                    phone=arguments.phone,
                    at=now(),
                )
            )
        except Refused as refusal:
            raise _explained(refusal) from refusal
    return 0


def course(arguments: argparse.Namespace) -> int:
    with database(arguments.data_dir, sandbox_only=True):
        from prakerja.kernel.clock import now
        from prakerja.sandbox.courses import make_course

        at = now()
        offer = make_course(
            price=arguments.price,
            seats=arguments.seats,
            starts_at=arguments.starts,
            session_count=arguments.sessions,
            has_post_test=arguments.post_test,
            required_assignments=arguments.assignments,
            at=at,
        )
        answer(
            {
                "course_code": offer.course_code,
                "schedule_code": offer.schedule_code,
                "price": offer.price,
                "seats": arguments.seats if arguments.seats is not None else (30 if arguments.starts else 1_000_000),
                "institution": offer.institution,
                "starts_at": (arguments.starts or at).isoformat(),
            }
        )
    return 0


def inbox(arguments: argparse.Namespace) -> int:
    with database(arguments.data_dir, sandbox_only=True) as found:
        from prakerja.kernel.clock import now
        from prakerja.sandbox.inbox import received_messages

        phone_url = str(found.addresses()["phone"])
        # Loading takes a second, in which an SMS may arrive.
        called_at = now() - timedelta(seconds=process_age())
        try:
            answer(
                received_messages(phone=arguments.phone, phone_url=phone_url, wait=arguments.wait, called_at=called_at)
            )
        except Refused as refusal:
            raise _explained(refusal) from refusal
    return 0


def totp(arguments: argparse.Namespace) -> int:
    with database(arguments.data_dir, sandbox_only=True):
        from prakerja.sandbox.demo_operators import OPERATORS, find_demo_operator

        operator = find_demo_operator(arguments.user)
        if operator is None:
            known = ", ".join(one.email for one in OPERATORS)
            raise CommandError(
                f"Tidak ada operator demo {arguments.user}. Yang ada: {known}.",
                f"There is no demo operator {arguments.user}. There are: {known}.",
            )
        if arguments.json:
            answer({"user": operator.email, "code": operator.code(), "seconds_left": operator.seconds_left()})
        else:
            print(operator.code())
    return 0


def _explained(refusal: Refused) -> CommandError:
    sentences = {
        **deadline_sentences(refusal.details),
        "wave_unknown": ("Gelombang itu tidak ada.", "There is no such wave."),
        "balance_range": (
            "Saldo yang diminta kurang dari nol, melebihi dana pelatihan, atau tidak cukup untuk membeli.",
            "The balance asked for is below zero, more than the training fund, or not enough to buy anything.",
        ),
        "balance_before_videos": (
            "Peserta yang belum menonton video belum membeli apa-apa: saldonya seluruh dana pelatihan.",
            "A participant who has not seen the videos has bought nothing: the balance is the whole training fund.",
        ),
        "result_rejected": (
            "Nomor itu bukan nomor ponsel Indonesia, atau sudah milik orang lain.",
            "That is no Indonesian mobile number, or somebody else's.",
        ),
        "phone_format": ("Itu bukan nomor ponsel Indonesia.", "That is no Indonesian mobile number."),
        "phone_silent": ("Halaman ponsel tidak menjawab.", "The phone page does not answer."),
    }
    details = ", ".join(
        f"{name}={value}" for name, value in refusal.details.items() if not isinstance(value, timedelta)
    )
    fallback = (f"Ditolak: {refusal.reason} {details}", f"Refused: {refusal.reason} {details}")
    return CommandError(*sentences.get(refusal.reason, fallback))
