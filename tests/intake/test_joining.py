"""One tap, one application: the hot call against the pure policy, the clock, rivals, and leaving again."""

from __future__ import annotations

import json
import threading
import uuid
from datetime import date, timedelta
from itertools import product

import pytest
from django.db import connection

from prakerja.intake.models import Application
from prakerja.intake.operations import confirm_wave, join_wave, look_ahead, prepare_wave, withdraw_application
from prakerja.intake.queries import open_wave_at as open_at
from prakerja.intake.queries import own_applications, standing
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import unseal
from prakerja.notifications.models import Message
from prakerja.registrations.models import Profile
from tests.builders import operator
from tests.intake.joining import CLOSES, OPEN, OPENS, registered, wave

pytestmark = pytest.mark.django_db


def why(person_id: uuid.UUID, *, at: object = OPEN, number: int = 22) -> Refused:
    with pytest.raises(Refused) as refused:
        join_wave(person_id=person_id, wave_number=number, at=at)  # type: ignore[arg-type]
    return refused.value


def test_joining_gives_a_ticket_and_a_receipt_once() -> None:
    wave()
    person_id = registered(1)
    ticket = join_wave(person_id=person_id, wave_number=22, at=OPEN)
    assert ticket.startswith("22-")
    assert len(ticket) == 13
    assert join_wave(person_id=person_id, wave_number=22, at=OPEN) == ticket
    [application] = Application.objects.all()
    assert (application.ticket, application.status, application.joined_at) == (ticket, "waiting", OPEN)
    messages = {one.channel: one for one in Message.objects.filter(template="wave_joined")}
    assert set(messages) == {"sms", "dashboard"}
    for one in messages.values():
        sealed = unseal(one.parameters_enc, table="notifications_message", column="parameters_enc", row_id=one.id)
        assert json.loads(sealed) == {"wave": 22, "ticket": ticket}


def test_the_clock_opens_and_closes() -> None:
    wave()
    person_id = registered(1)
    moment = timedelta(microseconds=1)
    assert why(person_id, at=OPENS - moment).reason == "wave_not_open"
    assert why(person_id, at=CLOSES).reason == "wave_closed"
    assert why(person_id, number=23).reason == "wave_unknown"
    assert not Application.objects.exists()
    assert join_wave(person_id=person_id, wave_number=22, at=CLOSES - moment)


def test_only_registered_people_join() -> None:
    wave()
    listed = registered(1)
    Profile.objects.all().delete()
    assert why(listed).reason == "not_registered"
    assert why(uuid.uuid4()).reason == "person_unknown"
    assert not Application.objects.exists()


def test_the_test_comes_first() -> None:
    wave()
    person_id = registered(1, tested=False)
    assert why(person_id).reason == "test_missing"
    assert not Application.objects.exists()


def test_the_function_and_the_policy_name_the_same_reasons() -> None:
    made = wave()
    on = OPEN.date()
    births = (date(1990, 8, 17), on.replace(year=2003), on.replace(year=2003) + timedelta(days=1))
    dates = open_at(at=OPEN)
    assert dates is not None
    assert dates.number == made.number
    for number, (birth_date, enrolled, post) in enumerate(product(births, (False, True), (False, True)), 1):
        person_id = registered(number, birth_date=birth_date, is_enrolled=enrolled, holds_excluded_post=post)
        known = standing(person_id=person_id, wave=dates, at=OPEN)
        if known.may_join:
            assert join_wave(person_id=person_id, wave_number=22, at=OPEN)
        else:
            assert why(person_id).details["against"] == tuple(str(one) for one in known.reasons)
    assert Application.objects.count() == 2


def test_who_withdrew_may_join_again_while_the_wave_is_open_and_keeps_the_ticket() -> None:
    wave()
    person_id = registered(1)
    ticket = join_wave(person_id=person_id, wave_number=22, at=OPEN)
    for _ in range(2):
        withdraw_application(person_id=person_id, wave_number=22, at=OPEN)
    [own] = own_applications(person_id=person_id, at=OPEN)
    assert (own.label, own.may_rejoin, own.may_withdraw) == ("withdrawn", True, False)
    assert why(person_id, at=CLOSES).reason == "wave_closed"
    assert join_wave(person_id=person_id, wave_number=22, at=OPEN + timedelta(hours=1)) == ticket
    [own] = own_applications(person_id=person_id, at=OPEN)
    assert (own.label, own.ticket) == ("open", ticket)
    [own] = own_applications(person_id=person_id, at=CLOSES)
    assert own.label == "processing"
    with pytest.raises(Refused, match="not_joined"):
        withdraw_application(person_id=registered(2), wave_number=22, at=OPEN)


def test_a_wave_is_announced_ahead_and_looked_at_before() -> None:
    wave()
    plan = look_ahead(number=23, opens_at=OPENS, closes_at=CLOSES, quota=10, at=OPENS - timedelta(days=1))
    assert (plan.scheme, plan.overlaps) == ("2022", (22,))
    for reason, changes in {
        "wave_exists": {"number": 22},
        "wave_number_wrong": {"number": 0},
        "wave_ends_before_it_begins": {"closes_at": OPENS},
        "wave_not_ahead": {"at": CLOSES},
        "wave_too_short": {"at": CLOSES - timedelta(minutes=59)},
        "quota_wrong": {"quota": 0},
    }.items():
        values = {"number": 23, "opens_at": OPENS, "closes_at": CLOSES, "quota": 10, "at": OPENS, **changes}
        with pytest.raises(Refused, match=reason):
            look_ahead(**values)  # type: ignore[arg-type]
    made = prepare_wave(number=23, opens_at=OPENS, closes_at=CLOSES, quota=10, actor=operator("approver"), at=OPENS)
    confirm_wave(wave_number=23, digest=made.digest, actor=operator("authoriser"), at=OPENS)
    assert join_wave(person_id=registered(1), wave_number=23, at=OPEN)


@pytest.mark.django_db(transaction=True)
def test_of_rivals_one_application_comes() -> None:
    wave()
    person_id = registered(1)
    tickets: list[str] = []
    ready = threading.Barrier(8)

    def tap() -> None:
        try:
            ready.wait()
            tickets.append(join_wave(person_id=person_id, wave_number=22, at=OPEN))
        finally:
            connection.close()

    threads = [threading.Thread(target=tap) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Application.objects.count() == 1
    assert len(tickets) == 8
    assert len(set(tickets)) == 1
    assert Message.objects.filter(template="wave_joined").count() == 2
