"""What other contexts know of an award: plain values, which cannot be written back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.awards.models import Award
from prakerja.awards.states import AWARD_STATES


@dataclass(frozen=True, slots=True)
class AwardFacts:
    """An award as it was when it was read. Instants are UTC; the deadline is exclusive."""

    id: uuid.UUID
    person_id: uuid.UUID
    wave_id: uuid.UUID
    scheme_version_id: uuid.UUID
    wallet_id: uuid.UUID
    reserve_id: uuid.UUID
    status: str
    purchase_deadline_at: datetime
    videos_done_at: datetime | None
    first_purchase_at: datetime | None
    training_waived_at: datetime | None

    @property
    def is_live(self) -> bool:
        """Neither ended nor finished; maybe suspended."""
        return self.status in AWARD_STATES.group("LIVE")

    @property
    def is_payable(self) -> bool:
        """Whether incentives may still be owed."""
        return self.status in AWARD_STATES.group("PAYABLE")

    @property
    def is_taken_back(self) -> bool:
        """Whether what comes back after its end belongs to the programme again."""
        return self.status in AWARD_STATES.group("TAKEN_BACK")


def facts_of(award: Award) -> AwardFacts:
    return AwardFacts(
        id=award.id,
        person_id=award.person_id,
        wave_id=award.wave_id,
        scheme_version_id=award.scheme_version_id,
        wallet_id=award.wallet_id,
        reserve_id=award.reserve_id,
        status=award.status,
        purchase_deadline_at=award.purchase_deadline_at,
        videos_done_at=award.videos_done_at,
        first_purchase_at=award.first_purchase_at,
        training_waived_at=award.training_waived_at,
    )
