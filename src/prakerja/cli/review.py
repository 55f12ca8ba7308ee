"""`prakerja review …`: what people wrote about trainings, hidden by an operator with a reason, or shown again."""

from __future__ import annotations

import argparse
import uuid
from typing import Any

from prakerja.cli.arguments import OPERATOR_SENTENCES, CommandError, acting, answer, by_operator, common
from prakerja.cli.database import database
from prakerja.kernel.errors import Refused

_SENTENCES = {
    **OPERATOR_SENTENCES,
    "reason_missing": (
        "Tulis alasannya, 10 sampai 500 huruf: --reason. Peserta membacanya.",
        "Write the reason, in 10 to 500 characters: --reason. The participant reads it.",
    ),
    "review_unknown": ("Tidak ada ulasan dengan ID itu.", "There is no review with that ID."),
    "review_hidden": ("Ulasan itu sudah disembunyikan.", "That review is hidden already."),
    "review_shown": ("Ulasan itu sudah terlihat.", "That review is shown already."),
}
_MOST_SHOWN = 1_000


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("review", help="hide what harms somebody in a review, or show it again")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="list|hide|show")
    listing = common(verbs.add_parser("list", help="the newest reviews"))
    listing.add_argument("--course", default="", metavar="C", help="of this course only")
    listing.set_defaults(run=list_reviews)
    for verb, words in (("hide", "nobody but its owner reads it any more"), ("show", "everybody reads it again")):
        deciding = by_operator(common(verbs.add_parser(verb, help=words)))
        deciding.add_argument("--review", required=True, type=uuid.UUID, metavar="ID", help="as `list` shows it")
        deciding.set_defaults(run=decide)
        if verb == "hide":
            deciding.add_argument("--reason", required=True, metavar="R", help="what its owner reads")


def list_reviews(arguments: argparse.Namespace) -> int:
    """Print the newest reviews, without who wrote them."""
    with database(arguments.data_dir):
        from prakerja.training.reviews import reviews_to_read

        answer(
            [
                {
                    "review": str(one.rating_id),
                    "course": one.course_title,
                    "stars": one.stars,
                    "text": one.review,
                    "written_at": one.created_at.isoformat(),
                    "status": one.status,
                    "why": one.hidden_why,
                }
                for one in reviews_to_read(most=_MOST_SHOWN, course_code=arguments.course)
            ]
        )
    return 0


def decide(arguments: argparse.Namespace) -> int:
    """Hide one review, or show it again."""
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now
        from prakerja.training.operations import hide_review, show_review

        try:
            if arguments.verb == "hide":
                hide_review(rating_id=arguments.review, why=arguments.reason, actor=acting(arguments), at=now())
            else:
                show_review(rating_id=arguments.review, actor=acting(arguments), at=now())
        except Refused as refused:
            raise CommandError(*_SENTENCES[refused.reason]) from refused
        answer({"review": str(arguments.review), "verb": arguments.verb})
    return 0
