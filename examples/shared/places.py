"""Where a class is taught that is not online, as Prakerja tells it, and what a shop can say without knowing who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

# Provinces by the two digits of their number that do not live by Jakarta's clock.
CENTRAL = frozenset(("51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"))
EASTERN = frozenset(("81", "82", "91", "92", "93", "94", "95", "96"))


@dataclass(frozen=True)
class Place:
    """Street and house, city, and the two digits of the province; "" where Prakerja does not know."""

    address: str = ""
    city: str = ""
    province_code: str = ""

    @property
    def line(self) -> str:
        """Return the place in one line, "" when it is not known."""
        return ", ".join(part for part in (self.address, self.city) if part)


NOWHERE = Place()


def read_place(told: dict[str, Any] | None) -> Place:
    """Return the place of an answer; an empty one where there is none."""
    found = told or {}
    return Place(*(str(found.get(name) or "") for name in ("address", "city", "province_code")))


def hour_there(instant: str, province_code: str, language: str = "id") -> str:
    """Return the hour of an RFC 3339 instant by that province's own clock (09.00 WITA); "" where that is Jakarta's."""
    if province_code in CENTRAL:
        hours, name = 8, "WITA"
    elif province_code in EASTERN:
        hours, name = 9, "WIT"
    else:
        return ""
    there = datetime.fromisoformat(instant).astimezone(timezone(timedelta(hours=hours)))
    return f"{there:%H.%M} {name}" if language == "id" else f"{there:%H:%M} {name}"
