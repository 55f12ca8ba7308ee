"""The gateway of a machine that has none: it sends nothing and says so. In production nothing counts as sent by it."""

from __future__ import annotations

import logging
from datetime import datetime

from prakerja.notifications.gateways.base import Accepted, Channel, Delivery, TemporaryFailure

_LOG = logging.getLogger(__name__)


class LogOnly:
    """Delivers nothing. The log names the message's reference, never its address or text."""

    def __init__(self, *, counts: bool = True) -> None:
        """`counts`: what it is given counts as sent, as in a demo. Otherwise it waits: a revocation that reached nobody is not told."""
        self._counts = counts

    def send(
        self, *, reference: str, channel: Channel, to: str, text: str, at: datetime, subject: str | None = None
    ) -> Delivery:
        """See MessageGateway."""
        _LOG.warning("no gateway is configured: %s message %s reaches nobody", channel, reference)
        return Accepted() if self._counts else TemporaryFailure("no_gateway")
