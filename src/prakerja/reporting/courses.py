"""What the public comparison of courses shows. Prices are whole rupiah, instants UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

PAGE_SIZE = 12
SORTS = ("rating", "cheapest", "soonest")


@dataclass(frozen=True, slots=True)
class CourseSearch:
    """What a visitor asks for; "" and 0 mean any. `delivery` is live or self_paced; `page` counts from 1."""

    text: str = ""
    category: str = ""
    delivery: str = ""
    platform: str = ""
    max_price: int = 0
    sort: str = "rating"
    page: int = 1


class PlatformPrice(msgspec.Struct, frozen=True):
    """`net` is the price after a promotion that runs now; equal to `price` when none does."""

    code: str
    name: str
    price: int
    net: int


class Platform(msgspec.Struct, frozen=True, order=True):
    name: str
    code: str


class CourseFound(msgspec.Struct, frozen=True):
    """A course with its next class on sale."""

    code: str
    title: str
    category: str
    mode: str
    delivery: str
    duration_hours: int
    summary: str
    target_job: str
    institution: str
    city: str
    address: str
    province_code: str
    how_to_redeem: str
    starts_at: datetime
    ends_at: datetime
    seats_left: int
    rating_count: int
    rating: float | None
    cheapest: int
    prices: tuple[PlatformPrice, ...]

    @property
    def place(self) -> str:
        """Where it is taught when it is not online, in one line; "" where it was not filed."""
        return ", ".join(part for part in (self.address, self.city) if part) if self.mode != "online" else ""


class CoursesPage(msgspec.Struct, frozen=True):
    """One page of results, and what can be filtered by."""

    total: int
    categories: tuple[str, ...]
    platforms: tuple[Platform, ...]
    courses: tuple[CourseFound, ...]

    @property
    def pages(self) -> int:
        """How many pages the results fill, at least 1."""
        return max(1, -(-self.total // PAGE_SIZE))
