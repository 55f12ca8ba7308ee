"""Where the one-time password of a purchase comes from: the sandbox's phone page, or somebody who types it."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from prakerja.conformance.errors import CannotAsk
from prakerja.conformance.wire import Unreachable, read_json

_WAIT_S = 60.0
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


class NoCode(Exception):
    """The phone was looked at, and nothing came: that is said of the server, which said that it had sent one."""


def typed() -> str:
    """Ask whoever sits here."""
    sys.stderr.write("OTP from the participant's SMS: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def from_phone(url: str, phone: str) -> Callable[[], str]:
    """Read the newest code on a phone page; what arrived before now is not it. What is returned raises NoCode, CannotAsk."""
    seen = {_key(message) for message in _messages(url, phone)}

    def read() -> str:
        deadline = time.monotonic() + _WAIT_S
        while time.monotonic() < deadline:
            for message in _messages(url, phone):
                found = _CODE.search(str(message.get("text", "")))
                if found and _key(message) not in seen:
                    return found.group()
            time.sleep(0.2)
        raise NoCode(f"no code arrived at {url} within {_WAIT_S:.0f} seconds")

    return read


def _messages(url: str, phone: str) -> list[dict[str, Any]]:
    try:
        found = read_json(f"{url.rstrip('/')}/phone/{quote(phone)}/messages.json")
    except Unreachable as error:
        raise CannotAsk(f"Halaman ponsel {url} tidak menjawab.", f"The phone page {url} does not answer.") from error
    return found if isinstance(found, list) else []


def _key(message: dict[str, Any]) -> str:
    return str(message.get("id") or (message.get("at"), message.get("text")))
