"""All looks asked in one statement find what each finds by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from prakerja.config.due import due_tasks
from prakerja.incentives import due as incentives_due
from prakerja.kernel.looks import Look, Question, first_of, follows_from, least_of, look_at_all
from prakerja.programmes.models import SchemeVersion
from prakerja.programmes.queries import scheme
from tests import builders as b
from tests.money import run_until, wib

pytestmark = pytest.mark.django_db
AT = datetime(2021, 9, 22, 13, tzinfo=UTC)


def test_questions_of_every_form_are_one_statement() -> None:
    by_place = Question("SELECT %s::timestamptz WHERE 'a%%b' LIKE 'a%%'", [AT])
    by_name = least_of(
        "SELECT NULL, NULL, one AS due_at FROM unnest(%(instants)s::timestamptz[]) one WHERE one > %(since)s",
        lambda: {"instants": [AT, AT + timedelta(days=2), AT + timedelta(days=1)], "since": AT},
    )
    nothing = Question("SELECT now() WHERE false")
    django = first_of(lambda: SchemeVersion.objects.filter(code="there is none").values_list("code"))

    @follows_from(by_place, by_name)
    def both(first: datetime, second: datetime) -> datetime:
        return first + (second - first) / 2

    looks = [by_place, lambda: AT, by_name, nothing, both, django, Look(lambda: None, ())]
    wanted = [AT, AT, AT + timedelta(days=1), None, AT + timedelta(hours=12), None, None]
    with CaptureQueriesContext(connection) as asked:
        assert look_at_all(looks) == wanted
    assert len(asked) == 1
    assert [look() for look in looks] == wanted
    assert look_at_all([]) == []


def test_every_tasks_look_finds_the_same_alone_and_together() -> None:
    """In a world in which something waits for many of them."""
    world = b.world()
    for who in b.participants(world, count=2):
        b.buy(world, who, b.course(world, price=100_000)[1], amount=100_000, at=b.BUY_AT)
    b.participants(world, count=1, ready=False)
    for until in (None, wib("2021-10-12 00:00")):
        if until is not None:
            run_until(until)
        tasks = due_tasks()
        together = look_at_all([task.next_due for task in tasks])
        assert together == [task.next_due() for task in tasks]
        assert sum(instant is not None for instant in together) > 5


def test_a_cutoff_is_that_of_the_version_in_which_somebody_waits() -> None:
    """Of the others nothing is said, however early theirs is."""
    look = incentives_due.next_cutoff(incentives_due.LAPSE_UNOPENED, incentives_due.survey_limit)
    world = b.world()
    assert look() is None
    b.participants(world, count=1)
    assert look() == incentives_due.survey_limit(scheme(scheme_version_id=world.wave.scheme_version_id))
