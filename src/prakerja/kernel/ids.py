"""Keys. A UUIDv7 sorts by time, so that an index on it grows at one end only."""

from __future__ import annotations

import uuid

from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    return uuid7()
