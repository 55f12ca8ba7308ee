"""`prakerja payment …`: what rails said against what we know, and an operator's decision about it."""

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
    "discrepancy_unknown": ("Tidak ada perbedaan dengan nomor itu.", "There is no such discrepancy."),
    "discrepancy_resolved": ("Perbedaan itu sudah diputuskan.", "That discrepancy was decided already."),
    "reason_missing": ("Tulis alasannya: --reason.", "Say how you know: --reason."),
    "decision_impossible": (
        "Jawaban bank itu tidak dapat dibukukan. Selesaikan dengan bank, lalu pakai --decision dismissed.",
        "What the bank said cannot be booked. Settle it with the bank, then use --decision dismissed.",
    ),
}


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("payment", help="what rails said against the books, and what was decided about it")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="discrepancies|resolve|rails")
    listing = common(verbs.add_parser("discrepancies", help="every case that waits for a decision, the oldest first"))
    listing.set_defaults(run=list_open)
    resolving = by_operator(common(verbs.add_parser("resolve", help="decide one; until then no follow-up leaves")))
    resolving.add_argument("--discrepancy", required=True, type=uuid.UUID, metavar="ID", help="as the list names it")
    resolving.add_argument(
        "--decision",
        required=True,
        choices=("accepted", "dismissed"),
        help="accepted: the rail is right and the books follow; dismissed: the books are right",
    )
    resolving.add_argument("--reason", required=True, metavar="R", help="how you know, for the audit trail")
    resolving.set_defaults(run=decide)
    rails = common(verbs.add_parser("rails", help="every rail: whether it takes calls, or until when it is left alone"))
    rails.set_defaults(run=list_rails)


def list_open(arguments: argparse.Namespace) -> int:
    """Print the open cases; `amount` and `said_amount` are whole rupiah."""
    with database(arguments.data_dir):
        from prakerja.disbursements.queries import discrepancy_cases

        answer(
            {
                "discrepancies": [
                    {
                        "discrepancy": one.discrepancy_id,
                        "person": one.person_id,
                        "name": one.name,
                        "rail": one.rail,
                        "reference": one.reference,
                        "amount": one.amount,
                        "known": one.known,
                        "said": one.said,
                        "said_amount": one.said_amount,
                        "found_by": one.found_by,
                        "found_at": one.found_at.isoformat(),
                    }
                    for one in discrepancy_cases(most=_MOST)
                ]
            }
        )
    return 0


def list_rails(arguments: argparse.Namespace) -> int:
    """Print each rail; one that was busy or not reached with since when, how many tries in a row, and when the next one is."""
    with database(arguments.data_dir):
        from prakerja.disbursements.queries import known_rails, rail_pauses

        paused = {one.rail: one for one in rail_pauses()}
        answer({"rails": [{"rail": rail, **_pause(paused.get(rail))} for rail in known_rails()]})
    return 0


def _pause(found: Any) -> dict[str, Any]:
    if found is None:
        return {"state": "answers"}
    return {
        "state": found.reason,
        "since": found.since.isoformat(),
        "refusals": found.refusals,
        "next_try": found.until.isoformat(),
    }


def decide(arguments: argparse.Namespace) -> int:
    """Resolve one case and say how its payment stands then."""
    with database(arguments.data_dir):
        from prakerja.disbursements.operations import resolve_discrepancy
        from prakerja.disbursements.queries import discrepancy_case
        from prakerja.kernel.clock import now

        try:
            case = discrepancy_case(discrepancy_id=arguments.discrepancy)
            if case is None:
                raise Refused("discrepancy_unknown")
            status = resolve_discrepancy(
                person_id=case.person_id,
                discrepancy_id=case.discrepancy_id,
                decision=arguments.decision,
                reason=arguments.reason,
                actor=acting(arguments),
                at=now(),
            )
        except Refused as refusal:
            raise CommandError(*_SENTENCES[refusal.reason]) from refusal
        answer({"reference": case.reference, "decision": arguments.decision, "status": status})
    return 0
