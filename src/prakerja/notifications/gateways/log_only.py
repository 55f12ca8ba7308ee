"""The gateway of a machine that has none: it sends nothing and says so."""

from __future__ import annotations

import logging
from datetime import datetime

from prakerja.notifications.gateways.base import Accepted, Channel, Delivery

_LOG = logging.getLogger(__name__)


class LogOnly:
    """Accepts everything and delivers nothing. The log names the message's reference, never its address or text."""

    def send(
        self, *, reference: str, channel: Channel, to: str, text: str, at: datetime, subject: str | None = None
    ) -> Delivery:
        """See MessageGateway."""
        _LOG.warning("no gateway is configured: %s message %s reaches nobody", channel, reference)
        return Accepted()
