"""The address of a list of courses: what a visitor asks for stands in it, so that it can be kept, sent on and gone back to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.http import HttpRequest
from django.utils.http import urlencode

from prakerja.kernel.clock import WIB
from prakerja.portal.texts import DELIVERY, MODE
from prakerja.registrations.regions import PROVINCES
from prakerja.reporting.courses import COMPARED, SORTS, CourseSearch

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_DAY = re.compile(
    r"(?:(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})|(?P<d2>\d{1,2})[-/. ](?P<m2>\d{1,2})[-/. ](?P<y2>\d{4}))"
)
RATINGS = (4, 3)
PRICES = (100_000, 250_000, 500_000, 750_000, 1_000_000)


@dataclass(frozen=True)
class CourseAddress:
    """What stands in the address, name by name, without what was not asked; `but` makes the address of another question."""

    asked: dict[str, str]

    def of(self, name: str) -> str:
        """What was asked under this name, "" when nothing was."""
        return self.asked.get(name, "")

    def but(self, **changes: object) -> str:
        """The query of the same question with these changes ("" and None take a name out), from its first page on."""
        values = {name: value for name, value in self.asked.items() if name != "halaman"}
        values.update({name: str(value) for name, value in changes.items() if value is not None})
        for name, value in changes.items():
            if value is None or value == "":
                values.pop(name, None)
        return f"?{urlencode(values)}" if values else "?"

    @property
    def query(self) -> str:
        """The same question as it is, "" when nothing was asked."""
        return f"?{urlencode(self.asked)}" if self.asked else ""

    @property
    def compared(self) -> tuple[str, ...]:
        """The codes of the courses that were chosen for comparing."""
        return tuple(code for code in self.asked.get("banding", "").split(",") if code)

    def with_compared(self, code: str) -> str:
        """One more course chosen; the page of results stays."""
        return self.but(banding=",".join((*self.compared, code)), halaman=self.asked.get("halaman", ""))

    def without_compared(self, code: str) -> str:
        """One less."""
        rest = ",".join(one for one in self.compared if one != code)
        return self.but(banding=rest, halaman=self.asked.get("halaman", ""))


def read_search(request: HttpRequest) -> tuple[CourseSearch, CourseAddress]:
    """The visitor's question and its address; what makes no sense counts as not asked."""
    given = request.GET

    def text(name: str, longest: int) -> str:
        return given.get(name, "").replace("\x00", "")[:longest].strip()

    def number(name: str, top: int) -> int:
        typed = given.get(name, "")
        return min(int(typed), top) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0

    def one_of(name: str, known: object) -> str:
        value = given.get(name, "")
        return value if value in known else ""  # type: ignore[operator]

    begins, ends = read_day(given.get("mulai", "")), read_day(given.get("sampai", ""))
    search = CourseSearch(
        text=text("cari", 100),
        category=text("kategori", 60),
        mode=one_of("bentuk", MODE),
        delivery=one_of("cara", DELIVERY),
        platform=text("platform", 40),
        province=one_of("tempat", PROVINCES),
        max_price=number("harga", 10_000_000),
        fits=given.get("saldo") == "1",
        starts_from=datetime.combine(begins, time.min, WIB) if begins else None,
        ends_by=datetime.combine(ends + timedelta(days=1), time.min, WIB) if ends else None,
        with_seats=given.get("kursi") == "1",
        min_rating=number("bintang", 5),
        sort=one_of("urut", SORTS),
        page=max(number("halaman", 10_000), 1),
    )
    values = {
        "cari": search.text,
        "kategori": search.category,
        "bentuk": search.mode,
        "cara": search.delivery,
        "harga": search.max_price or "",
        "saldo": "1" if search.fits else "",
        "tempat": search.province,
        "platform": search.platform,
        "mulai": begins.isoformat() if begins else "",
        "sampai": ends.isoformat() if ends else "",
        "kursi": "1" if search.with_seats else "",
        "bintang": search.min_rating or "",
        "urut": search.sort,
        "banding": ",".join(read_codes(given.get("banding", "").split(","))),
        "halaman": search.page if search.page > 1 else "",
    }
    return search, CourseAddress({name: str(value) for name, value in values.items() if value})


def read_codes(given: list[str]) -> tuple[str, ...]:
    """The codes of courses in an address, each once, at most as many as can be compared; the rest makes no sense."""
    known = (code.strip() for code in given)
    return tuple(dict.fromkeys(code for code in known if _CODE.fullmatch(code)))[:COMPARED]


def read_day(typed: str) -> date | None:
    """`2021-10-21` as browsers send a day, or `21/10/2021` and `21-10-2021` as people write it where the field is plain."""
    found = _DAY.fullmatch(typed.strip()) if typed.isascii() else None
    if found is None:
        return None
    year, month, of_month = (int(found[name] or found[f"{name}2"]) for name in ("y", "m", "d"))
    try:
        return date(year, month, of_month) if 2000 <= year <= 2100 else None
    except ValueError:
        return None
