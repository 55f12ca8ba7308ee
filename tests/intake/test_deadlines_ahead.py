"""No verb sets a date that ends somebody and has passed; a near one needs a name; a wrong announcement two operators."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError

from prakerja.access.actors import SYSTEM, Actor
from prakerja.audit.models import Record
from prakerja.awards.models import Award
from prakerja.awards.tasks import run_reminders, run_revocations
from prakerja.intake.models import AnnouncementCorrection, Wave
from prakerja.intake.operations import (
    Correction,
    ImportOutcome,
    ResultRow,
    confirm_correction,
    import_results,
    prepare_correction,
    take_back_correction,
)
from prakerja.kernel.errors import Refused
from prakerja.ledger.models import Transfer
from prakerja.notifications.models import Message
from prakerja.people.models import Person
from prakerja.programmes.schemes import dates_that_end, full_days_left, scheme_by_key
from prakerja.wallets.models import Wallet
from tests import builders as b
from tests.money import wib

pytestmark = pytest.mark.django_db

DEADLINE = wib("2021-10-22 00:00")


def take(
    rows: list[ResultRow],
    *,
    at: datetime,
    announced_at: datetime = b.ANNOUNCED,
    by: Actor | None = None,
    wave: int = 21,
) -> ImportOutcome:
    return import_results(
        actor=SYSTEM,
        rows=rows,
        wave_number=wave,
        decree_number=f"SK-{wave}",
        announced_at=announced_at,
        at=at,
        short_deadline_confirmed_by=by,
    )


def nothing_changed() -> bool:
    return not (Award.objects.exists() or Person.objects.exists() or Message.objects.exists()) and (
        Wave.objects.get().announced_at is None and not Transfer.objects.exclude(person_id=None).exists()
    )


def test_an_announcement_whose_deadline_has_passed_awards_nobody() -> None:
    """A month too early by a slip of the pen: so far awarded, reminded and revoked for life within seconds."""
    b.world()
    at = wib("2021-10-22 08:00")
    for by in (None, b.operator("approver")):
        with pytest.raises(Refused) as caught:
            take([b.result_row()], at=at, by=by)
        assert (caught.value.reason, caught.value.details) == (
            "deadline_not_ahead",
            {"what": "purchase", "deadline": DEADLINE},
        )
        assert nothing_changed()
    # The very end is not ahead either.
    with pytest.raises(Refused, match="deadline_not_ahead"):
        take([b.result_row()], at=DEADLINE, by=b.operator("approver"))


def test_a_second_list_after_day_30_awards_nobody_and_the_same_file_is_still_known() -> None:
    b.world()
    listed = b.result_row()
    take([listed], at=b.ANNOUNCED)
    late = wib("2021-10-25 09:00")
    with pytest.raises(Refused, match="deadline_not_ahead"):
        take([listed, b.result_row()], at=late)
    assert (Award.objects.count(), Person.objects.count()) == (1, 1)
    assert take([listed], at=late).already == 1


def test_fewer_than_seven_full_days_need_a_name() -> None:
    b.world()
    almost = wib("2021-10-15 00:00") + timedelta(seconds=1)
    with pytest.raises(Refused) as caught:
        take([b.result_row()], at=almost)
    assert caught.value.reason == "deadline_close"
    assert caught.value.details == {"what": "purchase", "deadline": DEADLINE, "days_left": 6, "needed": 7}
    assert nothing_changed()
    with pytest.raises(Refused, match="name_missing_for_confirmation"):
        take([b.result_row()], at=almost, by=SYSTEM)
    with pytest.raises(Refused, match="not_permitted"):
        take([b.result_row()], at=almost, by=b.operator("viewer"))
    assert nothing_changed()
    who = b.operator("approver")
    assert take([b.result_row()], at=almost, by=who).awarded == 1
    kept = Record.objects.get(action="wave.results_imported").data
    assert (kept["short_deadline_confirmed_by"], kept["deadline"]) == (who.traced, "2021-10-21T17:00:00+00:00")


def test_seven_full_days_need_none() -> None:
    b.world()
    assert take([b.result_row()], at=wib("2021-10-15 00:00")).awarded == 1


def test_the_years_cut_offs_count_too() -> None:
    """The purchase is capped by 30 November, and no cut-off that ends anything may lie behind whoever is awarded."""
    b.world(wave=22)
    announced = wib("2021-11-26 20:00")
    with pytest.raises(Refused) as caught:
        take([b.result_row()], at=announced, announced_at=announced, wave=22)
    assert (caught.value.reason, caught.value.details["deadline"]) == ("deadline_close", wib("2021-12-01 00:00"))
    with pytest.raises(Refused, match="deadline_not_ahead"):
        take([b.result_row()], at=wib("2021-12-01 00:00"), announced_at=announced, wave=22)
    rules = scheme_by_key("2022")
    assert dict(dates_that_end(scheme=rules, announced_at=wib("2022-11-20 10:00"))) == {
        "purchase": wib("2022-12-01 00:00"),
        "balance": wib("2022-12-01 00:00"),
        "complete": wib("2022-12-06 00:00"),
        "review": wib("2022-12-11 00:00"),
        "survey": wib("2022-12-11 00:00"),
        "link": wib("2022-12-11 00:00"),
    }


@pytest.mark.parametrize(
    ("at", "left"),
    [("2021-10-15 00:00", 7), ("2021-10-15 00:01", 6), ("2021-10-21 00:01", 0), ("2021-10-22 00:01", -1)],
)
def test_full_days_left(at: str, left: int) -> None:
    assert full_days_left(until=DEADLINE, at=wib(at)) == left


def test_who_set_a_deadline_and_when_is_on_the_row() -> None:
    b.world()
    take([b.result_row()], at=wib("2021-09-23 09:00"))
    award, wallet = Award.objects.get(), Wallet.objects.get()
    assert (award.deadline_set_at, award.deadline_set_by) == (wib("2021-09-23 09:00"), "decree:SK-21")
    assert (wallet.spendable_set_at, wallet.spendable_set_by) == (wib("2021-09-23 09:00"), "decree:SK-21")


def test_nobody_is_revoked_by_a_deadline_that_had_passed_when_it_was_set() -> None:
    """The net below the refusal: whatever wrote the row."""
    who = b.participant(b.world())
    Award.objects.filter(person_id=who.person_id).update(deadline_set_at=DEADLINE)
    assert run_revocations(wib("2021-10-22 00:05")) == 0
    assert Award.objects.get().status == "active"


# A wrong announcement.


def prepare(by: Actor, *, to: str, at: str) -> Correction:
    return prepare_correction(wave_number=21, announced_at=wib(to), reason="salah tanggal", actor=by, at=wib(at))


def confirm(by: Actor, *, to: str, at: datetime, **more: bool) -> Correction:
    return confirm_correction(wave_number=21, announced_at=wib(to), actor=by, at=at, **more)


def test_two_operators_correct_an_announcement_and_people_are_told() -> None:
    """Announced on 15 September by mistake: the right day gives a week more."""
    world = b.world()
    one, other = b.operator("approver"), b.operator("authoriser")
    wrong = wib("2021-09-15 20:00")
    who, buyer = b.participants(world, count=2, announced_at=wrong)
    b.buy(world, buyer, b.course(world)[1])
    assert Award.objects.get(person_id=who.person_id).purchase_deadline_at == wib("2021-10-15 00:00")

    prepared = prepare(one, to="2021-09-22 20:00", at="2021-10-01 09:00")
    assert (prepared.deadline_before, prepared.deadline, prepared.people) == (wib("2021-10-15 00:00"), DEADLINE, 1)
    assert Award.objects.get(person_id=who.person_id).purchase_deadline_at == wib("2021-10-15 00:00")
    # Whoever read another instant, which was replaced since, confirms nothing.
    with pytest.raises(Refused, match="correction_changed"):
        confirm(other, to="2021-09-23 20:00", at=wib("2021-10-01 10:00"))
    done = confirm(other, to="2021-09-22 20:00", at=wib("2021-10-01 10:00"))
    assert (done.deadline, done.people) == (DEADLINE, 1)
    moved = Award.objects.get(person_id=who.person_id)
    assert (moved.purchase_deadline_at, moved.deadline_set_at) == (DEADLINE, wib("2021-10-01 10:00"))
    assert moved.deadline_set_by == other.traced
    assert Award.objects.get(person_id=buyer.person_id).purchase_deadline_at == wib("2021-10-15 00:00")
    told = Message.objects.filter(template="deadline_moved").order_by("channel")
    assert list(told.values_list("person_id", "channel")) == [(who.person_id, "dashboard"), (who.person_id, "sms")]
    trail = Record.objects.filter(action__startswith="wave.correction").order_by("at")
    assert list(trail.values_list("action", "actor_id")) == [
        ("wave.correction_prepared", one.id),
        ("wave.correction_confirmed", other.id),
    ]
    assert Record.objects.get(action="award.deadline_moved").data["after"] == "2021-10-21T17:00:00+00:00"
    # A second list of the wave has the right deadline now, and the old one revokes nobody.
    assert run_revocations(wib("2021-10-15 00:05")) == 0
    take([b.result_row()], at=wib("2021-10-02 09:00"))
    assert run_revocations(wib("2021-10-22 00:05")) == 2


def test_one_person_does_not_correct_alone_and_the_machine_not_at_all() -> None:
    world = b.world()
    one, other = b.operator("approver"), b.operator("authoriser")
    b.participant(world)
    with pytest.raises(Refused, match="nothing_prepared"):
        confirm(other, to="2021-09-23 20:00", at=b.BUY_AT)
    with pytest.raises(Refused, match="operator_needed"):
        prepare(SYSTEM, to="2021-09-23 20:00", at="2021-09-25 09:00")
    prepare(one, to="2021-09-23 20:00", at="2021-09-25 09:00")
    # Another operator replaces none of it; two take it back.
    third, given = b.operator("approver"), {"wave_number": 21, "announced_at": wib("2021-09-23 20:00"), "at": b.BUY_AT}
    with pytest.raises(Refused) as refused:
        prepare(third, to="2021-09-24 20:00", at="2021-09-25 10:00")
    assert (refused.value.reason, "@" in refused.value.details["by"]) == ("correction_waits", True)
    assert not take_back_correction(actor=other, **given)
    assert take_back_correction(actor=third, **given)
    with pytest.raises(Refused, match="nothing_prepared"):
        confirm(other, to="2021-09-23 20:00", at=b.BUY_AT)
    prepare(one, to="2021-09-23 20:00", at="2021-09-25 09:00")
    for who, reason in ((one, "not_permitted"), (SYSTEM, "operator_needed"), (b.operator("viewer"), "not_permitted")):
        with pytest.raises(Refused, match=reason):
            confirm(who, to="2021-09-23 20:00", at=b.BUY_AT)
    with pytest.raises(Refused, match="not_permitted"):
        prepare(other, to="2021-09-23 20:00", at="2021-09-25 09:00")
    assert Award.objects.get().purchase_deadline_at == DEADLINE
    with pytest.raises(IntegrityError, match="two_people"):
        AnnouncementCorrection.objects.filter(replaced_at=None).update(confirmed_by=one.id, confirmed_at=b.BUY_AT)


def test_a_correction_looks_ahead_and_comes_before_the_deadline() -> None:
    world = b.world()
    one, other = b.operator("approver"), b.operator("authoriser")
    b.participant(world)
    with pytest.raises(Refused) as caught:
        prepare(one, to="2021-08-30 20:00", at="2021-09-29 09:00")
    assert (caught.value.reason, caught.value.details["deadline"]) == ("deadline_not_ahead", wib("2021-09-29 00:00"))
    prepare(one, to="2021-09-05 20:00", at="2021-09-29 09:00")
    with pytest.raises(Refused) as caught:
        confirm(other, to="2021-09-05 20:00", at=wib("2021-09-29 09:00"))
    assert (caught.value.reason, caught.value.details["days_left"]) == ("deadline_close", 5)
    # What was ahead when it was prepared may have passed when it is confirmed.
    with pytest.raises(Refused, match="deadline_not_ahead"):
        confirm(other, to="2021-09-05 20:00", at=wib("2021-10-05 00:00"), is_short_deadline_confirmed=True)
    assert Award.objects.get().purchase_deadline_at == DEADLINE
    for at in ("2021-10-22 00:00", "2021-11-01 00:00"):
        with pytest.raises(Refused, match="correction_too_late"):
            prepare(one, to="2021-10-20 20:00", at=at)


def test_reminders_follow_the_corrected_deadline() -> None:
    world = b.world()
    one, other = b.operator("approver"), b.operator("authoriser")
    b.participant(world)
    assert run_reminders(wib("2021-10-14 09:00")) == 1
    prepare(one, to="2021-09-29 20:00", at="2021-10-15 09:00")
    confirm(other, to="2021-09-29 20:00", at=wib("2021-10-15 10:00"))
    assert run_reminders(wib("2021-10-18 09:00")) == 0
    assert run_reminders(wib("2021-10-21 09:00")) == 1
