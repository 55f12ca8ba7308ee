"""A worker that was off for 45 days catches up: in order, once, and nobody is asked for what is too late."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from prakerja.awards.models import Award
from prakerja.config.due import Runner, due_tasks, take_turns
from prakerja.kernel.clock import wall
from prakerja.kernel.due import DueTask
from prakerja.notifications.models import Message
from prakerja.notifications.outages import note_life
from prakerja.notifications.templates import POINTLESS_AFTER_DEADLINE
from prakerja.reporting.proof import prove
from tests.incentives.conftest import bank, bank_program
from tests.money import opened, wib
from tests.races.life import Time, a_life
from tests.races.strangers import strangers
from tests.waiting import LIMIT

__all__ = ["bank", "bank_program", "strangers"]
pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
OFF = timedelta(days=45)


def catch_up(at: datetime) -> None:
    """Turns at one instant until nothing is due any more, as the worker takes them."""
    runner = Runner()

    def failed(task: DueTask) -> None:
        raise AssertionError(f"{task.name} failed")

    for _ in range(20):
        take_turns(due_tasks(), runner=runner, now=lambda: at, failed=failed, seconds=LIMIT)
        if all((following := task.next_due()) is None or following > at for task in due_tasks()):
            return
    raise AssertionError("something is due for ever")


@pytest.mark.parametrize("last", ["2021-09-26 09:00", "2021-10-06 19:00", "2021-10-17 10:00", "2021-11-05 09:00"])
def test_nobody_is_asked_for_what_is_too_late(last: str) -> None:
    life, time = a_life(), Time(lambda task, at: Runner().run(task, at=at))
    for at, act in life.acts:
        if at > wib(last):
            break
        time.go(at)
        act()
    seen, back = wib(last) + timedelta(minutes=1), wib(last) + OFF
    note_life(at=seen, wall=wall() - OFF)
    time.go(seen)
    before = set(Message.objects.values_list("id", flat=True))
    revoked = set(Award.objects.filter(status="revoked").values_list("id", flat=True))
    assert note_life(at=back, wall=wall())
    catch_up(back)
    told = list(Message.objects.exclude(id__in=before))
    assert {message.created_at for message in told} == {back}
    asked = [(message, opened(message)) for message in told if message.template in POINTLESS_AFTER_DEADLINE]
    assert [message.template for message, said in asked if datetime.fromisoformat(said["deadline"]) <= back] == []
    # Nor is a day promised that is over.
    promised = [opened(message)["pay_date"] for message in told if message.template.endswith("payment_planned")]
    assert [day for day in promised if day < f"{back:%Y-%m-%d}"] == []
    # Of several reminders that were missed one is sent.
    times = Counter((m.person_id, m.template, m.channel, said.get("number")) for m, said in asked)
    assert set(times.values()) <= {1}
    # Whom we could not tell is not revoked: an operator decides.
    assert set(Award.objects.filter(status="revoked").values_list("id", flat=True)) == revoked
    assert prove().ok
    # And life goes on.
    time.go(wib("2022-03-01 00:00"))
    assert prove().ok
