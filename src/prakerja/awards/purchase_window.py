"""Until when the first training can be bought."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.awards.locking import locked_award
from prakerja.kernel.db import requires_transaction
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import deadline_after_void


@requires_transaction
def reopen_purchase_window(*, person_id: uuid.UUID, award_id: uuid.UUID, voided_at: datetime) -> None:
    """The only purchase was voided: not revoked tonight, a new deadline instead (rules.md 12.5)."""
    award = locked_award(person_id=person_id, award_id=award_id)
    award.first_purchase_at = None
    award.purchase_deadline_at = deadline_after_void(
        scheme=scheme(scheme_version_id=award.scheme_version_id),
        deadline_at=award.purchase_deadline_at,
        voided_at=voided_at,
    )
    award.save(update_fields=["first_purchase_at", "purchase_deadline_at"])
