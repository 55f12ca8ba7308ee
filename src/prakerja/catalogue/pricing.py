"""A platform proposes what it asks for a course; an operator accepts it (rules.md 5.2, 12.21)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.catalogue.models import Course, Listing, PriceProposal
from prakerja.catalogue.operations import set_price
from prakerja.catalogue.states import PRICE_STATES
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.typed import normal_lines
from prakerja.partners.queries import takes_codes_online


@dataclass(frozen=True)
class Proposal:
    """`price` and `outside_price` in rupiah; `live_price` is what holds now, None when the platform does not sell it."""

    proposal_id: uuid.UUID
    course_code: str
    platform_code: str
    price: int
    outside_price: int
    status: str
    note: str
    proposed_at: datetime
    decided_at: datetime | None
    live_price: int | None


@requires_transaction
def propose_price(
    *, platform_id: uuid.UUID, course_code: str, price: int, outside_price: int, at: datetime
) -> Proposal:
    """Ask for a price of a course that may be listed; a proposal that still waits is replaced.

    The present price holds until an operator accepts. Raises Refused: course_unknown (also one that is not accepted),
    price_above_outside.
    """
    course = Course.objects.select_for_update(no_key=True).filter(code=course_code, is_curated=True).first()
    if course is None:
        raise Refused("course_unknown")
    if price > outside_price:
        raise Refused("price_above_outside")
    waiting = PriceProposal.objects.filter(course=course, platform_id=platform_id, status="submitted").first()
    if waiting is not None:
        if (waiting.price, waiting.outside_price) == (price, outside_price):
            return _seen(waiting)
        _decide(waiting, "withdraw", at)
    made = PriceProposal.objects.create(
        id=new_id(),
        course=course,
        platform_id=platform_id,
        price=price,
        outside_price=outside_price,
        proposed_at=at,
    )
    _audit("price.proposed", made, at, Actor.partner(platform_id))
    return _seen(made)


@permitted("price.decide")
def decide_price(
    *,
    course_code: str,
    platform_code: str,
    is_accepted: bool,
    actor: Actor,
    at: datetime,
    note: str = "",
) -> Proposal:
    """An operator lets a platform's price hold from now on, or returns it with a note.

    Raises Refused: not_permitted, proposal_unknown (none waits), course_not_accepted (withdrawn meanwhile),
    course_not_redeemable (online, and its institution has neither an address of return nor the old commit), note_missing.
    """
    if not is_accepted and not note.strip():
        raise Refused("note_missing")
    with transaction():
        # The course first, as whoever proposes or withdraws does.
        course = Course.objects.select_for_update(no_key=True).filter(code=course_code).first()
        waiting = PriceProposal.objects.filter(course=course, platform__code=platform_code, status="submitted").first()
        if course is None or waiting is None:
            raise Refused("proposal_unknown")
        if is_accepted and not course.is_curated:
            raise Refused("course_not_accepted")
        if is_accepted and course.mode == "online" and not takes_codes_online(partner_id=course.institution_id):
            # Whoever bought it could never begin (rules.md 12.31).
            raise Refused("course_not_redeemable")
        _decide(waiting, "accept" if is_accepted else "return", at, by=actor.id, note=note)
        if is_accepted:
            set_price(course_id=course.id, platform_id=waiting.platform_id, price=waiting.price, at=at)
        _audit(f"price.{waiting.status}", waiting, at, actor)
        return _seen(waiting)


def submitted_prices() -> list[Proposal]:
    """What waits for an operator, longest first."""
    return [_seen(one) for one in PriceProposal.objects.filter(status="submitted").order_by("proposed_at", "id")]


def proposals_of_platform(*, platform_id: uuid.UUID, after: uuid.UUID | None, limit: int) -> list[Proposal]:
    """A platform's own proposals, oldest first, after one of them."""
    found = PriceProposal.objects.filter(platform_id=platform_id).select_related("course", "platform").order_by("id")
    if after is not None:
        found = found.filter(id__gt=after)
    return [_seen(one) for one in found[:limit]]


def _decide(proposal: PriceProposal, verb: str, at: datetime, *, by: str = "", note: str = "") -> None:
    proposal.status = PRICE_STATES.advance(current=proposal.status, verb=verb)
    proposal.decided_at, proposal.decided_by, proposal.note = at, by, normal_lines(note)
    proposal.save(update_fields=["status", "decided_at", "decided_by", "note"])


def _seen(proposal: PriceProposal) -> Proposal:
    live = Listing.objects.filter(course=proposal.course_id, platform=proposal.platform_id, ended_at=None)
    return Proposal(
        proposal_id=proposal.id,
        course_code=proposal.course.code,
        platform_code=proposal.platform.code,
        price=proposal.price,
        outside_price=proposal.outside_price,
        status=proposal.status,
        note=proposal.note,
        proposed_at=proposal.proposed_at,
        decided_at=proposal.decided_at,
        live_price=live.values_list("price", flat=True).first(),
    )


def _audit(action: str, proposal: PriceProposal, at: datetime, actor: Actor) -> None:
    record(
        action=action,
        at=at,
        actor=actor,
        subject_kind="price_proposal",
        subject_id=proposal.id,
        data={"price": proposal.price, "outside_price": proposal.outside_price},
        why=proposal.note,
    )
