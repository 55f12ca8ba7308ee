"""`prakerja wave …`: a wave's results are imported (`wave_results`), its announcement corrected by two operators."""

from __future__ import annotations

import argparse
import uuid
from typing import Any

from prakerja.cli import wave_changes, wave_planning, wave_proposals, wave_results
from prakerja.cli.arguments import (
    SECOND_NEEDED,
    CommandError,
    acting,
    answer,
    by_operator,
    common,
    instant,
    progress,
    tell_found,
)
from prakerja.cli.database import database
from prakerja.cli.wave_results import with_short_deadline
from prakerja.cli.wave_sentences import explained
from prakerja.kernel.errors import Refused

_MOST_IMPORTS = 50


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("wave", help="waves")
    verbs = family.add_subparsers(
        dest="verb",
        required=True,
        metavar="open|change|confirm|take-back|list|show|strata|simulate|letters|answer-letter|import-results|confirm-results|take-back-results|imports|give-up-import|correct-announcement|confirm-announcement|take-back-announcement",
    )
    wave_results.add_to(verbs)
    wave_planning.add_to(verbs)
    common(verbs.add_parser("letters", help="letters of those who were not selected three times")).set_defaults(
        run=list_letters
    )
    answered = by_operator(
        common(verbs.add_parser("answer-letter", help="answer such a letter; its writer is told by SMS"))
    )
    answered.add_argument("letter", type=uuid.UUID, metavar="ID", help="as `letters` says it")
    answered.add_argument("--answer", required=True, metavar="TEXT", help="10 to 1,000 characters, for its writer")
    answered.set_defaults(run=answer_one, wave="")
    opened = by_operator(
        common(verbs.add_parser("open", help="propose a wave that people may join; another operator confirms it"))
    )
    opened.add_argument("--number", type=int, required=True, metavar="22", dest="wave")
    opened.add_argument(
        "--opens", type=instant, required=True, metavar="INSTANT", help="from when on (WIB unless it says otherwise)"
    )
    opened.add_argument("--closes", type=instant, required=True, metavar="INSTANT", help="until before this instant")
    opened.add_argument("--quota", type=int, required=True, metavar="N", help="how many people may be selected")
    opened.add_argument("--dry-run", action="store_true", help="say what would be, and do nothing")
    opened.set_defaults(run=open_one)
    wave_changes.add_to(verbs)
    wave_proposals.add_to(verbs)
    common(verbs.add_parser("imports", help="how far the lists are that were imported or are")).set_defaults(
        run=list_imports
    )
    given_up = by_operator(common(verbs.add_parser("give-up-import", help="end an import that was cut off for good")))
    given_up.add_argument("--wave", type=int, required=True, metavar="21")
    given_up.add_argument("--reason", required=True, metavar="R", help="for the audit trail")
    given_up.set_defaults(run=give_up)
    correct = by_operator(
        common(verbs.add_parser("correct-announcement", help="prepare another instant of a wave's announcement"))
    )
    correct.add_argument("--wave", type=int, required=True, metavar="21")
    correct.add_argument("--announced-at", type=instant, required=True, metavar="INSTANT", help="the right instant")
    correct.add_argument("--reason", required=True, metavar="R", help="for the audit trail, never for people")
    correct.set_defaults(run=prepare)
    confirm = by_operator(
        common(verbs.add_parser("confirm-announcement", help="another operator confirms it; people are told by SMS"))
    )
    confirm.add_argument("--wave", type=int, required=True, metavar="21")
    confirm.add_argument(
        "--announced-at", type=instant, required=True, metavar="INSTANT", help="the instant you confirm"
    )
    with_short_deadline(confirm)
    confirm.set_defaults(run=confirm_prepared)
    back = by_operator(
        common(verbs.add_parser("take-back-announcement", help="let nobody confirm a correction that waits any more"))
    )
    back.add_argument("--wave", type=int, required=True, metavar="21")
    back.add_argument("--announced-at", type=instant, required=True, metavar="INSTANT", help="of the one that waits")
    back.set_defaults(run=take_prepared_back)


def open_one(arguments: argparse.Namespace) -> int:
    """Propose a wave; with --dry-run look ahead only."""
    with database(arguments.data_dir):
        from prakerja.intake.operations import look_ahead, prepare_wave
        from prakerja.kernel.clock import now

        values = {
            "number": arguments.wave,
            "opens_at": arguments.opens,
            "closes_at": arguments.closes,
            "quota": arguments.quota,
            "at": now(),
        }
        try:
            plan = look_ahead(**values)
            proposed = None if arguments.dry_run else prepare_wave(actor=acting(arguments), **values)
        except Refused as refusal:
            raise explained(refusal, arguments) from refusal
    answer(
        {
            "wave": plan.number,
            "scheme": plan.scheme,
            "opens_at": plan.opens_at.isoformat(),
            "closes_at": plan.closes_at.isoformat(),
            "quota": plan.quota,
            "open_meanwhile": list(plan.overlaps),
            "is_opened": False,
            "confirm": proposed.digest if proposed else "",
        }
    )
    wave_proposals.tell_next(proposed)
    return 0


