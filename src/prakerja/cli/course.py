"""`prakerja course …`: a class is called off for an institution that is silent; codes that were entered before are decided about."""

from __future__ import annotations

import argparse
import uuid
from typing import Any

from prakerja.cli.arguments import OPERATOR_SENTENCES, CommandError, acting, answer, by_operator, common
from prakerja.cli.database import database
from prakerja.kernel.errors import Refused

_MOST = 10_000
_SENTENCES = {
    **OPERATOR_SENTENCES,
    "run_unknown": (
        "Tidak ada kelas dengan kode jadwal itu, atau kelasnya sudah dibatalkan.",
        "No class has that schedule code, or it was cancelled before.",
    ),
    "reason_missing": ("Tulis alasannya: --reason.", "Say why: --reason."),
    "case_unknown": ("Tidak ada kasus dengan nomor itu.", "There is no such case."),
    "case_resolved": ("Kasus itu sudah diputuskan.", "That case was decided before."),
    "class_completed": (
        "Peserta itu sudah menyelesaikan kelasnya; dananya tetap pada lembaga: --decision kept.",
        "That participant completed the class; the price stays with the institution: --decision kept.",
    ),
}


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("course", help="classes that are cancelled, and what becomes of their codes")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="cancel|cases|resolve")
    cancel = by_operator(
        common(
            verbs.add_parser(
                "cancel",
                help="call a class off for an institution that is silent, also after it should have taken place; every buyer "
                "is paid back and told",
            )
        )
    )
    cancel.add_argument("--schedule", required=True, metavar="S", help="the class, by its schedule code")
    cancel.add_argument("--reason", required=True, metavar="R", help="how you know, for the audit trail")
    cancel.set_defaults(run=cancel_class)
    cases = common(
        verbs.add_parser(
            "cases", help="codes that were entered before their class was cancelled, and classes still being paid back"
        )
    )
    cases.set_defaults(run=list_cases)
    resolve = by_operator(common(verbs.add_parser("resolve", help="decide about one of them")))
    resolve.add_argument("--person", required=True, type=uuid.UUID, metavar="ID")
    resolve.add_argument("--case", required=True, type=uuid.UUID, metavar="ID")
    resolve.add_argument(
        "--decision",
        required=True,
        choices=("refunded", "kept"),
        help="refunded: the price goes back to the buyer; kept: the institution taught this person after all",
    )
    resolve.add_argument("--reason", required=True, metavar="R", help="how you know, for the audit trail")
    resolve.set_defaults(run=decide)


def cancel_class(arguments: argparse.Namespace) -> int:
    """Call the class off; the worker pays its buyers back."""
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now
        from prakerja.purchases.class_cancelling import cancel_silent_class

        try:
            state = cancel_silent_class(
                schedule_code=arguments.schedule, reason=arguments.reason, actor=acting(arguments), at=now()
            )
        except Refused as refusal:
            raise CommandError(*_SENTENCES[refusal.reason]) from refusal
        answer({"course_code": state.course_code, "schedule_code": state.schedule_code, "buyers": state.seats_taken})
    return 0


def list_cases(arguments: argparse.Namespace) -> int:
    """List what waits for an operator, the oldest first."""
    with database(arguments.data_dir):
        from prakerja.purchases.class_cancelling import paying_back
        from prakerja.training.queries import cancellation_cases

        answer(
            {
                "cases": [
                    {
                        "person": one.person_id,
                        "case": one.case_id,
                        "name": one.person_name,
                        "course": one.course_title,
                        "schedule_code": one.schedule_code,
                        "institution": one.institution_name,
                        "amount": one.amount,
                        "code": one.known,
                        "redeemed_at": one.redeemed_at.isoformat() if one.redeemed_at else None,
                        "found_at": one.found_at.isoformat(),
                    }
                    for one in cancellation_cases(most=_MOST)
                ],
                "paying_back": [
                    {"schedule_code": one.schedule_code, "cancelled_at": one.cancelled_at.isoformat()}
                    for one in paying_back()
                ],
            }
        )
    return 0


def decide(arguments: argparse.Namespace) -> int:
    """Pay the price back, or leave it with the institution."""
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now
        from prakerja.training.operations import resolve_cancellation_case

        try:
            home = resolve_cancellation_case(
                person_id=arguments.person,
                case_id=arguments.case,
                decision=arguments.decision,
                reason=arguments.reason,
                actor=acting(arguments),
                at=now(),
            )
        except Refused as refusal:
            raise CommandError(*_SENTENCES[refusal.reason]) from refusal
        answer({"case": arguments.case, "decision": arguments.decision, "price_is_now": home})
    return 0
