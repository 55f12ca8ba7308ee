"""How the gateways are, as whoever keeps their sessions says: for operators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from prakerja.kernel import clock
from prakerja.kernel.db import repeatable_transaction
from prakerja.notifications.gateways import GatewayState as Said
from prakerja.notifications.models import GatewayState

_COUNTS = ("accepted", "refused", "throttled", "unanswered", "receipts")


def note(states: Sequence[Said], *, lane: str, at: datetime) -> None:
    """Write down how the gateways of a lane are; `at` is programme time, from which a new state is counted."""
    known = {one.id: one for one in GatewayState.objects.filter(lane=lane)}
    with repeatable_transaction():
        for one in states:
            key = f"{one.name}:{lane}"
            before = known.get(key)
            since = before.said_since if before is not None and before.said == one.said else at
            GatewayState.objects.update_or_create(
                id=key,
                defaults={
                    "name": one.name,
                    "lane": lane,
                    "said": one.said,
                    "said_since": since,
                    "is_chosen": one.is_chosen,
                    "seen_wall": clock.wall(),
                    **{name: getattr(one, name) for name in _COUNTS},
                },
            )
