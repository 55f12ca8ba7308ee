"""`prakerja wave change|list|show`: what of a wave may still change, and where every wave is."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from prakerja.cli.arguments import acting, answer, by_operator, common, instant, tell_found
from prakerja.cli.database import database
from prakerja.cli.wave_proposals import as_json, tell_next, terms_as_json
from prakerja.cli.wave_sentences import explained
from prakerja.kernel.errors import Refused


def add_to(verbs: Any) -> None:
    changed = by_operator(
        common(
            verbs.add_parser(
                "change",
                help="propose other dates, another quota, another planned result; another operator confirms it",
            )
        )
    )
    changed.add_argument("--number", type=int, required=True, metavar="22", dest="wave")
    changed.add_argument("--opens", type=instant, metavar="INSTANT", help="from when on; while it has not opened")
    changed.add_argument("--closes", type=instant, metavar="INSTANT", help="until before this instant; also while open")
    changed.add_argument("--quota", type=int, metavar="N", help="while the rules of its draw are not published")
    changed.add_argument("--results-at", type=instant, metavar="INSTANT", help="when the result is planned to be told")
    changed.add_argument("--reason", required=True, metavar="R", help="for the audit trail")
    changed.add_argument("--dry-run", action="store_true", help="say what would be, and do nothing")
    changed.set_defaults(run=change_one)
    common(verbs.add_parser("list", help="every wave, the latest first")).set_defaults(run=list_all, wave="")
    shown = common(
        verbs.add_parser("show", help="a wave's numbers: who joined, was selected, has bought; its messages")
    )
    shown.add_argument("--number", type=int, required=True, metavar="22", dest="wave")
    shown.set_defaults(run=show_one)


def change_one(arguments: argparse.Namespace) -> int:
    """Propose a change of a wave; with --dry-run look only."""
    with database(arguments.data_dir):
        from prakerja.intake.operations import look_at_change, prepare_wave_change, wave_terms
        from prakerja.kernel.clock import now

        given = {
            "opens_at": arguments.opens,
            "closes_at": arguments.closes,
            "quota": arguments.quota,
            "results_at": arguments.results_at,
        }
        proposed = None
        try:
            seen = wave_terms(number=arguments.wave)
            terms = dataclasses.replace(seen, **{name: value for name, value in given.items() if value is not None})
            change = look_at_change(wave_number=arguments.wave, terms=terms, at=now())
            if not arguments.dry_run:
                proposed = prepare_wave_change(
                    wave_number=arguments.wave,
                    terms=terms,
                    seen=seen,
                    reason=arguments.reason,
                    actor=acting(arguments),
                    at=now(),
                )
        except Refused as refusal:
            raise explained(refusal, arguments) from refusal
    answer(
        {
            "wave": change.wave,
            "before": terms_as_json(change.before),
            "after": terms_as_json(change.after),
            "joined": change.joined,
            "open_meanwhile": list(change.overlaps),
            "is_changed": False,
            "confirm": proposed.digest if proposed else "",
        }
    )
    tell_next(proposed)
    return 0


def list_all(arguments: argparse.Namespace) -> int:
    """Print every wave with its state, and what waits for another operator."""
    with database(arguments.data_dir):
        from prakerja.intake.operations import proposals
        from prakerja.intake.queries import all_waves
        from prakerja.kernel.clock import now

        at = now()
        tell_found(
            arguments,
            {
                "waves": [
                    {
                        "wave": one.number,
                        "state": one.state(at=at),
                        "opens_at": one.opens_at.isoformat(),
                        "closes_at": one.closes_at.isoformat(),
                        "quota": one.quota,
                        "results_at": None if one.results_at is None else one.results_at.isoformat(),
                        "announced_at": None if one.announced_at is None else one.announced_at.isoformat(),
                    }
                    for one in all_waves()
                ],
                "waiting": [as_json(one) for one in proposals()],
            },
        )
    return 0


def show_one(arguments: argparse.Namespace) -> int:
    """Print a wave's numbers, as the console's page shows them."""
    with database(arguments.data_dir):
        from prakerja.reporting.waves import wave_numbers

        found = wave_numbers(number=arguments.wave)
        if found is None:
            raise explained(Refused("wave_unknown", wave=arguments.wave), arguments)
        tell_found(arguments, found.as_json())
    return 0
