"""`prakerja clock`: the programme's clock in a sandbox."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime
from typing import Any

from prakerja.cli.arguments import CommandError, answer, common, duration, instant, progress
from prakerja.cli.database import database
from prakerja.cli.due import progress_lines
from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("clock", help="show or move the programme's clock (sandbox only)")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="show|set|advance")
    show = common(verbs.add_parser("show", help="what time it is in the programme"))
    show.set_defaults(run=run, move=None)
    to = common(verbs.add_parser("set", help="move forward to an instant (WIB without a zone)"))
    to.add_argument("instant", type=instant, metavar="INSTANT")
    to.set_defaults(run=run, move=lambda clock, given, **say: clock.move_to(given.instant, **say))
    by = common(verbs.add_parser("advance", help="move forward by a duration such as 30d, 12h or 1d6h"))
    by.add_argument("duration", type=duration, metavar="DURATION")
    by.set_defaults(run=run, move=lambda clock, given, **say: clock.advance(given.duration, **say))


def run(arguments: argparse.Namespace) -> int:
    move: Callable[..., Any] | None = arguments.move
    with database(arguments.data_dir, sandbox_only=move is not None):
        from prakerja.kernel.clock import now
        from prakerja.sandbox import clock

        if move is None:
            answer({"now": _text(now()), "next_due": _text_or_none(clock.next_due())})
            return 0
        try:
            journey = move(clock, arguments, on_step=_say, told=progress_lines())
        except Refused as refusal:
            raise _explained(refusal) from refusal
        answer(
            {
                "was": _text(journey.started_at),
                "now": _text(journey.stopped_at),
                "ran": [{"at": _text(at), "task": name, "count": count} for at, name, count in journey.steps],
                "waiting": journey.stuck,
            }
        )
    return 0


def _say(at: datetime, name: str, count: int) -> None:
    progress(f"{_text(at)}  {name}: {count}")


def _text(at: datetime) -> str:
    return at.astimezone(WIB).isoformat(timespec="seconds")


def _text_or_none(at: datetime | None) -> str | None:
    return None if at is None else _text(at)


def _explained(refusal: Refused) -> CommandError:
    if refusal.reason == "clock_backwards":
        now = _text(refusal.details["now"])
        return CommandError(
            f"Jam program hanya dapat maju; sekarang {now}.", f"The clock only moves forward; it is {now} now."
        )
    if refusal.reason == "clock_too_far":
        latest = _text(refusal.details["latest"])
        return CommandError(f"Jam program berakhir pada {latest}.", f"The programme's clock ends at {latest}.")
    if refusal.reason == "clock_busy":
        return CommandError("Jam program sedang digerakkan proses lain.", "Somebody else is moving the clock.")
    return CommandError(
        "Jam basis data ini tidak dapat digerakkan: ini bukan sandbox.",
        "The clock of this database cannot be moved: it is no sandbox.",
    )
