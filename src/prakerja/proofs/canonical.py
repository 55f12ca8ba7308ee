"""Documents that have one spelling: JSON as RFC 8785 writes it, so that a hash names what a document says.

Only what two implementations cannot read differently: ASCII strings without control characters, whole numbers below 2^53,
true, false, null, lists and objects. What is not its own spelling is refused.
"""

from __future__ import annotations

import json
from typing import Any

MOST = 2**53


class NotCanonical(ValueError):
    """These bytes are not the one spelling of a document."""


def spelled(value: Any) -> bytes:
    """The one spelling of a document, without a newline at its end. Raises NotCanonical."""
    _require(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode("ascii")


def read(content: bytes) -> Any:
    """What the document says. Raises NotCanonical when another spelling of the same could exist beside it."""
    try:
        value = json.loads(content.decode("ascii"), parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotCanonical("no JSON that has one spelling") from error
    if spelled(value) != content:
        raise NotCanonical("spelled in another way")
    return value


def _refuse(text: str) -> Any:
    raise NotCanonical(f"{text} is no whole number")


def _require(value: Any) -> None:
    if isinstance(value, str):
        if not value.isascii() or any(sign < " " or sign == "\x7f" for sign in value):
            raise NotCanonical("a text has signs beyond printable ASCII")
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int):
        if not -MOST < value < MOST:
            raise NotCanonical(f"{value} is too large")
    elif isinstance(value, list):
        for one in value:
            _require(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if not isinstance(name, str):
                raise NotCanonical("a name is a text")
            _require(name)
            _require(one)
    else:
        raise NotCanonical(f"{type(value).__name__} has no spelling")
