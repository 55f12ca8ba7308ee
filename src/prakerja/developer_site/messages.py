"""What webhooks say, for the published files only: made from the events' own declarations and `webhooks.payloads`.

A platform reads more of its own sale than an institution does; what only a platform reads may be missing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from prakerja.audit.events import PartnerEvent
from prakerja.partner_api.answers import Data, Instant, Rupiah
from prakerja.webhooks.events import EVENTS
from prakerja.webhooks.payloads import OF_THE_PLATFORM

# How a declared type stands in JSON, where it does not speak for itself.
_IN_JSON: dict[Any, Any] = {datetime: Instant}


class Facts(Data, kw_only=True):
    """What every message tells of its purchase."""

    invoice_code: str
    course_code: str
    schedule_code: str
    transaction_code: str | UnsetType = UNSET
    amount: Rupiah | UnsetType = UNSET
    institution_code: str | UnsetType = UNSET


def _message(event: PartnerEvent) -> type[msgspec.Struct]:
    """`voucher.issued` → VoucherIssued, with the members that it tells beyond those of its purchase."""
    members: list[Any] = [
        (name, kind | UnsetType, UNSET) if name in OF_THE_PLATFORM else (name, _IN_JSON.get(kind, kind))
        for name, kind in event.tells.items()
    ]
    name = "".join(word.capitalize() for word in event.name.split("."))
    return msgspec.defstruct(name, members, bases=(Facts,), kw_only=True, forbid_unknown_fields=True)


# By the name of the event, as partners are told it.
MESSAGES: dict[str, type[msgspec.Struct]] = {event.name: _message(event) for event in EVENTS}
