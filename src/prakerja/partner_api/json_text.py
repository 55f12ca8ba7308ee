"""Strict reading of a JSON body, and writing it again in the spellings that partners sign.

`json` from the standard library is lenient where a signed contract must not be: it keeps the last of two
equal keys, accepts `NaN`, and lets through U+0000 and half surrogate pairs that PostgreSQL cannot store.
Every reader of this door goes through here. No Django.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any, NoReturn

MAX_DEPTH = 8


class BrokenJson(ValueError):
    """The bytes are not one JSON text that this door accepts. The message says why, without the bytes."""


class Number(str):
    """A number exactly as the sender wrote it: `1.0`, `1e3` and 20 digits are signed as they were sent."""

    __slots__ = ()


class Pairs(tuple[tuple[str, Any], ...]):
    """An object with its members in the sender's order."""

    __slots__ = ()


def read_object(body: bytes) -> dict[str, Any]:
    """Read the body as one JSON object of Python values. Raises BrokenJson."""
    value = _read(body, _VALUES)
    if not isinstance(value, dict):
        raise BrokenJson("not an object")
    return value


def read_tree(body: bytes) -> Any:
    """Read the body keeping member order and the text of numbers, for `write`. Raises BrokenJson."""
    return _read(body, _TEXTS)


def write(tree: Any, quote: Callable[[str], str]) -> bytes:
    """Write what `read_tree` read, without white space; `quote` spells the strings. Raises BrokenJson."""
    pieces: list[str] = []
    _write(tree, quote, pieces, MAX_DEPTH)
    return "".join(pieces).encode("utf-8")


def _read(body: bytes, decoder: json.JSONDecoder) -> Any:
    try:
        text = body.decode("utf-8")
        value = decoder.decode(text)
    except BrokenJson:
        raise
    except RecursionError:
        raise BrokenJson("too deep") from None
    except ValueError:  # broken UTF-8, broken JSON, an integer of more digits than Python converts
        raise BrokenJson("not JSON") from None
    if text.count("{") + text.count("[") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise BrokenJson("too deep")
    if "\\u" in text and not _storable(value):
        raise BrokenJson("a character that cannot be stored")
    return value


def _members_as_dict(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        raise BrokenJson("a key appears twice")
    return found


def _members_as_pairs(members: list[tuple[str, Any]]) -> Pairs:
    _members_as_dict(members)
    return Pairs(members)


def _no_constants(name: str) -> NoReturn:
    raise BrokenJson("NaN and Infinity are not JSON")


# Above it a number with a fraction is not exact any more.
_EXACT = 2**53


def _number(text: str) -> int | float:
    """`250000.0` and `2.5e5` are the integer that JSON Schema says they are; what has a fraction stays one."""
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < _EXACT else value


_VALUES = json.JSONDecoder(object_pairs_hook=_members_as_dict, parse_constant=_no_constants, parse_float=_number)
_TEXTS = json.JSONDecoder(
    object_pairs_hook=_members_as_pairs, parse_constant=_no_constants, parse_int=Number, parse_float=Number
)


def _children(value: Any) -> list[Any]:
    if isinstance(value, Pairs):
        return [part for member in value for part in member]
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else []


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        found, depth = waiting.pop()
        if isinstance(found, (Pairs, dict, list)):
            deepest = max(deepest, depth)
            waiting.extend((child, depth + 1) for child in _children(found))
    return deepest


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _storable(value: Any) -> bool:
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            if _UNSTORABLE.search(found):
                return False
        else:
            waiting.extend(_children(found))
    return True


def _write(value: Any, quote: Callable[[str], str], pieces: list[str], levels: int) -> None:
    if isinstance(value, Number):
        pieces.append(value)
    elif isinstance(value, str):
        pieces.append(quote(value))
    elif value is None:
        pieces.append("null")
    elif isinstance(value, bool):
        pieces.append("true" if value else "false")
    elif levels == 0:
        raise BrokenJson("too deep")
    elif isinstance(value, Pairs):
        pieces.append("{")
        for index, (key, member) in enumerate(value):
            pieces.append("," + quote(key) + ":" if index else quote(key) + ":")
            _write(member, quote, pieces, levels - 1)
        pieces.append("}")
    else:
        pieces.append("[")
        for index, member in enumerate(value):
            if index:
                pieces.append(",")
            _write(member, quote, pieces, levels - 1)
        pieces.append("]")


def plain(text: str) -> str:
    """`/` plain, everything beyond ASCII literal: Node, Java, Ruby, and Python with `ensure_ascii=False`."""
    return encode_basestring(text)


_GO = re.compile('["\\\\\x00-\x1f<>&\u2028\u2029]')
_GO_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def go(text: str) -> str:
    """What Go's `json.Marshal` writes: <, >, &, U+2028, U+2029 and most controls as lower-case \\uXXXX."""
    return '"' + _GO.sub(lambda found: _GO_SHORT.get(found[0]) or f"\\u{ord(found[0]):04x}", text) + '"'


def slashed(text: str) -> str:
    """What PHP's `json_encode` writes with JSON_UNESCAPED_UNICODE: `/` as `\\/`."""
    return encode_basestring(text).replace("/", "\\/")


def ascii_only(text: str) -> str:
    """What Python's `json.dumps` writes: everything beyond ASCII as \\uXXXX."""
    return encode_basestring_ascii(text)


def ascii_slashed(text: str) -> str:
    """What PHP's `json_encode` writes: beyond ASCII as \\uXXXX, and `/` as `\\/`."""
    return encode_basestring_ascii(text).replace("/", "\\/")
