"""Keys. A UUIDv7 sorts by time, so that an index on it grows at one end only."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

from uuid_utils import uuid7 as uuid7_of_rust
from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    return uuid7()


def new_id_bytes() -> bytes:
    """The same as its sixteen bytes, for rows that are packed by hundreds of thousands (`kernel.packing`)."""
    return bytes(uuid7_of_rust().bytes)


def array_of_ids(ids: Iterable[uuid.UUID]) -> str:
    """Many ids as PostgreSQL reads an array of them (`%s::uuid[]`), in a tenth of the time that a list of them takes."""
    return "{" + ",".join([one.hex for one in ids]) + "}"


def derived_id(*, seconds: int, chance: bytes) -> uuid.UUID:
    """The same UUIDv7 for the same Unix `seconds` and 16 bytes of chance: for what is made once from one request."""
    number = int.from_bytes(chance[:16], "big")
    number &= ~(0xFFFF_FFFF_FFFF << 80 | 0xF << 76 | 0x3 << 62)
    number |= (seconds * 1000 & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | 0x2 << 62
    return uuid.UUID(int=number)


def first_id_of(instant: datetime) -> uuid.UUID:
    """An identifier that is younger than all made before this instant of the machine's and older than all made after it."""
    milliseconds = int(instant.astimezone(UTC).timestamp() * 1000)
    return uuid.UUID(int=milliseconds << 80)


def instant_of(identifier: uuid.UUID) -> datetime:
    """When an identifier was made, to the millisecond."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, tz=UTC)
