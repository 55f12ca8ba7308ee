"""A synthetic participant at a stage, as of now: what `prakerja sandbox participant` makes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from prakerja.awards.queries import award
from prakerja.intake import queries as waves
from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused
from prakerja.programmes.queries import scheme
from prakerja.sandbox import courses, partners_file, people
from prakerja.sandbox.building import watch_videos
from prakerja.wallets.queries import wallet

STAGES = ("awarded", "ready", "purchased", "redeemed", "completed")
# How long ago each step was: a participant's history stands in the quarter of an hour before now.
_AWARDED, _WATCHED, _EARLIER, _BOUGHT, _REDEEMED, _COMPLETED = (
    timedelta(minutes=minutes) for minutes in (15, 14, 9, 5, 3, 1)
)


def make_participant(*, stage: str, wave: int, balance: int | None, at: datetime, phone: str = "") -> dict[str, Any]:
    """Make somebody new at `stage`. `balance` rupiah is left after an earlier, completed purchase of the rest.

    `phone` is any number that nobody has; without one we invent it. Raises Refused as the operations do, and before
    anybody is made: wave_unknown, balance_range, balance_before_videos, result_rejected (a phone that is none, or taken), deadline_not_ahead
    (what, deadline; somebody who would have bought nothing by it is nobody to try anything with).
    """
    if balance is not None:
        _require_possible(balance, stage=stage, wave=wave)
    reached = STAGES.index(stage)
    if reached >= STAGES.index("purchased"):
        # After the deadline there is nothing to buy any more: this life was lived before it.
        at = min(at, people.last_moment_to_buy(wave=wave, at=at - _AWARDED) - timedelta(hours=1))
    participant = people.award(people.invented_row(phone=phone), wave=wave, at=at - _AWARDED)
    offer = None
    if reached >= STAGES.index("ready"):
        watch_videos(person_id=participant.person_id, at=at - _WATCHED)
        if balance is not None:
            _spend_down_to(balance, participant, at=at - _EARLIER)
    if reached >= STAGES.index("purchased"):
        price = min(courses.DEFAULT_PRICE, _balance(participant))
        offer = courses.make_course(price=price, at=at - _BOUGHT - timedelta(seconds=1))
        people.buy(participant, offer, at=at - _BOUGHT)
    if reached >= STAGES.index("redeemed"):
        people.use_code(participant.purchases[-1], at=at - _REDEEMED)
    if reached >= STAGES.index("completed"):
        people.complete(participant.purchases[-1], at=at - _COMPLETED)
    return _document(participant, stage=stage, offer=offer)


def _require_possible(balance: int, *, stage: str, wave: int) -> None:
    found = waves.wave(number=wave)
    if found is None:
        raise Refused("wave_unknown")
    if stage == "awarded":
        # Nobody has bought anything before the videos.
        raise Refused("balance_before_videos")
    fund = scheme(scheme_version_id=found.scheme_version_id).training_fund
    least = 0 if stage == "ready" else 1
    if not least <= balance <= fund:
        raise Refused("balance_range")


def _spend_down_to(balance: int, participant: people.Participant, *, at: datetime) -> None:
    rest = _balance(participant) - balance
    if rest == 0:
        return
    offer = courses.make_course(price=rest, at=at - timedelta(seconds=1))
    bought = people.buy(participant, offer, at=at)
    people.use_code(bought, at=at + timedelta(minutes=1))
    people.complete(bought, at=at + timedelta(minutes=2))


def _balance(participant: people.Participant) -> int:
    wallet_id = award(person_id=participant.person_id, award_id=participant.award_id).wallet_id
    return wallet(person_id=participant.person_id, wallet_id=wallet_id).balance


def _document(participant: people.Participant, *, stage: str, offer: people.Offer | None) -> dict[str, Any]:
    bought = participant.purchases[-1] if offer is not None else None
    deadline = award(person_id=participant.person_id, award_id=participant.award_id).purchase_deadline_at
    return {
        "person_id": str(participant.person_id),
        "name": participant.name,
        "nik": participant.nik,
        "phone": participant.phone,
        "email": participant.email,
        "stage": stage,
        "card_number": participant.card_number,
        "balance": _balance(participant),
        "purchase_deadline": (deadline - timedelta(seconds=1)).astimezone(WIB).isoformat(),
        "platform": bought.offer.platform if bought else None,
        "platform_user": bought.platform_user if bought else None,
        "invoice_code": bought.invoice_code if bought else None,
        "transaction_code": bought.transaction_code if bought else None,
        "redeem_code": bought.redeem_code if bought else None,
        "course_code": bought.offer.course_code if bought else None,
        "schedule_code": bought.offer.schedule_code if bought else None,
        "price": bought.offer.price if bought else None,
        "institution": courses.INSTITUTION,
        "institution_credentials": partners_file.credentials_of(courses.INSTITUTION),
    }
