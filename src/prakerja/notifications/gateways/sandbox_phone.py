"""The phone of the example world, which shows what a person would have received."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from prakerja.kernel import http
from prakerja.notifications.gateways.base import (
    Accepted,
    Busy,
    Channel,
    Delivery,
    Handed,
    PermanentFailure,
    TemporaryFailure,
)

_OF_THE_MESSAGE = (400, 413, 422)
_STRANGE = TemporaryFailure("strange_answer")
# Seconds: a gateway that wants to be left alone for longer is asked whether it still does.
_LONGEST_REST = 60


class SandboxPhone:
    """Client of `/phone/messages` and `/phone/batches`. `url` is the root of the example world; time-outs are wall seconds."""

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
        message = Handed(reference=reference, channel=channel, to=to, text=text, at=at, subject=subject)
        answer = self._ask("/phone/messages", _as_json(message))
        if answer is None:
            # The gateway knows messages by their reference, so sending again after a lost answer delivers once.
            return TemporaryFailure("no_answer")
        return _busy(answer) if answer.status == 429 else _outcome(answer.status, answer.json())

    def send_many(self, messages: Sequence[Handed]) -> list[Delivery]:
        """See ManyAtOnce."""
        answer = self._ask("/phone/batches", {"messages": [_as_json(message) for message in messages]})
        if answer is None:
            return [TemporaryFailure("no_answer") for _ in messages]
        if answer.status == 429:
            return [_busy(answer) for _ in messages]
        said = answer.json()
        outcomes = said.get("outcomes") if answer.status == 200 and isinstance(said, dict) else None
        if isinstance(outcomes, list) and len(outcomes) == len(messages):
            return [_outcome(one.get("status"), one) if isinstance(one, dict) else _STRANGE for one in outcomes]
        if answer.status in _OF_THE_MESSAGE:
            # It speaks of the call as a whole, of which no single message is to suffer.
            return [
                self.send(
                    reference=one.reference,
                    channel=one.channel,
                    to=one.to,
                    text=one.text,
                    at=one.at,
                    subject=one.subject,
                )
                for one in messages
            ]
        return [TemporaryFailure(f"http_{answer.status}") for _ in messages]

    def _ask(self, path: str, document: dict[str, Any]) -> http.Answer | None:
        """The answer; None when there is none."""
        try:
            return http.request(
                "POST",
                f"{self._url}{path}",
                json=document,
                headers={"Authorization": f"Bearer {self._key}"},
                connect_timeout=self._connect_timeout,
                read_timeout=self._read_timeout,
            )
        except http.NetworkFailure:
            return None


def _as_json(message: Handed) -> dict[str, Any]:
    said = {
        "reference": message.reference,
        "channel": message.channel,
        "to": message.to,
        "text": message.text,
        "at": message.at.isoformat(),
    }
    return said if message.subject is None else said | {"subject": message.subject}


def _busy(answer: http.Answer) -> Busy:
    return Busy(min(max(answer.retry_after or 1, 1), _LONGEST_REST))


def _outcome(status: Any, said: Any) -> Delivery:
    if status == 200 and isinstance(said, dict) and said.get("accepted") is True:
        return Accepted()
    if status == 429:
        return Busy()
    # 400, 413 and 422 speak of this message or its address; anything else (a wrong key, a broken gateway, a stranger
    # in between) of the gateway, and a citizen's message is not given up for that.
    if status in _OF_THE_MESSAGE:
        return PermanentFailure(str(said.get("error")) if isinstance(said, dict) else "refused")
    return TemporaryFailure(f"http_{status}" if isinstance(status, int) else "strange_answer")
