"""Message gateways: a folder of siblings behind one Protocol (base.py). Private to notifications."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from prakerja.notifications.gateways.base import (
    Accepted,
    Busy,
    Channel,
    Delivery,
    Handed,
    ManyAtOnce,
    MessageGateway,
    PermanentFailure,
    TemporaryFailure,
)
from prakerja.notifications.gateways.log_only import LogOnly
from prakerja.notifications.gateways.sandbox_phone import SandboxPhone

GATEWAYS: Mapping[str, Callable[[], MessageGateway]] = MappingProxyType(
    {"sandbox_phone": SandboxPhone.from_settings, "log_only": LogOnly}
)

__all__ = [
    "GATEWAYS",
    "Accepted",
    "Busy",
    "Channel",
    "Delivery",
    "Handed",
    "ManyAtOnce",
    "MessageGateway",
    "PermanentFailure",
    "TemporaryFailure",
]
