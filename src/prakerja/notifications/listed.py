"""The same message to everybody in a temporary table, whose rows a process without a database packed and sealed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from prakerja.kernel.db import requires_transaction
from prakerja.kernel.ids import new_id
from prakerja.kernel.packing import Packed
from prakerja.kernel.secrets import seal
from prakerja.notifications.operations import wake_worker
from prakerja.notifications.quiet_hours import leaves_at


def listed_columns(channels: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """What a temporary table has for `queue_listed`, by name and type: id and sealed parameters of a message per channel."""
    return tuple(
        column
        for channel in channels
        for column in ((f"{channel}_message_id", "uuid"), (f"{channel}_parameters_enc", "bytea"))
    )


def pack_messages(*, channels: Sequence[str], parameters: dict[str, Any]) -> list[Packed]:
    """The values of `listed_columns`: what the message says, sealed for each channel. Needs keys and no database."""
    text = msgspec.json.encode(parameters).decode()
    values: list[Packed] = []
    for _ in channels:
        message_id = new_id()
        values += (
            message_id.bytes,
            seal(text, table="notifications_message", column="parameters_enc", row_id=message_id),
        )
    return values


@requires_transaction
def queue_listed(
    *, source: str, template: str, channels: Sequence[str], event: str, event_id: str, at: datetime, queue: str
) -> None:
    """Queue a message per channel for every row of the temporary table `source`, whose `person_id` it is for.

    It is told once, ever, per channel: the dedupe key is `event` with what the column `event_id` holds, and one that is known
    fails the transaction. `queue`: see `operations.queue_many`.
    """
    with connection.cursor() as cursor:
        for channel in channels:
            # A dashboard message is delivered by being there.
            is_there = channel == "dashboard"
            cursor.execute(
                "INSERT INTO notifications_message (id, person_id, template, channel, parameters_enc, status, created_at, "
                "send_after, sent_at, attempt_count, dedupe_key, queue) "
                f"SELECT {channel}_message_id, person_id, %s, %s, {channel}_parameters_enc, %s, %s, %s, %s, 0, "
                f"%s || ':' || {event_id} || ':' || %s, %s FROM {source}",
                [
                    template,
                    channel,
                    "delivered" if is_there else "queued",
                    at,
                    # What a list tells is no reminder: its words decide nothing here (`quiet_hours`).
                    leaves_at(template=template, channel=channel, parameters={}, at=at),
                    at if is_there else None,
                    event,
                    channel,
                    queue,
                ],
            )
    wake_worker()
