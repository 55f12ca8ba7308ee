"""Stars and a written review of a completed training, on the dashboard (rules.md 6.6)."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.audit.operations import record
from prakerja.awards.operations import note_review
from prakerja.catalogue.operations import add_rating
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.typed import normal_lines
from prakerja.programmes.schemes import (
    CutoffKind,
    PurchaseCloses,
    Scheme,
    cutoff_at,
    next_purchase_until,
)
from prakerja.purchases.operations import close_training
from prakerja.purchases.queries import first_voucher
from prakerja.training.facts import BoughtCode, bought_code
from prakerja.training.models import Certificate, Completion, Rating
from prakerja.wallets.operations import set_spendable_until

LONGEST_REVIEW = 2_000


def rate_training(*, person_id: uuid.UUID, completion_id: uuid.UUID, stars: int, review: str, at: datetime) -> None:
    """Give 1 to 5 stars and a written review, once per completion, from the certificate's appearance to the cut-off.

    Both are needed (rules.md 6.6). In a scheme whose next purchase waits for the review (2023) this opens its
    window: the day of the review, in WIB, is day 1. Raises Refused: completion_unknown, stars_range, review_empty,
    review_too_long, certificate_not_visible (visible_from), rated_already, review_closed.
    """
    text = normal_lines(review).strip()
    if not 1 <= stars <= 5:
        raise Refused("stars_range")
    if not text:
        raise Refused("review_empty")
    if len(text) > LONGEST_REVIEW:
        raise Refused("review_too_long")
    with transaction():
        # The completion is locked: of two reviews at once the second finds the first.
        completion = (
            Completion.objects.select_for_update(no_key=True)
            .filter(person_id=person_id, id=completion_id, withdrawn_at=None)
            .first()
        )
        if completion is None:
            raise Refused("completion_unknown")
        if Rating.objects.filter(person_id=person_id, completion=completion).exists():
            raise Refused("rated_already")
        found = bought_code(person_id=person_id, voucher_id=completion.voucher_id)
        _refuse(completion=completion, rules=found.rules, at=at)
        rating = Rating.objects.create(
            person_id=person_id,
            completion=completion,
            course_id=found.course_id,
            stars=stars,
            review=text,
            created_at=at,
        )
        is_first = found.voucher_id == first_voucher(person_id=person_id, award_id=found.award_id)
        note_review(person_id=person_id, award_id=found.award_id, is_first=is_first, at=at)
        add_rating(course_id=found.course_id, stars=stars)
        if found.rules.purchase_closes_on is PurchaseCloses.REVIEW:
            _open_next_purchase(found=found, at=at)
        record(
            action="training.rated",
            at=at,
            person_id=person_id,
            actor=Actor.participant(person_id),
            subject_kind="rating",
            subject_id=rating.id,
            data={"stars": stars},
        )


@requires_transaction
def _refuse(*, completion: Completion, rules: Scheme, at: datetime) -> None:
    visible_from = (
        Certificate.objects.filter(person_id=completion.person_id, completion=completion)
        .order_by("visible_from")
        .values_list("visible_from", flat=True)
        .first()
    )
    if visible_from is None or at < visible_from:
        raise Refused("certificate_not_visible", visible_from=visible_from)
    closes_at = cutoff_at(scheme=rules, kind=CutoffKind.REVIEW)
    if closes_at is not None and at >= closes_at:
        raise Refused("review_closed", closed_at=closes_at)


@requires_transaction
def _open_next_purchase(*, found: BoughtCode, at: datetime) -> None:
    """This training no longer blocks the next one, which must be bought before the window ends (rules.md 14.7)."""
    if close_training(person_id=found.person_id, voucher_id=found.voucher_id):
        until = next_purchase_until(scheme=found.rules, closed_at=at)
        set_spendable_until(
            person_id=found.person_id,
            wallet_id=found.wallet_id,
            until=until,
            actor=Actor.participant(found.person_id),
            at=at,
        )
