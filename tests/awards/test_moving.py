"""A wave's deadline is moved while people wait for it: half moved is safe, whoever is killed goes on, everybody is told once."""

from __future__ import annotations

from datetime import datetime

import pytest

from prakerja.access.actors import Actor
from prakerja.audit.models import Record
from prakerja.awards.models import Award, DeadlineMove
from prakerja.awards.moving import next_follow
from prakerja.awards.operations import begin_deadline_move, extend_held, follow_deadline_moves
from prakerja.awards.queries import held_revocations
from prakerja.awards.tasks import run_follows, run_reminders, run_revocations
from prakerja.intake.operations import prepare_correction
from prakerja.kernel.db import transaction
from prakerja.kernel.due import Turn, taking
from prakerja.kernel.errors import Refused
from prakerja.notifications.models import Message
from tests import builders as b
from tests.intake.test_deadlines_ahead import wib

pytestmark = pytest.mark.django_db
# The builders' wave was announced on 22 September.
OLD = wib("2021-10-22 00:00")
LATER, EARLIER = wib("2021-11-05 00:00"), wib("2021-10-12 00:00")
SET_AT = wib("2021-10-01 10:00")


def move(deadline: datetime, *, people: int, by: Actor) -> None:
    wave_id = Award.objects.values_list("wave_id", flat=True)[0]
    with transaction():
        begin_deadline_move(
            wave_id=wave_id, before=OLD, deadline=deadline, people=people, reason="salah tanggal", actor=by, at=SET_AT
        )


def follow_one(at: datetime) -> None:
    """As somebody who is killed after the first chunk, of one."""
    with taking(Turn(ends_at=0.0)):
        assert follow_deadline_moves(at=at, chunk=1) == 1


def told(template: str) -> list[object]:
    return list(
        Message.objects.filter(template=template, channel="sms")
        .order_by("person_id")
        .values_list("person_id", flat=True)
    )


def test_half_moved_nobody_falls_to_the_old_deadline_and_the_worker_goes_on() -> None:
    world = b.world()
    people = sorted(one.person_id for one in b.participants(world, count=3))
    by = b.operator("authoriser")
    move(LATER, people=3, by=by)
    follow_one(SET_AT)
    assert sorted(Award.objects.values_list("purchase_deadline_at", flat=True)) == [OLD, OLD, LATER]
    assert next_follow() == SET_AT
    # The old deadline passes while nobody goes on: neither reminded nor revoked by it.
    assert run_reminders(wib("2021-10-21 09:00")) == 0
    assert run_revocations(wib("2021-10-22 00:05")) == 0
    assert Award.objects.filter(status="active").count() == 3
    with pytest.raises(Refused, match="deadlines_moving"):
        prepare_correction(
            wave_number=21, announced_at=wib("2021-10-08 20:00"), reason="lagi", actor=b.operator("approver"), at=SET_AT
        )
    later = wib("2021-10-23 09:00")
    assert run_follows(later) == 2
    assert run_follows(later) == 0
    assert next_follow() is None
    assert told("deadline_moved") == people
    found = set(Award.objects.values_list("purchase_deadline_at", "deadline_set_at", "deadline_set_by"))
    assert found == {(LATER, SET_AT, by.traced)}
    assert set(Record.objects.filter(action="award.deadline_moved").values_list("actor_id", "data__before")) == {
        (by.id, "2021-10-21T17:00:00+00:00")
    }
    assert run_reminders(wib("2021-11-04 09:00")) == 3
    assert run_revocations(wib("2021-11-05 00:05")) == 3


def test_who_may_buy_by_the_new_deadline_buys_before_their_award_has_followed() -> None:
    world = b.world()
    one = b.participant(world)
    move(LATER, people=1, by=b.operator("authoriser"))
    platform_run = b.course(world)[1]
    b.buy(world, one, platform_run, at=wib("2021-10-22 09:00"))
    assert Award.objects.get().first_purchase_at is not None
    assert run_follows(wib("2021-10-22 10:00")) == 0
    assert DeadlineMove.objects.get().finished_at == wib("2021-10-22 10:00")


def test_who_is_told_after_an_earlier_deadline_is_not_revoked_by_it() -> None:
    world = b.world()
    people = sorted(one.person_id for one in b.participants(world, count=2))
    move(EARLIER, people=2, by=b.operator("authoriser"))
    follow_one(SET_AT)
    # Nobody worked until the new deadline had passed.
    late = wib("2021-10-13 09:00")
    assert run_follows(late) == 1
    assert run_revocations(late) == 1
    assert len(told("deadline_moved")) == len(told("revocation_held")) == len(told("revoked")) == 1
    assert sorted([*told("revoked"), *told("revocation_held")]) == people
    assert [(one.deadline_at, one.people) for one in held_revocations()] == [(EARLIER, 1)]
    assert extend_held(days=14, reason="terlambat diberi tahu", actor=b.operator("approver"), at=late) == 1
