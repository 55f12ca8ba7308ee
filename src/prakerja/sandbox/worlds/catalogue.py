"""The demo world's catalogue: institutions, courses, runs and prices, read from the TOML files beside it.

An institution is one file under `institutions/`; a new file is a new institution. Everything in it is
invented. Days of live runs are offsets from the first day of the demo world, so that the classes stay ahead
of whoever starts it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from prakerja.programmes.schemes import at_wib, end_of_day

# The demo world of wave 21 opens on this day; `day = 0` of a live run is this day.
FIRST_DAY = date(2021, 9, 27)
# The standing run of a self-paced class: access from September to the completion cut-off of 2021.
STANDING_FIRST_DAY = date(2021, 9, 1)
STANDING_LAST_DAY = date(2021, 12, 10)
STANDING_CAPACITY = 1_000_000

# Categories as the pages show them, with their English names (rules.md 9.4).
CATEGORIES = {
    "Penjualan dan Pemasaran": "Sales and marketing",
    "Gaya Hidup": "Lifestyle",
    "Bahasa Asing": "Foreign languages",
    "Makanan dan Minuman": "Food and beverage",
    "Manajemen": "Management",
    "Keuangan": "Finance",
    "Sosial dan Perilaku": "Social and behavioural",
    "Teknologi Informasi": "Information technology",
    "Pertanian": "Agriculture",
    "Perkantoran": "Office",
}

# What rules.md 14.1 buys at Tokopedia for 475,000 + 300,000 + 225,000, and the promotion of rules.md 14.5.
EXAMPLE_COURSES = ("rasakata-barista-dasar", "rasakata-minuman-kekinian", "rasakata-keamanan-pangan")
PROMOTION_COURSE = "kelanakode-web-dasar"


@dataclass(frozen=True, slots=True)
class CataloguePlatform:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class CatalogueInstitution:
    """A training institution; `how_to_redeem` is Indonesian text, one step a line."""

    code: str
    name: str
    address: str
    city: str
    province_code: str
    about: str
    how_to_redeem: str


@dataclass(frozen=True, slots=True)
class CatalogueRun:
    """One schedule, in UTC; `ends_at` is exclusive. `sold_out`: the world fills its seats with purchases."""

    code: str
    starts_at: datetime
    ends_at: datetime
    session_count: int
    capacity: int
    sold_out: bool


@dataclass(frozen=True, slots=True)
class CataloguePromotion:
    """A discount in rupiah, from `starts_at` to `ends_at` (exclusive), UTC."""

    discount: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class CatalogueListing:
    """The price in rupiah at one platform."""

    platform: str
    price: int
    promotion: CataloguePromotion | None


@dataclass(frozen=True, slots=True)
class CatalogueCourse:
    """`min_education` is a word of `people.EDUCATION`; `rating_sum` and `rating_count` seed the average."""

    code: str
    institution: str
    title: str
    category: str
    mode: str
    delivery: str
    duration_hours: int
    has_post_test: bool
    required_assignments: int
    summary: str
    syllabus: tuple[str, ...]
    target_job: str
    competency_standard: str
    certificate_kinds: tuple[str, ...]
    min_age: int
    min_education: str
    rating_sum: int
    rating_count: int
    runs: tuple[CatalogueRun, ...]
    listings: tuple[CatalogueListing, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Platforms in the article's order; institutions in theirs, the first one is the demo institution."""

    platforms: tuple[CataloguePlatform, ...]
    institutions: tuple[CatalogueInstitution, ...]
    courses: tuple[CatalogueCourse, ...]

    def course(self, code: str) -> CatalogueCourse:
        """The course called `code`. Raises KeyError."""
        for course in self.courses:
            if course.code == code:
                return course
        raise KeyError(code)


def load_catalogue(*, first_day: date = FIRST_DAY) -> Catalogue:
    """Read the whole catalogue; live runs are placed relative to `first_day` (a day in WIB).

    Raises KeyError, TypeError or tomllib.TOMLDecodeError when a file misses a value or has a wrong one.
    """
    files = sorted(_read_institution_files(), key=lambda data: int(data["position"]))
    return Catalogue(
        platforms=tuple(CataloguePlatform(**row) for row in _read(_folder() / "platforms.toml")["platform"]),
        institutions=tuple(_institution(data) for data in files),
        courses=tuple(_course(data["code"], row, first_day) for data in files for row in data["course"]),
    )


def _folder() -> Traversable:
    return resources.files("prakerja.sandbox.worlds")


def _read(file: Traversable) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _read_institution_files() -> Iterator[dict[str, Any]]:
    for file in (_folder() / "institutions").iterdir():
        if file.name.endswith(".toml"):
            yield _read(file)


def _institution(data: dict[str, Any]) -> CatalogueInstitution:
    names = ("code", "name", "address", "city", "province_code", "about", "how_to_redeem")
    return CatalogueInstitution(**{name: data[name] for name in names})


def _course(institution: str, row: dict[str, Any], first_day: date) -> CatalogueCourse:
    values = dict(row)
    promotions = {entry["platform"]: _promotion(entry) for entry in values.pop("promotions", ())}
    prices: dict[str, int] = values.pop("prices")
    unlisted = set(promotions) - set(prices)
    if unlisted:
        raise KeyError(f"{row['code']}: a promotion without a price at {', '.join(sorted(unlisted))}")
    runs = values.pop("runs", None)
    tenths: int = values.pop("rating_tenths")
    return CatalogueCourse(
        **values | {name: tuple(values[name]) for name in ("syllabus", "certificate_kinds")},
        institution=institution,
        rating_sum=(tenths * row["rating_count"] + 5) // 10,
        runs=(_standing_run(row["code"]),) if runs is None else _live_runs(row["code"], runs, first_day),
        listings=tuple(
            CatalogueListing(platform=platform, price=price, promotion=promotions.get(platform))
            for platform, price in prices.items()
        ),
    )


def _promotion(entry: dict[str, Any]) -> CataloguePromotion:
    return CataloguePromotion(
        discount=entry["discount"],
        starts_at=at_wib(entry["first_day"], time.min),
        ends_at=end_of_day(entry["last_day"]),
    )


def _standing_run(course_code: str) -> CatalogueRun:
    return CatalogueRun(
        code=f"{course_code}-mandiri",
        starts_at=at_wib(STANDING_FIRST_DAY, time.min),
        ends_at=end_of_day(STANDING_LAST_DAY),
        session_count=1,
        capacity=STANDING_CAPACITY,
        sold_out=False,
    )


def _live_runs(course_code: str, rows: list[dict[str, Any]], first_day: date) -> tuple[CatalogueRun, ...]:
    return tuple(_live_run(f"{course_code}-{number}", row, first_day) for number, row in enumerate(rows, 1))


def _live_run(code: str, row: dict[str, Any], first_day: date) -> CatalogueRun:
    starts_at = at_wib(first_day + timedelta(days=row["day"]), row["at"])
    last_session = starts_at + timedelta(days=(row["sessions"] - 1) * row["every_days"])
    return CatalogueRun(
        code=code,
        starts_at=starts_at,
        ends_at=last_session + timedelta(hours=row["hours"]),
        session_count=row["sessions"],
        capacity=row["capacity"],
        sold_out=row["sold_out"],
    )
