"""What an institution may know of a participant who allowed it (contract.md 2.14 e)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from prakerja.awards.queries import card_number, current_award
from prakerja.grants.policies import facts_of
from prakerja.grants.queries import Holder, pairwise_id
from prakerja.people.queries import contact_of, name_of
from prakerja.purchases.queries import platform_user


@dataclass(frozen=True, repr=False)
class Profile:
    """Empty where the scopes do not reach, or where there is nothing to tell."""

    user_id: str
    name: str
    email: str
    phone_number: str
    no_prakerja: str
    dp_user_id: str


def profile_of(*, holder: Holder) -> Profile:
    """The profile, as far as the scopes go.

    The card number appears when it does on the dashboard: after the videos, while the award is active. `dp_user_id` is the
    shop account of the newest purchase at this institution, and belongs to the same scope: both name the participation.
    """
    facts, person_id = facts_of(holder.scopes), holder.person_id
    sees_card = "card" in facts
    return Profile(
        user_id=pairwise_id(person_id=person_id, partner_id=holder.partner_id),
        name=name_of(person_id=person_id) if "name" in facts else "",
        email=(contact_of(person_id=person_id, kind="email") or "") if "email" in facts else "",
        phone_number=(contact_of(person_id=person_id, kind="phone") or "") if "phone" in facts else "",
        no_prakerja=_card(person_id) if sees_card else "",
        dp_user_id=platform_user(person_id=person_id, institution_id=holder.partner_id) if sees_card else "",
    )


def _card(person_id: uuid.UUID) -> str:
    award = current_award(person_id=person_id)
    if award is None or award.status != "active" or award.videos_done_at is None:
        return ""
    return card_number(person_id=person_id, award_id=award.id)
