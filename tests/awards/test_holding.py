"""A worker or a gateway that was off: no reminder after the deadline, and an operator decides before anybody is revoked."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.audit.models import Record
from prakerja.awards.models import Award, Blacklist
from prakerja.awards.operations import extend_held, reinstate_award, release_held, suspend_award
from prakerja.awards.queries import held_revocations
from prakerja.awards.tasks import next_reminder, next_revocation, run_reminders, run_revocations
from prakerja.kernel.clock import wall
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.notifications.delivery import deliver_messages
from prakerja.notifications.gateways import Delivery, TemporaryFailure
from prakerja.notifications.gateways.log_only import LogOnly
from prakerja.notifications.models import Lifesign, Message, Outage
from prakerja.notifications.outages import note_life
from prakerja.people.queries import Addressee, addressees_of
from prakerja.purchases.expiry import expire_unredeemed
from prakerja.purchases.operations import void_purchase
from prakerja.reporting.proof import prove
from prakerja.vouchers.models import Voucher
from prakerja.wallets.models import Wallet
from prakerja.wallets.operations import set_spendable_until
from tests import builders as b
from tests.money import wib

pytestmark = pytest.mark.django_db

RUN = wib("2021-10-22 00:05")


class Away:
    """A gateway that is away."""

    def send(self, **message: object) -> Delivery:
        return TemporaryFailure("silent")


def known(person_ids: list[uuid.UUID], kind: str) -> Mapping[uuid.UUID, Addressee]:
    return addressees_of(person_ids=person_ids, kind=kind)


def worker_off(since: str, until: str) -> None:
    """The worker's signs of life, as its runs write them: programme time and wall time went on together."""
    began, ended = wib(since), wib(until)
    Lifesign.objects.all().delete()
    note_life(at=began, wall=wall() - (ended - began))
    note_life(at=ended, wall=wall())


def reminders() -> list[datetime]:
    told = Message.objects.filter(template="deadline_reminder", channel="sms").order_by("created_at")
    return list(told.values_list("created_at", flat=True))


def test_a_reminder_is_never_sent_after_its_deadline() -> None:
    """A worker that was off told people of 21 October on 14 November, and revoked them 26 ms later."""
    b.participants(b.world(), count=2)
    back = wib("2021-11-14 09:00")
    worker_off("2021-10-10 09:00", "2021-11-14 09:00")
    run_reminders(back)
    assert (reminders(), next_reminder()) == ([], None)
    assert run_revocations(back) == 2
    assert set(Award.objects.values_list("status", "revocation_held_at")) == {("active", back)}
    assert (next_revocation(), run_revocations(back), Blacklist.objects.count()) == (None, 0, 0)
    assert not Message.objects.filter(template="revoked").exists()
    # Nobody waits in the dark: each is told once, by SMS too, that an operator decides.
    assert run_revocations(back) == 0
    assert Message.objects.filter(template="revocation_held", channel="sms").count() == 2


def test_a_reminder_that_waits_in_the_outbox_ends_with_its_deadline() -> None:
    b.participant(b.world())
    run_reminders(wib("2021-10-20 09:00"))
    # It is night: what can wait for the morning does (rules.md 12.35).
    for at in (RUN, wib("2021-10-22 07:00")):
        deliver_messages(at=at, resolve=known, gateway=LogOnly())
        assert Message.objects.get(template="deadline_reminder", channel="sms").status == "failed_permanent"
    assert Message.objects.get(template="result_pass", channel="sms").status == "sent"


def test_missed_reminders_are_caught_up_once_while_there_is_time() -> None:
    b.participant(b.world())
    back = wib("2021-10-19 15:00")
    worker_off("2021-10-12 09:00", "2021-10-19 15:00")
    assert run_reminders(back) == 1
    assert reminders() == [back]
    assert next_reminder() == wib("2021-10-20 09:00")
    assert run_reminders(wib("2021-10-20 09:00")) == 1


def test_a_short_outage_and_one_long_before_hold_nobody() -> None:
    b.participant(b.world())
    worker_off("2021-10-01 09:00", "2021-10-17 23:00")
    worker_off("2021-10-20 09:00", "2021-10-21 08:00")
    assert Outage.objects.count() == 2
    assert run_revocations(RUN) == 1
    assert Award.objects.get().status == "revoked"


