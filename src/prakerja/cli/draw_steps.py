"""What every step of a draw by command shares: a call of its verb, refusals in words, and what waits of it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from prakerja.cli.arguments import answer
from prakerja.cli.database import database
from prakerja.cli.draw_sentences import explained
from prakerja.kernel.errors import Refused


def done(arguments: argparse.Namespace, work: Callable[[Any], Any]) -> Any:
    """What `work` gives, called with the database at hand and with the programme's time. Raises CommandError."""
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now

        try:
            return work(now())
        except Refused as refusal:
            raise explained(refusal) from refusal


def tell_step(arguments: argparse.Namespace, prepared: Any, *, draw: str) -> int:
    """Say what waits for another operator now; or, where nothing does, that this one confirmed it."""
    if prepared is None:
        answer({"draw": draw, "step": arguments.verb, "is_confirmed": True})
    else:
        answer(
            {
                "draw": prepared.draw,
                "step": arguments.verb,
                "is_confirmed": False,
                "confirm": prepared.digest,
                **prepared.terms,
            }
        )
    return 0
