"""The phone of the example world, which shows what a person would have received."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from prakerja.kernel import http
from prakerja.notifications.gateways.base import Accepted, Channel, Delivery, PermanentFailure, TemporaryFailure


class SandboxPhone:
    """Client of `/phone/messages`. `url` is the root of the example world; time-outs are wall seconds."""

    def __init__(self, *, url: str, key: str, connect_timeout: float = 2.0, read_timeout: float = 5.0) -> None:
        if not url or not key:
            raise ImproperlyConfigured("the sandbox phone needs an address and a key")
        self._url = url.rstrip("/")
        self._key = key
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout

    @classmethod
    def from_settings(cls) -> Self:
        """The phone at PHONE_URL with GATEWAY_KEY."""
        return cls(url=settings.PHONE_URL, key=settings.GATEWAY_KEY)

    def send(
        self, *, reference: str, channel: Channel, to: str, text: str, at: datetime, subject: str | None = None
    ) -> Delivery:
        """See MessageGateway."""
        message = {"reference": reference, "channel": channel, "to": to, "text": text, "at": at.isoformat()}
        if subject is not None:
            message["subject"] = subject
        try:
            answer = http.request(
                "POST",
                f"{self._url}/phone/messages",
                json=message,
                headers={"Authorization": f"Bearer {self._key}"},
                connect_timeout=self._connect_timeout,
                read_timeout=self._read_timeout,
            )
        except http.NetworkFailure:
            # The gateway knows messages by their reference, so sending again after a lost answer delivers once.
            return TemporaryFailure("no_answer")
        said = answer.json()
        if answer.status == 200 and isinstance(said, dict) and said.get("accepted") is True:
            return Accepted()
        # 400, 413 and 422 speak of this message or its address; anything else (a wrong key, a busy gateway, a stranger
        # in between) of the gateway, and a citizen's message is not given up for that.
        if answer.status in (400, 413, 422):
            return PermanentFailure(str(said.get("error")) if isinstance(said, dict) else "refused")
        return TemporaryFailure(f"http_{answer.status}")
