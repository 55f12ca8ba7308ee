"""The public read-only queries: each is one statement, a search two, whose answer is decoded into frozen structs."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from prakerja.catalogue.search_words import BEGINNING, AskedWord, meant_words
from prakerja.kernel import db
from prakerja.kernel.errors import Refused
from prakerja.registrations.regions import place_words
from prakerja.reporting.courses import PAGE_SIZE, CoursePages, CourseSearch, CoursesPage
from prakerja.reporting.dashboard import Dashboard
from prakerja.reporting.front import Front

_dashboard = msgspec.json.Decoder(Dashboard)
_courses = msgspec.json.Decoder(CoursesPage)
_course_pages = msgspec.json.Decoder(CoursePages)
_front = msgspec.json.Decoder(Front)


@cache
def statement(*, name: str) -> str:
    """The one statement of `<name>.sql` beside this file."""
    # Comments are cut: a percent sign or a question mark in one would be taken for a parameter.
    return "\n".join(line for line in _lines(name) if not line.lstrip().startswith("--"))


@cache
def _statement_of(name: str, asked: frozenset[str]) -> str:
    """The statement of one kind of question: without the lines whose condition (`-- when a|b`, `-- unless a`) does not hold.

    `a+b` holds when both were asked for.
    """
    kept = []
    for line in _lines(name):
        text, _, condition = line.partition(" -- ")
        word, _, names = condition.partition(" ")
        is_asked = any(asked.issuperset(one.split("+")) for one in names.split("|"))
        if not line.lstrip().startswith("--") and (not word or is_asked is (word == "when")):
            kept.append(text)
    return "\n".join(kept)


@cache
def _lines(name: str) -> tuple[str, ...]:
    return tuple((Path(__file__).parent / f"{name}.sql").read_text(encoding="utf-8").splitlines())


def dashboard(*, person_id: uuid.UUID, transactions: int = 10) -> Dashboard:
    """The participant's whole dashboard, with the newest `transactions` purchases, in one statement.

    Raises Refused("person_unknown") when there is no such person (a session that outlived its database).
    """
    found = db.row(statement(name="dashboard"), [transactions, person_id])
    if found is None:
        raise Refused("person_unknown")
    return _dashboard.decode(found[0])


def search_courses(*, search: CourseSearch, at: datetime, reader: uuid.UUID | None = None) -> CoursesPage:
    """The courses that can be bought at the instant `at` (UTC), over all platforms, one page of them; two statements at most.

    Every word of the text must occur in the course, or in its institution's name or place: itself, another form of it, its
    continuation; a word that nothing has is taken for the nearest one (ADR 0032). `reader` is who is signed in.
    """
    asked = meant_words(text=search.text, right=place_words())
    queries = [_alternatives(word) for word in asked]
    filters: dict[str, Any] = {
        "text": queries,
        "category": search.category,
        "mode": search.mode,
        "delivery": search.delivery,
        "platform": search.platform,
        "province": search.province,
        "max_price": search.max_price,
        "fits": search.fits and reader is not None,
        "from_at": search.starts_from,
        "until_at": search.ends_by,
        "with_seats": search.with_seats,
        "min_rating": search.min_rating,
        "reader": reader,
    }
    # A text without any word in it asks for nothing, so nothing can match it better than something else.
    order = search.order if queries or search.order != "relevance" else "rating"
    parameters = {
        **filters,
        "at": at,
        "queries": queries,
        "ranked": " | ".join(queries),
        "limit": PAGE_SIZE,
        "offset": (max(search.page, 1) - 1) * PAGE_SIZE,
    }
    named = frozenset(name for name, value in filters.items() if value) | {order}
    found = db.row(_statement_of("course_search", named), parameters)
    assert found is not None  # an aggregate without GROUP BY always answers one row
    return msgspec.structs.replace(_courses.decode(found[0]), asked=asked)


def course_pages(
    *, codes: Sequence[str], at: datetime, reader: uuid.UUID | None = None, reviews: int = 0, skipped: int = 0
) -> CoursePages:
    """Whole courses by their codes, in one statement; what is not offered is left out. `reviews` of each, newest first."""
    parameters = {"at": at, "codes": list(codes), "reviews": reviews, "skipped": skipped, "reader": reader}
    found = db.row(statement(name="course_pages"), parameters)
    assert found is not None  # there is always an answer, with no course in it perhaps
    return _course_pages.decode(found[0])


def front(*, at: datetime) -> Front:
    """What the public pages tell of the programme at the instant `at` (UTC). It counts whole tables: keep it for a while."""
    found = db.row(statement(name="front"), {"at": at})
    assert found is not None  # there is always an answer
    return _front.decode(found[0])


def _alternatives(word: AskedWord) -> str:
    """A word of the question as PostgreSQL asks for it: what it means, and where it was found, whatever it begins."""
    known = () if word.is_corrected else (word.typed, *((f"{word.typed}:*",) if len(word.typed) >= BEGINNING else ()))
    # Letters and digits only (`kernel.forgiving.words_of`), so nothing in it is an operator.
    return "(" + " | ".join(dict.fromkeys((*known, *word.means))) + ")"
