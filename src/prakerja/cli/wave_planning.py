"""`prakerja wave strata`, `prakerja wave simulate`: how a wave's seats are shared out, and what it would come to as it stands."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from prakerja.cli.arguments import CommandError, acting, by_operator, common, progress, tell_found
from prakerja.cli.database import database
from prakerja.cli.draw_sentences import explained
from prakerja.cli.list_files import SELDOM, until
from prakerja.kernel.errors import Refused

_MOST_BYTES = 1 << 20
_GROUP = "D=CALON_PMI:50:stratum"


def add_to(verbs: Any) -> None:
    strata = by_operator(
        common(verbs.add_parser("strata", help="the provinces' weights and the priority groups: shown, or changed"))
    )
    strata.add_argument("--wave", type=int, required=True, metavar="22")
    strata.add_argument("--weights", type=Path, metavar="FILE", help='JSON: {"31": 12, "32": 40, …}, by province')
    strata.add_argument(
        "--group",
        action="append",
        default=None,
        metavar=_GROUP,
        help="letter, roster, seats, and stratum or national; once for each group in the order in which they are filled",
    )
    strata.set_defaults(run=do_strata)
    simulated = common(
        verbs.add_parser("simulate", help="what the wave would come to as it stands; nothing is written")
    )
    simulated.add_argument("--wave", type=int, required=True, metavar="22")
    simulated.set_defaults(run=simulate)


def read_weights(path: Path) -> dict[str, int]:
    """Weights of provinces from a file. Raises CommandError."""
    try:
        with path.open("rb") as file:
            told = json.loads(file.read(_MOST_BYTES))
    except OSError as error:
        why = f"{path}: {error.strerror}"
        raise CommandError(f"Tidak dapat dibaca: {why}", f"Cannot be read: {why}") from error
    except ValueError:
        told = None
    if not isinstance(told, dict) or any(type(weight) is not int for weight in told.values()):
        raise CommandError(
            'Bobot berupa JSON: {"31": 12, "32": 40}, bilangan bulat tiap provinsi.',
            'Weights are JSON: {"31": 12, "32": 40}, a whole number for each province.',
        )
    return told


def do_strata(arguments: argparse.Namespace) -> int:
    """Show how a wave's seats are shared out, or change it."""
    weights = None if arguments.weights is None else read_weights(arguments.weights)
    groups = None if arguments.group is None else [_group(one) for one in arguments.group]
    with database(arguments.data_dir):
        from prakerja.draw.operations import Priority, set_strata
        from prakerja.draw.queries import seat_plan
        from prakerja.kernel.clock import now

        try:
            plan = seat_plan(wave_number=arguments.wave, at=now())
            if weights is not None or groups is not None:
                plan = set_strata(
                    wave_number=arguments.wave,
                    weights=plan.weights if weights is None else weights,
                    groups=plan.groups if groups is None else [Priority(*one) for one in groups],
                    actor=acting(arguments),
                    at=now(),
                )
        except Refused as refusal:
            raise explained(refusal) from refusal
    tell_found(
        arguments,
        {
            "wave": plan.wave,
            "seats": plan.seats,
            "weights": dict(plan.weights),
            "groups": [[one.code, one.roster, one.seats, one.scope] for one in plan.groups],
            "quotas": dict(plan.quotas),
            "reserved": dict(plan.reserved),
            "why_not": plan.why_not,
            "is_frozen": plan.is_frozen,
        },
    )
    return 0


def _group(text: str) -> tuple[str, str, int, Any]:
    code, _, rest = text.partition("=")
    roster, _, rest = rest.partition(":")
    seats, _, scope = rest.partition(":")
    if not seats.isascii() or not seats.isdigit() or len(seats) > 9 or scope not in ("stratum", "national"):
        raise CommandError(
            f"{text!r} bukan kelompok: tulis seperti {_GROUP}.", f"{text!r} is no group: write it like {_GROUP}."
        )
    return code, roster, int(seats), scope


def simulate(arguments: argparse.Namespace) -> int:
    """Print the funnel of a wave, every reason, and each province against its quota."""
    began = said = time.monotonic()

    def told(done: int, total: int) -> None:
        nonlocal said
        moment = time.monotonic()
        if moment - said >= SELDOM:
            said = moment
            rate = done / (moment - began)
            progress(f"{done:,} of {total:,} applicants, {rate:,.0f} a second{until((total - done) / rate)}")

    with database(arguments.data_dir):
        from prakerja.draw.queries import simulate_wave
        from prakerja.kernel.clock import now

        try:
            found = simulate_wave(wave_number=arguments.wave, at=now(), progress=told)
        except Refused as refusal:
            raise explained(refusal) from refusal
    tell_found(
        arguments,
        {
            "wave": found.wave,
            "seats": found.seats,
            "joined": found.joined,
            "eligible": found.eligible,
            "winners": found.winners,
            "unfilled": found.unfilled,
            "barred_by_family": found.barred,
            "crowded": found.crowded,
            "reasons": [
                {"reason": one.code, "people": one.people, "alone": one.alone, "leave": one.leave, "left": one.left}
                for one in found.reasons
            ],
            "strata": [
                {
                    "stratum": one.code,
                    "joined": one.joined,
                    "eligible": one.eligible,
                    "quota": one.quota,
                    "winners": one.winners,
                }
                for one in found.strata
            ],
            "groups": [
                {
                    "group": one.code,
                    "roster": one.roster,
                    "eligible": one.eligible,
                    "seats": one.seats,
                    "winners": one.winners,
                }
                for one in found.groups
            ],
            "rosters": dict(found.rosters),
            "why_not": found.why_not,
        },
    )
    return 0