def test_an_outage_that_still_lasts_counts() -> None:
    """The thread that sends is dead; the one that revokes is not."""
    b.participant(b.world())
    note_life(at=wib("2021-10-20 08:00"), wall=wall() - timedelta(days=2))
    assert run_revocations(RUN) == 1
    assert Award.objects.get().status == "active"


def test_a_clock_that_was_moved_or_stood_still_is_no_outage() -> None:
    now = wall()
    assert not note_life(at=wib("2021-10-01 09:00"), wall=now)
    assert not note_life(at=wib("2021-11-01 09:00"), wall=now + timedelta(seconds=5))
    assert not note_life(at=wib("2021-11-01 09:01"), wall=now + timedelta(days=3))
    assert note_life(at=wib("2021-11-01 09:30"), wall=now + timedelta(days=3, minutes=30))
    assert list(Outage.objects.values_list("began_at", "ended_at")) == [
        (wib("2021-11-01 09:01"), wib("2021-11-01 09:30"))
    ]


def test_whom_the_gateway_did_not_take_is_held_and_whom_nothing_reaches_is_not() -> None:
    """The number that does not exist is the person's (rules.md 12.4), the gateway ours."""
    told, untold, lost = b.participants(b.world(), count=3)

    def only(*people: b.Participant) -> object:
        ids = {one.person_id for one in people}
        return lambda person_ids, kind: {
            person: address for person, address in known(person_ids, kind).items() if person in ids
        }

    deliver_messages(at=b.ANNOUNCED, resolve=known, gateway=LogOnly())
    at = wib("2021-10-20 09:00")
    run_reminders(at)
    for who, gateway in ((told, LogOnly()), (untold, Away()), (lost, None)):
        Message.objects.exclude(person_id=who.person_id).update(send_after=at + timedelta(days=9))
        Message.objects.filter(person_id=who.person_id).update(send_after=at)
        deliver_messages(at=at, resolve=only(told, untold), gateway=gateway or LogOnly())  # type: ignore[arg-type]
    run_revocations(RUN)
    states = {award.person_id: award.status for award in Award.objects.all()}
    assert states == {told.person_id: "revoked", untold.person_id: "active", lost.person_id: "revoked"}
    assert Record.objects.get(action="award.revocation_held").data == {"down": "gateway"}


def held(count: int = 1) -> None:
    b.participants(b.world(), count=count)
    worker_off("2021-10-20 08:00", "2021-10-22 00:01")
    assert run_revocations(RUN) == count


def test_an_operator_gives_all_who_are_held_another_deadline() -> None:
    held(2)
    assert [(one.deadline_at, one.held_at, one.people) for one in held_revocations()] == [
        (wib("2021-10-22 00:00"), RUN, 2)
    ]
    by, at = b.operator("approver"), wib("2021-10-22 10:00")
    for days, reason in ((6, "days_out_of_range"), (61, "days_out_of_range")):
        with pytest.raises(Refused, match=reason):
            extend_held(days=days, reason="mesin mati", actor=by, at=at)
    with pytest.raises(Refused, match="reason_missing"):
        extend_held(days=7, reason=" ", actor=by, at=at)
    with pytest.raises(Refused, match="not_permitted"):
        extend_held(days=7, reason="mesin mati", actor=b.operator("viewer"), at=at)
    assert extend_held(days=7, reason="mesin mati", actor=by, at=at) == 2
    assert set(Award.objects.values_list("purchase_deadline_at", "deadline_set_by")) == {
        (wib("2021-10-30 00:00"), by.traced)
    }
    assert Message.objects.filter(template="deadline_moved", channel="sms").count() == 2
    assert Record.objects.filter(action="award.deadline_moved", actor_id=by.id).count() == 2
    assert (held_revocations(), next_revocation()) == ([], wib("2021-10-30 00:05"))
    assert run_reminders(wib("2021-10-28 09:00")) == 2
    assert run_revocations(wib("2021-10-30 00:05")) == 2
    assert set(Award.objects.values_list("status", flat=True)) == {"revoked"}


def test_an_operator_lets_them_go_on() -> None:
    held()
    with pytest.raises(Refused, match="not_permitted"):
        release_held(reason="sudah diberi tahu", actor=b.operator("helper"), at=RUN)
    by = b.operator("approver")
    assert release_held(reason="sudah diberi tahu lewat telepon", actor=by, at=wib("2021-10-22 10:00")) == 1
    assert next_revocation() == RUN
    assert run_revocations(wib("2021-10-22 10:01")) == 1
    assert Award.objects.get().status == "revoked"
    assert Record.objects.get(action="award.revocation_released").actor_id == by.id
    with pytest.raises(Refused, match="nobody_held"):
        release_held(reason="lagi", actor=by, at=wib("2021-10-22 10:02"))
    with pytest.raises(Refused, match="nobody_held"):
        extend_held(days=7, reason="lagi", actor=by, at=wib("2021-10-22 10:02"))


