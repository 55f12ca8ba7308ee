"""What a brand may sell, as Prakerja lists it, and how a visitor searches it.

The shop has no calendar of its own: whether a schedule is on sale and whether a promotion runs is what the answer says.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from examples.shared.places import NOWHERE, Place, read_place
from examples.shared.prakerja_client import Credentials, PrakerjaClient

PAGE_SIZE = 12
FRESH_S = 3.0
PRICE_LIMITS = (100_000, 250_000, 500_000, 750_000)
DELIVERIES = ("live", "self_paced")
SORTS = ("rating", "price_low", "price_high", "soonest", "title")


@dataclass(frozen=True)
class Run:
    """One schedule of a course; instants are RFC 3339 text as given."""

    schedule_code: str
    starts_at: str
    ends_at: str
    capacity: int
    seats_available: int
    is_on_sale: bool
    place: Place = NOWHERE

    @property
    def can_be_bought(self) -> bool:
        """Say whether there is something to buy."""
        return self.is_on_sale and self.seats_available > 0


@dataclass(frozen=True)
class Listing:
    """One course at this brand; money in whole rupiah."""

    course_code: str
    title: str
    institution_code: str
    institution_name: str
    category: str
    mode: str
    delivery: str
    duration_hours: int
    # In which it is taught: id or en.
    language: str
    summary: str
    syllabus: tuple[str, ...]
    target_job: str
    competency_standard: str
    certificate_kinds: tuple[str, ...]
    rating_average: float | None
    rating_count: int
    how_to_redeem: str
    price: int
    discount: int
    promotion_ends_at: str | None
    runs: tuple[Run, ...]

    @property
    def amount(self) -> int:
        """Return what a buyer pays now: the price less the running promotion."""
        return self.price - self.discount

    @property
    def is_in_person(self) -> bool:
        """Say whether one has to go somewhere, for all of it or a part."""
        return self.mode != "online"

    @property
    def cities(self) -> list[str]:
        """Return where it is taught that is not online, each city once."""
        return list(dict.fromkeys(run.place.city for run in self.runs if run.place.city)) if self.is_in_person else []

    @property
    def open_runs(self) -> list[Run]:
        """Return the schedules that can be bought, the earliest first."""
        return sorted((run for run in self.runs if run.can_be_bought), key=lambda run: run.starts_at)

    def run(self, schedule_code: str) -> Run | None:
        """Return one schedule."""
        return next((run for run in self.runs if run.schedule_code == schedule_code), None)


def _listing(item: dict[str, Any]) -> Listing:
    promotion = item.get("promotion") or {}
    names = ("schedule_code", "starts_at", "ends_at", "capacity", "seats_available", "is_on_sale")
    return Listing(
        course_code=item["course_code"],
        title=item["title"],
        institution_code=item["institution"]["code"],
        institution_name=item["institution"]["name"],
        category=item["category"],
        mode=item["mode"],
        delivery=item["delivery"],
        duration_hours=item["duration_hours"],
        language=item.get("language") or "id",
        summary=item.get("summary") or "",
        syllabus=tuple(item.get("syllabus") or ()),
        target_job=item.get("target_job") or "",
        competency_standard=item.get("competency_standard") or "",
        certificate_kinds=tuple(item.get("certificate_kinds") or ()),
        rating_average=item.get("rating_average"),
        rating_count=item.get("rating_count") or 0,
        how_to_redeem=item.get("how_to_redeem") or "",
        price=item["price"],
        discount=promotion.get("discount", 0),
        promotion_ends_at=promotion.get("ends_at"),
        runs=tuple(
            Run(**{name: run[name] for name in names}, place=read_place(run.get("place"))) for run in item["runs"]
        ),
    )


class Catalogue:
    """Keeps each brand's listings for a few seconds, so that browsing does not ask for every page view."""

    def __init__(self, client: PrakerjaClient, credentials: Callable[[str], Credentials]) -> None:
        self._client = client
        self._credentials = credentials
        self._locks: dict[str, threading.Lock] = {}
        self._kept: dict[str, tuple[float, list[Listing]]] = {}

    def listings(self, brand: str) -> list[Listing]:
        """Return everything the brand sells."""
        with self._locks.setdefault(brand, threading.Lock()):
            moment, kept = self._kept.get(brand, (0.0, []))
            if not moment or time.monotonic() - moment > FRESH_S:
                kept = [_listing(item) for item in self._client.listings(credentials=self._credentials(brand))]
                self._kept[brand] = (time.monotonic(), kept)
            return kept

    def find(self, brand: str, course_code: str, *, fresh: bool = False) -> Listing | None:
        """Return one course; `fresh` asks Prakerja again, as before a payment."""
        if fresh:
            self.forget(brand)
        return next((entry for entry in self.listings(brand) if entry.course_code == course_code), None)

    def forget(self, brand: str) -> None:
        """Ask again next time."""
        self._kept.pop(brand, None)


@dataclass(frozen=True)
class Search:
    """What a visitor asked for."""

    words: str = ""
    category: str = ""
    delivery: str = ""
    price_limit: int = 0
    sort: str = "rating"
    page: int = 1


@dataclass(frozen=True)
class Found:
    """One page of results."""

    listings: list[Listing]
    total: int
    page: int
    pages: int


def categories(listings: Sequence[Listing]) -> list[str]:
    """Return the categories that occur."""
    return sorted({entry.category for entry in listings})


def _fits(entry: Listing, search: Search) -> bool:
    text = f"{entry.title} {entry.institution_name} {entry.category} {entry.summary} {entry.target_job}".lower()
    return (
        all(word in text for word in search.words.lower().split())
        and search.category in ("", entry.category)
        and search.delivery in ("", entry.delivery)
        and (not search.price_limit or entry.amount <= search.price_limit)
    )


def _order(sort: str) -> Callable[[Listing], tuple[Any, ...]]:
    def by_sort(entry: Listing) -> tuple[Any, ...]:
        runs = entry.open_runs
        sold_out = not runs
        keys: dict[str, tuple[Any, ...]] = {
            "rating": (-(entry.rating_average or 0), -entry.rating_count),
            "price_low": (entry.amount,),
            "price_high": (-entry.amount,),
            "soonest": (runs[0].starts_at if runs else "",),
            "title": (),
        }
        return (sold_out, *keys[sort], entry.title, entry.course_code)

    return by_sort


def search_listings(listings: Sequence[Listing], search: Search) -> Found:
    """Filter, sort and cut to one page; what cannot be bought now comes last."""
    fitting = sorted((entry for entry in listings if _fits(entry, search)), key=_order(search.sort))
    pages = max(1, -(-len(fitting) // PAGE_SIZE))
    page = min(max(search.page, 1), pages)
    start = (page - 1) * PAGE_SIZE
    return Found(fitting[start : start + PAGE_SIZE], len(fitting), page, pages)
