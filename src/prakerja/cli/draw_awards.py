"""`prakerja draw award|recall`: what follows from a published draw, decided by two operators, made at one moment."""

from __future__ import annotations

import argparse
from typing import Any

from prakerja.cli.arguments import SECOND_NEEDED, CommandError, acting, answer, by_operator, common, instant, progress
from prakerja.cli.draw_steps import done, tell_step
from prakerja.cli.wave_results import with_short_deadline


def add_to(verbs: Any) -> None:
    award = _decision(verbs, "award", "decide when the winners of a published draw are awarded, and award them")
    what = award.add_mutually_exclusive_group()
    what.add_argument(
        "--run", action="store_true", dest="goes_on", help="the moment has come: award them now, or go on"
    )
    what.add_argument("--cancel", action="store_true", help="take the decision back before its moment: two say it")
    award.add_argument("--reason", default="", metavar="R", help="why it is taken back, for the audit trail")
    award.set_defaults(run=do_award)
    recall = _decision(verbs, "recall", "give seats that came back to those who are next, as a draw had them in line")
    recall.set_defaults(run=do_recall)
    terms = _decision(verbs, "terms", "give what is decided and has not begun another decree or another moment")
    terms.set_defaults(run=do_terms)


def _decision(verbs: Any, name: str, words: str) -> argparse.ArgumentParser:
    parser = by_operator(common(verbs.add_parser(name, help=words)))
    parser.add_argument("draw", metavar="DRAW", help="as `show` names it: g22/1")
    parser.add_argument("--decree", default="", metavar="NUMBER", help="the decree that names who is awarded")
    parser.add_argument("--announced-at", type=instant, metavar="INSTANT", help="when they are told: a moment ahead")
    parser.add_argument("--confirm", default="", metavar="DIGEST", help="confirm what another operator prepared")
    with_short_deadline(parser)
    return parser


def _stands_for_short_deadline(arguments: argparse.Namespace) -> bool:
    """Whether whoever confirms says by their address that they stand for a deadline which is near."""
    named = arguments.confirm_short_deadline.strip().lower()
    if named and named != arguments.operator.strip().lower():
        raise CommandError(
            "Batas waktu yang pendek ditegaskan oleh operator yang mengesahkan.",
            "A short deadline is confirmed by the operator who confirms.",
        )
    return bool(named)


def do_award(arguments: argparse.Namespace) -> int:
    """Propose, confirm, cancel, or award."""
    if arguments.goes_on:
        return _go_on(arguments)
    if arguments.cancel:
        return _cancel(arguments)
    return _decide(arguments, "prepare_awards", "confirm_awards")


def do_recall(arguments: argparse.Namespace) -> int:
    """Propose or confirm; the award is carried through as that of the draw is: `award --run`, or the worker."""
    return _decide(arguments, "prepare_recall", "confirm_recall")


def do_terms(arguments: argparse.Namespace) -> int:
    """Propose or confirm other terms of an announcement that has not begun."""
    return _decide(arguments, "prepare_terms", "confirm_terms")


def _decide(arguments: argparse.Namespace, prepare: str, confirm: str) -> int:
    """Propose a decree and a moment by one verb of the draw, or confirm by another what somebody else proposed."""
    if not arguments.confirm and (not arguments.decree.strip() or arguments.announced_at is None):
        raise CommandError(
            "Sebutkan keputusannya dan saat pengumumannya: --decree dan --announced-at.",
            "Say the decree and the moment of the announcement: --decree and --announced-at.",
        )

    def work(at: Any) -> Any:
        from prakerja.draw import operations

        who = {"draw_name": arguments.draw, "actor": acting(arguments), "at": at}
        if not arguments.confirm:
            return getattr(operations, prepare)(
                decree_number=arguments.decree, announced_at=arguments.announced_at, **who
            )
        is_confirmed = _stands_for_short_deadline(arguments)
        getattr(operations, confirm)(digest=arguments.confirm, is_short_deadline_confirmed=is_confirmed, **who)
        return None

    return tell_step(arguments, done(arguments, work), draw=arguments.draw)


def _cancel(arguments: argparse.Namespace) -> int:
    def work(at: Any) -> bool:
        from prakerja.draw.operations import cancel_awards

        return cancel_awards(draw_name=arguments.draw, reason=arguments.reason, actor=acting(arguments), at=at)

    is_cancelled = done(arguments, work)
    answer({"draw": arguments.draw, "step": "award", "is_cancelled": is_cancelled})
    if not is_cancelled:
        progress(SECOND_NEEDED)
    return 0


def _go_on(arguments: argparse.Namespace) -> int:
    def work(at: Any) -> int:
        from prakerja.draw.operations import award_drawn

        def told(awarded: int, total: int) -> None:
            progress(f"{awarded} / {total} penerima · awarded")

        return award_drawn(draw_name=arguments.draw, at=at, progress=told)

    awarded = done(arguments, work)
    answer({"draw": arguments.draw, "awarded": awarded})
    return 0
