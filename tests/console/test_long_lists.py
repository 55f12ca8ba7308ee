"""A list of as many rows as a wave has people is paged by key: nothing counts, sorts or skips what is not shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import unfold
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import connection
from django.http import HttpRequest
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from prakerja.access.models import OperatorRole, User
from prakerja.audit.models import Record
from prakerja.console.lists import SHORT
from prakerja.console.site import site
from prakerja.kernel import clock
from tests.house.source import PACKAGE

pytestmark = pytest.mark.django_db
MORE = 130


def page(query: str = "") -> Any:
    """The list of audit records, as its page has it, with the page's words in `words`."""
    request: HttpRequest = RequestFactory().get(f"/audit/record/{query}")
    request.user = User.objects.get()
    request.session = {}  # type: ignore[assignment]
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    answer: Any = site._registry[Record].changelist_view(request)
    found = answer.context_data["cl"]
    found.words = answer.render().content.decode()
    return found


@pytest.fixture(autouse=True)
def _many() -> None:
    moment = clock.wall()
    user = User.objects.create(email="siapa@contoh.example")
    OperatorRole.objects.create(user=user, role="viewer", given_at=moment)
    Record.objects.bulk_create(
        Record(action=f"test.{number % 2}", actor_kind="system", at=moment, recorded_at=moment)
        for number in range(SHORT + MORE)
    )


def test_a_long_list_goes_on_by_key() -> None:
    with CaptureQueriesContext(connection) as asked:
        first = page()
    # Looking at the trail is written there too.
    newest = list(Record.objects.order_by("-id").values_list("id", flat=True))
    assert [row.pk for row in first.result_list] == newest[:50]
    assert "COUNT(" not in str([one["sql"] for one in asked.captured_queries]).upper()
    assert parse_qs(first.older_query()[1:])["p"] == [str(newest[49])]
    assert "Lebih lama" in first.words
    assert "Terbaru" not in first.words
    with CaptureQueriesContext(connection) as asked:
        second = page(first.older_query())
    assert [row.pk for row in second.result_list] == newest[50:100]
    assert not [one["sql"] for one in asked.captured_queries if "OFFSET" in one["sql"]]
    assert "Terbaru" in second.words


def test_a_filter_stays_with_the_pages_and_its_end_is_an_end() -> None:
    first = page("?action=test.1")
    # Half of them: a short list, counted and numbered.
    assert (first.older, first.result_count) == (None, (SHORT + MORE) // 2)
    Record.objects.bulk_create(
        Record(action="test.1", actor_kind="system", at=clock.wall(), recorded_at=clock.wall()) for _ in range(SHORT)
    )
    oldest = list(Record.objects.filter(action="test.1").order_by("id").values_list("id", flat=True)[:61])
    shown = page(f"?action=test.1&p={oldest[60]}")
    assert [row.pk for row in shown.result_list] == oldest[59:9:-1]
    last = page(shown.older_query())
    assert ([row.pk for row in last.result_list], last.older) == (oldest[9::-1], "")
    assert page("?p=tidak-ada").is_first


def test_a_page_fetches_no_font_and_no_chart_that_it_does_not_show() -> None:
    """Two thirds of a megabyte before the first list stood there. The frame is unfold's own but for these lines."""
    words = page().words
    assert "chart.js" not in words
    assert "fonts/inter" not in words
    theirs = (Path(unfold.__file__).parent / "templates" / "unfold" / "layouts" / "skeleton.html").read_text()
    ours = (PACKAGE / "console" / "templates" / "unfold" / "layouts" / "skeleton.html").read_text()
    left_out = [line for line in theirs.splitlines() if line not in ours.splitlines()]
    assert [line for line in theirs.splitlines() if line not in left_out] == ours.splitlines()
    assert [("inter" in line, "chart" in line) for line in left_out] == [(True, False), (False, True)]
