"""Long lists come in pages. A cursor names the last row of one page, opaque to who sends it back for the next.

Who lists asks for one row more than fit on the page, so that the last page is known without counting.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from prakerja.kernel.errors import Refused

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """The rows of a page, and the cursor of the next one (None at the end)."""

    items: Sequence[T]
    next_cursor: str | None


def page_of(found: Sequence[T], *, limit: int, place: Callable[[T], str]) -> Page[T]:
    """The first `limit` rows of at most one more; `place` is what the cursor holds of the last one."""
    cursor = encode_cursor(place(found[limit - 1])) if len(found) > limit else None
    return Page(found[:limit], cursor)


def encode_cursor(place: str) -> str:
    return base64.urlsafe_b64encode(place.encode()).decode()


def decode_cursor(cursor: str | None) -> str:
    """The place after which a page begins; "" for the first one. Raises Refused: cursor_invalid."""
    try:
        place = base64.urlsafe_b64decode((cursor or "").encode()).decode()
    except ValueError:
        raise Refused("cursor_invalid") from None
    if "\x00" in place:
        # PostgreSQL stores no such text, so we never made this cursor.
        raise Refused("cursor_invalid")
    return place


def place_as_identifier(place: str) -> uuid.UUID:
    """The row whose identifier is this place. Raises Refused: cursor_invalid."""
    try:
        return uuid.UUID(place)
    except ValueError:
        raise Refused("cursor_invalid") from None
