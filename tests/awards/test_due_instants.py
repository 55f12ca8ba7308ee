"""What falls due of an award is stored, and is what the rules say, whatever happened to it before."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from prakerja.access.actors import SYSTEM
from prakerja.awards.due import Basis, instants_of
from prakerja.awards.models import NOT_BOUGHT, Award
from prakerja.awards.operations import extend_held, reinstate_award, release_held, suspend_award, withdraw_award
from prakerja.awards.tasks import (
    TASKS,
    next_reminder,
    next_revocation,
    run_reckoning,
    run_reminders,
    run_revocations,
)
from prakerja.kernel.db import rows
from prakerja.kernel.errors import Refused
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import reminder_instants, revoke_at
from prakerja.purchases.operations import void_purchase
from tests import builders as b
from tests.money import wib

pytestmark = pytest.mark.django_db


def computed(award: Award) -> tuple[datetime, datetime]:
    """When it is reminded (the deadline: never again) and revoked, by the rules alone."""
    rules = scheme(scheme_version_id=award.scheme_version_id)
    deadline = award.purchase_deadline_at
    instants = reminder_instants(scheme=rules, announced_at=award.awarded_at, deadline_at=deadline)
    left = [one for one in instants if award.reminded_at is None or one > award.reminded_at]
    return min(left, default=deadline), revoke_at(scheme=rules, deadline_at=deadline)


def least() -> tuple[datetime | None, datetime | None]:
    """The next reminder and the next revocation, computed for every award without a purchase."""
    waiting = [(award, *computed(award)) for award in Award.objects.filter(NOT_BOUGHT)]
    revocable = [
        revoked
        for award, _, revoked in waiting
        if (award.deadline_set_at is None or award.deadline_set_at < award.purchase_deadline_at)
        and (award.revocation_held_at is None or award.revocation_released_at is not None)
    ]
    reminded = [remind for award, remind, _ in waiting if remind < award.purchase_deadline_at]
    return min(reminded, default=None), min(revocable, default=None)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_stored_is_what_the_rules_say_after_any_history(seed: int) -> None:
    chance = random.Random(seed)
    world = b.world()
    people = b.participants(world, count=6)
    _, run = b.course(world)
    receipts = {}
    at = b.BUY_AT

    def buy(who: b.Participant) -> None:
        receipts[who.person_id] = b.buy(world, who, run, at=at)

    def void(who: b.Participant) -> None:
        if receipt := receipts.pop(who.person_id, None):
            void_purchase(
                platform_id=world.platform.partner_id,
                invoice_code=receipt.invoice_code,
                reference=receipt.reference,
                at=at,
            )

    def suspend(who: b.Participant) -> None:
        suspend_award(person_id=who.person_id, award_id=who.award.id, reason="x", actor=SYSTEM, at=at)

    def reinstate(who: b.Participant) -> None:
        reinstate_award(person_id=who.person_id, award_id=who.award.id, reason="x", actor=SYSTEM, at=at)

    def hold(who: b.Participant) -> None:
        Award.objects.filter(NOT_BOUGHT, id=who.award.id).update(revocation_held_at=at)

    moves: list[Callable[[b.Participant], object]] = [
        buy,
        void,
        suspend,
        reinstate,
        hold,
        lambda who: withdraw_award(person_id=who.person_id, at=at) if chance.random() < 0.2 else None,
        lambda who: extend_held(days=chance.randint(7, 30), reason="x", actor=SYSTEM, at=at),
        lambda who: release_held(reason="x", actor=SYSTEM, at=at),
        lambda who: run_reminders(at),
        lambda who: run_revocations(at),
    ]
    for _ in range(60):
        at += timedelta(hours=chance.randint(1, 30))
        try:
            chance.choice(moves)(chance.choice(people))
        except Refused:
            continue
        assert (next_reminder(), next_revocation()) == least()
        for award in Award.objects.filter(NOT_BOUGHT):
            stored = (award.remind_at, award.revoke_at)
            assert all(one is None or one == right for one, right in zip(stored, computed(award), strict=True)), stored
        if chance.random() < 0.5:
            run_reckoning(at)
            for award in Award.objects.filter(NOT_BOUGHT):
                assert (award.remind_at, award.revoke_at) == computed(award)
            assert (next_reminder(), next_revocation()) == least()


def test_rows_of_an_earlier_release_are_reckoned_before_anything_is_missed() -> None:
    b.participants(b.world(), count=3)
    right = set(Award.objects.values_list("remind_at", "revoke_at"))
    Award.objects.update(remind_at=None, revoke_at=None)
    due = wib("2021-10-14 09:00")
    assert (next_reminder(), next_revocation()) == (due, wib("2021-10-22 00:05"))
    reckoning = next(task for task in TASKS if task.name == "reckon deadlines")
    assert reckoning.next_due() is not None
    # Nothing has happened to anybody.
    assert reckoning.run(b.ANNOUNCED) == 0
    assert reckoning.next_due() is None
    assert set(Award.objects.values_list("remind_at", "revoke_at")) == right
    assert run_reminders(due) == 3


def test_the_next_instant_is_the_first_of_an_index() -> None:
    """However many wait: a sort over all of them every half second was most of what the worker did."""
    b.participants(b.world(), count=2)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for task in TASKS:
        with CaptureQueriesContext(connection) as seen:
            task.next_due()
        for one in seen.captured_queries:
            plan = "\n".join(line for (line,) in rows("EXPLAIN " + one["sql"].replace("%", "%%")))
            assert "Index" in plan, plan
            assert "Sort" not in plan or "DISTINCT" in one["sql"], plan


def test_instants_are_reckoned_once_for_a_whole_list() -> None:
    award = b.participant(b.world()).award
    basis = Basis(award.scheme_version_id, award.awarded_at, award.purchase_deadline_at, None)
    assert instants_of(basis) is instants_of(basis)
    assert Award.objects.filter(remind_at__lt=F("revoke_at")).count() == 1
