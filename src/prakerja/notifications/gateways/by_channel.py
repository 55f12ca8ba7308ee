"""SMS by one gateway and e-mail by another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from prakerja.notifications.gateways.base import (
    Channel,
    Delivery,
    Forgets,
    GatewayState,
    Handed,
    ManyAtOnce,
    MessageGateway,
    TellsLater,
    Told,
)


class ByChannel:
    """Gives each message to the gateway of its channel, and says what that one says."""

    def __init__(self, *, sms: MessageGateway, email: MessageGateway) -> None:
        self._of: dict[Channel, MessageGateway] = {"sms": sms, "email": email}
        self._tellers = [one for one in (sms, email) if isinstance(one, TellsLater)]

    def send(
        self, *, reference: str, channel: Channel, to: str, text: str, at: datetime, subject: str | None = None
    ) -> Delivery:
        """See MessageGateway."""
        return self._of[channel].send(reference=reference, channel=channel, to=to, text=text, at=at, subject=subject)

    def send_many(self, messages: Sequence[Handed]) -> list[Delivery]:
        """See ManyAtOnce."""
        found: dict[int, Delivery] = {}
        for channel, gateway in self._of.items():
            places = [place for place, one in enumerate(messages) if one.channel == channel]
            mine = [messages[place] for place in places]
            if mine:
                found |= dict(zip(places, _all(gateway, mine), strict=True))
        return [found[place] for place in range(len(messages))]

    def forgets(self, channel: Channel) -> bool:
        """See Forgets."""
        gateway = self._of[channel]
        return isinstance(gateway, Forgets) and gateway.forgets(channel)

    def on_news(self, wake: Callable[[], None]) -> None:
        """See TellsLater."""
        for one in self._tellers:
            one.on_news(wake)

    def take_news(self, most: int) -> list[Told]:
        """See TellsLater."""
        return [told for one in self._tellers for told in one.take_news(most)]

    def acknowledge(self, told: Sequence[Told]) -> None:
        """See TellsLater: a ticket knows whose it is."""
        for one in self._tellers[:1]:
            one.acknowledge(told)

    def ask(self, *, gateway: str, message_id: str, phone: str) -> Told | None:
        """See TellsLater."""
        answers = (one.ask(gateway=gateway, message_id=message_id, phone=phone) for one in self._tellers)
        return next((told for told in answers if told is not None), None)

    def distrust(self, gateway: str, *, seconds: int) -> None:
        """See TellsLater."""
        for one in self._tellers:
            one.distrust(gateway, seconds=seconds)

    def states(self) -> list[GatewayState]:
        """See TellsLater."""
        return [state for one in self._tellers for state in one.states()]


def _all(gateway: MessageGateway, messages: Sequence[Handed]) -> list[Delivery]:
    if isinstance(gateway, ManyAtOnce):
        return gateway.send_many(messages)
    return [
        gateway.send(
            reference=one.reference, channel=one.channel, to=one.to, text=one.text, at=one.at, subject=one.subject
        )
        for one in messages
    ]
