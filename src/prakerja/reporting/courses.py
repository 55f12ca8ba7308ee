"""What the public catalogue shows: results of a search, whole courses. Prices are whole rupiah, instants UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from prakerja.catalogue.policies import Session, spread_sessions
from prakerja.catalogue.search_words import AskedWord

PAGE_SIZE = 12
REVIEWS = 10
COMPARED = 4
SORTS = ("relevance", "rating", "cheapest", "soonest")


@dataclass(frozen=True, slots=True)
class CourseSearch:
    """What a visitor asks for; "", 0, None and False mean any.

    `mode` is online, onsite or blended; `delivery` live or self_paced; `province` two digits: taught there, not online;
    `starts_from` and `ends_by` bound the dates of a live class and the access to a self-paced one, the latter exclusive;
    `fits` asks for what the reader's balance pays; `min_rating` is an average of 1 to 5; `page` counts from 1.
    """

    text: str = ""
    category: str = ""
    mode: str = ""
    delivery: str = ""
    platform: str = ""
    province: str = ""
    max_price: int = 0
    fits: bool = False
    starts_from: datetime | None = None
    ends_by: datetime | None = None
    with_seats: bool = False
    min_rating: int = 0
    sort: str = ""
    page: int = 1

    @property
    def order(self) -> str:
        """How the results are sorted: as asked; else what fits the words best, and without words the best rated first."""
        if self.sort in SORTS and (self.text or self.sort != "relevance"):
            return self.sort
        return "relevance" if self.text else "rating"


class PlatformPrice(msgspec.Struct, frozen=True):
    """`net` is the price after a promotion that runs now until `until`; equal to `price` when none does."""

    code: str
    name: str
    price: int
    net: int
    until: datetime | None = None


class Platform(msgspec.Struct, frozen=True):
    code: str
    name: str


class Category(msgspec.Struct, frozen=True):
    """`count` courses of it fit everything else that was asked for."""

    name: str
    count: int


class CourseFound(msgspec.Struct, frozen=True):
    """A course in a list, with its next class on sale. `cheapest` is the lowest price now, at `seller`; `sellers` sell it."""

    code: str
    title: str
    category: str
    mode: str
    delivery: str
    duration_hours: int
    institution: str
    city: str
    address: str
    province_code: str
    starts_at: datetime
    ends_at: datetime
    seats_left: int
    rating_count: int
    rating: float | None
    cheapest: int
    sellers: int
    seller: str

    @property
    def place(self) -> str:
        """Where it is taught when it is not online, in one line; "" where it was not filed."""
        return ", ".join(part for part in (self.address, self.city) if part) if self.mode != "online" else ""


class CoursesPage(msgspec.Struct, frozen=True):
    """One page of results, and what can be filtered by. `balance` and `province_code` are the reader's, where known."""

    total: int
    categories: tuple[Category, ...]
    platforms: tuple[Platform, ...]
    provinces: tuple[str, ...]
    balance: int | None
    province_code: str
    courses: tuple[CourseFound, ...]
    # What the words of the question were taken for.
    asked: tuple[AskedWord, ...] = ()

    @property
    def pages(self) -> int:
        """How many pages the results fill, at least 1."""
        return max(1, -(-self.total // PAGE_SIZE))


class CourseClass(msgspec.Struct, frozen=True):
    """A class that can still be bought. `told` are its meetings where the institution said them."""

    code: str
    starts_at: datetime
    ends_at: datetime
    session_count: int
    seats_left: int
    told: tuple[tuple[datetime, datetime], ...]

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The dated meetings of a live class, as told, else spread evenly."""
        if len(self.told) == self.session_count:
            return tuple(Session(number, starts, ends) for number, (starts, ends) in enumerate(self.told, 1))
        return spread_sessions(starts_at=self.starts_at, ends_at=self.ends_at, count=self.session_count)


class Review(msgspec.Struct, frozen=True):
    """What a participant wrote after the training; who it was is nobody's business."""

    stars: int
    review: str
    created_at: datetime


class CoursePage(msgspec.Struct, frozen=True):
    """A whole course. `stars` counts the reviews written here by stars, one to five; `rating_count` all ratings."""

    code: str
    title: str
    category: str
    mode: str
    delivery: str
    duration_hours: int
    language: str
    summary: str
    syllabus: tuple[str, ...]
    target_job: str
    competency_standard: str
    certificate_kinds: tuple[str, ...]
    has_post_test: bool
    required_assignments: int
    min_age: int
    min_education: int
    rating: float | None
    rating_count: int
    institution_code: str
    institution: str
    about: str
    website: str
    city: str
    address: str
    province_code: str
    how_to_redeem: str
    prices: tuple[PlatformPrice, ...]
    runs: tuple[CourseClass, ...]
    later_runs: int
    written: int
    stars: tuple[int, int, int, int, int]
    reviews: tuple[Review, ...]

    @property
    def place(self) -> str:
        """Where it is taught when it is not online, in one line; "" where it was not filed."""
        return ", ".join(part for part in (self.address, self.city) if part) if self.mode != "online" else ""

    @property
    def next_run(self) -> CourseClass | None:
        """The first class with a seat; the first one when all are full, None when there is none."""
        return next((run for run in self.runs if run.seats_left > 0), self.runs[0] if self.runs else None)


class CoursePages(msgspec.Struct, frozen=True):
    """Courses in the order in which they were asked for, those left out that are not offered."""

    balance: int | None
    province_code: str
    courses: tuple[CoursePage, ...]