def list_letters(arguments: argparse.Namespace) -> int:
    """Print the letters that wait, the first to be answered first; what they say is read on the console."""
    with database(arguments.data_dir):
        from prakerja.intake.letters import open_letters

        tell_found(
            arguments,
            {
                "letters": [
                    {
                        "id": str(one.letter_id),
                        "waves": [int(number) for number in one.waves.split()],
                        "sent_at": one.sent_at.isoformat(),
                        "answer_by": one.answer_by.isoformat(),
                    }
                    for one in open_letters(most=_MOST_IMPORTS)
                ]
            },
        )
    return 0


def answer_one(arguments: argparse.Namespace) -> int:
    """Answer a letter."""
    with database(arguments.data_dir):
        from prakerja.intake.operations import answer_letter
        from prakerja.kernel.clock import now

        try:
            answer_letter(letter_id=arguments.letter, answer=arguments.answer, actor=acting(arguments), at=now())
        except Refused as refusal:
            raise explained(refusal, arguments) from refusal
    answer({"letter": str(arguments.letter), "is_answered": True})
    return 0


def list_imports(arguments: argparse.Namespace) -> int:
    """Print the latest imports of results: since when, how far, how fast; and what waits for a second operator."""
    with database(arguments.data_dir):
        from prakerja.intake.operations import waiting_results
        from prakerja.intake.queries import result_imports

        tell_found(
            arguments,
            {
                "imports": [
                    {
                        "wave": one.wave,
                        "decree": one.decree,
                        "status": one.status,
                        "since": one.begun_at.isoformat(),
                        "by": one.begun_by,
                        "rows_read": one.lines_read,
                        "people": one.people,
                        "awarded": one.awarded,
                        "left": one.left,
                        "seconds": round(one.seconds, 1),
                        "awarded_a_second": round(one.awarded / one.seconds, 1) if one.seconds else None,
                    }
                    for one in result_imports(most=_MOST_IMPORTS)
                ],
                "waiting": [
                    {
                        "wave": one.wave,
                        "decree": one.decree,
                        "people": one.people,
                        "rejected": one.rejected,
                        "announced_at": None if one.announced_at is None else one.announced_at.isoformat(),
                        "prepared_by": one.prepared_by,
                        "prepared_at": one.prepared_at.isoformat(),
                    }
                    for one in waiting_results()
                ],
            },
        )
    return 0


def give_up(arguments: argparse.Namespace) -> int:
    """End an import whose list will not come again, by two operators; whoever was awarded stays so."""
    with database(arguments.data_dir):
        from prakerja.intake.operations import give_up_import
        from prakerja.kernel.clock import now

        try:
            left = give_up_import(
                wave_number=arguments.wave, reason=arguments.reason, actor=acting(arguments), at=now()
            )
        except Refused as refusal:
            raise explained(refusal, arguments) from refusal
    answer({"wave": arguments.wave, "is_given_up": left is not None, "left_without_award": left})
    if left is None:
        progress(SECOND_NEEDED)
    return 0


def prepare(arguments: argparse.Namespace) -> int:
    """The first of two operators says when the wave was really announced; nothing changes yet."""
    with database(arguments.data_dir):
        from prakerja.intake.operations import prepare_correction
        from prakerja.kernel.clock import now

        try:
            prepared = prepare_correction(
                wave_number=arguments.wave,
                announced_at=arguments.announced_at,
                reason=arguments.reason,
                actor=acting(arguments),
                at=now(),
            )
        except Refused as refusal:
            raise explained(refusal, arguments) from refusal
    _tell(prepared, is_done=False)
    return 0


def confirm_prepared(arguments: argparse.Namespace) -> int:
    """The second operator confirms: deadlines move and people are told."""
    with database(arguments.data_dir):
        from prakerja.intake.operations import confirm_correction
        from prakerja.kernel.clock import now

        named = arguments.confirm_short_deadline.strip().lower()
        if named and named != arguments.operator.strip().lower():
            raise CommandError(
                "Batas waktu yang pendek ditegaskan oleh operator yang mengesahkan.",
                "A short deadline is confirmed by the operator who confirms the correction.",
            )
        try:
            done = confirm_correction(
                wave_number=arguments.wave,
                announced_at=arguments.announced_at,
                actor=acting(arguments),
                at=now(),
                is_short_deadline_confirmed=bool(named),
            )
        except Refused as refusal:
            raise explained(refusal, arguments) from refusal
    _tell(done, is_done=True)
    return 0


def take_prepared_back(arguments: argparse.Namespace) -> int:
    """Take a correction back that nobody shall confirm: their own alone, another's by two."""
    with database(arguments.data_dir):
        from prakerja.intake.operations import take_back_correction
        from prakerja.kernel.clock import now

        try:
            is_back = take_back_correction(
                wave_number=arguments.wave, announced_at=arguments.announced_at, actor=acting(arguments), at=now()
            )
        except Refused as refusal:
            raise explained(refusal, arguments) from refusal
    answer({"wave": arguments.wave, "is_taken_back": is_back})
    if not is_back:
        progress(SECOND_NEEDED)
    return 0


def _tell(correction: Any, *, is_done: bool) -> None:
    answer(
        {
            "wave": correction.wave,
            "announced_before": correction.announced_before.isoformat(),
            "announced_at": correction.announced_at.isoformat(),
            "deadline_before": correction.deadline_before.isoformat(),
            "deadline": correction.deadline.isoformat(),
            "days_left": correction.days_left,
            "people": correction.people,
            "is_confirmed": is_done,
        }
    )
    if not is_done:
        progress(
            f"another operator now confirms it: prakerja wave confirm-announcement --wave {correction.wave} --announced-at …"
        )
