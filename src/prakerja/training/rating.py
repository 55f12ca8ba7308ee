"""Stars and a written review of a completed training, on the dashboard (rules.md 6.6)."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import F

from prakerja.audit.operations import record
from prakerja.awards.models import Award
from prakerja.catalogue.models import Course
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import (
    CutoffKind,
    PurchaseCloses,
    Scheme,
    cutoff_at,
    next_purchase_until,
)
from prakerja.purchases.models import Purchase
from prakerja.training.models import Certificate, Completion, Rating
from prakerja.wallets.models import Wallet

LONGEST_REVIEW = 2_000


def rate(*, person_id: uuid.UUID, completion_id: uuid.UUID, stars: int, review: str, at: datetime) -> None:
    """Give 1 to 5 stars and a written review, once per completion, from the certificate's appearance to the cut-off.

    Both are needed (rules.md 6.6). In a scheme whose next purchase waits for the review (2023) this opens its
    window: the day of the review, in WIB, is day 1. Raises Refused: completion_unknown, stars_range, review_empty,
    review_too_long, certificate_not_visible (visible_from), rated_already, review_closed.
    """
    text = review.strip()
    if not 1 <= stars <= 5:
        raise Refused("stars_range")
    if not text:
        raise Refused("review_empty")
    if len(text) > LONGEST_REVIEW:
        raise Refused("review_too_long")
    with transaction():
        # The completion is locked: of two reviews at once the second finds the first.
        completion = (
            Completion.objects.select_for_update(no_key=True).filter(person_id=person_id, id=completion_id).first()
        )
        if completion is None:
            raise Refused("completion_unknown")
        if Rating.objects.filter(person_id=person_id, completion=completion).exists():
            raise Refused("rated_already")
        purchase = Purchase.objects.select_for_update(no_key=True).get(
            person_id=person_id, voucher_id=completion.voucher_id
        )
        award = Award.objects.get(person_id=person_id, id=purchase.award_id)
        rules = scheme(scheme_version_id=award.scheme_version_id)
        _refuse(completion=completion, rules=rules, at=at)
        rating = Rating.objects.create(
            person_id=person_id,
            completion=completion,
            course_id=purchase.course_id,
            stars=stars,
            review=text,
            created_at=at,
        )
        Course.objects.filter(id=purchase.course_id).update(
            rating_sum=F("rating_sum") + stars, rating_count=F("rating_count") + 1
        )
        if rules.purchase_closes_on is PurchaseCloses.REVIEW:
            _open_next_purchase(purchase=purchase, award=award, rules=rules, at=at)
        record(
            action="training.rated",
            at=at,
            person_id=person_id,
            actor_kind="participant",
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
def _open_next_purchase(*, purchase: Purchase, award: Award, rules: Scheme, at: datetime) -> None:
    """This training no longer blocks the next one, which must be bought before the window ends (rules.md 14.7)."""
    if not purchase.is_open:
        return
    purchase.is_open = False
    purchase.save(update_fields=["is_open"])
    Wallet.objects.filter(person_id=award.person_id, id=award.wallet_id, closed_at=None).update(
        spendable_until=next_purchase_until(scheme=rules, closed_at=at)
    )
