"""The gateway of a machine that has none: it sends nothing and says so. In production nothing counts as sent by it."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings

from prakerja.notifications.gateways.base import Accepted, Channel, Delivery, TemporaryFailure

_LOG = logging.getLogger(__name__)


class LogOnly:
    """Accepts everything of a demo and delivers nothing; in production everything waits. The log names the message's reference, never its address or text."""

    def send(
        self, *, reference: str, channel: Channel, to: str, text: str, at: datetime, subject: str | None = None
    ) -> Delivery:
        """See MessageGateway."""
        _LOG.warning("no gateway is configured: %s message %s reaches nobody", channel, reference)
        # A revocation that reached nobody must not count as told.
        return Accepted() if settings.IS_DEMO else TemporaryFailure("no_gateway")
