"""Ranks and seats by SQL are those of the protocol's own walk, whatever the wave and however its rows lie."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings

from prakerja.draw.models import ApplicantList, Draw, Entry, Outcome
from prakerja.draw.protocol.documents import DocumentError, Rules
from prakerja.draw.protocol.ranking import Ranking
from prakerja.draw.protocol.rows import Row
from prakerja.draw.protocol.seats import plan_of
from prakerja.draw.seating import Seated, seat_all
from tests.draw.published import thousand_drawn, twelve_drawn
from tests.draw.test_protocol import waves
from tests.intake.joining import wave

pytestmark = pytest.mark.django_db
AT = datetime(2021, 11, 1, tzinfo=UTC)


@pytest.fixture
def drawn() -> Draw:
    """A draw to which lists are given; nobody's applications stand behind their rows."""
    made = wave()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    return Draw.objects.create(wave=made, number=1, name="g22/1", origin="x", made_at=AT, changed_at=AT)


def lay(rows: list[Row], draw: Draw, *, order: int = 0) -> uuid.UUID:
    """A list with these rows, written down in any order."""
    made = ApplicantList.objects.create(wave_id=draw.wave_id, begun_at=AT)
    entries = [
        Entry(
            id=uuid.uuid4(),
            person_id=uuid.uuid4(),
            applicants=made,
            application_id=uuid.uuid4(),
            number=number,
            ticket=row.ticket,
            stratum=row.stratum,
            groups=row.groups,
            family=row.family,
            allowance=row.allowance,
            codes="" if row.is_eligible else "DTKS",
            mark=row.mark,
        )
        for number, row in enumerate(sorted(rows, key=lambda one: one.ticket))
    ]
    random.Random(order).shuffle(entries)
    Entry.objects.bulk_create(entries)
    return made.id


def found(draw: Draw, count: int) -> list[str]:
    """What became of each row, in the words of the results."""
    words = ["- X"] * count
    for one in Outcome.objects.filter(draw=draw):
        tail = {"W": f" {one.pool}", "K": "", "R": f" {one.reserve}"}[one.kind]
        words[one.number] = f"{one.position} {one.kind}{tail}"
    Outcome.objects.all().delete()
    return words


def seated(rows: list[Row], draw: Draw, rules: Rules, seed: bytes, **how: int) -> tuple[list[str], Seated]:
    counted = seat_all(draw_id=draw.id, list_id=lay(rows, draw, **how), seed=seed, plan=plan_of(rules))
    words = found(draw, len(rows))
    with connection.cursor() as cursor:
        for table in ("draw_line", "draw_taken", "draw_asked"):
            cursor.execute(f"DROP TABLE {table}")
    return words, counted


@pytest.mark.parametrize("example", [twelve_drawn(), thousand_drawn()], ids=["twelve", "thousand"])
def test_the_worked_examples(drawn: Draw, example: object) -> None:
    draw = twelve_drawn() if len(example.rows) == 12 else thousand_drawn()  # type: ignore[attr-defined]
    words, counted = seated(draw.rows, drawn, draw.rules, draw.seed)
    assert words == [one.words() for one in draw.outcomes]
    assert counted == Seated(draw.result.winners.count, 0)
    winners = "".join(f"{row.ticket.hex()}\n" for row, one in zip(draw.rows, words, strict=True) if " W " in one)
    assert sha256(winners.encode()).hexdigest() == draw.result.winners.sha256


def test_neither_the_order_of_rows_nor_the_number_of_workers_decides(drawn: Draw) -> None:
    draw = thousand_drawn()
    expected = [one.words() for one in draw.outcomes]
    for order, workers in ((1, 0), (2, 4)):
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL max_parallel_workers_per_gather = {workers}")
            cursor.execute(f"SET LOCAL min_parallel_table_scan_size = {0 if workers else 1024}")
            cursor.execute(f"SET LOCAL parallel_setup_cost = {0 if workers else 1000}")
            cursor.execute(f"SET LOCAL parallel_tuple_cost = {0 if workers else 0.1}")
        assert seated(draw.rows, drawn, draw.rules, draw.seed, order=order)[0] == expected


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(waves())
def test_every_wave_is_seated_as_the_protocol_walks(drawn: Draw, example: tuple[list[Row], bytes, Rules]) -> None:
    rows, seed, rules = example
    try:
        plan = plan_of(rules)
    except DocumentError:
        # More reserved than a stratum has: not rules.
        return
    ranking = Ranking(seed=seed, plan=plan)
    for row in rows:
        ranking.add(row)
    ranking.seat()
    words, counted = seated(rows, drawn, rules, seed)
    assert words == [one.words() for one in ranking.outcomes()]
    assert counted == Seated(ranking.winners, ranking.unfilled)
