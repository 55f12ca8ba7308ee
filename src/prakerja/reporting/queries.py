"""The public read-only queries: each is one statement whose answer is decoded into frozen structs."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from django.db import connection

from prakerja.kernel import db
from prakerja.kernel.errors import Refused
from prakerja.reporting.courses import PAGE_SIZE, SORTS, CourseSearch, CoursesPage
from prakerja.reporting.dashboard import Dashboard

_dashboard = msgspec.json.Decoder(Dashboard)
_courses = msgspec.json.Decoder(CoursesPage)
WORDS = 8


@cache
def _statement(name: str) -> str:
    # Comments are cut: a percent sign or a question mark in one would be taken for a parameter.
    lines = (Path(__file__).parent / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("--"))


def dashboard(*, person_id: uuid.UUID, transactions: int = 10) -> Dashboard:
    """The participant's whole dashboard, with the newest `transactions` purchases, in one statement.

    Raises Refused("person_unknown") when there is no such person (a session that outlived its database).
    """
    found = db.row(_statement("dashboard"), [transactions, person_id])
    if found is None:
        raise Refused("person_unknown")
    return _dashboard.decode(found[0])


def compare_courses(*, search: CourseSearch, at: datetime) -> CoursesPage:
    """The courses that can be bought at the instant `at` (UTC), over all platforms, one page of them.

    Every word of the text must occur in title, category, institution, target job or summary (case does not matter).
    """
    words = [f"%{_literal(word)}%" for word in search.text.split()[:WORDS]]
    parameters: dict[str, Any] = {
        "at": at,
        "words": words or ["%"],
        "category": search.category,
        "mode": search.delivery,
        "platform": search.platform,
        "max_price": search.max_price,
        "sort": search.sort if search.sort in SORTS else SORTS[0],
        "limit": PAGE_SIZE,
        "offset": (max(search.page, 1) - 1) * PAGE_SIZE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement("courses"), parameters)
        found = cursor.fetchone()
    assert found is not None  # an aggregate without GROUP BY always answers one row
    return _courses.decode(found[0])


def _literal(word: str) -> str:
    """A word as a LIKE pattern matches it literally."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
