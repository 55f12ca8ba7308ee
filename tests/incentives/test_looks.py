"""Whoever waits for an incentive is found by an index, at the instant at which the last condition came true, and not asked again and again."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.test.utils import CaptureQueriesContext

from prakerja.awards.models import Award
from prakerja.incentives import tasks
from prakerja.incentives.models import Incentive
from prakerja.incentives.operations import lapse_unreviewed_many
from prakerja.kernel.db import rows
from prakerja.kernel.looks import least_of
from prakerja.ledger.models import Transfer
from prakerja.notifications.models import Message
from prakerja.training.models import Rating
from tests.builders import World
from tests.money import buy_class, link, participant_with_phone, redeem_class, report, review, reviewed, run_until, wib

# The last day to review is 10 December.
CUTOFF = wib("2021-12-11 00:00")


def look_at(who: object) -> datetime | None:
    return Award.objects.get(id=who.award.id).plan_look_at  # type: ignore[attr-defined]


def trained(world: World, who: object) -> None:
    buy_class(world, who, price=475_000, at=wib("2021-09-25 19:30"))  # type: ignore[arg-type]
    redeem_class(world, who, at=wib("2021-09-26 09:00"))  # type: ignore[arg-type]
    report(world, who, at=wib("2021-10-04 09:00"), completed="2021-10-02")  # type: ignore[arg-type]
    run_until(wib("2021-10-06 19:00"))
    review(who, at=wib("2021-10-06 19:00"))  # type: ignore[arg-type]


def test_who_has_no_account_is_not_asked_for_again_until_one_is_linked(g21: World) -> None:
    who = participant_with_phone(g21, phone="081210000061")
    assert look_at(who) is None
    trained(g21, who)
    assert look_at(who) == wib("2021-10-06 19:00")
    run_until(wib("2021-10-06 20:00"))
    # It is not looked at again by itself.
    assert (look_at(who), least_of(tasks.due.PLAN)()) == (None, None)
    assert Award.objects.get(id=who.award.id).reviewed_at == wib("2021-10-06 19:00")
    link(who, number="7700123457", at=wib("2021-10-20 10:00"))
    run_until(wib("2021-10-20 10:00"))
    assert look_at(who) == wib("2021-10-21 10:00")
    run_until(wib("2021-10-21 09:59:59"))
    assert not Incentive.objects.exists()
    run_until(wib("2021-10-21 10:00"))
    assert set(Incentive.objects.values_list("planned_at", flat=True)) == {wib("2021-10-21 10:00")}
    assert look_at(who) is None


def test_the_next_instants_are_the_first_of_indexes(g21: World) -> None:
    reviewed(g21, participant_with_phone(g21, phone="081210000062"))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for name in ("plan_incentives", "note_accounts", "incentive_due"):
        (task,) = [task for task in tasks.TASKS if task.name == name]
        with CaptureQueriesContext(connection) as seen:
            task.next_due()
        for one in seen.captured_queries:
            plan = "\n".join(line for (line,) in rows("EXPLAIN " + one["sql"].replace("%", "%%")))
            assert "Index" in plan, plan
            assert "Sort" not in plan, plan
    # Of so few rows the planner takes any index; this one holds who is left, and nobody else.
    (definition,) = rows("SELECT indexdef FROM pg_indexes WHERE indexname = 'awards_award_unreviewed'")[0]
    for word in ("scheme_version_id, id", "reviewed_at IS NULL", "training_waived_at IS NULL", "status = 'active'"):
        assert word in definition


def test_all_who_did_not_review_lapse_together_and_who_did_remembers_it(g21: World) -> None:
    """One statement for each table, whatever the number; what a release before did not write down is found by the look."""
    people = [participant_with_phone(g21, phone=f"08121000006{number}") for number in (3, 4, 5)]
    for who in people:
        buy_class(g21, who, price=475_000, at=wib("2021-09-25 19:30"))
    done = participant_with_phone(g21, phone="081210000066")
    trained(g21, done)
    run_until(wib("2021-12-10 23:59"))
    Award.objects.filter(id=done.award.id).update(reviewed_at=None)
    items = [(who.person_id, who.award.id) for who in (*people, done)]
    assert lapse_unreviewed_many(items=items, at=wib("2021-12-10 23:59")) == 0
    with CaptureQueriesContext(connection) as of_many:
        assert lapse_unreviewed_many(items=items, at=CUTOFF) == 3
    assert sum(one["sql"].startswith("UPDATE") for one in of_many.captured_queries) <= 4
    assert lapse_unreviewed_many(items=items, at=CUTOFF) == 0
    ended = Award.objects.filter(status="lapsed", ended_at=CUTOFF, end_reason="not_reviewed")
    assert {one.person_id for one in ended} == {who.person_id for who in people}
    told = Message.objects.filter(template="lapsed_not_reviewed", channel="sms")
    assert sorted(one.person_id for one in told) == sorted(who.person_id for who in people)
    assert Transfer.objects.filter(kind="lapse_reserve", at=CUTOFF).count() == 3
    remembered = Award.objects.get(id=done.award.id)
    assert (remembered.status, remembered.reviewed_at) == ("active", Rating.objects.get().created_at)
