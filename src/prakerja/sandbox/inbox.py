"""What a phone has received: asked of the phone itself, not of our outbox."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any
from urllib.parse import quote

from prakerja.kernel import clock, http
from prakerja.kernel.errors import Refused
from prakerja.kernel.typed import normal_phone
from prakerja.notifications.queries import has_sms_on_its_way
from prakerja.notifications.strangers import has_message_to_stranger
from prakerja.people.queries import person_id_by_contact

# How long a message that stands in the outbox now may take to arrive (decisions.md 42).
_ON_ITS_WAY = 5.0
_LOOK_EVERY = 0.1


def received_messages(*, phone: str, phone_url: str, wait: float | None, called_at: datetime) -> list[dict[str, Any]]:
    """`[{"at", "channel", "to", "text"}]`, newest first, once the outbox holds nothing for this number (5 s at most).

    `wait` (wall seconds): return as soon as something newer than the call arrives: what was not there when we first
    looked, or was written since `called_at` (programme time), which is before this program was even loaded. Raises
    Refused: phone_format, phone_silent (the phone page does not answer).
    """
    number = normal_phone(phone)
    if number is None:
        raise Refused("phone_format")
    if wait is not None:
        deadline = time.monotonic() + wait
        there = _ask(phone_url, number)
        before = _newest(there)
        has_newer = any(datetime.fromisoformat(one["at"]) >= called_at for one in there)
        while not has_newer and time.monotonic() < deadline:
            time.sleep(_LOOK_EVERY)
            has_newer = _newest(_ask(phone_url, number)) != before
    else:
        deadline = time.monotonic() + _ON_ITS_WAY
        while time.monotonic() < deadline and _is_on_its_way(number):
            time.sleep(_LOOK_EVERY)
    return [{name: one[name] for name in ("at", "channel", "to", "text")} for one in _ask(phone_url, number)]


def _ask(phone_url: str, number: str) -> list[dict[str, Any]]:
    try:
        answer = http.request("GET", f"{phone_url}/phone/{quote(number)}/messages.json")
    except http.NetworkFailure as error:
        raise Refused("phone_silent") from error
    found = answer.json()
    if answer.status != 200 or not isinstance(found, list):
        raise Refused("phone_silent")
    return found


def _newest(messages: list[dict[str, Any]]) -> int:
    return int(messages[0]["id"]) if messages else 0


def _is_on_its_way(number: str) -> bool:
    person_id = person_id_by_contact(kind="phone", value=number)
    if person_id is None:
        return has_message_to_stranger(to=number, at=clock.now())
    return has_sms_on_its_way(person_id=person_id, at=clock.now())
