"""Message gateways: a folder of siblings behind one Protocol (base.py). Private to notifications."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from django.conf import settings

from prakerja.notifications.gateways.base import (
    Accepted,
    Busy,
    Channel,
    Delivery,
    Forgets,
    GatewayState,
    Handed,
    ManyAtOnce,
    MessageGateway,
    Part,
    PermanentFailure,
    TellsLater,
    TemporaryFailure,
    Told,
    Unknown,
)
from prakerja.notifications.gateways.by_channel import ByChannel
from prakerja.notifications.gateways.log_only import LogOnly
from prakerja.notifications.gateways.sandbox_phone import SandboxPhone
from prakerja.notifications.gateways.smpp.gateway import number_of
from prakerja.notifications.gateways.smpp.receipts import digits
from prakerja.notifications.gateways.smpp.settings import smpp_from_settings
from prakerja.notifications.gateways.smtp import Smtp

# What makes a gateway of a name; whether it is for codes is told to those that keep a session for them.
GATEWAYS: Mapping[str, Callable[[bool], MessageGateway]] = MappingProxyType(
    {
        "sandbox_phone": lambda is_urgent: SandboxPhone.from_settings(),
        "log_only": lambda is_urgent: LogOnly(counts=settings.IS_DEMO),
        "smpp": smpp_from_settings,
        "smtp": lambda is_urgent: Smtp.from_settings(),
    }
)


def gateway_of(*, is_urgent: bool) -> MessageGateway:
    """The gateway of the settings: one for both channels, or one each. Codes never share a session with anything else."""
    sms, email = settings.SMS_GATEWAY or settings.MESSAGE_GATEWAY, settings.EMAIL_GATEWAY or settings.MESSAGE_GATEWAY
    if sms == email:
        return GATEWAYS[sms](is_urgent)
    return ByChannel(sms=GATEWAYS[sms](is_urgent), email=GATEWAYS[email](is_urgent))


__all__ = [
    "GATEWAYS",
    "Accepted",
    "Busy",
    "Channel",
    "Delivery",
    "Forgets",
    "GatewayState",
    "Handed",
    "ManyAtOnce",
    "MessageGateway",
    "Part",
    "PermanentFailure",
    "TellsLater",
    "TemporaryFailure",
    "Told",
    "Unknown",
    "digits",
    "gateway_of",
    "number_of",
]
