"""`prakerja security …`: who got in, who did not, and who tried."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from prakerja.audit.security import SECURITY_ACTIONS
from prakerja.cli.arguments import answer, common, duration, positive
from prakerja.cli.database import database

DEFAULT_SINCE = timedelta(days=1)


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("security", help="security events: sign-ins, locks, refused signatures, resets")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="events|counts")
    events = common(verbs.add_parser("events", help="the newest first; no number, address, code or name"))
    events.add_argument(
        "--action", choices=SECURITY_ACTIONS, default="", metavar="A", help="only these: " + ", ".join(SECURITY_ACTIONS)
    )
    events.add_argument("--most", type=positive, default=200, metavar="N", help="at most this many (200)")
    events.set_defaults(run=list_events)
    counts = common(verbs.add_parser("counts", help="how often each happened"))
    counts.set_defaults(run=count_events)
    for parser in (events, counts):
        parser.add_argument(
            "--since", type=duration, default=DEFAULT_SINCE, metavar="D", help="wall time back, 6h or 7d (1d)"
        )


def list_events(arguments: argparse.Namespace) -> int:
    """Print the events."""
    with database(arguments.data_dir):
        from prakerja.audit.queries import security_events
        from prakerja.kernel.clock import wall

        found = security_events(since=wall() - arguments.since, most=arguments.most, action=arguments.action)
        answer(
            [
                {
                    "at": one.recorded_at.isoformat(),
                    "action": one.action,
                    "actor": one.actor_kind,
                    "subject": one.subject_kind,
                    "subject_id": str(one.subject_id) if one.subject_id else None,
                    **one.told,
                }
                for one in found
            ]
        )
    return 0


def count_events(arguments: argparse.Namespace) -> int:
    """Print the counts."""
    with database(arguments.data_dir):
        from prakerja.audit.queries import security_counts
        from prakerja.kernel.clock import wall

        answer(security_counts(since=wall() - arguments.since))
    return 0
