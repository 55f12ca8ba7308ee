"""Messages to addresses that belong to no person yet. They are queued in the transaction that makes them true, sent by the worker.

A row is kept no longer than it is of use: sent, refused for good or worth nothing, it goes, and the address with it.
"""

from __future__ import annotations

import json
import logging
import uuid
from datetime import datetime, timedelta
from typing import Any, Literal, cast

import msgspec
from django.db.models import F

from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.due import in_chunks
from prakerja.kernel.ids import new_id
from prakerja.kernel.looks import first_of
from prakerja.kernel.secrets import seal, unseal
from prakerja.kernel.threads import side_by_side
from prakerja.notifications.arrivals import waits_at
from prakerja.notifications.gateways import (
    Busy,
    Channel,
    Delivery,
    Forgets,
    MessageGateway,
    TemporaryFailure,
    Unknown,
    gateway_of,
)
from prakerja.notifications.models import StrangerMessage
from prakerja.notifications.operations import wake_worker
from prakerja.notifications.quiet_hours import leaves_at
from prakerja.notifications.retrying import Kind, kind_of
from prakerja.notifications.templates import render_message

_LOG = logging.getLogger(__name__)
# So many are in the gateway's hands at once; a claimed one belongs to its worker for the lease, programme time.
_WIDTH = 8
_LEASE = timedelta(seconds=20)
# After the n-th failure that may pass.
_PAUSES = (timedelta(seconds=5), timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))


@requires_transaction
def queue_to_stranger(
    *,
    to: str,
    channel: Literal["sms", "email"],
    template: str,
    parameters: dict[str, Any],
    language: str,
    at: datetime,
    ends_at: datetime,
) -> None:
    """Queue one message to a normalised phone number or e-mail address; it is worth nothing from `ends_at` on.

    An SMS of the night that can wait leaves in the morning (rules.md 12.35). Parameters are plain values.
    """
    message_id = new_id()
    StrangerMessage.objects.create(
        id=message_id,
        to_enc=seal(to, **_place(message_id, "to_enc")),
        parameters_enc=seal(msgspec.json.encode(parameters).decode(), **_place(message_id, "parameters_enc")),
        channel=channel,
        template=template,
        language=language,
        created_at=at,
        send_after=leaves_at(template=template, channel=channel, parameters=parameters, at=at),
        ends_at=ends_at,
    )
    wake_worker()


# The instant at which the first of them may leave.
next_to_stranger = first_of(lambda: StrangerMessage.objects.order_by("send_after").values_list("send_after"))


def has_message_to_stranger(*, to: str, at: datetime) -> bool:
    """Whether something that may leave at `at` still waits for this address."""
    waiting = StrangerMessage.objects.filter(send_after__lte=at + _LEASE)
    return any(unseal(one.to_enc, **_place(one.id, "to_enc")) == to for one in waiting)


def deliver_to_strangers(*, at: datetime, gateway: MessageGateway | None = None) -> int:
    """Send what may leave at `at`, some at a time; returns how many were tried. `gateway` defaults to those in the settings.

    What was handed over to a gateway that forgets, and got no answer, is not sent again when it is a code; anything else after
    the wait of rules.md 12.39.
    """
    codes, others = (gateway or gateway_of(is_urgent=is_urgent) for is_urgent in (True, False))
    return in_chunks(lambda: _deliver(at, codes, others))


def _deliver(at: datetime, codes: MessageGateway, others: MessageGateway) -> int | None:
    with transaction():
        waiting = StrangerMessage.objects.filter(send_after__lte=at).order_by("send_after")
        claimed = list(waiting.select_for_update(skip_locked=True)[:_WIDTH])
        if not claimed:
            return None
        StrangerMessage.objects.filter(id__any_of=[one.id for one in claimed]).update(
            send_after=at + _LEASE, attempt_count=F("attempt_count") + 1
        )
        put_off = {one.id: at + waits_at(at).unknown for one in claimed if one.handed_at and not _is_code(one)}
        live = [one for one in claimed if one.ends_at > at and one.handed_at is None]
        gateways = {one.id: codes if _is_code(one) else others for one in live}
        forgotten = [one.id for one in live if _forgets(gateways[one.id], one)]
        # Before it leaves: whoever claims it after our death must know that it may have arrived.
        StrangerMessage.objects.filter(id__any_of=forgotten).update(handed_at=at)
    outcomes = side_by_side(lambda one: _send(one, gateways[one.id]), live, width=_WIDTH)
    for one, outcome in zip(live, outcomes, strict=True):
        following = _following(one, outcome, at)
        if following is not None:
            put_off[one.id] = following
    with transaction():
        StrangerMessage.objects.filter(id__any_of=[one.id for one in claimed if one.id not in put_off]).delete()
        for message_id, send_after in put_off.items():
            StrangerMessage.objects.filter(id=message_id).update(send_after=send_after, handed_at=None)
    return len(claimed)


def _following(message: StrangerMessage, outcome: Delivery, at: datetime) -> datetime | None:
    """When it is tried again; None: no more."""
    if isinstance(outcome, TemporaryFailure):
        return at + _PAUSES[min(message.attempt_count, len(_PAUSES) - 1)]
    if isinstance(outcome, Busy):
        return at + timedelta(seconds=min(outcome.seconds, 2) if _is_code(message) else outcome.seconds)
    if isinstance(outcome, Unknown) and not _is_code(message):
        return at + waits_at(at).unknown
    return None


def _is_code(message: StrangerMessage) -> bool:
    return kind_of(message.template) is Kind.CODE


def _forgets(gateway: MessageGateway, message: StrangerMessage) -> bool:
    return isinstance(gateway, Forgets) and gateway.forgets(cast(Channel, message.channel))


def _send(message: StrangerMessage, gateway: MessageGateway) -> Delivery:
    try:
        parameters = json.loads(unseal(message.parameters_enc, **_place(message.id, "parameters_enc")))
        words = render_message(
            template=message.template, channel=message.channel, parameters=parameters, language=message.language
        )
        return gateway.send(
            reference=str(message.id),
            channel=cast(Literal["sms", "email"], message.channel),
            to=unseal(message.to_enc, **_place(message.id, "to_enc")),
            text=words.text,
            at=message.created_at,
            subject=words.title if message.channel == "email" else None,
        )
    except Exception as error:
        # A fault of this one message. Its kind alone: its words may be secret.
        _LOG.error("message %s (%s) met a fault: %s", message.id, message.template, type(error).__name__)
        return TemporaryFailure("fault")


def _place(message_id: uuid.UUID, column: str) -> dict[str, Any]:
    return {"table": "notifications_strangermessage", "column": column, "row_id": message_id}
