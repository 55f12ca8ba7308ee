"""The units of SMPP 3.4 that we speak: written and read as bytes. Pure.

A unit is sixteen bytes of header (length of the whole, command, status, sequence), then the body: texts that end in a zero byte,
single bytes, and optional values by tag.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

HEADER = struct.Struct(">IIII")
_TAG = struct.Struct(">HH")
RESPONSE = 0x80000000
LAST_SEQUENCE = 0x7FFFFFFF
# What no unit of ours or theirs comes near; a length beyond it means that the stream is broken.
LONGEST = 70_000
VERSION = 0x34


class Command(IntEnum):
    """What a unit asks for; its answer has the same number with the highest bit set."""

    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    QUERY_SM = 0x03
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    BIND_TRANSCEIVER = 0x09
    ENQUIRE_LINK = 0x15


GENERIC_NACK = RESPONSE


class Status(IntEnum):
    """What an answer says, as far as we do something about it."""

    OK = 0x00
    INVALID_COMMAND = 0x03
    INVALID_BIND_STATE = 0x04
    ALREADY_BOUND = 0x05
    SYSTEM_ERROR = 0x08
    INVALID_SOURCE = 0x0A
    INVALID_DESTINATION = 0x0B
    INVALID_ID = 0x0C
    BIND_FAILED = 0x0D
    INVALID_PASSWORD = 0x0E
    INVALID_SYSTEM_ID = 0x0F
    QUEUE_FULL = 0x14
    SUBMIT_FAILED = 0x45
    THROTTLED = 0x58
    TEMPORARY_APP_ERROR = 0x64
    QUERY_FAILED = 0x67
    UNKNOWN_ERROR = 0xFF


class Tag(IntEnum):
    """Optional values that we write or look for; every other one is passed over."""

    RECEIPTED_MESSAGE_ID = 0x001E
    USER_MESSAGE_REFERENCE = 0x0204
    SC_INTERFACE_VERSION = 0x0210
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_STATE = 0x0427


class Malformed(Exception):
    """Bytes that are no unit of SMPP."""


class Unit(NamedTuple):
    """One unit as it came: its body is read by whoever knows the command."""

    command: int
    status: int
    sequence: int
    body: bytes


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """The body of submit_sm and deliver_sm. Addresses are kept out of representations, hence out of logs."""

    source: str = field(repr=False)
    destination: str = field(repr=False)
    text: bytes = field(repr=False)
    source_kind: tuple[int, int] = (0, 0)
    destination_kind: tuple[int, int] = (1, 1)
    esm_class: int = 0
    registered_delivery: int = 0
    data_coding: int = 0
    validity: str = ""
    tags: Mapping[int, bytes] = field(default_factory=dict, repr=False)

    def body(self) -> bytes:
        """As it stands in the unit."""
        if len(self.text) > 254:
            raise ValueError("a short message has 254 bytes at most")
        return b"".join(
            (
                b"\0",
                bytes(self.source_kind),
                _text(self.source, 20),
                bytes(self.destination_kind),
                _text(self.destination, 20),
                bytes((self.esm_class, 0, 0)),
                b"\0",
                _text(self.validity, 16),
                bytes((self.registered_delivery, 0, self.data_coding, 0, len(self.text))),
                self.text,
                tags(self.tags),
            )
        )

    @classmethod
    def read(cls, body: bytes) -> ShortMessage:
        """:raises Malformed: the body ends too early."""
        reader = Reader(body)
        reader.text(6)
        source_kind = (reader.byte(), reader.byte())
        source = reader.text(65)
        destination_kind = (reader.byte(), reader.byte())
        destination = reader.text(65)
        esm_class = reader.byte()
        reader.take(2)
        reader.text(17)
        validity = reader.text(17)
        registered_delivery = reader.byte()
        reader.byte()
        data_coding = reader.byte()
        reader.byte()
        text = reader.take(reader.byte())
        return cls(
            source=source,
            destination=destination,
            text=text,
            source_kind=source_kind,
            destination_kind=destination_kind,
            esm_class=esm_class,
            registered_delivery=registered_delivery,
            data_coding=data_coding,
            validity=validity,
            tags=reader.tags(),
        )


class Reader:
    """Reads a body from its beginning on."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def take(self, count: int) -> bytes:
        """So many bytes."""
        found = self._body[self._at : self._at + count]
        if len(found) < count:
            raise Malformed("a unit ends too early")
        self._at += count
        return found

    def byte(self) -> int:
        """One byte, as a number."""
        return self.take(1)[0]

    def text(self, longest: int) -> str:
        """A text up to its zero byte; `longest` counts that byte."""
        end = self._body.find(b"\0", self._at, self._at + longest)
        if end < 0:
            raise Malformed("a text has no end")
        found = self._body[self._at : end]
        self._at = end + 1
        return found.decode("latin-1")

    def tags(self) -> dict[int, bytes]:
        """The optional values to the end; what is cut off there is passed over, as everything unknown is."""
        found = {}
        while self._at + _TAG.size <= len(self._body):
            tag, length = _TAG.unpack_from(self._body, self._at)
            self._at += _TAG.size
            found[tag] = self._body[self._at : self._at + length]
            self._at += length
        return found


def unit(command: int, sequence: int, body: bytes = b"", *, status: int = 0) -> bytes:
    """One unit as bytes."""
    return HEADER.pack(HEADER.size + len(body), command, status, sequence) + body


def bind_body(*, system_id: str, password: str, system_type: str = "") -> bytes:
    """The body of the three binds.

    :raises ValueError: a text is longer than the protocol allows; a cut one would be another user's.
    """
    return _text(system_id, 15) + _text(password, 8) + _text(system_type, 12) + bytes((VERSION, 0, 0)) + _text("", 40)


def query_body(*, message_id: str, source: str, source_kind: tuple[int, int]) -> bytes:
    """The body of query_sm."""
    return _text(message_id, 64) + bytes(source_kind) + _text(source, 20)


def text_body(text: str) -> bytes:
    """A body that is one text: the id in submit_sm_resp, nothing in deliver_sm_resp."""
    return _text(text, 64)


def tags(found: Mapping[int, bytes]) -> bytes:
    """Optional values as bytes."""
    return b"".join(_TAG.pack(tag, len(value)) + value for tag, value in found.items())


def split(buffer: bytearray) -> Iterable[Unit]:
    """The whole units at the beginning of a buffer, which are taken out of it.

    :raises Malformed: a length that cannot be; nothing after it can be found again.
    """
    found, begin = [], 0
    while len(buffer) - begin >= HEADER.size:
        length, command, status, sequence = HEADER.unpack_from(buffer, begin)
        if not HEADER.size <= length <= LONGEST:
            raise Malformed("a unit has an impossible length")
        if len(buffer) - begin < length:
            break
        found.append(Unit(command, status, sequence, bytes(buffer[begin + HEADER.size : begin + length])))
        begin += length
    del buffer[:begin]
    return found


def _text(text: str, longest: int) -> bytes:
    raw = text.encode("latin-1")
    if len(raw) > longest or 0 in raw:
        raise ValueError(f"a text of the protocol has {longest} signs at most")
    return raw + b"\0"
