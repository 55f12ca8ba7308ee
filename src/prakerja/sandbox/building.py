"""What every made world is built of, be it a demo's, a benchmark's or a test's: money, classes, people who saw the films."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from prakerja.awards.operations import finish_video, start_video
from prakerja.catalogue.operations import add_course, add_run, set_price
from prakerja.kernel.db import requires_transaction
from prakerja.kernel.ids import new_id
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import post_transfer

# 754,929 recipients of wave 21 times 3,550,000 rupiah.
BUDGET = 2_679_997_950_000


@requires_transaction
def fund_programme(*, budget: int = BUDGET, at: datetime) -> None:
    """Let the state give the programme its money (rupiah)."""
    post_transfer(
        person_id=None,
        event_id=new_id(),
        kind="programme_funding",
        debit=Chart.TREASURY,
        credit=Chart.PROGRAMME_FUNDS,
        amount=budget,
        at=at,
    )


@requires_transaction
def add_class(
    *,
    institution_id: uuid.UUID,
    platform_ids: Iterable[uuid.UUID],
    code: str,
    schedule_code: str,
    price: int,
    seats: int,
    starts_at: datetime,
    ends_at: datetime,
    sessions: Sequence[tuple[datetime, datetime]] = (),
    at: datetime,
    **course: Any,
) -> Any:
    """(course, run) of a course with one run, sold on these platforms at `price` rupiah from `at` on.

    `course` goes to `add_course`.
    """
    made = add_course(institution_id=institution_id, code=code, **course)
    run = add_run(
        course_id=made.id,
        code=schedule_code,
        starts_at=starts_at,
        ends_at=ends_at,
        capacity=seats,
        sessions=sessions,
    )
    for platform_id in platform_ids:
        set_price(course_id=made.id, platform_id=platform_id, price=price, at=at)
    return made, run


def watch_videos(*, person_id: uuid.UUID, at: datetime) -> datetime:
    """See all three induction films from `at` on; returns when the last one ended."""
    for number in (1, 2, 3):
        at = start_video(person_id=person_id, number=number, at=at)
        finish_video(person_id=person_id, number=number, at=at)
    return at
