"""The one list of what partners are told. Each event is declared beside the verb that writes it (`audit.events`)."""

from __future__ import annotations

from prakerja.purchases.events import CLASS_CANCELLED, TRANSACTION_VOIDED, VOUCHER_ISSUED
from prakerja.training.events import COMPLETION_ACCEPTED, COMPLETION_CORRECTED, COMPLETION_WITHDRAWN, VOUCHER_REDEEMED

# In the order in which partners read them.
EVENTS = (
    VOUCHER_ISSUED,
    VOUCHER_REDEEMED,
    TRANSACTION_VOIDED,
    CLASS_CANCELLED,
    COMPLETION_ACCEPTED,
    COMPLETION_CORRECTED,
    COMPLETION_WITHDRAWN,
)
NAMES = tuple(event.name for event in EVENTS)
BY_NAME = {event.name: event for event in EVENTS}
BY_ACTION = {event.action: event for event in EVENTS}
