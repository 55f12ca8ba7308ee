"""What a person has been told on the dashboard."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prakerja.kernel.db import transaction
from prakerja.kernel.secrets import unseal
from prakerja.notifications.models import Message
from prakerja.notifications.templates import URGENT, render_message

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class InboxMessage:
    """One message as its owner reads it; `at` is UTC programme time, `indonesian` the words of institutions in it."""

    title: str
    text: str
    indonesian: tuple[str, ...]
    at: datetime
    is_new: bool


def open_inbox(
    *,
    person_id: uuid.UUID,
    language: str,
    province_code: str = "",
    at: datetime,
    page: int = 1,
    only_unread: bool = False,
) -> tuple[list[InboxMessage], bool]:
    """A page of dashboard messages in `language` (id or en), newest first, and whether older ones follow; looking marks those
    that are on it as read at `at`.

    Limits are written by the clock of `province_code` (two digits) too, where that is not Jakarta's.
    """
    chosen = Message.objects.filter(person_id=person_id, channel="dashboard", parameters_enc__isnull=False)
    if only_unread:
        chosen = chosen.filter(read_at=None)
    begin = (max(page, 1) - 1) * PAGE_SIZE
    with transaction():
        found = list(chosen.order_by("-created_at", "-id")[begin : begin + PAGE_SIZE + 1])
        shown = found[:PAGE_SIZE]
        fresh = [message.id for message in shown if message.read_at is None]
        if fresh:
            Message.objects.filter(person_id=person_id, id__in=fresh, read_at=None).update(read_at=at)
    return [_opened(message, language, province_code) for message in shown], len(found) > PAGE_SIZE


def mark_all_read(*, person_id: uuid.UUID, at: datetime) -> int:
    """Mark every dashboard message of a person as read at `at`; how many were new."""
    with transaction():
        return Message.objects.filter(person_id=person_id, channel="dashboard", read_at=None).update(read_at=at)


def told_title(*, message_id: uuid.UUID, template: str, sealed: bytes, language: str) -> str:
    """What a dashboard message is headed by."""
    return render_message(
        template=template, channel="dashboard", parameters=_parameters(message_id, sealed), language=language
    ).title


def text_of(*, message_id: uuid.UUID, template: str, channel: str, sealed: bytes, language: str) -> str | None:
    """What a message says, for its owner's own copy of their data: a code that is money with its last four signs only.

    None for a one-time password, which is nobody's to keep.
    """
    if template in URGENT:
        return None
    told = _parameters(message_id, sealed)
    if "otp" in told:
        return None
    if "code" in told:
        told["code"] = "…" + str(told["code"])[-4:]
    return render_message(template=template, channel=channel, parameters=told, language=language).text


def _parameters(message_id: uuid.UUID, sealed: bytes) -> dict[str, Any]:
    text = unseal(bytes(sealed), table="notifications_message", column="parameters_enc", row_id=message_id)
    found: dict[str, Any] = json.loads(text)
    return found


def _opened(message: Message, language: str, province_code: str) -> InboxMessage:
    words = render_message(
        template=message.template,
        channel=message.channel,
        parameters=_parameters(message.id, bytes(message.parameters_enc or b"")),
        language=language,
        province_code=province_code,
    )
    return InboxMessage(
        title=words.title,
        text=words.text,
        indonesian=words.indonesian,
        at=message.created_at,
        is_new=message.read_at is None,
    )
