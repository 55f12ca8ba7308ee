"""While a draw counts what family cards have left, no list of another wave gives anybody of them an award (rules.md 4.4).

The draw, a context above, says from when to when; a list that is imported asks. Both take one lock, so that neither begins beside the other.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.intake.models import Wave
from prakerja.kernel.db import requires_transaction, row
from prakerja.kernel.errors import Refused

_LOCK = 0x7072616B_636172


@requires_transaction
def hold_cards(*, wave_id: uuid.UUID, at: datetime) -> None:
    """From now on what family cards have left is this wave's. Twice is once."""
    _lock()
    Wave.objects.filter(id=wave_id, cards_held_at=None).update(cards_held_at=at)


@requires_transaction
def release_cards(*, wave_id: uuid.UUID) -> None:
    """Whoever this wave's draw chose has their award: lists of other waves may go on. Twice is once."""
    Wave.objects.filter(id=wave_id).update(cards_held_at=None)


@requires_transaction
def require_cards(*, wave_id: uuid.UUID) -> None:
    """Refuse to award by a list while another wave's draw holds the cards. Raises Refused: cards_held (wave)."""
    _lock()
    found = Wave.objects.exclude(id=wave_id).filter(cards_held_at__isnull=False).order_by("cards_held_at").first()
    if found is not None:
        raise Refused("cards_held", wave=found.number)


@requires_transaction
def _lock() -> None:
    row("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