# Other verbs that set the deadline.


def test_a_void_after_the_years_cut_off_revokes_nobody() -> None:
    """Bought in time, taken back by the platform when nothing could be bought any more: not revoked for life."""
    world = b.world()
    who = b.participant(world)
    _, run = b.course(world)
    receipt = b.buy(world, who, run)
    at = wib("2021-12-02 10:00")
    void_purchase(
        platform_id=world.platform.partner_id,
        invoice_code=receipt.invoice_code,
        reference=receipt.reference,
        at=at,
    )
    assert next_revocation() is None
    assert run_revocations(wib("2021-12-03 00:05")) == 0
    assert Award.objects.get().status == "active"


def test_a_void_in_the_last_week_of_the_balance_revokes_nobody_either() -> None:
    world = b.world()
    who = b.participant(world)
    _, run = b.course(world)
    receipt = b.buy(world, who, run)
    void_purchase(
        platform_id=world.platform.partner_id,
        invoice_code=receipt.invoice_code,
        reference=receipt.reference,
        at=wib("2021-11-27 10:00"),
    )
    assert (next_revocation(), run_revocations(wib("2021-12-01 00:05"))) == (None, 0)


def test_a_cut_off_that_passed_while_an_award_was_suspended_revokes_nobody() -> None:
    who = b.participant(b.world())
    common = {"person_id": who.person_id, "award_id": who.award.id, "reason": "laporan", "actor": SYSTEM}
    suspend_award(**common, at=wib("2021-10-20 10:00"))
    reinstate_award(**common, at=wib("2021-12-05 10:00"))
    assert (next_revocation(), run_revocations(wib("2021-12-06 00:05"))) == (None, 0)
    assert Award.objects.get().status == "active"


def test_an_award_suspended_after_its_deadline_has_the_day_of_its_reinstatement() -> None:
    who = b.participant(b.world())
    common = {"person_id": who.person_id, "award_id": who.award.id, "reason": "laporan", "actor": SYSTEM}
    suspend_award(**common, at=wib("2021-10-22 00:03"))
    reinstate_award(**common, at=wib("2021-10-25 00:02"))
    assert Award.objects.get().purchase_deadline_at == wib("2021-10-26 00:00")


def test_a_code_that_ends_leaves_a_week_to_buy_another() -> None:
    """2023: the window between purchases passed while the training was open, and swept the balance when its code ended."""
    world = b.world(wave=51)
    announced = wib("2023-04-28 13:00")
    (who,) = b.participants(world, announced_at=announced, ready=False)
    b.watch_videos(who.person_id, at=wib("2023-04-29 10:00"))
    _, run = b.course(world, starts_at=wib("2023-04-01 00:00"), ends_at=wib("2023-07-30 00:00"))
    b.buy(world, who, run, at=wib("2023-05-01 10:00"))
    window = {"person_id": who.person_id, "wallet_id": who.award.wallet_id, "actor": SYSTEM}
    with transaction():
        set_spendable_until(**window, until=wib("2023-06-13 00:00"), at=wib("2023-05-29 10:00"))
    ended = wib("2023-07-30 00:00")
    voucher = Voucher.objects.get()
    assert expire_unredeemed(person_id=who.person_id, voucher_id=voucher.id, at=ended)
    wallet = Wallet.objects.get()
    assert (wallet.spendable_until, wallet.spendable_set_at, wallet.closed_at) == (wib("2023-08-07 00:00"), ended, None)


# The proof.


@pytest.mark.django_db(transaction=True)
def test_the_proof_finds_who_was_ended_by_a_date_that_had_passed() -> None:
    name = "nobody was ended by a date that had passed when it was set"
    who = b.participant(b.world())
    assert run_revocations(RUN) == 1
    check = next(check for check in prove().checks if check.name == name)
    assert (check.ok, check.rows) == (True, 1)
    Award.objects.filter(person_id=who.person_id).update(deadline_set_at=RUN, deadline_set_by="operator:x")
    check = next(check for check in prove().checks if check.name == name)
    assert [(one["award"], one["set_by"]) for one in check.differences] == [(str(who.award.id), "operator:x")]
