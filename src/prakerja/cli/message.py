"""`prakerja message …`: what could not be told for days, and what an operator decides about it (rules.md 12.27)."""

from __future__ import annotations

import argparse
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prakerja.cli.arguments import OPERATOR_SENTENCES, CommandError, acting, answer, by_operator, common, tell_found
from prakerja.cli.database import database
from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused

if TYPE_CHECKING:
    from prakerja.notifications.queries import GatewayLine

_VERBS = {
    "send-again": "send what was set aside again, to the present number or address",
    "let-go": "give what was set aside up for good and wipe what it says",
}
_SENTENCES = {
    **OPERATOR_SENTENCES,
    "reason_missing": ("Tulis alasannya: --reason.", "Say why: --reason."),
    "nothing_undelivered": (
        "Tidak ada pesan yang menunggu keputusan. Tidak ada yang diubah.",
        "No message waits for a decision. Nothing was changed.",
    ),
}


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("message", help="messages: what became of them, and what did not arrive")
    verbs = family.add_subparsers(
        dest="verb", required=True, metavar="|".join(("undelivered", "counts", "gateways", *_VERBS))
    )
    listing = common(verbs.add_parser("undelivered", help="what waits for a decision, by what it says and why"))
    listing.add_argument("--person", type=uuid.UUID, default=None, metavar="ID", help="of one person only")
    listing.set_defaults(run=list_undelivered)
    counting = common(verbs.add_parser("counts", help="SMS and e-mails by what became of them"))
    counting.add_argument("--days", type=int, default=30, metavar="N", help="of the last N days (30)")
    counting.set_defaults(run=count)
    sessions = common(
        verbs.add_parser("gateways", help="the sessions with telephone companies, as the worker last saw them")
    )
    sessions.set_defaults(run=list_gateways)
    for verb, words in _VERBS.items():
        parser = by_operator(common(verbs.add_parser(verb, help=words)))
        parser.add_argument("--template", default="", metavar="T", help="only what the list calls so (all)")
        parser.add_argument("--person", type=uuid.UUID, default=None, metavar="ID", help="of one person only")
        parser.add_argument("--reason", required=True, metavar="R", help="for the audit trail")
        parser.set_defaults(run=decide)


def list_undelivered(arguments: argparse.Namespace) -> int:
    """Print the groups, the oldest first."""
    with database(arguments.data_dir):
        from prakerja.notifications.queries import undelivered_messages

        tell_found(
            arguments,
            [
                {
                    "template": one.template,
                    "channel": one.channel,
                    "failure": one.failure,
                    "messages": one.messages,
                    "people": one.people,
                    "oldest": one.oldest_at.isoformat(),
                }
                for one in undelivered_messages(person_id=arguments.person)
            ],
        )
    return 0


def count(arguments: argparse.Namespace) -> int:
    """Print how many wait, were sent, arrived, failed or reach nobody, by template and channel."""
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now
        from prakerja.notifications.queries import message_counts

        tell_found(arguments, [one._asdict() for one in message_counts(since=now() - timedelta(days=arguments.days))])
    return 0


def list_gateways(arguments: argparse.Namespace) -> int:
    """Say of each session with a telephone company what it last said."""
    with database(arguments.data_dir):
        from prakerja.notifications.queries import gateway_states

        found = gateway_states()
    if arguments.json:
        answer(
            [
                one._asdict() | {"said_since": one.said_since.isoformat(), "seen_wall": one.seen_wall.isoformat()}
                for one in found
            ]
        )
        return 0
    for one in found:
        print("\n  ".join(_in_words(one)))
    if not found:
        print("Belum ada sambungan dengan perusahaan telepon. · There is no session with a telephone company yet.")
    return 0


def _in_words(one: GatewayLine) -> list[str]:
    since = one.said_since.astimezone(WIB)
    return [
        f"{one.name} ({one.lane}){', dipakai · chosen' if one.is_chosen else ''}",
        f"{one.said}, sejak · since {since:%Y-%m-%d %H:%M:%S} WIB",
        f"diterima · accepted {one.accepted}, ditolak · refused {one.refused}, ditunda · throttled {one.throttled}",
        f"tanpa jawaban · unanswered {one.unanswered}, tanda terima · receipts {one.receipts}",
    ]


def decide(arguments: argparse.Namespace) -> int:
    """Send again or let go, and say how many."""
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now
        from prakerja.people.undelivered import let_go, send_again

        verb = {"send-again": send_again, "let-go": let_go}[arguments.verb]
        try:
            done = verb(
                template=arguments.template,
                person_id=arguments.person,
                reason=arguments.reason,
                actor=acting(arguments),
                at=now(),
            )
        except Refused as refusal:
            raise CommandError(*_SENTENCES[refusal.reason]) from refusal
        answer({"messages": done})
    return 0
