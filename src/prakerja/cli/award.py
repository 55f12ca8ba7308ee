"""`prakerja award …`: an operator stops an award, lets it go on, or ends it."""

from __future__ import annotations

import argparse
import uuid
from typing import Any

from prakerja.cli.arguments import (
    OPERATOR_SENTENCES,
    CommandError,
    acting,
    answer,
    by_operator,
    common,
    deadline_sentences,
    positive,
)
from prakerja.cli.database import database
from prakerja.kernel.errors import Refused

_MOST = 10_000
_VERBS = {
    "suspend": "stop it at a sign of fraud: nothing is bought or paid until it is cleared",
    "reinstate": "clear a suspended one: as much time is left to buy as before",
    "revoke": "end a suspended one for good, and blacklist the person",
    "annul": "end one that should never have been given, and claim what was received",
}
_HELD_VERBS = {
    "held": "list the revocations that wait because we were down before the deadline",
    "extend-held": "give all of them another deadline and tell each person by SMS",
    "release-held": "let all of them go on: these people are revoked at the next run",
}
_SENTENCES = {
    **OPERATOR_SENTENCES,
    "no_award": ("Orang itu bukan peserta.", "That person has no award."),
    "award_ended": ("Kepesertaan itu sudah berakhir.", "That award has ended."),
    "award_suspended": ("Kepesertaan itu sudah dibekukan.", "That award is suspended already."),
    "not_suspended": ("Kepesertaan itu tidak dibekukan.", "That award is not suspended."),
    "nobody_held": ("Tidak ada pencabutan yang menunggu keputusan.", "No revocation waits for a decision."),
    "reason_missing": ("Tulis alasannya: --reason.", "Say why: --reason."),
}


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("award", help="suspend, reinstate, revoke or annul somebody's award")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="|".join(("list", *_VERBS, *_HELD_VERBS)))
    listing = common(verbs.add_parser("list", help="the awards that wait for a decision, the longest first"))
    listing.add_argument("--status", required=True, choices=("suspended",), help="how they stand")
    listing.set_defaults(run=list_suspended)
    for verb, words in _HELD_VERBS.items():
        parser = common(verbs.add_parser(verb, help=words))
        if verb != "held":
            by_operator(parser).add_argument("--reason", required=True, metavar="R", help="for the audit trail")
        if verb == "extend-held":
            parser.add_argument("--days", required=True, type=positive, metavar="14", help="from today, at least 7")
        parser.set_defaults(run=decide_held)
    for verb, words in _VERBS.items():
        parser = by_operator(common(verbs.add_parser(verb, help=words)))
        parser.add_argument("--person", required=True, type=uuid.UUID, metavar="ID", help="as the console shows it")
        parser.add_argument("--reason", required=True, metavar="R", help="for the audit trail, never for the person")
        parser.set_defaults(run=decide)


def list_suspended(arguments: argparse.Namespace) -> int:
    """Print every award that is suspended."""
    with database(arguments.data_dir):
        from prakerja.awards.queries import suspended_awards

        answer(
            {
                "awards": [
                    {
                        "person": one.person_id,
                        "award": one.award_id,
                        "name": one.name,
                        "suspended_at": one.suspended_at.isoformat(),
                    }
                    for one in suspended_awards(most=_MOST)
                ]
            }
        )
    return 0


def decide(arguments: argparse.Namespace) -> int:
    """Take one step of a person's current award and say how it stands then."""
    with database(arguments.data_dir):
        from prakerja.awards import operations as awards
        from prakerja.awards import queries
        from prakerja.incentives import operations as incentives
        from prakerja.kernel.clock import now

        verbs = {
            "suspend": awards.suspend_award,
            "reinstate": awards.reinstate_award,
            # What else ends with an award is ended by incentives.
            "revoke": incentives.revoke_suspended,
            "annul": incentives.annul_ineligible,
        }
        try:
            held = queries.current_award(person_id=arguments.person)
            if held is None:
                raise Refused("no_award")
            verbs[arguments.verb](
                person_id=held.person_id,
                award_id=held.id,
                reason=arguments.reason,
                actor=acting(arguments),
                at=now(),
            )
        except Refused as refusal:
            raise CommandError(*_SENTENCES[refusal.reason]) from refusal
        after = queries.award(person_id=held.person_id, award_id=held.id)
        answer(
            {
                "award": after.id,
                "status": after.status,
                "purchase_deadline_at": after.purchase_deadline_at.isoformat(),
            }
        )
    return 0


def decide_held(arguments: argparse.Namespace) -> int:
    """Show the revocations that are held, or decide about all of them."""
    with database(arguments.data_dir):
        from prakerja.awards import operations as awards
        from prakerja.awards.queries import held_revocations
        from prakerja.kernel.clock import now

        try:
            if arguments.verb == "extend-held":
                done = awards.extend_held(
                    days=arguments.days, reason=arguments.reason, actor=acting(arguments), at=now()
                )
                answer({"extended": done})
            elif arguments.verb == "release-held":
                answer({"released": awards.release_held(reason=arguments.reason, actor=acting(arguments), at=now())})
            else:
                waiting = held_revocations()
                answer(
                    [
                        {
                            "deadline": one.deadline_at.isoformat(),
                            "held_at": one.held_at.isoformat(),
                            "people": one.people,
                        }
                        for one in waiting
                    ]
                )
        except Refused as refusal:
            sentences = {**_SENTENCES, **deadline_sentences(refusal.details)}
            least, most = refusal.details.get("least"), refusal.details.get("most")
            sentences["days_out_of_range"] = (f"--days: {least} sampai {most}.", f"--days is {least} to {most}.")
            raise CommandError(*sentences[refusal.reason]) from refusal
    return 0
