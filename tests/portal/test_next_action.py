"""Where a participant stands and what comes next, at every stage of the way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.reporting.next_action import NextAction, derived_stage, next_action
from prakerja.reporting.queries import dashboard
from prakerja.training.models import Completion
from tests.portal import world

pytestmark = pytest.mark.django_db
DAY = datetime(2021, 10, 8, 10, tzinfo=WIB)


def seen(person_id: Any, at: datetime = DAY) -> tuple[str, NextAction]:
    board = dashboard(person_id=person_id)
    return derived_stage(dashboard=board), next_action(dashboard=board, at=at)


def reviewed(**account: Any) -> world.Participant:
    who = world.award(videos=3, first_purchase_at=world.BOUGHT)
    purchase = world.buy(who, world.course(), status="redeemed")
    world.rate(world.complete(purchase), purchase)
    if account.pop("linked", True):
        world.link(who, **account)
    return who


def test_before_an_award() -> None:
    person_id = world.person()
    assert seen(person_id)[0] == "none"
    world.apply(person_id)
    stage, action = seen(person_id)
    assert (stage, action.kind) == ("waiting", "waiting")


@pytest.mark.parametrize(("videos", "number"), [(0, 1), (1, 2), (2, 3)])
def test_the_next_video(videos: int, number: int) -> None:
    stage, action = seen(world.award(videos=videos).person_id)
    assert (stage, action.kind, action.number) == ("awarded", "watch_video", number)


def test_after_the_videos_the_deadline_is_what_counts() -> None:
    stage, action = seen(world.award(videos=3).person_id)
    assert (stage, action.kind, action.at) == ("ready", "buy", world.DEADLINE)


def test_a_code_is_redeemed_inside_its_window() -> None:
    starts = datetime(2021, 10, 20, 9, tzinfo=WIB)
    who = world.award(videos=3, first_purchase_at=world.BOUGHT)
    opens = starts - timedelta(hours=1)
    world.buy(who, world.course(delivery="live", starts=starts), redeemable_from=opens)
    assert seen(who.person_id)[1].kind == "redeem_later"
    stage, action = seen(who.person_id, opens)
    assert (stage, action.kind) == ("purchased", "redeem")


def test_then_learning_then_the_certificate_then_the_review() -> None:
    who = world.award(videos=3, first_purchase_at=world.BOUGHT)
    purchase = world.buy(who, world.course(), status="redeemed")
    assert (seen(who.person_id)[0], seen(who.person_id)[1].kind) == ("redeemed", "learn")
    world.complete(purchase)
    visible = datetime(2021, 10, 6, 0, 10, tzinfo=WIB)
    stage, action = seen(who.person_id, visible - timedelta(seconds=1))
    assert (stage, action.kind, action.at) == ("completed", "wait_certificate", visible)
    assert seen(who.person_id, visible)[1].kind == "rate"


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        ({"linked": False}, "link_account"),
        ({"nik_matches": False}, "account_of_other"),
        ({"is_kyc_complete": False}, "account_not_upgraded"),
        ({}, "wait_schedule"),
    ],
)
def test_after_the_review_the_account_is_what_is_missing(account: dict[str, Any], kind: str) -> None:
    stage, action = seen(reviewed(**account).person_id)
    assert (stage, action.kind) == ("reviewed", kind)


def test_payments_surveys_and_the_end() -> None:
    who = world.award(videos=3, first_purchase_at=world.BOUGHT)
    purchase = world.buy(who, world.course(), status="redeemed")
    completion = world.complete(purchase)
    world.rate(completion, purchase)
    world.link(who)
    world.plan(who, completion)
    stage, action = seen(who.person_id)
    assert (stage, action.kind, action.on) == ("paying", "wait_payment", world.SCHEDULE[0][1])
    world.open_survey(who, opens=DAY)
    action = seen(who.person_id)[1]
    assert action.survey is not None
    assert (action.kind, action.survey.number) == ("answer_survey", 1)
    assert seen(who.person_id, DAY + timedelta(days=30))[1].kind == "wait_payment"


def test_a_held_payment_is_being_checked() -> None:
    who = reviewed()
    completion = dashboard(person_id=who.person_id).purchases[0].completion
    assert completion is not None
    world.plan(who, Completion.objects.get(id=completion.id), status="held", hold_reason="account_changed")
    assert seen(who.person_id)[1].kind == "wait_check"


@pytest.mark.parametrize("status", ["active", "finished"])
def test_a_payment_that_came_back_asks_to_look_at_the_account(status: str) -> None:
    who = reviewed()
    world.plan(who, Completion.objects.get(), status="due", last_problem="returned", recheck_at=DAY + timedelta(days=7))
    if status == "finished":
        who.award.status, who.award.ended_at = status, DAY
        who.award.save()
    action = seen(who.person_id)[1]
    assert (action.kind, action.on) == ("payment_failed", world.SCHEDULE[0][1])


@pytest.mark.parametrize("status", ["revoked", "withdrawn", "lapsed", "annulled", "finished"])
def test_an_ended_award_has_nothing_left_to_do(status: str) -> None:
    who = world.award(videos=3, status=status, ended_at=DAY)
    assert (seen(who.person_id)[0], seen(who.person_id)[1].kind) == (status, status)


def test_the_dashboard_is_one_statement_and_opens_only_what_is_asked() -> None:
    who = reviewed()
    with CaptureQueriesContext(connection) as queries:
        board = dashboard(person_id=who.person_id)
    assert len(queries) == 1
    assert board.award is not None
    assert board.account is not None
    assert (board.award.card_number, board.purchases[0].code, board.account.number) == (
        world.CARD,
        world.CODE,
        "081200001234",
    )


def test_a_person_who_does_not_exist_is_refused() -> None:
    with pytest.raises(Refused, match="person_unknown"):
        dashboard(person_id=new_id())
