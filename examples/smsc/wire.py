"""SMPP as this side needs it: units in, units out. Written from the specification, apart from the programme's own."""

from __future__ import annotations

import struct
from dataclasses import dataclass

BIND_RECEIVER, BIND_TRANSMITTER, QUERY_SM, SUBMIT_SM, DELIVER_SM, UNBIND = 1, 2, 3, 4, 5, 6
BIND_TRANSCEIVER, ENQUIRE_LINK, ANSWER, NACK = 9, 0x15, 0x80000000, 0x80000000
OK, BAD_COMMAND, NOT_BOUND, SYSTEM_ERROR, BAD_NUMBER, BAD_ID = 0, 3, 4, 8, 0x0B, 0x0C
BAD_PASSWORD, BAD_USER, QUEUE_FULL, THROTTLED, QUERY_FAILED = 0x0E, 0x0F, 0x14, 0x58, 0x67
RECEIPTED_ID, USER_REFERENCE, MESSAGE_STATE = 0x001E, 0x0204, 0x0427

_GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ\xa7¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_SECOND = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}


class Broken(Exception):
    """The stream holds no units any more."""


@dataclass(frozen=True)
class Submission:
    """A submit_sm. ``header`` is the user data header, which says of several parts which this is."""

    sender: str
    number: str
    text: bytes
    coding: int
    header: bytes
    wants_receipt: bool
    tags: dict[int, bytes]


def pack(command: int, sequence: int, body: bytes = b"", status: int = 0) -> bytes:
    """A unit as bytes."""
    return struct.pack(">IIII", 16 + len(body), command, status, sequence) + body


def take(buffer: bytearray) -> tuple[int, int, int, bytes] | None:
    """The first whole unit (command, status, sequence, body), taken out of the buffer; None when there is none yet."""
    if len(buffer) < 16:
        return None
    length, command, status, sequence = struct.unpack_from(">IIII", buffer)
    if not 16 <= length <= 100_000:
        raise Broken
    if len(buffer) < length:
        return None
    body = bytes(buffer[16:length])
    del buffer[:length]
    return command, status, sequence, body


def text(body: bytes, at: int) -> tuple[str, int]:
    """The text that begins there, and where it ends."""
    end = body.find(b"\0", at)
    if end < 0:
        raise Broken
    return body[at:end].decode("latin-1"), end + 1


def submission(body: bytes) -> Submission:
    """Read a submit_sm."""
    _, at = text(body, 0)
    sender, at = text(body, at + 2)
    number, at = text(body, at + 2)
    esm_class, at = body[at], at + 3
    _, at = text(body, at)
    _, at = text(body, at)
    wants_receipt, coding, length = bool(body[at] & 1), body[at + 2], body[at + 4]
    said = body[at + 5 : at + 5 + length]
    header = said[: said[0] + 1] if esm_class & 0x40 else b""
    return Submission(sender, number, said[len(header) :], coding, header, wants_receipt, tags(body, at + 5 + length))


def tags(body: bytes, at: int) -> dict[int, bytes]:
    """The optional values from there on."""
    found = {}
    while at + 4 <= len(body):
        tag, length = struct.unpack_from(">HH", body, at)
        found[tag] = body[at + 4 : at + 4 + length]
        at += 4 + length
    return found


def tag(number: int, value: bytes) -> bytes:
    """An optional value as bytes."""
    return struct.pack(">HH", number, len(value)) + value


def string(value: str) -> bytes:
    """A text as bytes."""
    return value.encode("latin-1") + b"\0"


def receipt(*, sender: str, number: str, said: str, more: bytes) -> bytes:
    """The body of a deliver_sm that is a receipt: from the phone, to whoever sent."""
    raw = said.encode("latin-1")[:254]
    return (
        b"\0\x01\x01"
        + string(number)
        + b"\x05\x00"
        + string(sender)
        + b"\x04\0\0\0\0\0\0\0\0"
        + bytes((len(raw),))
        + raw
        + more
    )


def read(raw: bytes, coding: int) -> str:
    """What the bytes of a part, or of all parts together, say."""
    if coding == 8:
        return raw.decode("utf-16-be", "replace")
    said, second = "", False
    for place in raw:
        if second:
            said, second = said + _SECOND.get(place, "?"), False
        elif place == 0x1B:
            second = True
        else:
            said += _GSM[place] if place < 128 else "?"
    return said
