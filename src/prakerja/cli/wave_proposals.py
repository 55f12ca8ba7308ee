"""`prakerja wave confirm|take-back`: what one operator proposed of a wave, its opening or a change, another confirms."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from prakerja.cli.arguments import SECOND_NEEDED, acting, answer, by_operator, common, progress
from prakerja.cli.database import database
from prakerja.cli.wave_sentences import explained
from prakerja.kernel.errors import Refused

if TYPE_CHECKING:
    from prakerja.intake.operations import Proposed, WaveTerms


def add_to(verbs: Any) -> None:
    confirmed = by_operator(
        common(verbs.add_parser("confirm", help="another operator confirms a wave that was proposed, or a change"))
    )
    confirmed.set_defaults(run=confirm_one)
    back = by_operator(common(verbs.add_parser("take-back", help="let nobody confirm what was proposed any more")))
    back.set_defaults(run=take_one_back)
    for one in (confirmed, back):
        one.add_argument("--number", type=int, required=True, metavar="22", dest="wave")
        one.add_argument("--digest", required=True, metavar="DIGEST", help="of what waits, as `wave list` says it")


def confirm_one(arguments: argparse.Namespace) -> int:
    """Announce a wave that another operator proposed, or change it."""
    with database(arguments.data_dir):
        from prakerja.intake.operations import WavePlan, confirm_wave
        from prakerja.kernel.clock import now

        try:
            done = confirm_wave(wave_number=arguments.wave, digest=arguments.digest, actor=acting(arguments), at=now())
        except Refused as refusal:
            raise explained(refusal, arguments) from refusal
    is_new = isinstance(done, WavePlan)
    after = done if isinstance(done, WavePlan) else done.after
    answer(
        {
            "wave": arguments.wave,
            "is_opened": is_new,
            "is_changed": not is_new,
            "opens_at": after.opens_at.isoformat(),
            "closes_at": after.closes_at.isoformat(),
            "quota": after.quota,
        }
    )
    return 0


def take_one_back(arguments: argparse.Namespace) -> int:
    """Take a proposal back: their own alone, another's by two."""
    with database(arguments.data_dir):
        from prakerja.intake.operations import take_back_wave
        from prakerja.kernel.clock import now

        try:
            is_back = take_back_wave(
                wave_number=arguments.wave, digest=arguments.digest, actor=acting(arguments), at=now()
            )
        except Refused as refusal:
            raise explained(refusal, arguments) from refusal
    answer({"wave": arguments.wave, "is_taken_back": is_back})
    if not is_back:
        progress(SECOND_NEEDED)
    return 0


def as_json(one: Proposed) -> dict[str, Any]:
    """What waits, for `wave list`."""
    return {
        "wave": one.wave,
        "confirm": one.digest,
        "before": None if one.seen is None else terms_as_json(one.seen),
        "after": terms_as_json(one.terms),
        "reason": one.reason,
        "prepared_by": one.prepared_by,
        "prepared_at": one.prepared_at.isoformat(),
        "back_asked_by": one.back_asked_by,
    }


def terms_as_json(terms: WaveTerms) -> dict[str, Any]:
    """A wave's terms, as every command says them."""
    return {
        "opens_at": terms.opens_at.isoformat(),
        "closes_at": terms.closes_at.isoformat(),
        "quota": terms.quota,
        "results_at": None if terms.results_at is None else terms.results_at.isoformat(),
    }


def tell_next(proposed: Proposed | None) -> None:
    """What another operator does now."""
    if proposed is not None:
        progress(
            f"another operator now confirms it: prakerja wave confirm --number {proposed.wave} --digest {proposed.digest}"
        )
