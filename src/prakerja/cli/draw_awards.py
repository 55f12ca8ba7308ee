"""`prakerja draw award|recall`: what follows from a published draw, decided by two operators, made at one moment."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from prakerja.cli.arguments import SECOND_NEEDED, CommandError, acting, answer, by_operator, common, instant, progress
from prakerja.cli.database import database
from prakerja.cli.draw_sentences import explained
from prakerja.cli.wave_results import with_short_deadline
from prakerja.kernel.errors import Refused


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
    from_operations: Callable[[Any], Any]
    if arguments.goes_on:
        return _go_on(arguments)
    if arguments.cancel:

        def cancel(at: Any) -> bool:
            from prakerja.draw.operations import cancel_awards

            return cancel_awards(draw_name=arguments.draw, reason=arguments.reason, actor=acting(arguments), at=at)

        is_cancelled = _done(arguments, cancel)
        answer({"draw": arguments.draw, "step": "award", "is_cancelled": is_cancelled})
        if not is_cancelled:
            progress(SECOND_NEEDED)
        return 0
    if arguments.confirm:

        def confirm(at: Any) -> None:
            from prakerja.draw.operations import confirm_awards

            confirm_awards(
                draw_name=arguments.draw,
                digest=arguments.confirm,
                is_short_deadline_confirmed=_stands_for_short_deadline(arguments),
                actor=acting(arguments),
                at=at,
            )

        from_operations = confirm
    else:
        _require_terms(arguments)

        def prepare(at: Any) -> Any:
            from prakerja.draw.operations import prepare_awards

            return prepare_awards(
                draw_name=arguments.draw,
                decree_number=arguments.decree,
                announced_at=arguments.announced_at,
                actor=acting(arguments),
                at=at,
            )

        from_operations = prepare
    return _tell(arguments, _done(arguments, from_operations))


def do_recall(arguments: argparse.Namespace) -> int:
    """Propose or confirm; the award is carried through as that of the draw is: `award --run`, or the worker."""
    if not arguments.confirm:
        _require_terms(arguments)

    def work(at: Any) -> Any:
        from prakerja.draw.operations import confirm_recall, prepare_recall

        who = {"draw_name": arguments.draw, "actor": acting(arguments), "at": at}
        if not arguments.confirm:
            return prepare_recall(decree_number=arguments.decree, announced_at=arguments.announced_at, **who)
        is_confirmed = _stands_for_short_deadline(arguments)
        return confirm_recall(digest=arguments.confirm, is_short_deadline_confirmed=is_confirmed, **who)

    return _tell(arguments, _done(arguments, work))


def do_terms(arguments: argparse.Namespace) -> int:
    """Propose or confirm other terms of an announcement that has not begun."""
    if not arguments.confirm:
        _require_terms(arguments)

    def work(at: Any) -> Any:
        from prakerja.draw.operations import confirm_terms, prepare_terms

        who = {"draw_name": arguments.draw, "actor": acting(arguments), "at": at}
        if not arguments.confirm:
            return prepare_terms(decree_number=arguments.decree, announced_at=arguments.announced_at, **who)
        is_confirmed = _stands_for_short_deadline(arguments)
        return confirm_terms(digest=arguments.confirm, is_short_deadline_confirmed=is_confirmed, **who)

    return _tell(arguments, _done(arguments, work))


def _go_on(arguments: argparse.Namespace) -> int:
    def work(at: Any) -> int:
        from prakerja.draw.operations import award_drawn

        def told(done: int, total: int) -> None:
            progress(f"{done} / {total} penerima · awarded")

        return award_drawn(draw_name=arguments.draw, at=at, progress=told)

    awarded = _done(arguments, work)
    answer({"draw": arguments.draw, "awarded": awarded})
    return 0


def _require_terms(arguments: argparse.Namespace) -> None:
    if not arguments.decree.strip() or arguments.announced_at is None:
        raise CommandError(
            "Sebutkan keputusannya dan saat pengumumannya: --decree dan --announced-at.",
            "Say the decree and the moment of the announcement: --decree and --announced-at.",
        )


def _tell(arguments: argparse.Namespace, prepared: Any) -> int:
    if prepared is None:
        answer({"draw": arguments.draw, "step": arguments.verb, "is_confirmed": True})
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


def _done(arguments: argparse.Namespace, work: Callable[[Any], Any]) -> Any:
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now

        try:
            return work(now())
        except Refused as refusal:
            raise explained(refusal) from refusal
