"""Read awards."""

from __future__ import annotations

import uuid
from typing import NamedTuple

from prakerja.intake.models import Award
from prakerja.kernel.db import hot_row
from prakerja.kernel.secrets import blind_index, unseal


class CardRoute(NamedTuple):
    person_id: uuid.UUID
    award_id: uuid.UUID


def award_of_card(*, card_number: str) -> CardRoute | None:
    """Person and award behind a card number: the route of send-otp. None when nobody has that number."""
    found = hot_row(
        "SELECT person_id, award_id FROM intake_cardclaim WHERE index = %s", [blind_index("card", card_number)]
    )
    return CardRoute(*found) if found else None


def current_award(*, person_id: uuid.UUID) -> Award | None:
    """The latest award of a person, running or ended; None when the person was never selected."""
    return Award.objects.filter(person_id=person_id).order_by("-awarded_at").first()


def card_number(*, award: Award) -> str:
    """The number, opened: for its owner's own page and the sandbox only."""
    return unseal(award.card_number_enc, table="intake_award", column="card_number_enc", row_id=award.id)
