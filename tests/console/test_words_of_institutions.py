"""What institutions and participants wrote is Indonesian, whichever language the operator reads the console in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from prakerja.catalogue.models import Course, CourseRun
from prakerja.console.site import site
from tests import builders as b
from tests.spoken import unmarked

pytestmark = pytest.mark.django_db


def shown(model: Any, row: Any) -> str:
    """The cells of a row as the list of its model shows them, in an English page."""
    columns = site._registry[model].get_list_display(RequestFactory().get("/"))
    cells = (column(row) if callable(column) else getattr(row, column) for column in columns)
    return f'<html lang="en"><body>{"".join(f"<p>{cell}</p>" for cell in cells)}</body></html>'


def test_a_list_says_which_words_are_indonesian() -> None:
    course, run = b.course(b.world(), summary="Belajar <b>mencatat</b>", syllabus=["Pembukaan", "Latihan"])
    html = shown(Course, course)
    assert course.title in html
    assert unmarked(html, course.title, "Keuangan", "Pembukaan") == []
    # Also where another row refers to the course.
    html = shown(CourseRun, run)
    assert course.title in html
    assert unmarked(html, course.title) == []
    assert "<b>" not in html
